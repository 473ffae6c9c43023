use std::fmt;

use serde::Serialize;

use crate::{BlockRef, Error, ErrorKind, Hash, Receipt};

/// What became of a submission. See [`Submission::outcome`](crate::Submission::outcome).
#[derive(Debug, Clone)]
#[must_use]
pub enum Outcome {
    /// It is in a block of the best chain, which was not final within the deadline.
    InBlock(Receipt),
    /// It is in a final block.
    Finalized(Receipt),
    /// It never will be in a block: its nonce is used.
    Rejected(Rejection),
    /// It never will be in a block: the chain is final beyond the last one that could have held it.
    Expired(Expiry),
    /// Not known within the deadline. The submission goes on looking: ask it again.
    Unknown {
        /// The transaction's hash.
        hash: Hash,
        /// Its nonce; none for an unsigned one.
        nonce: Option<u64>,
        /// The last block that can hold it; none for an immortal one.
        last_block: Option<u64>,
    },
}

/// In half a line, without the hash.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (receipt, place) = match self {
            Self::InBlock(receipt) => (receipt, "in block, not final yet"),
            Self::Finalized(receipt) => (receipt, "final"),
            Self::Rejected(rejection) => return write!(f, "rejected: {}", rejection.error()),
            Self::Expired(expiry) => return write!(f, "expired: {}", expiry.error()),
            Self::Unknown { last_block: Some(last), .. } => {
                return write!(f, "unknown: no block after {last} can hold it");
            }
            Self::Unknown { last_block: None, .. } => {
                return f.write_str("unknown: it is valid for ever");
            }
        };
        write!(f, "{place}, {}: ", receipt.id())?;
        match receipt.error() {
            _ if receipt.ok() => f.write_str("ok"),
            Some(error) => write!(f, "failed: {error}"),
            None => f.write_str("failed"),
        }
    }
}

/// Another transaction was final with the same nonce.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Rejection {
    /// The nonce.
    pub nonce: u64,
    /// The hash of the transaction that used it, if it can be told.
    pub by: Option<Hash>,
    /// The final block that holds that one.
    pub block: BlockRef,
}

/// The proof that a transaction never was in a block and never will be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Expiry {
    /// Why not after the finalized block.
    pub cause: Cause,
    /// The finalized block up to which it was looked for.
    pub finalized: BlockRef,
}

/// Why a transaction cannot come into a block any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cause {
    /// Its era has passed.
    Era {
        /// The last block that could have held it.
        last_block: u64,
    },
    /// It was signed for a runtime that has been replaced.
    Runtime {
        /// The spec version that it was signed for.
        signed_for: u32,
        /// The spec version now.
        now: u32,
    },
}

impl Rejection {
    /// The same as an error of kind `Rejected`.
    pub fn error(&self) -> Error {
        let Self { nonce, by, block } = self;
        let by = by.map(|by| format!(" {by}")).unwrap_or_default();
        let message = format!("its nonce {nonce} was used by another transaction{by} in block {block}");
        Error::new(ErrorKind::Rejected, message)
    }
}

impl Expiry {
    /// The same as an error: of kind `Expired`, or `RuntimeChanged`.
    pub fn error(&self) -> Error {
        let finalized = self.finalized;
        match self.cause {
            Cause::Era { last_block } => Error::new(
                ErrorKind::Expired,
                format!(
                    "it is in no block: its last one was {last_block}, and the chain is final up to block {finalized}"
                ),
            ),
            Cause::Runtime { signed_for, now } => Error::new(
                ErrorKind::RuntimeChanged,
                format!(
                    "it is in no block: it was signed for spec version {signed_for}, and the runtime is of {now} since \
                     block {finalized} at the latest: sign it again"
                ),
            ),
        }
    }
}
