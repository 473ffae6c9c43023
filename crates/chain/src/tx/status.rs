use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{BlockRef, Hash};

/// A step on the way of a submission. See [`Submission::statuses`](crate::Submission::statuses).
///
/// What a node's pool says is shown as it says it, and ends nothing: it speaks for one node. `InBlock`, `Finalized`,
/// `Replaced` and `Expired` are what the chain shows. Serialized as `{"status": "in_block", ..}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// The pool keeps it until transactions of lower nonces have come.
    Future,
    /// The pool offers it to the next block.
    Ready,
    /// The node has told its peers of it.
    Broadcast {
        /// How many.
        peers: usize,
    },
    /// It is in a block of the best chain: the block has been read.
    InBlock {
        /// The block.
        block: BlockRef,
    },
    /// The block that held it is no longer on the best chain: it may come into another one.
    Retracted {
        /// The block's hash.
        block: Hash,
    },
    /// The node has stopped to wait for the block to become final.
    FinalityTimeout {
        /// The block's hash.
        block: Hash,
    },
    /// The pool has preferred another transaction with the same nonce.
    Usurped {
        /// The other one's hash.
        by: Hash,
    },
    /// The pool has dropped it, for want of room.
    Dropped,
    /// The pool finds it invalid at its best block.
    Invalid,
    /// The node is out of reach, or has not said whether it took it. What became of it is looked for.
    Lost,
    /// The same bytes were sent once more, after a node was lost, and taken.
    Resent,
    /// It is in a final block. The last status.
    Finalized {
        /// The block.
        block: BlockRef,
    },
    /// Another transaction has used its nonce, in a final block. The last status.
    Replaced {
        /// The other one's hash, if it can be told.
        by: Option<Hash>,
        /// The block that holds it.
        block: BlockRef,
    },
    /// The chain is final beyond the last block that could have held it. The last status.
    Expired,
}

impl Status {
    /// Whether nothing follows.
    pub fn is_last(&self) -> bool {
        matches!(self, Self::Finalized { .. } | Self::Replaced { .. } | Self::Expired)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Future => f.write_str("waiting for a lower nonce"),
            Self::Ready => f.write_str("ready"),
            Self::Broadcast { peers } => write!(f, "broadcast to {peers} peers"),
            Self::InBlock { block } => write!(f, "in block {block}"),
            Self::Retracted { block } => write!(f, "block {block} was retracted"),
            Self::FinalityTimeout { block } => write!(f, "block {block} is not final yet"),
            Self::Usurped { by } => write!(f, "the pool prefers {by} with the same nonce"),
            Self::Dropped => f.write_str("dropped by the pool"),
            Self::Invalid => f.write_str("invalid, says the pool"),
            Self::Lost => f.write_str("node lost, looking for it"),
            Self::Resent => f.write_str("sent again"),
            Self::Finalized { block } => write!(f, "final in block {block}"),
            Self::Replaced { by: Some(by), block } => {
                write!(f, "its nonce was used by {by} in block {block}")
            }
            Self::Replaced { by: None, block } => write!(f, "its nonce was used in block {block}"),
            Self::Expired => f.write_str("expired"),
        }
    }
}

/// What a node tells a watcher: `sc_transaction_pool_api::TransactionStatus`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Update {
    Future,
    Ready,
    Broadcast(Vec<String>),
    InBlock(Hash),
    Retracted(Hash),
    FinalityTimeout(Hash),
    Finalized(Hash),
    Usurped(Hash),
    Dropped,
    Invalid,
}
