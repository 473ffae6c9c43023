use std::collections::VecDeque;

use crate::{BlockRef, Hash, Header};

/// How many blocks are remembered: 4,096 hashes are 128 KiB.
const REMEMBERED: usize = 4096;

/// The end of the chain as it was told: consecutive blocks, and below them the parent of the first.
#[derive(Debug, Default)]
pub(super) struct Line {
    first: u64,
    hashes: VecDeque<Hash>,
}

impl Line {
    pub(super) fn first(&self) -> Option<BlockRef> {
        self.hashes.front().map(|&hash| BlockRef { number: self.first, hash })
    }

    pub(super) fn last(&self) -> Option<BlockRef> {
        let hash = *self.hashes.back()?;
        Some(BlockRef { number: self.first + (self.hashes.len() as u64 - 1), hash })
    }

    /// The block of that height.
    pub(super) fn at(&self, number: u64) -> Option<Hash> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.hashes.get(index).copied()
    }

    pub(super) fn contains(&self, block: BlockRef) -> bool {
        self.at(block.number) == Some(block.hash)
    }

    /// Adds the next block; the oldest one is forgotten where there are too many.
    pub(super) fn push(&mut self, header: &Header) {
        if self.hashes.is_empty() {
            self.first = header.number;
            self.push_below(header.parent);
        }
        self.hashes.push_back(header.hash);
        if self.hashes.len() > REMEMBERED {
            self.hashes.pop_front();
            self.first += 1;
        }
    }

    /// Adds the parent of the first block. False if there is none, or no more room.
    pub(super) fn push_below(&mut self, parent: Hash) -> bool {
        if self.first == 0 || self.hashes.len() == REMEMBERED {
            return false;
        }
        self.first -= 1;
        self.hashes.push_front(parent);
        true
    }

    /// Drops all blocks above that height.
    pub(super) fn cut_above(&mut self, number: u64) {
        let kept = number.saturating_add(1).saturating_sub(self.first);
        self.hashes.truncate(usize::try_from(kept).unwrap_or(usize::MAX));
    }

    pub(super) fn len(&self) -> usize {
        self.hashes.len()
    }

    pub(super) fn clear(&mut self) {
        self.hashes.clear();
    }
}
