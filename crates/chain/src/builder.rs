use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, future::join, stream::FuturesUnordered};
use tensorwire_rpc as rpc;
use tokio::{runtime::Handle, time::timeout};

use crate::{
    Cache, Chain, Error, ErrorKind, Hash, Result, Role,
    node::Node,
    pool::{Endpoint, Identity, Pool},
    runtimes::Runtimes,
};

/// How to connect to a chain.
#[derive(Debug, Clone)]
#[must_use]
pub struct Builder {
    /// The primary is the first.
    endpoints: Vec<(Role, rpc::Builder)>,
    connect_timeout: Option<Duration>,
    cache: Cache,
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

    /// Where runtime metadata is kept between runs. Default is [`Cache::on_disk`].
    pub fn cache(mut self, cache: Cache) -> Self {
        self.cache = cache;
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
    /// See [`Chain::connect`].
    ///
    /// # Errors
    /// `Invalid` for a malformed URL of any endpoint or a deadline of zero, before anything is sent; `Connection` if no
    /// endpoint can be reached.
    pub async fn connect(self) -> Result<Chain> {
        self.assemble(open_one).await
    }

    /// The same without a websocket: the first read opens one, and waits for it within its own deadline.
    ///
    /// # Errors
    /// `Invalid` as above.
    pub async fn connect_lazily(self) -> Result<Chain> {
        self.assemble(open_none).await
    }

    async fn assemble(self, open: impl AsyncFnOnce(Wires) -> Result<Vec<Endpoint>>) -> Result<Chain> {
        let url = self.endpoints[0].1.url().to_owned();
        let cache = self.cache.clone();
        let identity = Arc::new(Identity::new(self.genesis));
        let wires = self.wires(&identity)?;
        // The disk is read while the handshakes are under way.
        let (endpoints, known) = join(open(wires), cache.last(&url)).await;
        let endpoints = endpoints?;
        // Where the connection lives, its work lives too.
        let handle = Handle::current();
        let pool = Pool::new(endpoints, identity, &self.settings);
        let runtimes = Runtimes::new(&pool, &handle, cache, &url, known);
        Ok(Chain::new(Node::new(pool, handle, runtimes)))
    }

    /// The wire of each endpoint. All settings are checked before anything is sent.
    fn wires(&self, identity: &Arc<Identity>) -> Result<Wires> {
        let wires = self.endpoints.iter().map(|(role, wire)| {
            let wire = wire.clone().timeout(self.settings.timeout).idle_timeout(self.settings.idle_timeout);
            let wire = match self.connect_timeout {
                Some(timeout) => wire.connect_timeout(timeout),
                None => wire,
            };
            let name = wire.clone().build()?.endpoint().to_owned();
            let identity = identity.clone();
            Ok((*role, wire.proof(Identity::question(), move |answer| identity.check(&name, answer))))
        });
        wires.collect()
    }
}

/// The endpoints as they were named, with all settings.
type Wires = Vec<(Role, rpc::Builder)>;

/// Opens no websocket: each opens when it is needed.
async fn open_none(wires: Wires) -> Result<Vec<Endpoint>> {
    let endpoint = |(role, wire): (Role, rpc::Builder)| {
        let url = wire.url().to_owned();
        Ok(Endpoint::new(wire.build()?, role, &url))
    };
    wires.into_iter().map(endpoint).collect()
}

/// How long an endpoint may take to connect before the next one is tried beside it.
const HEAD_START: Duration = Duration::from_secs(2);

/// Opens the websocket of the first endpoint that can be reached; the others open when they are needed.
async fn open_one(wires: Wires) -> Result<Vec<Endpoint>> {
    let mut waiting = wires.iter().map(|(_, wire)| wire.clone()).enumerate();
    let (mut opening, mut failures) = (FuturesUnordered::new(), Vec::new());
    let (opened, client) = loop {
        let head_start = match waiting.next() {
            Some((index, wire)) => {
                opening.push(async move { (index, wire.connect().await) });
                HEAD_START
            }
            None => Duration::MAX,
        };
        match timeout(head_start, opening.next()).await {
            Ok(Some((index, Ok(client)))) => break (index, client),
            Ok(Some((_, Err(error)))) => failures.push(error),
            Ok(None) => return Err(unreachable(&failures)),
            Err(_) => {}
        }
    };
    drop(opening);
    let mut opened = Some((opened, client));
    let endpoint = |(index, (role, wire)): (usize, (Role, rpc::Builder))| {
        let url = wire.url().to_owned();
        let was_tried = opened.is_some();
        Ok(match opened.take_if(|(opened, _)| *opened == index) {
            Some((_, client)) => Endpoint::new(client, role, &url),
            None if was_tried => Endpoint::new(wire.build()?, role, &url).avoided(),
            None => Endpoint::new(wire.build()?, role, &url),
        })
    };
    wires.into_iter().enumerate().map(endpoint).collect()
}

fn unreachable(failures: &[rpc::Error]) -> Error {
    if let [only] = failures {
        return only.clone().into();
    }
    let all: Vec<_> = failures.iter().map(ToString::to_string).collect();
    Error::new(ErrorKind::Connection, format!("no endpoint can be reached: {}", all.join("; ")))
}
