//! The crate's one error.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

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
    close_code: Option<u16>,
    may_have_run: bool,
    retry_after: Option<Duration>,
    sent: Option<Box<str>>,
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
    /// The websocket was lost after a request that must not be sent twice was written: the node may have run it.
    /// See [`Error::sent`].
    FateUnknown,
    /// The endpoint allows no more requests for now: see [`Error::retry_after`].
    RateLimited,
    /// The client's queue is full: more than `max_queued_bytes` of requests wait for their answers. Nothing was sent.
    Overloaded,
    /// The endpoint is not the one it should be: its answer to the client's proof was refused.
    Unproven,
    /// A setting of the builder makes no sense.
    Config,
    /// The client was opened before this process was forked off: it belongs to the parent.
    Forked,
    /// The client was closed by its owner, or its runtime ended.
    Closed,
    /// The node answered with an error: see [`Error::server_error`].
    Server,
    /// The node's answer is not JSON-RPC 2.0.
    Protocol,
    /// The node's answer is sound but not of the type asked for.
    Decode,
    /// No websocket of this client carries another subscription: see the builder's `max_subscriptions` and
    /// `max_connections`. Nothing was opened.
    TooManySubscriptions,
    /// A message exceeds `max_response_bytes`. It ends the websocket.
    TooLarge,
    /// The consumer of a subscription was too slow, and this many items were dropped.
    Lagged(u64),
    /// A subscription lived through the loss of its websocket, and items may be missing here. It goes on.
    Gap,
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
    /// Whether the node has as many subscriptions on this websocket as it allows: jsonrpsee's code, or the words.
    pub(crate) fn is_too_many_subscriptions(&self) -> bool {
        self.code == -32006 || self.message.to_lowercase().contains("too many subscriptions")
    }

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
            close_code: None,
            may_have_run: false,
            retry_after: None,
            sent: None,
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

    pub(crate) fn into_kind(self, kind: ErrorKind) -> Self {
        self.edit(|inner| inner.kind = kind)
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

    pub(crate) fn retry_in(self, wait: Duration) -> Self {
        self.edit(|inner| inner.retry_after = Some(wait))
    }

    /// Of a request that must not be sent twice, written with these parameters. If its websocket was lost that is the
    /// kind of the error.
    pub(crate) fn unknown_fate(self, params: &str) -> Self {
        self.edit(|inner| {
            inner.sent = Some(params.into());
            if matches!(inner.kind, ErrorKind::Disconnected | ErrorKind::TooLarge) {
                inner.kind = ErrorKind::FateUnknown;
            }
        })
    }

    pub(crate) fn closed_with(self, code: u16) -> Self {
        self.edit(|inner| inner.close_code = Some(code))
    }

    /// The message without endpoint and method.
    pub(crate) fn message(&self) -> &str {
        &self.0.message
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

    /// The code with which the peer closed the websocket.
    pub fn close_code(&self) -> Option<u16> {
        self.0.close_code
    }

    /// Whether the node may have run the request: it was written, and no answer came. `false` means it was never sent.
    /// Meaningful for kinds `Timeout`, `Disconnected`, `FateUnknown`, `Closed`, `Unproven` and `TooLarge`.
    pub fn may_have_run(&self) -> bool {
        self.0.may_have_run
    }

    /// How long the endpoint asks to be left alone, if it has said so.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The parameters, as a JSON array, of a [`Replay::Never`](crate::Replay::Never) request whose fate is unknown:
    /// what to look for before anything is sent again.
    pub fn sent(&self) -> Option<&str> {
        self.0.sent.as_deref()
    }

    /// Whether the deadline passed.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Whether the call ended with its websocket, and nothing it did is in doubt. A later call on the same client may
    /// succeed, unless the kind is `Closed`.
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

    /// Whether items of a subscription may be missing, because its websocket was lost. The subscription goes on.
    pub fn is_gap(&self) -> bool {
        self.kind() == ErrorKind::Gap
    }

    /// Whether a request that must not be sent twice was written and its answer lost: the node may have run it.
    pub fn is_fate_unknown(&self) -> bool {
        self.kind() == ErrorKind::FateUnknown
    }

    /// Whether the endpoint allows no more requests for now.
    pub fn is_rate_limited(&self) -> bool {
        self.kind() == ErrorKind::RateLimited
    }

    /// Whether the endpoint is not the one it should be.
    pub fn is_unproven(&self) -> bool {
        self.kind() == ErrorKind::Unproven
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
