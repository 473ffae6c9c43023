//! A chain that goes on, whatever nodes serve it.

use std::{fmt, sync::Arc, time::Duration};

use sp_core::storage::Storage;
use tokio::{
    task::{JoinHandle, spawn_blocking},
    time::{Instant, MissedTickBehavior, interval_at},
};

#[cfg(feature = "wasm")]
use crate::chain::spec;
use crate::{
    Blocks, Error, Result,
    builder::Settings,
    chain::{Chain, ForkError, genesis::Genesis},
    engine::Engine,
};

/// A chain with its clock. Dropping it stops the clock, and lets go the file the chain is kept in.
pub(crate) struct Running {
    pub(crate) chain: Arc<Chain>,
    pub(crate) genesis: Genesis,
    /// Whether a block follows every submission.
    pub(crate) instant: bool,
    clock: Option<JoinHandle<()>>,
}

impl Running {
    pub(crate) async fn start(settings: Settings) -> Result<Arc<Self>> {
        let Settings { genesis, blocks, fork_every, .. } = settings;
        let chain = spawn_blocking(move || {
            let (engine, storage) = beginning(&settings)?;
            Chain::new(engine, &storage, &settings)
        });
        let chain = Arc::new(chain.await.map_err(Error::config)??);
        let clock = match blocks {
            Blocks::Every(period) => {
                let forks = fork_every.map(|every| Forks::new(every, genesis.seed));
                Some(tokio::spawn(tick(chain.clone(), period, forks)))
            }
            Blocks::OnDemand | Blocks::PerExtrinsic => None,
        };
        Ok(Arc::new(Self { chain, genesis, instant: blocks == Blocks::PerExtrinsic, clock }))
    }

    /// Stops making blocks.
    pub(crate) async fn stop(mut self) {
        if let Some(clock) = self.clock.take() {
            clock.abort();
            // Aborted is what it was to be.
            let _ = clock.await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(clock) = &self.clock {
            clock.abort();
        }
        self.chain.let_go();
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Running").field("genesis", &self.genesis).finish_non_exhaustive()
    }
}

/// What executes the chain, and its first state.
fn beginning(settings: &Settings) -> Result<(Engine, Storage)> {
    #[cfg(feature = "wasm")]
    if let Some(file) = &settings.spec {
        return Ok((Engine::wasm(), spec::read(file)?));
    }
    let storage = settings.genesis.storage(&settings.endowed).map_err(Error::config)?;
    Ok((Engine::native(settings.metadata_hash), storage))
}

/// Makes a block, which carries an upgrade if so wanted.
pub(crate) async fn produce(chain: Arc<Chain>, upgrade: bool) -> Result<[u8; 32]> {
    let block = spawn_blocking(move || chain.produce(upgrade)).await.map_err(Error::execution)?;
    block.map(|block| block.hash.0).map_err(Error::execution)
}

/// Makes a block at every tick; ticks missed by a slow machine are not made up for.
async fn tick(chain: Arc<Chain>, period: Duration, mut forks: Option<Forks>) {
    let period = period.max(Duration::from_millis(1));
    let mut ticks = interval_at(Instant::now() + period, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let mut made = produce(chain.clone(), false).await.map(drop);
        if let (Ok(()), Some(forks)) = (&made, &mut forks) {
            made = forks.follow(&chain).await;
        }
        if let Err(error) = made {
            tracing::error!(target: "tensorwire::devnet", %error, "no more blocks");
            return;
        }
    }
}

/// Forks now and then.
struct Forks {
    every: u32,
    blocks: u32,
    random: fastrand::Rng,
}

impl Forks {
    const DEEPEST: u32 = 3;

    fn new(every: u32, seed: u64) -> Self {
        Self { every, blocks: 0, random: fastrand::Rng::with_seed(seed) }
    }

    /// Counts a block, and lets a fork follow if it is time.
    async fn follow(&mut self, chain: &Arc<Chain>) -> Result<()> {
        self.blocks += 1;
        if self.blocks < self.every {
            return Ok(());
        }
        self.blocks = 0;
        let depth = self.random.u32(1..=Self::DEEPEST);
        let chain = chain.clone();
        let forked = spawn_blocking(move || {
            let depth =
                depth.min(chain.blocks(|blocks| blocks.best().number() - blocks.finalized().number()));
            if depth == 0 { Ok(()) } else { chain.fork(depth, depth + 1).map(drop) }
        });
        match forked.await.map_err(Error::execution)? {
            Err(error @ ForkError::Execution(_)) => Err(error.into()),
            // Somebody finalized meanwhile: the next fork will do.
            Err(ForkError::TooDeep { .. }) | Ok(()) => Ok(()),
        }
    }
}
