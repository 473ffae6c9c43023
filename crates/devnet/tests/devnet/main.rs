//! What the chain promises, asked over its JSON-RPC.

#![allow(clippy::unwrap_used)]

mod client;
mod genesis;
mod link;
mod metadata;
mod neurons;
mod state;
mod submissions;
mod subscriptions;
