//! What one node of a chain knows and serves.

mod heads;

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use sp_core::H256;
use tokio::sync::watch;

use crate::chain::{Block, Blocks, Chain};

pub(crate) use heads::Heads;

/// A chain as one node has it: perhaps without its beginning or its old states, perhaps behind it.
pub(crate) struct View {
    chain: Arc<Chain>,
    /// How many blocks below the best have a state; all have without it.
    pruning: Option<u32>,
    /// The lowest block known, but for the genesis.
    first_block: u32,
    /// How many blocks the node is behind the chain.
    lag: AtomicU32,
    /// The node's heads while they stand still.
    frozen: watch::Sender<Option<Tips>>,
}

/// The ends of the chain, as a node has them.
#[derive(Clone)]
pub(crate) struct Tips {
    pub(crate) best: Arc<Block>,
    pub(crate) finalized: Arc<Block>,
}

/// What a node has not got, worded as a node words it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Missing {
    #[error("UnknownBlock: Header was not found in the database: {0:?}")]
    Header(H256),
    #[error("UnknownBlock: State already discarded for {0:?}")]
    State(H256),
}

impl View {
    pub(crate) fn new(chain: Arc<Chain>, pruning: Option<u32>, first_block: u32) -> Self {
        Self { chain, pruning, first_block, lag: AtomicU32::new(0), frozen: watch::Sender::new(None) }
    }

    pub(crate) fn chain(&self) -> &Arc<Chain> {
        &self.chain
    }

    /// Stays so many blocks behind the chain from now on.
    pub(crate) fn set_lag(&self, lag: u32) {
        self.lag.store(lag, Ordering::Relaxed);
    }

    /// Stops the heads where they are, or lets them go on. What came meanwhile follows then.
    pub(crate) fn set_frozen(&self, frozen: bool) {
        let tips = frozen.then(|| self.tips());
        self.frozen.send_if_modified(|now| {
            let changed = now.is_some() != tips.is_some();
            if changed {
                *now = tips;
            }
            changed
        });
    }

    pub(crate) fn tips(&self) -> Tips {
        self.chain.blocks(|blocks| self.tips_of(blocks))
    }

    pub(crate) fn best(&self) -> Arc<Block> {
        self.tips().best
    }

    /// The block with this hash, or the best one; `None` where the node does not know it.
    pub(crate) fn block(&self, hash: Option<H256>) -> Option<Arc<Block>> {
        self.chain.blocks(|blocks| {
            let best = self.tips_of(blocks).best;
            let Some(hash) = hash else { return Some(best) };
            blocks.get(&hash).filter(|block| self.knows(block.number(), &best))
        })
    }

    /// The block of the best chain with this number.
    pub(crate) fn at_number(&self, number: u32) -> Option<Arc<Block>> {
        self.chain.blocks(|blocks| {
            let best = self.tips_of(blocks).best;
            self.knows(number, &best).then(|| blocks.ancestor(&best, number)).flatten()
        })
    }

    /// A block whose state the node has.
    pub(crate) fn with_state(&self, hash: Option<H256>) -> Result<Arc<Block>, Missing> {
        let best = self.best();
        let Some(hash) = hash else { return Ok(best) };
        let block = self.block(Some(hash)).ok_or(Missing::Header(hash))?;
        let discarded = |depth: u32| block.number().saturating_add(depth) < best.number();
        if self.pruning.is_some_and(discarded) { Err(Missing::State(hash)) } else { Ok(block) }
    }

    fn knows(&self, number: u32, best: &Block) -> bool {
        number == 0 || (self.first_block..=best.number()).contains(&number)
    }

    fn tips_of(&self, blocks: &Blocks) -> Tips {
        let frozen = self.frozen.borrow().clone();
        frozen.unwrap_or_else(|| Tips {
            best: self.behind(blocks, blocks.best()),
            finalized: self.behind(blocks, blocks.finalized()),
        })
    }

    /// The ancestor at which the node is when the chain is at this block.
    fn behind(&self, blocks: &Blocks, block: &Arc<Block>) -> Arc<Block> {
        let number = block.number().saturating_sub(self.lag.load(Ordering::Relaxed));
        blocks.ancestor(block, number).unwrap_or_else(|| blocks.genesis().clone())
    }
}
