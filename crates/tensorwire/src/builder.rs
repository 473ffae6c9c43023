use std::time::Duration;

use tensorwire_chain::{Cache, Chain, Hash, Outbox, Result, Types, rpc};

use crate::{Network, Subtensor};

/// How to connect to Bittensor's chain; made by [`Subtensor::builder`].
///
/// The endpoints that are asked, in this order: the network's first one, those added with [`fallback`](Self::fallback),
/// the network's own [`fallbacks`](Network::fallbacks). Archives likewise.
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until it connects"]
pub struct Builder {
    network: Network,
    network_pool: bool,
    chain: tensorwire_chain::Builder,
}

impl Builder {
    pub(crate) fn new(network: Network) -> Self {
        let chain = Chain::builder(network.url());
        let chain = match network.genesis() {
            Some(genesis) => chain.genesis(genesis),
            None => chain,
        };
        Self { network, network_pool: true, chain }
    }

    fn edit(mut self, change: impl FnOnce(tensorwire_chain::Builder) -> tensorwire_chain::Builder) -> Self {
        self.chain = change(self.chain);
        self
    }

    /// Whether the network's own [`fallbacks`](Network::fallbacks) and [`archives`](Network::archives) are used.
    /// Default is yes. Those added here are used in either case.
    pub fn network_pool(mut self, used: bool) -> Self {
        self.network_pool = used;
        self
    }

    /// Another endpoint of the same chain: a URL, or a wire with settings of its own. See
    /// [`fallback`](tensorwire_chain::Builder::fallback).
    pub fn fallback(self, endpoint: impl Into<rpc::Builder>) -> Self {
        self.edit(|chain| chain.fallback(endpoint))
    }

    /// An endpoint of the same chain that keeps the state of old blocks. See
    /// [`archive`](tensorwire_chain::Builder::archive).
    pub fn archive(self, endpoint: impl Into<rpc::Builder>) -> Self {
        self.edit(|chain| chain.archive(endpoint))
    }

    /// The deadline of every read, however many requests it takes. Default is 60 seconds.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.edit(|chain| chain.timeout(timeout))
    }

    /// The deadline of name resolution, TCP, TLS and websocket handshake together. Default is 10 seconds.
    pub fn connect_timeout(self, timeout: Duration) -> Self {
        self.edit(|chain| chain.connect_timeout(timeout))
    }

    /// After how long without a call or subscription websockets close. Default is 5 seconds, `None` keeps them open.
    /// See [`idle_timeout`](tensorwire_chain::Builder::idle_timeout).
    pub fn idle_timeout(self, timeout: Option<Duration>) -> Self {
        self.edit(|chain| chain.idle_timeout(timeout))
    }

    /// Whether a slow read is asked of a second endpoint as well. Default is no. See
    /// [`hedge`](tensorwire_chain::Builder::hedge).
    pub fn hedge(self, hedge: bool) -> Self {
        self.edit(|chain| chain.hedge(hedge))
    }

    /// How many blocks an endpoint may be behind the freshest, and how long its head may stand still while another's
    /// moves. Default is 5 blocks, 60 seconds. See [`max_lag`](tensorwire_chain::Builder::max_lag).
    pub fn max_lag(self, blocks: u64, time: Duration) -> Self {
        self.edit(|chain| chain.max_lag(blocks, time))
    }

    /// Where runtime metadata is kept between runs, or shared. Default is [`Cache::on_disk`].
    pub fn cache(self, cache: Cache) -> Self {
        self.edit(|chain| chain.cache(cache))
    }

    /// Keeps what is read of finalized blocks in that many bytes of memory. Default is to keep nothing. See
    /// [`value_cache`](tensorwire_chain::Builder::value_cache).
    pub fn value_cache(self, bytes: usize) -> Self {
        self.edit(|chain| chain.value_cache(bytes))
    }

    /// Writes every extrinsic down before it is sent. Default is not to. See [`outbox`](tensorwire_chain::Builder::outbox).
    pub fn outbox(self, outbox: &Outbox) -> Self {
        self.edit(|chain| chain.outbox(outbox))
    }

    /// Types that metadata does not describe. Default is none. See [`types`](tensorwire_chain::Builder::types).
    pub fn types(self, types: Types) -> Self {
        self.edit(|chain| chain.types(types))
    }

    /// The chain's genesis hash. Default is the network's own, where that is fixed.
    pub fn genesis(self, genesis: Hash) -> Self {
        self.edit(|chain| chain.genesis(genesis))
    }

    /// Connects. See [`Subtensor::connect`].
    pub async fn connect(self) -> Result<Subtensor> {
        self.pooled().connect().await.map(Subtensor::from)
    }

    /// The same without a websocket: the first read opens one. See
    /// [`connect_lazily`](tensorwire_chain::Builder::connect_lazily).
    pub async fn connect_lazily(self) -> Result<Subtensor> {
        self.pooled().connect_lazily().await.map(Subtensor::from)
    }

    /// The chain's builder with the network's own endpoints behind those that were added.
    fn pooled(self) -> tensorwire_chain::Builder {
        let Self { network, network_pool, chain } = self;
        if !network_pool {
            return chain;
        }
        let chain = network.fallbacks().iter().fold(chain, |chain, url| chain.fallback(*url));
        network.archives().iter().fold(chain, |chain, url| chain.archive(*url))
    }
}

#[cfg(test)]
mod tests;
