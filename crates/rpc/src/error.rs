//! The crate's one error.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, with which method, at which endpoint. Cheap to clone: one failure may reach many callers.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    endpoint: Option<Arc<str>>,
    method: Option<Cow<'static, str>>,
    server: Option<ServerError>,
    http_status: Option<u16>,
    may_have_run: bool,
}

/// The kinds of [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The URL is not one of a websocket endpoint.
    Url,
    /// The endpoint could not be reached: unknown host, refused port, no route.
    Connect,
    /// The TLS handshake failed.
    Tls,
    /// The peer did not accept the websocket upgrade.
    Handshake,
    /// A parameter could not be written as JSON. Nothing was sent.
    Request,
    /// The deadline passed.
    Timeout,
    /// The websocket was lost.
    Disconnected,
    /// The client was closed by its owner, or its runtime ended.
    Closed,
    /// The node answered with an error: see [`Error::server_error`].
    Server,
    /// The node's answer is not JSON-RPC 2.0.
    Protocol,
    /// The node's answer is sound but not of the type asked for.
    Decode,
    /// A message exceeds `max_response_bytes`. It ends the websocket.
    TooLarge,
    /// The consumer of a subscription was too slow, and this many items were dropped.
    Lagged(u64),
}

/// An error as the node stated it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct ServerError {
    /// The JSON-RPC error code; 0 if the node gave none.
    #[serde(default)]
    pub code: i64,
    /// The node's message.
    #[serde(default)]
    pub message: String,
    /// Anything the node added.
    #[serde(default)]
    pub data: Option<serde_json::Value>,
}

impl Eq for ServerError {}

impl ServerError {
    /// Reads an error object, and takes anything else as the message of one.
    pub(crate) fn parse(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_else(|_| Self { code: 0, message: json.to_owned(), data: None })
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (code {})", self.message, self.code)?;
        match &self.data {
            Some(serde_json::Value::String(text)) => write!(f, ": {text}"),
            Some(data) => write!(f, ": {data}"),
            None => Ok(()),
        }
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Arc::new(Inner {
            kind,
            message: message.into(),
            endpoint: None,
            method: None,
            server: None,
            http_status: None,
            may_have_run: false,
        }))
    }

    pub(crate) fn server(error: ServerError) -> Self {
        let message = format!("the node answered: {error}");
        Self::new(ErrorKind::Server, message).edit(|inner| inner.server = Some(error))
    }

    pub(crate) fn at(self, endpoint: &Arc<str>) -> Self {
        self.edit(|inner| inner.endpoint = Some(Arc::clone(endpoint)))
    }

    pub(crate) fn about(self, method: Cow<'static, str>) -> Self {
        self.edit(|inner| inner.method = Some(method))
    }

    pub(crate) fn http(self, status: u16) -> Self {
        self.edit(|inner| inner.http_status = Some(status))
    }

    pub(crate) fn note(self, note: &str, may_have_run: bool) -> Self {
        self.edit(|inner| {
            inner.message = format!("{} ({note})", inner.message).into();
            inner.may_have_run = may_have_run;
        })
    }

    fn edit(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The endpoint's URL without credentials, if one was involved.
    pub fn endpoint(&self) -> Option<&str> {
        self.0.endpoint.as_deref()
    }

    /// The method of the request that failed, if the error concerns one.
    pub fn method(&self) -> Option<&str> {
        self.0.method.as_deref()
    }

    /// The node's own error, if it answered with one.
    pub fn server_error(&self) -> Option<&ServerError> {
        self.0.server.as_ref()
    }

    /// The HTTP status the peer gave in place of the websocket upgrade.
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// Whether the node may have run the request: it was written, and no answer came. `false` means it was never sent.
    /// Meaningful for kinds `Timeout`, `Disconnected`, `Closed` and `TooLarge`.
    pub fn may_have_run(&self) -> bool {
        self.0.may_have_run
    }

    /// Whether the deadline passed.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Whether the websocket is gone, for whatever reason: no later call on the same client can succeed.
    pub fn is_disconnected(&self) -> bool {
        matches!(self.kind(), ErrorKind::Disconnected | ErrorKind::Closed | ErrorKind::TooLarge)
    }

    /// Whether no websocket could be opened.
    pub fn is_connect(&self) -> bool {
        matches!(self.kind(), ErrorKind::Url | ErrorKind::Connect | ErrorKind::Tls | ErrorKind::Handshake)
    }

    /// Whether the node answered with an error.
    pub fn is_server(&self) -> bool {
        self.kind() == ErrorKind::Server
    }

    /// Whether a subscription dropped items for a slow consumer.
    pub fn is_lagged(&self) -> bool {
        matches!(self.kind(), ErrorKind::Lagged(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { message, endpoint, method, .. } = &*self.0;
        match (method, endpoint) {
            (Some(method), Some(endpoint)) => write!(f, "{method} at {endpoint}: {message}"),
            (Some(method), None) => write!(f, "{method}: {message}"),
            (None, Some(endpoint)) => write!(f, "{endpoint}: {message}"),
            (None, None) => f.write_str(message),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?}, {:?})", self.0.kind, self.to_string())
    }
}

impl std::error::Error for Error {}
