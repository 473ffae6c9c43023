//! What the chain promises, asked over its JSON-RPC.

#![allow(clippy::unwrap_used)]

mod client;
mod faults;
mod forks;
mod genesis;
mod kept;
mod layouts;
mod link;
mod metadata;
mod neurons;
mod nodes;
mod plain;
mod pool;
mod proofs;
mod state;
mod submissions;
mod subscriptions;
mod upgrades;
