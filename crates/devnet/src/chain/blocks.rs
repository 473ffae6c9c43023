//! The blocks and which of them are best and finalized.

use std::{collections::HashMap, sync::Arc};

use sp_core::{Bytes, H256};

use crate::runtime::Header;

/// A block that has been executed.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) hash: H256,
    pub(crate) header: Header,
    /// The extrinsics with their length prefix, as they are hashed and served.
    pub(crate) extrinsics: Vec<Bytes>,
}

impl Block {
    pub(crate) fn new(header: Header, extrinsics: Vec<Bytes>) -> Arc<Self> {
        Arc::new(Self { hash: header.hash(), header, extrinsics })
    }

    pub(crate) fn number(&self) -> u32 {
        self.header.number
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

impl Blocks {
    pub(crate) fn new(genesis: Arc<Block>) -> Self {
        let by_hash = HashMap::from([(genesis.hash, genesis.clone())]);
        Self { by_hash, best_chain: vec![genesis.clone()], finalized: 0, genesis }
    }

    /// Appends a child of the best block, which becomes the best. Returns the block this one finalizes, which is
    /// `lag` blocks behind, unless it is final already.
    pub(crate) fn import_best(&mut self, block: Arc<Block>, lag: u32) -> Option<Arc<Block>> {
        self.by_hash.insert(block.hash, block.clone());
        let final_number = (block.number() as usize).saturating_sub(lag as usize);
        self.best_chain.push(block);
        if final_number <= self.finalized {
            return None;
        }
        self.finalized = final_number;
        self.at_number(final_number)
    }

    pub(crate) fn get(&self, hash: &H256) -> Option<Arc<Block>> {
        self.by_hash.get(hash).cloned()
    }

    /// The block of the best chain with this number.
    pub(crate) fn at_number(&self, number: usize) -> Option<Arc<Block>> {
        self.best_chain.get(number).cloned()
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
}
