//! What a watcher of a transaction is told.

use serde::Serialize;
use sp_core::H256;

/// A step in a transaction's life. It serializes as a node prints it: a word, or a word with its one fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Status {
    /// It requires another transaction.
    Future,
    /// A block may take it.
    Ready,
    /// It was sent to these peers.
    Broadcast(Vec<String>),
    /// This block has it.
    InBlock(H256),
    /// This block, which has it, is no longer part of the best chain.
    Retracted(H256),
    /// This block has it and is final.
    Finalized(H256),
    /// This block has it, and has waited for finality too long to be followed further.
    FinalityTimeout(H256),
    /// This transaction took its place.
    Usurped(H256),
    /// The pool had no place for it any more.
    Dropped,
    /// It will never be in a block.
    Invalid,
}

impl Status {
    /// Whether nothing comes after it.
    pub(crate) fn is_last(&self) -> bool {
        matches!(
            self,
            Self::Finalized(_) | Self::FinalityTimeout(_) | Self::Usurped(_) | Self::Dropped | Self::Invalid
        )
    }
}
