//! A local Bittensor-like chain in one process, for tests and for trying things out.
//!
//! The FRAME layer is genuine: frame-system, balances, timestamp, transaction payment, utility, sudo, multisig and
//! proxy as Subtensor builds them, compiled natively and executed over a real trie, so fees, nonces, eras, events,
//! state roots and read proofs are what a node would give. Bittensor's own pallet is imitated: its storage, calls,
//! events, errors and runtime APIs have the real names, types and indices, its economics are plain stand-ins.
//! A node's JSON-RPC is served on a loopback port, over a link as slow as wanted.
//!
//! ```no_run
//! # async fn run() -> tensorwire_devnet::Result<()> {
//! use tensorwire_devnet::Devnet;
//!
//! let devnet = Devnet::builder().subnets(2).neurons(16).start().await?;
//! println!("{}", devnet.url());
//! devnet.produce_block().await?;
//! # Ok(()) }
//! ```
//!
//! # wasm
//!
//! With the feature `wasm` the chain may be a genuine one instead: `Builder::spec` takes a raw chain spec and runs the
//! wasm runtime in it through smoldot's executor, behind the same RPC, with real state roots, proofs and blocks.
//!
//! Smoldot is licensed GPL-3.0-or-later WITH Classpath-exception-2.0. The feature is off by default for that reason:
//! a program that is built with it and passed on has to keep to that licence for smoldot's part. Nothing else here
//! depends on it, and without the feature it is not compiled.

#![forbid(unsafe_code)]

mod builder;
mod chain;
mod devnet;
mod engine;
mod error;
mod faults;
mod link;
mod relay;
mod rpc;
mod running;
// FRAME's macros ask for public types; the two modules they are in are private.
#[allow(unreachable_pub)]
mod runtime;
mod server;
mod stats;
#[allow(unreachable_pub)]
mod subtensor;
mod view;

pub use builder::{Blocks, Builder};
pub use chain::Inclusion;
pub use devnet::Devnet;
pub use error::{Error, ErrorKind, Result};
pub use faults::{Fault, FaultKind, Refusal, Step};
pub use relay::Ending;
pub use stats::Stats;
