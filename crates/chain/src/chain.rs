use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use tensorwire_rpc::{Answer, Client, Request, Stats};
use tokio::{sync::OnceCell, time::Instant};

use crate::{
    At, BlockId, BlockRef, Builder, CacheStats, EndpointStatus, Hash, Properties, Result, at,
    node::Node,
    pin::Pin,
    pool::Needs,
    tx::{Evidence, Following, Nonces},
};

/// A connection to a chain: one websocket, any number of concurrent callers.
///
/// Cheap to clone, safe to share between threads. The websocket closes when the last handle, `At` and pending read
/// are gone, or with [`close`](Self::close).
#[derive(Clone)]
pub struct Chain(Arc<Inner>);

struct Inner {
    node: Arc<Node>,
    properties: OnceCell<Properties>,
    /// The head that is being asked for, and since when: callers of the same moment share it.
    head: Mutex<Option<(Instant, Weak<at::Inner>)>>,
    /// The nonces of those who sign here.
    nonces: Nonces,
    following: Following,
    /// What blocks have shown to submissions.
    evidence: Evidence,
}

/// How old a head that is being asked for may be to be shared: no caller gets a stale one, or one whose answer is lost.
const SHARED_FOR: Duration = Duration::from_millis(100);

impl Chain {
    /// Connects to a node, with the defaults of [`Builder`].
    ///
    /// Returns when the websocket stands; the question for the genesis hash is on the wire then, and no read is
    /// answered before it is.
    ///
    /// # Errors
    /// `Invalid` for a malformed URL, `Connection` if the node cannot be reached or speaks no websocket.
    pub async fn connect(url: &str) -> Result<Self> {
        Self::builder(url).connect().await
    }

    /// Starts the configuration of a connection.
    ///
    /// The endpoint is a URL, or a wire with settings of its own: `Chain::builder(Client::builder(url).ping_interval(..))`.
    pub fn builder(endpoint: impl Into<tensorwire_rpc::Builder>) -> Builder {
        Builder::new(endpoint.into())
    }

    pub(crate) fn new(node: Node) -> Self {
        Self(Arc::new(Inner {
            node: Arc::new(node),
            properties: OnceCell::new(),
            head: Mutex::default(),
            nonces: Nonces::default(),
            following: Following::default(),
            evidence: Evidence::default(),
        }))
    }

    /// The best block that the node knows now. Two requests, sent together and not waited for: what the returned
    /// `At` is asked goes out beside them. (A third one where the runtime has just been upgraded, or never was.)
    pub async fn head(&self) -> Result<At> {
        self.0.node.is_ours()?;
        let mut head = self.0.head.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let recent = head.as_ref().filter(|(since, _)| now.duration_since(*since) < SHARED_FOR);
        let open = recent.and_then(|(_, open)| open.upgrade()).filter(|open| open.pin.is_open_head());
        if let Some(open) = open {
            return Ok(At::from_inner(open));
        }
        let at = At::new(&self.0.node, Pin::head(&self.0.node));
        *head = Some((now, Arc::downgrade(at.inner())));
        Ok(at)
    }

    /// The newest finalized block that the node knows now. Two requests, one after the other, and the metadata of a
    /// new runtime; one more, between them, where there are several endpoints, so that it never goes backwards.
    pub async fn finalized(&self) -> Result<At> {
        self.0.node.is_ours()?;
        Ok(At::new(&self.0.node, Pin::finalized(&self.0.node)))
    }

    /// A block by number (on the node's best chain), by hash, or by both, as [`Header::block`](crate::Header::block) has
    /// them. Two requests by number, one by hash, and the metadata of a new runtime. One less for a block that is known here
    /// to be final, as all are that came by number below the finalized head, by its stream or as parents of such, where
    /// blocks before and after it have shown the same runtime.
    ///
    /// # Errors
    /// The first read says `UnknownBlock` if the node has no such block.
    pub async fn at(&self, block: impl Into<BlockId>) -> Result<At> {
        self.0.node.is_ours()?;
        match block.into() {
            BlockId::Head => self.head().await,
            BlockId::Finalized => self.finalized().await,
            BlockId::Number(number) => Ok(At::new(&self.0.node, Pin::number(&self.0.node, number))),
            BlockId::Hash(hash) => Ok(At::new(&self.0.node, Pin::block(&self.0.node, hash, None))),
            BlockId::Block(BlockRef { number, hash }) => {
                Ok(At::new(&self.0.node, Pin::block(&self.0.node, hash, Some(number))))
            }
        }
    }

    /// The hash of block 0, which identifies the chain. No request: connecting has asked for it.
    pub async fn genesis(&self) -> Result<Hash> {
        self.0.node.bounded(|| "genesis hash".into(), self.0.node.genesis()).await
    }

    /// What the node says of its chain: name, software, token. Four requests in one round trip, the first time.
    pub async fn properties(&self) -> Result<Properties> {
        let load = self.0.properties.get_or_try_init(|| Properties::load(&self.0.node));
        let load = async { Ok(load.await?.clone()) };
        self.0.node.bounded(|| "properties of the chain".into(), load).await
    }

    /// Any method of the node. One request.
    ///
    /// # Errors
    /// `Server` with the node's code, message and data.
    pub async fn request(&self, request: Request) -> Result<Answer> {
        self.0.node.is_ours()?;
        self.0.node.request(request, Needs::Anything).await
    }

    /// The wire of the first endpoint, for whatever this crate does not wrap.
    pub fn client(&self) -> &Client {
        self.0.node.pool.first().client()
    }

    /// Counts since the connection was made, over all endpoints: requests, bytes, websockets.
    pub fn stats(&self) -> Stats {
        self.0.node.pool.stats()
    }

    /// What is held in memory, and how often that has saved a request. No request.
    pub fn cache_stats(&self) -> CacheStats {
        let mut stats = CacheStats::default();
        self.0.node.runtimes.count(&mut stats);
        self.0.node.values.count(&mut stats);
        stats
    }

    /// What is known of every endpoint, the first one first. No request.
    pub fn status(&self) -> Vec<EndpointStatus> {
        self.0.node.pool.status()
    }

    /// Asks every endpoint, archives too, for its head, finalized head and latency, all at once, and says what is known
    /// then. Endpoints that do not answer say so in their state. Four to six requests each, all within the deadline of a
    /// read.
    pub async fn probe(&self) -> Vec<EndpointStatus> {
        match self.0.node.is_ours() {
            Ok(()) => self.0.node.pool.probe().await,
            Err(_) => Vec::new(),
        }
    }

    pub(crate) fn evidence(&self) -> &Evidence {
        &self.0.evidence
    }

    pub(crate) fn node(&self) -> &Arc<Node> {
        &self.0.node
    }

    pub(crate) fn nonces(&self) -> &Nonces {
        &self.0.nonces
    }

    pub(crate) fn following(&self) -> &Following {
        &self.0.following
    }

    #[cfg(feature = "metrics")]
    pub(crate) fn clients(&self) -> impl Iterator<Item = &Client> {
        self.0.node.pool.clients()
    }

    /// The first endpoint, without credentials.
    pub fn endpoint(&self) -> &str {
        self.0.node.pool.first().name()
    }

    /// Ends the connection with a close frame, and waits for what is being written to the cache. Calls under way and
    /// later ones fail.
    pub async fn close(&self) {
        self.0.node.pool.close().await;
        self.0.node.runtimes.flush().await;
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Chain").field(&self.endpoint()).finish()
    }
}
