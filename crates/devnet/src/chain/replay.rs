//! Going on with the chain of a file.

use sp_core::Bytes;
use sp_runtime::generic::Digest;

use super::{Author, Chain, journal::Record};
use crate::engine::ExecutionError;

/// Why a block of the file is none of this chain.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReplayError {
    #[error("its blocks come out differently: it was written by another version")]
    Differs,
    #[error("{0}")]
    Execution(#[from] ExecutionError),
}

impl Chain {
    /// Lets happen again what the file says. Nobody listens yet.
    pub(super) fn replay(&self, record: Record) -> Result<(), ReplayError> {
        let (header, extrinsics, inherents) = match record {
            Record::Imported { header, extrinsics, inherents } => (header, extrinsics, inherents),
            Record::Finalized(number) => {
                self.blocks.write().finalize(number);
                return Ok(());
            }
        };
        let parent = self.blocks(|blocks| blocks.get(&header.parent_hash)).ok_or(ReplayError::Differs)?;
        let author = Author::new(&self.engine, &self.archive, &parent, before(&header.digest))?;
        let block = author.replay(extrinsics.into_iter().map(Bytes), inherents as usize)?;
        if block.hash != header.hash() {
            return Err(ReplayError::Differs);
        }
        self.blocks.write().import(block);
        Ok(())
    }
}

/// What a digest held before the block was executed: the rest is the runtime's.
fn before(digest: &Digest) -> Digest {
    Digest { logs: digest.logs.iter().filter(|item| item.as_pre_runtime().is_some()).cloned().collect() }
}
