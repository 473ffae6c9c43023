use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::future::join;
use tensorwire_rpc as rpc;
use tensorwire_scale::Types;
use tokio::runtime::Handle;

use crate::{
    Cache, Chain, Hash, Outbox, Result, Role,
    node::Node,
    pool::{Endpoint, Identity, Pool},
    runtimes::Runtimes,
    values::Values,
};

mod open;

/// How to connect to a chain.
#[derive(Debug, Clone)]
#[must_use]
pub struct Builder {
    /// The primary is the first.
    endpoints: Vec<(Role, rpc::Builder)>,
    connect_timeout: Option<Duration>,
    cache: Cache,
    types: Types,
    value_cache: Option<usize>,
    outbox: Option<Outbox>,
    genesis: Option<Hash>,
    settings: Settings,
}

/// A time that can be added to any instant, and that nobody lives to see the end of.
const FAR: Duration = Duration::from_secs(30 * 365 * 86_400);

/// What holds for all endpoints.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) timeout: Duration,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) hedge: bool,
    pub(crate) max_lag: (u64, Duration),
}

impl Builder {
    pub(crate) fn new(endpoint: rpc::Builder) -> Self {
        Self {
            endpoints: vec![(Role::Primary, endpoint)],
            connect_timeout: None,
            cache: Cache::on_disk(),
            types: Types::new(),
            value_cache: None,
            outbox: None,
            genesis: None,
            settings: Settings {
                timeout: Duration::from_secs(60),
                idle_timeout: Some(Duration::from_secs(5)),
                hedge: false,
                max_lag: (5, Duration::from_secs(60)),
            },
        }
    }

    /// The deadline of every read, however many requests and endpoints it takes. Holds for all endpoints, whatever
    /// their wires say. Default is 60 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout.min(FAR);
        self
    }

    /// The deadline of name resolution, TCP, TLS and websocket handshake together, for each attempt. Default is
    /// 10 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Where runtime metadata is kept between runs, or shared. Default is [`Cache::on_disk`].
    pub fn cache(mut self, cache: Cache) -> Self {
        self.cache = cache;
        self
    }

    /// Keeps what is read of finalized blocks, storage values (absent ones too) and runtime calls' answers, in that many
    /// bytes of memory: the ones used longest ago go first. What is kept costs no request. Default is to keep nothing.
    ///
    /// A block is finalized that [`Chain::finalized`] gives, and one asked by a number that is not above the highest
    /// finalized block which this chain has been told of. All clones of a chain share what is kept. Verified reads
    /// neither use nor fill it. [`Chain::cache_stats`] counts.
    pub fn value_cache(mut self, bytes: usize) -> Self {
        self.value_cache = Some(bytes);
        self
    }

    /// Writes every extrinsic down before it is sent, and strikes it out when its end is proven: see [`Outbox`]. Default is
    /// not to. No request; each submission waits for the disk.
    pub fn outbox(mut self, outbox: &Outbox) -> Self {
        self.outbox = Some(outbox.clone());
        self
    }

    /// Types that metadata does not describe: what runtimes need whose metadata is older than V14, and what takes the
    /// place of the runtime's own. Default is none. No request.
    pub fn types(mut self, types: Types) -> Self {
        self.types = types;
        self
    }

    /// The chain's genesis hash: an endpoint of any other chain is refused with a `WrongChain` error. Without it the
    /// first endpoint that answers says which chain it is, and the others must be of the same.
    pub fn genesis(mut self, genesis: Hash) -> Self {
        self.genesis = Some(genesis);
        self
    }

    /// Another endpoint of the same chain, asked while those named before it are of no use: out of reach, behind, or
    /// banning this client. May be given several times; a URL, or a wire with settings of its own. While the chain is
    /// in use for longer than a moment, the heads of all endpoints but archives are followed: one subscription each.
    pub fn fallback(mut self, endpoint: impl Into<rpc::Builder>) -> Self {
        self.endpoints.push((Role::Fallback, endpoint.into()));
        self
    }

    /// An endpoint of the same chain that keeps the state of old blocks, asked for what the others have dropped, and
    /// where no other can be reached. May be given several times. No connection before it is needed.
    pub fn archive(mut self, endpoint: impl Into<rpc::Builder>) -> Self {
        self.endpoints.push((Role::Archive, endpoint.into()));
        self
    }

    /// After how long without a call or subscription websockets close; the next call opens one again. Holds for all
    /// endpoints, whatever their wires say. Default is 5 seconds, `None` keeps them open.
    pub fn idle_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.settings.idle_timeout = timeout;
        self
    }

    /// Whether a read that takes longer than 95 of 100 did is asked of a second endpoint as well, and the first answer
    /// counts. Default is no: it costs requests. (One that takes half of its deadline is, always.)
    pub fn hedge(mut self, hedge: bool) -> Self {
        self.settings.hedge = hedge;
        self
    }

    /// How far an endpoint may be behind the freshest of the pool, in blocks, and how long its head may stand still
    /// while another's moves. Beyond either the others are preferred. Default is 5 blocks, 60 seconds.
    pub fn max_lag(mut self, blocks: u64, time: Duration) -> Self {
        self.settings.max_lag = (blocks, time.min(FAR));
        self
    }

    /// Connects to the first endpoint that can be reached; one that takes longer than two seconds has the next beside it.
    /// An endpoint that bans this client is waited for, within the deadline of a read. See [`Chain::connect`].
    ///
    /// Where no genesis hash is given, the endpoints are tried one after another until one has said which chain it is.
    ///
    /// # Errors
    /// `Invalid` for a malformed URL of any endpoint or a deadline of zero, before anything is sent; `Connection` if no
    /// endpoint can be reached, `RateLimited` if it bans this client for longer than the deadline.
    pub async fn connect(self) -> Result<Chain> {
        let timeout = self.settings.timeout;
        self.assemble(async |wires, identity| open::one(wires, identity, timeout).await).await
    }

    /// The same without a websocket: the first read opens one, and waits for it within its own deadline.
    ///
    /// # Errors
    /// `Invalid` as above.
    pub async fn connect_lazily(self) -> Result<Chain> {
        self.assemble(async |wires, _| open::none(wires)).await
    }

    async fn assemble(
        self,
        open: impl AsyncFnOnce(Wires, &Identity) -> Result<Vec<Endpoint>>,
    ) -> Result<Chain> {
        let url = self.endpoints[0].1.url().to_owned();
        let (cache, types) = (self.cache.clone(), self.types.clone());
        let identity = Arc::new(Identity::new(self.genesis));
        let wires = self.wires(&identity)?;
        // The disk is read while the handshakes are under way.
        let (endpoints, known) = join(open(wires, &identity), cache.last(&url, &types)).await;
        let endpoints = endpoints?;
        // Where the connection lives, its work lives too.
        let handle = Handle::current();
        let pool = Pool::new(endpoints, identity, &self.settings);
        let runtimes = Runtimes::new(&pool, &handle, cache, types, &url, known);
        Ok(Chain::new(Node::new(pool, handle, runtimes, Values::new(self.value_cache), self.outbox)))
    }

    /// The wire of each endpoint. All settings are checked before anything is sent.
    fn wires(&self, identity: &Arc<Identity>) -> Result<Wires> {
        let wires = self.endpoints.iter().map(|(role, wire)| {
            let wire = wire.clone().timeout(self.settings.timeout).idle_timeout(self.settings.idle_timeout);
            let wire = match self.connect_timeout {
                Some(timeout) => wire.connect_timeout(timeout),
                None => wire,
            };
            let name = wire.name()?;
            let (identity, warned) = (identity.clone(), AtomicBool::new(false));
            let check = move |answer: &rpc::Answer| {
                let checked = identity.check(&name, answer);
                if let Err(error) = &checked
                    && !warned.swap(true, Ordering::Relaxed)
                {
                    tracing::warn!(target: "tensorwire::pool", endpoint = %name, %error, "wrong chain");
                }
                checked
            };
            Ok((*role, wire.proof(Identity::question(), check)))
        });
        wires.collect()
    }
}

/// The endpoints as they were named, with all settings.
type Wires = Vec<(Role, rpc::Builder)>;
