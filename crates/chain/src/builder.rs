use std::{sync::Arc, time::Duration};

use futures_util::future::join;
use tensorwire_rpc::Client;
use tensorwire_scale::Runtime;
use tokio::runtime::Handle;

use crate::{
    Cache, Chain, Hash, Result,
    node::Node,
    runtimes::{Key, Runtimes},
};

/// How to connect to a chain.
#[derive(Debug, Clone)]
#[must_use]
pub struct Builder {
    url: String,
    timeout: Duration,
    connect_timeout: Duration,
    cache: Cache,
    genesis: Option<Hash>,
    fallbacks: Vec<String>,
    archives: Vec<String>,
    idle_timeout: Option<Duration>,
    hedge: bool,
    max_lag: (u64, Duration),
}

impl Builder {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            cache: Cache::on_disk(),
            genesis: None,
            fallbacks: Vec::new(),
            archives: Vec::new(),
            idle_timeout: Some(Duration::from_secs(5)),
            hedge: false,
            max_lag: (5, Duration::from_secs(60)),
        }
    }

    /// The deadline of every read, however many requests it takes. Default is 60 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The deadline of name resolution, TCP, TLS and websocket handshake together. Default is 10 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Where runtime metadata is kept between runs. Default is [`Cache::on_disk`].
    pub fn cache(mut self, cache: Cache) -> Self {
        self.cache = cache;
        self
    }

    /// The chain's genesis hash: a node of any other chain answers every read with a `WrongChain` error.
    pub fn genesis(mut self, genesis: Hash) -> Self {
        self.genesis = Some(genesis);
        self
    }

    /// Another endpoint of the same chain, asked while those named before it are of no use: out of reach, behind, or
    /// banning this client. May be given several times. No request before it is needed.
    pub fn fallback(mut self, url: &str) -> Self {
        self.fallbacks.push(url.to_owned());
        self
    }

    /// An endpoint of the same chain that keeps the state of old blocks, asked for what the others have dropped. May
    /// be given several times. No connection before it is needed.
    pub fn archive(mut self, url: &str) -> Self {
        self.archives.push(url.to_owned());
        self
    }

    /// After how long without a call or subscription websockets close; the next call opens one again. Default is
    /// 5 seconds, `None` keeps them open.
    pub fn idle_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// Whether a read that takes longer than 95 of 100 did is asked of a second endpoint as well, and the first answer
    /// counts. Default is no: it costs requests.
    pub fn hedge(mut self, hedge: bool) -> Self {
        self.hedge = hedge;
        self
    }

    /// How far an endpoint may be behind the freshest of the pool, in blocks, and how long its head may stand still
    /// while another's moves. Beyond either the others are preferred. Default is 5 blocks, 60 seconds.
    pub fn max_lag(mut self, blocks: u64, time: Duration) -> Self {
        self.max_lag = (blocks, time);
        self
    }

    /// Connects. See [`Chain::connect`].
    pub async fn connect(self) -> Result<Chain> {
        let client = Client::builder(&self.url).timeout(self.timeout).connect_timeout(self.connect_timeout);
        // The disk is read while the handshakes are under way.
        let (client, known) = join(client.connect(), self.cache.last(&self.url)).await;
        Ok(self.assemble(client?, known))
    }

    /// The same over a websocket that stands already; its own settings hold for the wire.
    pub async fn over(self, client: Client) -> Chain {
        let known = self.cache.last(&self.url).await;
        self.assemble(client, known)
    }

    fn assemble(self, client: Client, known: Option<(Key, Arc<Runtime>)>) -> Chain {
        // Where the connection lives, its work lives too.
        let handle = Handle::current();
        let runtimes = Runtimes::new(&client, &handle, self.cache, &self.url, known);
        Chain::new(Node::new(client, handle, self.timeout, runtimes, self.genesis))
    }
}
