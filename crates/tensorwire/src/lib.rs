//! The client for Bittensor's chain: many concurrent reads over one websocket, every answer pinned to a block.
//!
//! [`Subtensor`] is the connection, [`At`] one block of it. [`Chain`] is the same for any Substrate chain.
#![forbid(unsafe_code)]

mod account;
mod at;
mod balance;
pub mod blocking;
mod builder;
mod json;
mod network;
mod neuron;
mod subtensor;

pub use account::{AccountData, AccountInfo};
pub use at::At;
pub use balance::{Balance, ParseBalanceError};
pub use builder::Builder;
pub use network::Network;
pub use neuron::{AxonInfo, NeuronInfo, NeuronInfoLite, PrometheusInfo, Stake, Weight};
pub use subtensor::Subtensor;

pub use tensorwire_chain::{
    AccountId, Arguments, BlockId, BlockRef, Cache, Chain, Change, EndpointState, EndpointStatus, Entries,
    Entry, Error, ErrorKind, FromScale, Hash, HeadEvent, Header, Heads, Progress, Properties, Result, Role,
    Runtime, RuntimeCall, RuntimeVersion, Stats, StorageQuery, Types, Value, Watch, rpc, scale,
};
/// What blocks hold.
pub use tensorwire_chain::{
    Block, BlockExtrinsic, Call, DigestItem, DispatchClass, DispatchError, DispatchWeight, Era, Event,
    ExecutedBlock, Extrinsic, ExtrinsicId, ExtrinsicKind, Item, ItemResult, Phase, Receipt, Signed,
    TransactionError,
};
/// What is kept between runs.
pub use tensorwire_chain::{CacheEntry, CacheStats, RuntimeStore, StoreEntry, StoreFuture};
/// What is sent, who signs it, and what became of it.
pub use tensorwire_chain::{
    Cause, Expiry, ExtensionValue, Outbox, Outcome, PaymentInfo, Pending, Rejection, Signature,
    SignedTransaction, Signer, Signing, SigningPayload, Stale, Status, Statuses, Submission, Transaction,
};
/// What an upgrade changes.
pub use tensorwire_chain::{ChangeKind, Diff, Difference, ItemChange, ItemKind};
/// Accounts that several decide for.
pub use tensorwire_chain::{Multisig, Proposal};
/// Keys: pairs, mnemonics, keyfiles of Bittensor's wallets, and whoever else signs.
pub use tensorwire_wallet as wallet;
pub use tensorwire_wallet::Keypair;

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
