//! The client for Bittensor's chain: many concurrent reads over one websocket, every answer pinned to a block.
//!
//! [`Subtensor`] is the connection, [`At`] one block of it. [`Chain`] is the same for any Substrate chain.
#![forbid(unsafe_code)]

mod account;
mod at;
mod balance;
pub mod blocking;
mod json;
mod network;
mod neuron;
mod subtensor;

pub use account::{AccountData, AccountInfo};
pub use at::At;
pub use balance::{Balance, ParseBalanceError};
pub use network::Network;
pub use neuron::{AxonInfo, NeuronInfo, NeuronInfoLite, PrometheusInfo, Stake, Weight};
pub use subtensor::{Builder, Subtensor};

pub use tensorwire_chain::{
    AccountId, Arguments, BlockId, Cache, Chain, Entries, Entry, Error, ErrorKind, FromScale, Hash,
    Properties, Result, Runtime, RuntimeVersion, Stats, Value,
};

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
