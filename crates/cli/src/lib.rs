//! tw: Bittensor's chain from the command line
