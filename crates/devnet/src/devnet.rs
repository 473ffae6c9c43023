//! A node of a running chain.

mod pool;

use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
};

use tokio::{sync::Mutex, task::spawn_blocking};

use crate::{
    Builder, Ending, Error, Fault, Result, Stats,
    builder::Node,
    chain::{Block, genesis},
    faults::Faults,
    link::Link,
    rpc,
    running::{Running, produce},
    server::{RpcServer, Service},
    subtensor::genesis::neuron,
    view::View,
};

/// A node of a local chain, served on a loopback port until it is shut down or dropped.
///
/// A chain may have several nodes ([`Devnet::another`]), each with its own port, link, depth of states and faults. It
/// goes on until its last node is gone. What changes the chain ([`produce_block`](Self::produce_block),
/// [`fork`](Self::fork), [`finalize`](Self::finalize)) is the same through each of them.
pub struct Devnet {
    running: Arc<Running>,
    view: Arc<View>,
    service: Service,
    /// None while the node does not serve.
    server: Mutex<Option<RpcServer>>,
    port: u16,
    url: String,
}

impl Devnet {
    /// The settings of a chain that is to be started.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) async fn start(running: Arc<Running>, settings: Node) -> Result<Self> {
        let Node { latency, bandwidth, port, pruning, first_block, faults } = settings;
        let view = Arc::new(View::new(running.chain.clone(), pruning, first_block));
        let methods = rpc::methods(&view, running.instant).map_err(Error::config)?.into();
        let service = Service {
            methods,
            link: Link::new(latency, bandwidth),
            requests: Arc::default(),
            faults: Arc::new(Faults::new(running.genesis.seed)),
        };
        set_faults(&view, &service.faults, faults);
        let server = RpcServer::start(service.clone(), port).await;
        let server = server.map_err(|error| Error::port(port, &error))?;
        let port = server.port();
        let url = format!("ws://127.0.0.1:{port}");
        Ok(Self { running, view, service, server: Mutex::new(Some(server)), port, url })
    }

    /// The settings of another node of the same chain, which is served when they are
    /// [started](Builder::start). Settings of the chain itself do nothing there.
    ///
    /// ```no_run
    /// # async fn run() -> tensorwire_devnet::Result<()> {
    /// # use tensorwire_devnet::Devnet;
    /// let archive = Devnet::builder().subnets(1).neurons(4).start().await?;
    /// let pruned = archive.another().pruning(8).start().await?;
    /// assert_eq!(archive.genesis_hash(), pruned.genesis_hash());
    /// # Ok(()) }
    /// ```
    pub fn another(&self) -> Builder {
        Builder::of_running(self.running.clone())
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
        produce(self.running.chain.clone(), false).await
    }

    /// Makes one block that carries an upgrade to the next runtime, and returns its hash. It holds what is ready in the
    /// pool, and last an extrinsic by which Alice, as the holder of the sudo key, sets the [next
    /// code](Self::next_code). As on every chain the old runtime executes that block; the new one answers the calls
    /// that are made at it, and executes the blocks after it, the first of which changes the state to its layout.
    ///
    /// # Errors
    /// `Execution` when the runtime fails, or Alice no longer holds the sudo key.
    pub async fn upgrade(&self) -> Result<[u8; 32]> {
        produce(self.running.chain.clone(), true).await
    }

    /// The code of the runtime that follows the best block's, for a `System.set_code` of one's own. Each upgrade
    /// raises the spec version by one.
    ///
    /// # Errors
    /// `Execution` when the best block's runtime is none that is compiled in.
    pub fn next_code(&self) -> Result<Vec<u8>> {
        let chain = &self.running.chain;
        chain.next_code(&chain.best()).map_err(Error::execution)
    }

    /// Makes blocks one after another and returns the hash of the last, or of the best block when there is nothing
    /// to make.
    ///
    /// # Errors
    /// `Execution` when the runtime fails; the blocks made before stay.
    pub async fn produce_blocks(&self, count: u32) -> Result<[u8; 32]> {
        let mut last = self.best().1;
        for _ in 0..count {
            last = self.produce_block().await?;
        }
        Ok(last)
    }

    /// Builds a branch of `length` empty blocks on the block `depth` below the best one, and returns their hashes,
    /// lowest first. A branch longer than `depth` becomes the best chain: what was submitted in the blocks it
    /// replaces goes back to the pool, to be in a later block. The blocks of both branches stay readable by hash.
    ///
    /// # Errors
    /// `Finality` when the branch would begin below the finalized block, `Execution` when the runtime fails.
    pub async fn fork(&self, depth: u32, length: u32) -> Result<Vec<[u8; 32]>> {
        let chain = self.running.chain.clone();
        let branch = spawn_blocking(move || chain.fork(depth, length)).await.map_err(Error::execution)?;
        Ok(branch?.iter().map(|block| block.hash.0).collect())
    }

    /// Sets how many blocks the finalized head is behind the best one. A shorter lag finalizes at once; with a longer
    /// one the finalized head waits for the best.
    pub async fn set_finality_lag(&self, blocks: u32) {
        let chain = self.running.chain.clone();
        // Nothing in there fails.
        let _ = spawn_blocking(move || chain.set_finality_lag(blocks)).await;
    }

    /// Finalizes the best chain up to this number, however small the lag is.
    ///
    /// # Errors
    /// `Finality` when the number is below the finalized block, or above the best.
    pub async fn finalize(&self, number: u32) -> Result<()> {
        let chain = self.running.chain.clone();
        Ok(spawn_blocking(move || chain.finalize(number)).await.map_err(Error::execution)??)
    }

    /// Number and hash of the chain's best block.
    pub fn best(&self) -> (u32, [u8; 32]) {
        self.running.chain.blocks(|blocks| named(blocks.best()))
    }

    /// Number and hash of the chain's finalized block.
    pub fn finalized(&self) -> (u32, [u8; 32]) {
        self.running.chain.blocks(|blocks| named(blocks.finalized()))
    }

    /// The hash of the best chain's block with this number.
    pub fn block_hash(&self, number: u32) -> Option<[u8; 32]> {
        self.running.chain.blocks(|blocks| blocks.at_number(number)).map(|block| block.hash.0)
    }

    /// The hash of the genesis block.
    pub fn genesis_hash(&self) -> [u8; 32] {
        self.running.chain.blocks(|blocks| blocks.genesis().hash.0)
    }

    /// The public key of a development account (`Alice`, `Bob`, `Charlie`, `Dave`, `Eve` or `Ferdie`), whose secret
    /// is `//NAME` of the development phrase. `None` for another name.
    pub fn dev_account(&self, name: &str) -> Option<[u8; 32]> {
        genesis::DEV_ACCOUNTS.contains(&name).then(|| genesis::dev_account(name)).flatten().map(Into::into)
    }

    /// The sr25519 secret seed of a neuron's hotkey at genesis.
    pub fn hotkey_seed(&self, netuid: u16, uid: u16) -> [u8; 32] {
        neuron::hotkey_seed(self.running.genesis.seed, netuid, uid)
    }

    /// The sr25519 secret seed of the coldkey that owns the neuron with this uid on every subnet at genesis.
    pub fn coldkey_seed(&self, uid: u16) -> [u8; 32] {
        neuron::coldkey_seed(self.running.genesis.seed, uid)
    }

    /// What the node has seen since its start, over all times it served.
    pub fn stats(&self) -> Stats {
        let traffic = self.service.link.traffic();
        Stats {
            requests: self.service.requests.load(Ordering::Relaxed),
            connections_opened: traffic.connections_opened,
            connections_open: traffic.connections_open,
            bytes_in: traffic.bytes_in,
            bytes_out: traffic.bytes_out,
        }
    }

    /// Replaces what goes wrong on this node; with none, all is well again. Counting begins anew.
    ///
    /// ```no_run
    /// # async fn run() -> tensorwire_devnet::Result<()> {
    /// # use tensorwire_devnet::{Devnet, Fault};
    /// let devnet = Devnet::builder().subnets(1).neurons(4).faults([Fault::LoseReply(10)]).start().await?;
    /// devnet.set_faults(["drop-every=50".parse()?, "delay=5..20".parse()?]);
    /// devnet.set_faults([]);
    /// # Ok(()) }
    /// ```
    pub fn set_faults(&self, faults: impl IntoIterator<Item = Fault>) {
        set_faults(&self.view, &self.service.faults, faults.into_iter().collect());
    }

    /// Ends all connections of now; the node goes on serving.
    pub async fn disconnect(&self, ending: Ending) {
        if let Some(server) = &*self.server.lock().await {
            server.disconnect(ending);
        }
    }

    /// Ends all connections and frees the port, as when the node is stopped; the chain goes on. Whoever connects is
    /// refused by the system, until [`serve_again`](Self::serve_again). Does nothing when the node does not serve.
    pub async fn stop_serving(&self, ending: Ending) {
        let server = self.server.lock().await.take();
        if let Some(server) = server {
            server.stop(ending).await;
        }
    }

    /// Serves on the same port again. Does nothing when the node serves.
    ///
    /// # Errors
    /// `Port` when somebody else has taken the port meanwhile.
    pub async fn serve_again(&self) -> Result<()> {
        let mut server = self.server.lock().await;
        if server.is_none() {
            let started = RpcServer::start(self.service.clone(), self.port).await;
            *server = Some(started.map_err(|error| Error::port(self.port, &error))?);
        }
        Ok(())
    }

    /// Closes all connections, and stops making blocks if this is the last node of the chain. Dropping does the same
    /// without waiting.
    pub async fn shutdown(self) {
        self.stop_serving(Ending::Close(GOING_AWAY)).await;
        let Self { running, view, service, .. } = self;
        drop((view, service));
        if let Some(running) = Arc::into_inner(running) {
            running.stop().await;
        }
    }
}

/// The code of a close frame of a node that is shut down.
const GOING_AWAY: u16 = 1001;

/// Two places act on faults: what carries messages, and what knows the chain.
fn set_faults(view: &View, faults: &Faults, set: Vec<Fault>) {
    faults.set(set);
    view.set_lag(faults.lag());
    view.set_frozen(faults.freezes_head());
}

fn named(block: &Block) -> (u32, [u8; 32]) {
    (block.number(), block.hash.0)
}

impl fmt::Debug for Devnet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Devnet").field("url", &self.url).finish_non_exhaustive()
    }
}
