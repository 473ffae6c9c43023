//! A client for any Substrate chain. [`Chain`] is the connection, [`At`] one block of it: all reads hang off an `At`,
//! so every answer belongs to one known block.
#![forbid(unsafe_code)]

mod at;
mod backfill;
mod block;
mod blocks;
mod builder;
mod cache;
mod calls;
mod chain;
mod changes;
mod coalesce;
mod compact;
mod digest;
mod dispatch_info;
mod error;
mod flight;
mod header;
mod heads;
mod history;
mod map;
#[cfg(feature = "metadata-hash")]
mod metadata_hash;
#[cfg(feature = "metrics")]
mod metrics;
mod multisig;
mod node;
mod outage;
mod outbox;
mod pin;
mod pool;
mod properties;
mod receipt;
mod recent;
mod runtime_call;
mod runtimes;
mod status;
mod storage;
mod streamed;
mod tx;
mod values;
mod verified;
mod version;
mod wait;
mod watch;

// The local chain's tests compare it with the node's own tries.
#[doc(hidden)]
pub mod proof;

pub use at::At;
pub use block::{BlockId, Hash};
pub use blocks::{Block, BlockExtrinsic, ExecutedBlock, ExtrinsicId};
pub use builder::Builder;
pub use cache::{Cache, CacheEntry, CacheStats, RuntimeStore, StoreEntry, StoreFuture};
pub use chain::Chain;
pub use digest::DigestItem;
pub use dispatch_info::{DispatchClass, DispatchWeight};
pub use error::{Error, ErrorKind, Result};
pub use header::{BlockRef, Header};
pub use heads::{HeadEvent, Heads};
pub use map::{Entries, Entry, Progress};
pub use multisig::{Multisig, Proposal};
pub use outbox::Outbox;
pub use properties::Properties;
pub use receipt::{Item, ItemResult, Receipt};
pub use runtime_call::RuntimeCall;
pub use status::{EndpointState, EndpointStatus, Role};
pub use storage::StorageQuery;
pub use tx::{
    Cause, Expiry, Outcome, PaymentInfo, Pending, Rejection, SignedTransaction, Stale, Status, Statuses,
    Submission, Transaction,
};
pub use version::RuntimeVersion;
pub use watch::{Change, Watch};

/// The wire below: whoever wants settings of their own for an endpoint finds its builder here.
pub use tensorwire_rpc as rpc;
pub use tensorwire_rpc::Stats;
/// What a [`Runtime`] describes: pallets, storage items, types and the plan that reads them. A type of one's own that
/// derives [`FromScale`] without that crate among its dependencies says `#[scale(crate = "..::scale")]`.
pub use tensorwire_scale as scale;
pub use tensorwire_scale::{
    AccountId, Arguments, Call, ChangeKind, Diff, Difference, DispatchError, Era, Event, ExtensionValue,
    Extrinsic, ExtrinsicKind, FromScale, ItemChange, ItemKind, Phase, Runtime, Signature, Signed,
    SigningPayload, TransactionError, Types, Value,
};
/// Whoever signs.
pub use tensorwire_wallet::{Signer, Signing};
