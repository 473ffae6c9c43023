//! The chain: blocks executed by an engine over states that stay readable.

mod archive;
mod author;
mod blocks;
mod finality;
mod fork;
pub(crate) mod genesis;
mod inclusion;
mod journal;
pub(crate) mod pool;
mod replay;
mod slot;
#[cfg(feature = "wasm")]
pub(crate) mod spec;
mod upgrade;

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use parity_scale_codec::{Decode, Encode};
use parking_lot::{Mutex, RwLock};
use sp_core::{Bytes, H256, storage::Storage};
use sp_runtime::{
    generic::Digest,
    traits::BlakeTwo256,
    transaction_validity::{TransactionSource, TransactionValidity, TransactionValidityError},
};
use sp_state_machine::{Ext, OverlayedChanges};
use sp_version::RuntimeVersion;
use tokio::sync::broadcast;

pub(crate) use archive::{Archive, State};
pub(crate) use blocks::{Block, Blocks, Route};
pub(crate) use finality::Unfinalizable;
pub(crate) use fork::ForkError;
pub use inclusion::Inclusion;

use crate::{
    Error,
    builder::Settings,
    engine::{self, Engine, ExecutionError},
};
use author::{Applied, Author};
use journal::{Journal, Record};
use pool::{Pool, PoolError};

/// Events a slow subscriber may fall behind before it is cut off.
const HEADS_BUFFERED: usize = 16_384;

/// What happens to the chain, in the order in which it happens.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) event: Event,
    pub(crate) block: Arc<Block>,
}

/// What happened to a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// It was executed; it may become the best now or later, or never.
    Imported,
    /// It became the best.
    Best,
    /// It became final; its ancestors did before, or do with it.
    Finalized,
}

/// The chain and its pool. Reading never waits for a block being executed.
pub(crate) struct Chain {
    engine: Arc<Engine>,
    archive: Archive,
    blocks: RwLock<Blocks>,
    pool: Mutex<Pool>,
    heads: broadcast::Sender<Head>,
    finality_lag: AtomicU32,
    /// The numbers of the blocks that carry an upgrade.
    upgrade_at: Vec<u32>,
    /// Whether blocks take nothing out of the pool.
    holds_transactions: AtomicBool,
    /// Held while a block is built or finalized: there is one author.
    authoring: Mutex<()>,
    journal: Journal,
}

impl Chain {
    /// Makes the genesis block, and whatever blocks the file has.
    pub(crate) fn new(engine: Engine, genesis: &Storage, settings: &Settings) -> Result<Self, Error> {
        let engine = Arc::new(engine);
        let archive = Archive::default();
        let genesis = genesis::block(&engine, genesis, &archive)?;
        let hash = genesis.hash;
        let mut chain = Self {
            engine,
            archive,
            blocks: RwLock::new(Blocks::new(genesis)),
            pool: Mutex::default(),
            heads: broadcast::Sender::new(HEADS_BUFFERED),
            finality_lag: settings.finality_lag.into(),
            upgrade_at: settings.upgrade_at.clone(),
            holds_transactions: AtomicBool::new(false),
            authoring: Mutex::default(),
            journal: Journal::default(),
        };
        if let Some(path) = settings.state.as_deref() {
            let (journal, records) = Journal::open(path, hash)?;
            for record in records {
                chain.replay(record).map_err(|error| Error::state(path, error))?;
            }
            chain.journal = journal;
        }
        Ok(chain)
    }

    /// Keeps nothing in the file from here on.
    pub(crate) fn let_go(&self) {
        self.journal.close();
    }

    /// Looks at the blocks; nothing is imported meanwhile.
    pub(crate) fn blocks<R>(&self, look: impl FnOnce(&Blocks) -> R) -> R {
        look(&self.blocks.read())
    }

    pub(crate) fn best(&self) -> Arc<Block> {
        self.blocks(|blocks| blocks.best().clone())
    }

    /// Looks at the blocks, with what happens to the chain from then on.
    pub(crate) fn follow<R>(&self, look: impl FnOnce(&Blocks) -> R) -> (R, broadcast::Receiver<Head>) {
        let blocks = self.blocks.read();
        (look(&blocks), self.heads.subscribe())
    }

    /// The state after this block.
    pub(crate) fn state(&self, block: &Block) -> State<'_> {
        self.archive.state(block.header.state_root)
    }

    /// Calls a runtime API function on the state after this block; what it writes is dropped.
    pub(crate) fn call(
        &self,
        block: &Block,
        function: &str,
        arguments: &[u8],
    ) -> Result<Vec<u8>, ExecutionError> {
        let state = self.state(block);
        let runtime = self.engine.runtime_of(&state)?;
        let mut overlay = OverlayedChanges::<BlakeTwo256>::default();
        let mut extensions = engine::extensions(&self.engine);
        let mut externalities = Ext::new(&mut overlay, &state, Some(&mut extensions));
        runtime.call(&mut externalities, function, arguments)
    }

    /// The version of the runtime whose code lies in the state after this block.
    pub(crate) fn version(&self, block: &Block) -> Result<RuntimeVersion, ExecutionError> {
        Ok(self.engine.runtime_of(&self.state(block))?.version().clone())
    }

    /// Puts an extrinsic into the pool, if it is valid on top of the best block.
    pub(crate) fn submit(&self, extrinsic: Bytes) -> Result<H256, PoolError> {
        let hash = pool::hash(&extrinsic);
        self.admits(&hash)?;
        let valid = match self.validate(&self.best(), TransactionSource::External, &extrinsic)? {
            Ok(valid) => valid,
            Err(error) => {
                if let TransactionValidityError::Invalid(_) = error {
                    self.pool.lock().ban(hash);
                }
                return Err(PoolError::from(error));
            }
        };
        self.pool.lock().insert(hash, extrinsic, valid)?;
        Ok(hash)
    }

    /// Whether a transaction of this hash may come in. As with a node, asking for what is in already bans it.
    pub(crate) fn admits(&self, hash: &H256) -> Result<(), PoolError> {
        let mut pool = self.pool.lock();
        let admitted = pool.admits(hash);
        if let Err(PoolError::AlreadyImported(_)) = admitted {
            pool.ban(*hash);
        }
        admitted
    }

    /// Makes blocks without what is in the pool from now on, or with it again.
    pub(crate) fn hold_transactions(&self, hold: bool) {
        self.holds_transactions.store(hold, Ordering::Relaxed);
    }

    /// The pool, to be looked at.
    pub(crate) fn pool(&self) -> parking_lot::MutexGuard<'_, Pool> {
        self.pool.lock()
    }

    fn validate(
        &self,
        block: &Block,
        source: TransactionSource,
        extrinsic: &Bytes,
    ) -> Result<TransactionValidity, ExecutionError> {
        let mut arguments = source.encode();
        arguments.extend_from_slice(extrinsic);
        arguments.extend_from_slice(block.hash.as_bytes());
        let answer = self.call(block, "TaggedTransactionQueue_validate_transaction", &arguments)?;
        TransactionValidity::decode(&mut &answer[..])
            .map_err(|error| ExecutionError::Panicked(error.to_string()))
    }

    /// Builds a block out of what is ready in the pool, and makes it the best. It carries an upgrade if this or the
    /// settings say so.
    pub(crate) fn produce(&self, upgrade: bool) -> Result<Arc<Block>, ExecutionError> {
        let _authoring = self.authoring.lock();
        let parent = self.best();
        let upgrade = upgrade || self.upgrade_at.contains(&(parent.number() + 1));
        let held = self.holds_transactions.load(Ordering::Relaxed);
        let ready = if held { Vec::new() } else { self.pool.lock().ready() };
        self.build(&parent, Digest::default(), ready, upgrade)
    }

    /// Builds and imports a child of a block. Whoever calls holds `authoring`.
    fn build(
        &self,
        parent: &Block,
        digest: Digest,
        ready: Vec<(H256, Bytes)>,
        upgrade: bool,
    ) -> Result<Arc<Block>, ExecutionError> {
        let (timestamp, slot) = self.next_slot(parent)?;
        let logs = slot.into_iter().chain(digest.logs).collect();
        let mut author = Author::new(&self.engine, &self.archive, parent, Digest { logs })?;
        author.inherents(timestamp)?;
        let mut invalid = Vec::new();
        for (hash, extrinsic) in ready {
            match author.apply(extrinsic) {
                Applied::Included | Applied::Later => {}
                Applied::Invalid => invalid.push(hash),
                Applied::Full => break,
            }
        }
        if upgrade {
            self.carry_upgrade(&mut author, parent)?;
        }
        let block = author.finish()?;
        self.import(&block, &invalid);
        Ok(block)
    }

    fn import(&self, block: &Arc<Block>, invalid: &[H256]) {
        let mut pool = self.pool.lock();
        let (route, finalized) = {
            let mut blocks = self.blocks.write();
            let route = blocks.import(block.clone());
            self.journal.append(|| Record::imported(block));
            // Sent under the lock, so that no subscriber sees a head twice or misses one.
            self.send(Event::Imported, block);
            let Some(route) = route else { return };
            self.send(Event::Best, block);
            (route, self.finalize_behind(&mut blocks))
        };
        self.settle(&mut pool, block, &route, invalid);
        Self::tell_final(&mut pool, &finalized);
    }

    /// Brings the pool up to a new best block.
    fn settle(&self, pool: &mut Pool, best: &Block, route: &Route, invalid: &[H256]) {
        for block in &route.retired {
            pool.retracted(block.hash, block.submitted().map(|(hash, _)| hash));
        }
        for block in &route.enacted {
            pool.included(block.hash, block.submitted().map(|(hash, _)| hash));
        }
        for hash in invalid {
            pool.refuse(hash);
        }
        let validated = |extrinsic: &Bytes| self.validate(best, TransactionSource::External, extrinsic);
        for (hash, extrinsic) in pool.pending() {
            match validated(&extrinsic) {
                Ok(Ok(valid)) => pool.revalidated(&hash, valid),
                _ => pool.refuse(&hash),
            }
        }
        for (hash, extrinsic) in route.retired.iter().flat_map(|block| block.submitted()) {
            // What the new branch includes too is not to come back.
            if pool.admits(&hash).is_err() {
                continue;
            }
            let returned = match validated(extrinsic) {
                Ok(Ok(valid)) => pool.insert(hash, extrinsic.clone(), valid).is_ok(),
                _ => false,
            };
            if !returned {
                pool.refuse(&hash);
            }
        }
        pool.promote();
    }

    fn send(&self, event: Event, block: &Arc<Block>) {
        // Nobody may be listening.
        let _ = self.heads.send(Head { event, block: block.clone() });
    }
}
