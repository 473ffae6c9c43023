use crate::{BlockRef, Header};

/// A head and some of its ancestors, linked without a gap.
#[derive(Debug)]
pub(super) struct Branch {
    head: Header,
    /// The ancestors, the newest first.
    below: Vec<Header>,
}

impl Branch {
    pub(super) fn new(head: Header) -> Self {
        Self { head, below: Vec::new() }
    }

    pub(super) fn head(&self) -> &Header {
        &self.head
    }

    pub(super) fn lowest(&self) -> &Header {
        self.below.last().unwrap_or(&self.head)
    }

    /// The parent of the lowest block; none below genesis.
    pub(super) fn parent(&self) -> Option<BlockRef> {
        let lowest = self.lowest();
        Some(BlockRef { number: lowest.number.checked_sub(1)?, hash: lowest.parent })
    }

    /// Adds the parent of the lowest block. False if this is not it.
    pub(super) fn extend(&mut self, parent: Header) -> bool {
        let fits = self.lowest().follows(parent.block());
        if fits {
            self.below.push(parent);
        }
        fits
    }

    /// All blocks, in ascending order.
    pub(super) fn blocks(&self) -> impl Iterator<Item = &Header> {
        self.below.iter().rev().chain([&self.head])
    }
}
