//! The blocks and which of them are best and finalized.

use std::{collections::HashMap, sync::Arc};

use sp_core::{Bytes, H256};

use super::pool;
use crate::runtime::Header;

/// A block that has been executed.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) hash: H256,
    pub(crate) header: Header,
    /// The extrinsics with their length prefix, as they are hashed and served: first the inherents, then what was
    /// submitted.
    pub(crate) extrinsics: Vec<Bytes>,
    pub(crate) inherents: usize,
}

impl Block {
    pub(crate) fn new(header: Header, extrinsics: Vec<Bytes>, inherents: usize) -> Arc<Self> {
        Arc::new(Self { hash: header.hash(), header, extrinsics, inherents })
    }

    pub(crate) fn number(&self) -> u32 {
        self.header.number
    }

    /// What came from the pool, with the hash by which the pool knows it.
    pub(crate) fn submitted(&self) -> impl Iterator<Item = (H256, &Bytes)> {
        self.extrinsics.iter().skip(self.inherents).map(|extrinsic| (pool::hash(extrinsic), extrinsic))
    }
}

/// All blocks, of which some make up the best chain.
pub(crate) struct Blocks {
    by_hash: HashMap<H256, Arc<Block>>,
    /// The best chain, by number. It is never empty: its first block is the genesis.
    best_chain: Vec<Arc<Block>>,
    finalized: usize,
    genesis: Arc<Block>,
}

/// How the best chain changed.
pub(crate) struct Route {
    /// What is no longer part of it, lowest first.
    pub(crate) retired: Vec<Arc<Block>>,
    /// What is now, lowest first.
    pub(crate) enacted: Vec<Arc<Block>>,
}

impl Blocks {
    pub(crate) fn new(genesis: Arc<Block>) -> Self {
        let by_hash = HashMap::from([(genesis.hash, genesis.clone())]);
        Self { by_hash, best_chain: vec![genesis.clone()], finalized: 0, genesis }
    }

    /// Takes a block in. It becomes the best if it is higher than the best so far; of equals, the first stays.
    /// Its branch leaves the best chain above the finalized block: whoever builds a block sees to that.
    pub(crate) fn import(&mut self, block: Arc<Block>) -> Option<Route> {
        self.by_hash.insert(block.hash, block.clone());
        if block.number() <= self.best().number() {
            return None;
        }
        let mut enacted = vec![block.clone()];
        let mut parent = self.get(&block.header.parent_hash)?;
        while !self.is_on_best_chain(&parent) {
            let next = self.get(&parent.header.parent_hash)?;
            enacted.push(std::mem::replace(&mut parent, next));
        }
        enacted.reverse();
        let retired = self.best_chain.split_off(parent.number() as usize + 1);
        self.best_chain.extend_from_slice(&enacted);
        Some(Route { retired, enacted })
    }

    /// Finalizes the best chain up to this number; returns the blocks this makes final, lowest first.
    pub(crate) fn finalize(&mut self, number: u32) -> Vec<Arc<Block>> {
        let number = (number as usize).min(self.best_chain.len() - 1).max(self.finalized);
        let newly = self.best_chain.get(self.finalized + 1..=number).unwrap_or_default().to_vec();
        self.finalized = number;
        newly
    }

    pub(crate) fn get(&self, hash: &H256) -> Option<Arc<Block>> {
        self.by_hash.get(hash).cloned()
    }

    /// All blocks, in no order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Block>> {
        self.by_hash.values()
    }

    /// The block of the best chain with this number.
    pub(crate) fn at_number(&self, number: u32) -> Option<Arc<Block>> {
        self.best_chain.get(number as usize).cloned()
    }

    /// The ancestor of a block at this number: the block itself at its own number, none above it.
    pub(crate) fn ancestor(&self, of: &Arc<Block>, number: u32) -> Option<Arc<Block>> {
        let mut block = of.clone();
        while block.number() > number {
            if self.is_on_best_chain(&block) {
                return self.at_number(number);
            }
            block = self.get(&block.header.parent_hash)?;
        }
        (block.number() == number).then_some(block)
    }

    pub(crate) fn genesis(&self) -> &Arc<Block> {
        &self.genesis
    }

    pub(crate) fn best(&self) -> &Arc<Block> {
        self.best_chain.last().unwrap_or(&self.genesis)
    }

    pub(crate) fn finalized(&self) -> &Arc<Block> {
        self.best_chain.get(self.finalized).unwrap_or(&self.genesis)
    }

    pub(crate) fn is_on_best_chain(&self, block: &Block) -> bool {
        self.best_chain.get(block.number() as usize).is_some_and(|best| best.hash == block.hash)
    }
}
