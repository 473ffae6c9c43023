//! Branches.

use std::sync::Arc;

use parity_scale_codec::Encode;
use sp_runtime::{DigestItem, generic::Digest};

use super::{Block, Chain};
use crate::engine::ExecutionError;

/// Marks the blocks of a branch in their digests, so that they differ from all others.
const MARK: [u8; 4] = *b"fork";

/// Why there is no branch.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ForkError {
    #[error(
        "a fork {depth} blocks deep would begin below the finalized block: at most {most} are possible now"
    )]
    TooDeep { depth: u32, most: u32 },
    #[error(transparent)]
    Execution(#[from] ExecutionError),
}

impl Chain {
    /// Builds a branch of so many empty blocks on the ancestor so far below the best block; returns its blocks. The
    /// branch becomes the best chain with its first block above the best block.
    pub(crate) fn fork(&self, depth: u32, length: u32) -> Result<Vec<Arc<Block>>, ForkError> {
        let _authoring = self.authoring.lock();
        let (parent, mark) = self.blocks(|blocks| {
            let most = blocks.best().number().saturating_sub(blocks.finalized().number());
            let ancestor = blocks.best().number().checked_sub(depth).filter(|_| depth <= most);
            let parent = ancestor.and_then(|number| blocks.at_number(number));
            // There are ever more blocks, so no two branches have the same mark.
            let mark = blocks.all().count() as u64;
            parent.map(|parent| (parent, mark)).ok_or(ForkError::TooDeep { depth, most })
        })?;
        let digest = Digest { logs: vec![DigestItem::PreRuntime(MARK, mark.encode())] };
        let mut branch: Vec<Arc<Block>> = Vec::new();
        for _ in 0..length {
            let block = self.build(branch.last().unwrap_or(&parent), digest.clone(), Vec::new(), false)?;
            branch.push(block);
        }
        Ok(branch)
    }
}
