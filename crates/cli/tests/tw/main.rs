//! `tw` as its users run it: the real binary, against a local chain, against scripted nodes, and offline.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

mod bad_nodes;
mod blocks;
mod cache;
mod demo;
mod devnet;
mod lines;
mod map;
mod metadata;
mod offline;
mod outages;
mod outbox;
mod reads;
mod receipt;
mod running;
mod shell;
mod status;
mod support;
mod tx;
mod tx_offline;
mod types;
mod verify;
mod wallet;
mod watch;
