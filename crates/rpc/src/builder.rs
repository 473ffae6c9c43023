//! Settings of a client.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_tungstenite::WebSocketStream;

use crate::driver::Driver;
use crate::endpoint::{Endpoint, Io};
use crate::limits::Limits;
use crate::mux::Mux;
use crate::shared::Shared;
use crate::{Client, Error, ErrorKind, Result};

/// Settings of a [`Client`]; made by [`Client::builder`].
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until it connects"]
pub struct Builder {
    url: String,
    limits: Limits,
    roots: Vec<Vec<u8>>,
}

impl Builder {
    pub(crate) fn new(url: &str) -> Self {
        Self { url: url.to_owned(), limits: Limits::default(), roots: Vec::new() }
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

    /// Trusts a root certificate, in DER, besides the public ones: for an endpoint with a certificate of its own.
    pub fn root_certificate(mut self, der: impl Into<Vec<u8>>) -> Self {
        self.roots.push(der.into());
        self
    }

    /// Opens the websocket: one TCP (and TLS) and websocket handshake, no request. A task on the current tokio runtime
    /// serves it from then on.
    ///
    /// # Errors
    /// `Url` if the URL is not one of a websocket, `Connect` if the endpoint cannot be reached, `Tls` or `Handshake`
    /// if the peer answers otherwise than it should, `Timeout` if it takes too long.
    pub async fn connect(mut self) -> Result<Client> {
        let endpoint = Endpoint::parse(&self.url)?.trust(std::mem::take(&mut self.roots));
        runtime(&endpoint)?;
        let socket = endpoint.dial(&self.limits).await?;
        Ok(self.serve(endpoint, socket))
    }

    /// Opens the websocket over a connection that exists, such as one end of `tokio::io::duplex`.
    ///
    /// # Errors
    /// Those of [`Builder::connect`].
    #[cfg(feature = "mock")]
    pub async fn over<S>(self, io: S) -> Result<Client>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
    {
        let endpoint = Endpoint::parse(&self.url)?;
        runtime(&endpoint)?;
        let socket = endpoint.upgrade(Box::new(io), &self.limits).await?;
        Ok(self.serve(endpoint, socket))
    }

    fn serve(self, endpoint: Endpoint, socket: WebSocketStream<Io>) -> Client {
        let name = endpoint.name();
        tracing::debug!(target: "tensorwire::rpc", endpoint = %name, "websocket opened");
        let shared = Arc::new(Shared::new(Mux::new(Arc::clone(&name), self.limits)));
        let (sender, ended) = watch::channel(());
        tokio::spawn(Driver::new(socket, Arc::clone(&shared), Arc::clone(&name), sender).run());
        Client::new(shared, name, ended)
    }
}

fn runtime(endpoint: &Endpoint) -> Result<()> {
    tokio::runtime::Handle::try_current().map(drop).map_err(|_| {
        Error::new(ErrorKind::Connect, "no tokio runtime here: connect inside one").at(&endpoint.name())
    })
}
