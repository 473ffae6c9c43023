//! Settings of a client.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::branches::Branches;
#[cfg(feature = "mock")]
use crate::dialer::Pipes;
use crate::dialer::{Dialer, Socket};
use crate::endpoint::Endpoint;
use crate::limits::Limits;
use crate::mux::Mux;
use crate::proof::Proof;
use crate::shared::Shared;
use crate::supervisor::Supervisor;
use crate::{Answer, Client, Error, ErrorKind, Request, Result};

/// Settings of a [`Client`]; made by [`Client::builder`].
#[derive(Clone)]
#[must_use = "a builder does nothing until it connects"]
pub struct Builder {
    url: String,
    limits: Limits,
    roots: Vec<Vec<u8>>,
    proof: Option<Proof>,
    #[cfg(feature = "mock")]
    pipes: Option<Pipes>,
}

impl Builder {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            limits: Limits::default(),
            roots: Vec::new(),
            proof: None,
            #[cfg(feature = "mock")]
            pipes: None,
        }
    }

    /// The URL as it was given, credentials included.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How long a call may take unless its request says otherwise. Default 60 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// How long connecting may take: name, TCP, TLS and websocket together. Default 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.limits.connect_timeout = timeout;
        self
    }

    /// How many requests of one [`Lane`](crate::Lane) may be written and unanswered. Default 1,024.
    pub fn in_flight(mut self, requests: usize) -> Self {
        self.limits.in_flight = requests;
        self
    }

    /// The largest message accepted; a larger one ends the websocket. Default 128 MiB.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.limits.max_response_bytes = bytes;
        self
    }

    /// How many bytes of answers may wait to be picked up. Above it no read is written until callers catch up, and
    /// subscriptions drop their oldest items. Answers to requests in flight come on top. Default 256 MiB.
    pub fn max_buffered_bytes(mut self, bytes: usize) -> Self {
        self.limits.max_buffered_bytes = bytes;
        self
    }

    /// How many items of one subscription may wait to be picked up. Default 1,024.
    pub fn subscription_items(mut self, items: usize) -> Self {
        self.limits.subscription_items = items;
        self
    }

    /// How many bytes of requests may wait for their answers. Above it a request fails at once, with kind `Overloaded`:
    /// requests are kept until they are answered, to be sent again if the websocket is lost. Default 256 MiB.
    pub fn max_queued_bytes(mut self, bytes: usize) -> Self {
        self.limits.max_queued_bytes = bytes;
        self
    }

    /// How many subscriptions one websocket may carry. Default 1,024, the bound of a node.
    pub fn max_subscriptions(mut self, subscriptions: usize) -> Self {
        self.limits.max_subscriptions = subscriptions;
        self
    }

    /// How many websockets the client may open at a time, where one does not carry all its subscriptions. Default 4.
    pub fn max_connections(mut self, websockets: usize) -> Self {
        self.limits.max_connections = websockets;
        self
    }

    /// How long the websocket stays open with no call pending and no subscription. It closes then, and the next call
    /// opens it again. `None`: it stays open. Default 5 s.
    pub fn idle_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.limits.idle_timeout = timeout;
        self
    }

    /// How long the node may keep silent, while a call is pending or a subscription open, before it is sent a ping. If not
    /// a byte comes for as long again the websocket counts as lost. Default 20 s.
    pub fn ping_interval(mut self, interval: Duration) -> Self {
        self.limits.ping_interval = interval;
        self
    }

    /// What every websocket of this client must show before it is believed: `request` is asked first, and nothing else
    /// the websocket says reaches anyone until `check` has accepted the answer. Costs no round trip of its own: reads and
    /// subscriptions are written right behind it; requests that must not be sent twice wait for it.
    ///
    /// If the check refuses, everything pending ends with kind `Unproven` and the check's text, and the next call tries a
    /// new websocket. An answer that is an error, or none within `connect_timeout`, counts as a failed attempt to connect.
    pub fn proof(
        mut self,
        request: Request,
        check: impl Fn(&Answer) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        self.proof = Some(Proof::new(request, check));
        self
    }

    /// Dials by calling this in place of TCP and TLS, for tests: each websocket opens over a new pipe.
    #[cfg(feature = "mock")]
    pub fn dial_with(mut self, dial: impl Fn() -> tokio::io::DuplexStream + Send + Sync + 'static) -> Self {
        self.pipes = Some(Pipes(Arc::new(dial)));
        self
    }

    /// Trusts a root certificate, in DER, besides the public ones: for an endpoint with a certificate of its own.
    pub fn root_certificate(mut self, der: impl Into<Vec<u8>>) -> Self {
        self.roots.push(der.into());
        self
    }

    /// Checks the settings, and returns the URL as it may be shown: credentials and keys hidden.
    ///
    /// # Errors
    /// `Config` if a setting makes no sense, `Url` if the URL is not one of a websocket.
    pub fn name(&self) -> Result<Arc<str>> {
        self.limits.check()?;
        Ok(Endpoint::parse(&self.url)?.name())
    }

    /// Checks the settings and opens nothing: the first call does. A task on the current tokio runtime serves the client.
    ///
    /// # Errors
    /// `Config` if a setting makes no sense, `Request` if a parameter of the proof is no JSON, `Url` if the URL is not one of a websocket, `Connect` outside a tokio runtime.
    pub fn build(self) -> Result<Client> {
        let dialer = self.dialer()?;
        Ok(self.start(dialer.endpoint.name(), Some(dialer), None))
    }

    /// [`Builder::build`], and opens the websocket: one TCP (and TLS) and websocket handshake, no request.
    ///
    /// # Errors
    /// Those of [`Builder::build`], `Connect` if the endpoint cannot be reached, `Tls` or `Handshake`
    /// if the peer answers otherwise than it should, `Timeout` if it takes too long.
    pub async fn connect(self) -> Result<Client> {
        let dialer = self.dialer()?;
        let socket = dialer.dial().await?;
        Ok(self.start(dialer.endpoint.name(), Some(dialer), Some(socket)))
    }

    /// Opens the websocket over a connection that exists, such as one end of `tokio::io::duplex`. It cannot be opened
    /// again: it never closes for want of use, and its loss is final.
    ///
    /// # Errors
    /// Those of [`Builder::connect`].
    #[cfg(feature = "mock")]
    pub async fn over<S>(mut self, io: S) -> Result<Client>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
    {
        self.limits.idle_timeout = None;
        let Dialer { endpoint, limits, .. } = self.dialer()?;
        let socket = endpoint.upgrade(Box::new(io), &limits).await?;
        Ok(self.start(endpoint.name(), None, Some(socket)))
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    fn dialer(&self) -> Result<Dialer> {
        let endpoint = Endpoint::parse(&self.url)?.trust(self.roots.clone());
        let limits = self.limits.clone();
        let proof = self.proof.as_ref().map_or(Ok(()), |proof| proof.request.check());
        limits.check().and(proof).map_err(|error| error.at(&endpoint.name()))?;
        runtime(&endpoint)?;
        #[cfg(feature = "mock")]
        let pipes = self.pipes.clone();
        Ok(Dialer {
            endpoint,
            limits,
            #[cfg(feature = "mock")]
            pipes,
        })
    }

    fn start(self, endpoint: Arc<str>, dialer: Option<Dialer>, socket: Option<Socket>) -> Client {
        let ping_interval = self.limits.ping_interval;
        // One that cannot open its first websocket again cannot open others.
        let opener = dialer.as_ref().zip(tokio::runtime::Handle::try_current().ok());
        let opener = opener.map(|(_, runtime)| (self.clone(), runtime));
        let branches = Branches::new(opener, &self.limits);
        let shared = Arc::new(Shared::new(Mux::new(Arc::clone(&endpoint), self.limits)));
        let (sender, ended) = watch::channel(());
        let supervisor = Supervisor {
            shared: Arc::clone(&shared),
            endpoint: Arc::clone(&endpoint),
            dialer,
            proof: self.proof,
            ping_interval,
            _ended: sender,
        };
        if socket.is_some() {
            supervisor.opened();
        }
        tokio::spawn(supervisor.run(socket));
        Client::new(shared, endpoint, ended, branches)
    }
}

/// The URL, with all defaults.
impl From<&String> for Builder {
    fn from(url: &String) -> Self {
        Self::new(url)
    }
}

/// The URL, with all defaults.
impl From<String> for Builder {
    fn from(url: String) -> Self {
        Self::new(&url)
    }
}

/// The URL, with all defaults.
impl From<&str> for Builder {
    fn from(url: &str) -> Self {
        Self::new(url)
    }
}

fn runtime(endpoint: &Endpoint) -> Result<()> {
    tokio::runtime::Handle::try_current().map(drop).map_err(|_| {
        Error::new(ErrorKind::Connect, "no tokio runtime here: connect inside one").at(&endpoint.name())
    })
}

impl std::fmt::Debug for Builder {
    /// The URL may hold credentials.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder").field("limits", &self.limits).finish_non_exhaustive()
    }
}
