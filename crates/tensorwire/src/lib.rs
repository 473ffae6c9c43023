//! The client for Bittensor's chain: many concurrent reads over one websocket
