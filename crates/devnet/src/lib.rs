//! A local Bittensor-like chain in one process: a genuine FRAME runtime behind a node's JSON-RPC
