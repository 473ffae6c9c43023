//! A running chain.

use std::{fmt, sync::Arc, time::Duration};

use tokio::{
    task::{JoinHandle, spawn_blocking},
    time::{Instant, MissedTickBehavior, interval_at},
};

use crate::{
    Blocks, Builder, Error, Result, Stats,
    chain::{Chain, genesis},
    engine::NativeEngine,
    link::Link,
    rpc,
    server::RpcServer,
    subtensor::genesis::neuron,
};

/// A local chain, served on a loopback port until it is shut down or dropped.
pub struct Devnet {
    chain: Arc<Chain>,
    link: Arc<Link>,
    server: RpcServer,
    clock: Option<JoinHandle<()>>,
    url: String,
    seed: u64,
}

impl Devnet {
    /// The settings of a chain that is to be started.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) async fn start(settings: Builder) -> Result<Self> {
        let Builder { genesis, blocks, finality_lag, latency, bandwidth, port } = settings;
        let engine = Box::new(NativeEngine::new());
        let chain = spawn_blocking(move || Chain::new(engine, &genesis, finality_lag))
            .await
            .map_err(Error::config)?
            .map_err(Error::config)?;
        let chain = Arc::new(chain);
        let methods = rpc::methods(&chain, blocks == Blocks::PerExtrinsic).map_err(Error::config)?;
        let link = Link::new(latency, bandwidth);
        let server = RpcServer::start(methods.into(), port, link.clone())
            .await
            .map_err(|error| Error::port(port, &error))?;
        let clock = match blocks {
            Blocks::Every(period) => Some(tokio::spawn(tick(chain.clone(), period))),
            Blocks::OnDemand | Blocks::PerExtrinsic => None,
        };
        let url = format!("ws://127.0.0.1:{}", server.port());
        Ok(Self { chain, link, server, clock, url, seed: genesis.seed })
    }

    /// Where the chain is served: `ws://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Makes one block of what is ready in the pool and returns its hash.
    ///
    /// # Errors
    /// `Execution` when the runtime fails.
    pub async fn produce_block(&self) -> Result<[u8; 32]> {
        produce(self.chain.clone()).await
    }

    /// Makes blocks one after another and returns the hash of the last, or of the best block when there is nothing
    /// to make.
    ///
    /// # Errors
    /// `Execution` when the runtime fails; the blocks made before stay.
    pub async fn produce_blocks(&self, count: u32) -> Result<[u8; 32]> {
        let mut last = self.chain.best().hash.0;
        for _ in 0..count {
            last = self.produce_block().await?;
        }
        Ok(last)
    }

    /// The hash of the genesis block.
    pub fn genesis_hash(&self) -> [u8; 32] {
        self.chain.blocks(|blocks| blocks.genesis().hash.0)
    }

    /// The public key of a development account (`Alice`, `Bob`, `Charlie`, `Dave`, `Eve` or `Ferdie`), whose secret
    /// is `//NAME` of the development phrase. `None` for another name.
    pub fn dev_account(&self, name: &str) -> Option<[u8; 32]> {
        genesis::DEV_ACCOUNTS.contains(&name).then(|| genesis::dev_account(name)).flatten().map(Into::into)
    }

    /// The sr25519 secret seed of a neuron's hotkey at genesis.
    pub fn hotkey_seed(&self, netuid: u16, uid: u16) -> [u8; 32] {
        neuron::hotkey_seed(self.seed, netuid, uid)
    }

    /// The sr25519 secret seed of the coldkey that owns the neuron with this uid on every subnet at genesis.
    pub fn coldkey_seed(&self, uid: u16) -> [u8; 32] {
        neuron::coldkey_seed(self.seed, uid)
    }

    /// What the server has seen since the start.
    pub fn stats(&self) -> Stats {
        let traffic = self.link.traffic();
        Stats {
            requests: self.server.requests(),
            connections_opened: traffic.connections_opened,
            connections_open: traffic.connections_open,
            bytes_in: traffic.bytes_in,
            bytes_out: traffic.bytes_out,
        }
    }

    /// Stops making blocks and closes all connections. Dropping does the same without waiting.
    pub async fn shutdown(mut self) {
        self.server.stop();
        if let Some(clock) = self.clock.take() {
            clock.abort();
            // Aborted is what it was to be.
            let _ = clock.await;
        }
    }
}

impl Drop for Devnet {
    fn drop(&mut self) {
        if let Some(clock) = &self.clock {
            clock.abort();
        }
    }
}

impl fmt::Debug for Devnet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Devnet").field("url", &self.url).finish_non_exhaustive()
    }
}

async fn produce(chain: Arc<Chain>) -> Result<[u8; 32]> {
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
