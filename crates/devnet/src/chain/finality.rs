//! What is final.

use std::sync::{Arc, atomic::Ordering};

use super::{Block, Blocks, Chain, Event, journal::Record, pool::Pool};

/// Why a block cannot be finalized.
#[derive(Debug, thiserror::Error)]
#[error("block {number} cannot be finalized: the finalized block is {finalized}, the best {best}")]
pub(crate) struct Unfinalizable {
    number: u32,
    finalized: u32,
    best: u32,
}

impl Chain {
    /// Sets how far the finalized block is behind the best from now on. A shorter lag finalizes at once; with a longer
    /// one finality waits for the best block.
    pub(crate) fn set_finality_lag(&self, lag: u32) {
        let _authoring = self.authoring.lock();
        let mut pool = self.pool.lock();
        self.finality_lag.store(lag, Ordering::Relaxed);
        let finalized = self.finalize_behind(&mut self.blocks.write());
        Self::tell_final(&mut pool, &finalized);
    }

    /// Finalizes the best chain up to this number.
    pub(crate) fn finalize(&self, number: u32) -> Result<(), Unfinalizable> {
        let _authoring = self.authoring.lock();
        let mut pool = self.pool.lock();
        let finalized = {
            let mut blocks = self.blocks.write();
            let (finalized, best) = (blocks.finalized().number(), blocks.best().number());
            if !(finalized..=best).contains(&number) {
                return Err(Unfinalizable { number, finalized, best });
            }
            self.finalize_to(&mut blocks, number)
        };
        Self::tell_final(&mut pool, &finalized);
        Ok(())
    }

    /// Finalizes what is far enough behind the best block.
    pub(super) fn finalize_behind(&self, blocks: &mut Blocks) -> Vec<Arc<Block>> {
        let lag = self.finality_lag.load(Ordering::Relaxed);
        self.finalize_to(blocks, blocks.best().number().saturating_sub(lag))
    }

    /// As from a node, of blocks that become final together only the last is told.
    fn finalize_to(&self, blocks: &mut Blocks, number: u32) -> Vec<Arc<Block>> {
        let finalized = blocks.finalize(number);
        if let Some(last) = finalized.last() {
            self.journal.append(|| Record::Finalized(last.number()));
            self.send(Event::Finalized, last);
        }
        finalized
    }

    pub(super) fn tell_final(pool: &mut Pool, finalized: &[Arc<Block>]) {
        for block in finalized {
            pool.finalized(block.hash, block.submitted().map(|(hash, _)| hash));
        }
    }
}
