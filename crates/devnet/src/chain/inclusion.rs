//! Where an extrinsic is.

use sp_core::H256;

use super::{Chain, pool};

/// A place of an extrinsic in a block: see [`Devnet::inclusions`](crate::Devnet::inclusions).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inclusion {
    /// The hash of the block.
    pub block: [u8; 32],
    /// Its number.
    pub number: u32,
    /// The place among the extrinsics of the block.
    pub index: u32,
    /// Whether the block is part of the best chain.
    pub best: bool,
    /// Whether it is final.
    pub finalized: bool,
}

impl Chain {
    /// All places of the extrinsic with this hash, on any branch, lowest block first.
    pub(crate) fn inclusions(&self, hash: H256) -> Vec<Inclusion> {
        let mut inclusions = self.blocks(|blocks| {
            let mut found = Vec::new();
            for block in blocks.all() {
                let best = blocks.is_on_best_chain(block);
                let finalized = best && block.number() <= blocks.finalized().number();
                let indices = (0..).zip(&block.extrinsics).filter(|(_, bytes)| pool::hash(bytes) == hash);
                let (number, block) = (block.number(), block.hash.0);
                found.extend(indices.map(|(index, _)| Inclusion { block, number, index, best, finalized }));
            }
            found
        });
        inclusions.sort_by_key(|inclusion| (inclusion.number, inclusion.block));
        inclusions
    }
}
