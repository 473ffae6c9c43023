//! A chain that goes on, whatever nodes serve it.

use std::{fmt, sync::Arc, time::Duration};

use tokio::{
    task::{JoinHandle, spawn_blocking},
    time::{Instant, MissedTickBehavior, interval_at},
};

use crate::{
    Blocks, Error, Result,
    builder::Settings,
    chain::{Chain, genesis::Genesis},
    engine::NativeEngine,
};

/// A chain with its clock. Dropping it stops the clock.
pub(crate) struct Running {
    pub(crate) chain: Arc<Chain>,
    pub(crate) genesis: Genesis,
    /// Whether a block follows every submission.
    pub(crate) instant: bool,
    clock: Option<JoinHandle<()>>,
}

impl Running {
    pub(crate) async fn start(settings: Settings) -> Result<Arc<Self>> {
        let Settings { genesis, blocks, finality_lag } = settings;
        let engine = Box::new(NativeEngine::new());
        let chain = spawn_blocking(move || Chain::new(engine, &genesis, finality_lag))
            .await
            .map_err(Error::config)?
            .map_err(Error::config)?;
        let chain = Arc::new(chain);
        let clock = match blocks {
            Blocks::Every(period) => Some(tokio::spawn(tick(chain.clone(), period))),
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
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Running").field("genesis", &self.genesis).finish_non_exhaustive()
    }
}

pub(crate) async fn produce(chain: Arc<Chain>) -> Result<[u8; 32]> {
    let block = spawn_blocking(move || chain.produce()).await.map_err(Error::execution)?;
    block.map(|block| block.hash.0).map_err(Error::execution)
}

/// Makes a block at every tick; ticks missed by a slow machine are not made up for.
async fn tick(chain: Arc<Chain>, period: Duration) {
    let period = period.max(Duration::from_millis(1));
    let mut ticks = interval_at(Instant::now() + period, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = produce(chain.clone()).await {
            tracing::error!(target: "tensorwire::devnet", %error, "no more blocks");
            return;
        }
    }
}
