//! Genuine Subtensor runtimes, in two hosts that have nothing in common: smoldot's executor within the devnet, and
//! chopsticks under node. Whatever both say of the same state is what the runtime says.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

pub mod apis;
pub mod chopsticks;
pub mod host;
pub mod metadata;
pub mod signed;
pub mod specs;
pub mod storage;
