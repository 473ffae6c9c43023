//! One endpoint: its URL, and how a websocket to it is opened.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore, pki_types::ServerName};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, handshake::client};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use url::Url;

use crate::budget::retry_after;
use crate::driver::WRITE_BYTES;
use crate::limits::Limits;
use crate::metered::Metered;
use crate::{Error, ErrorKind, Result};

#[cfg(test)]
mod tests;

/// Any byte stream: TCP, TLS over TCP, or a pipe in memory.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Socket for S {}
pub(crate) type Io = Box<dyn Socket>;

/// Read at once at most. Every read clears this much first, so that larger is slower for lone answers.
const READ_BYTES: usize = 64 << 10;

pub(crate) struct Endpoint {
    url: Url,
    name: Arc<str>,
    /// Certificates trusted besides the public ones, DER.
    roots: Vec<Vec<u8>>,
}

impl Endpoint {
    pub(crate) fn parse(text: &str) -> Result<Self> {
        // What the URL parser would mend or drop without a word. The text may hold a password: it is not quoted.
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(Error::new(ErrorKind::Url, "the URL contains a space or a line break"));
        }
        let url = Url::parse(text).ok().filter(|_| text.contains("://")).ok_or_else(|| {
            let hint = match text {
                "" => "the URL is empty: write ws://host:port or wss://host".to_owned(),
                _ if text.contains("://") => "not a URL: write ws://host:port or wss://host".to_owned(),
                // Quoted only if it cannot hold a password.
                _ if text.contains(['@', '?', '/']) => {
                    "a URL needs a scheme: write ws://host:port or wss://host".to_owned()
                }
                _ => format!("the URL {text:?} has no scheme: try ws://{text} or wss://{text}"),
            };
            Error::new(ErrorKind::Url, hint)
        })?;
        let name: Arc<str> = public_name(&url).into();
        let wrong = |message: String| Err(Error::new(ErrorKind::Url, message).at(&name));
        match url.scheme() {
            "ws" | "wss" => {}
            "http" => {
                return wrong("this client speaks websocket only: try ws:// in place of http://".into());
            }
            "https" => {
                return wrong("this client speaks websocket only: try wss:// in place of https://".into());
            }
            other => return wrong(format!("unknown scheme {other}: use ws:// or wss://")),
        }
        if url.host_str().is_none_or(str::is_empty) {
            return wrong("the URL names no host".into());
        }
        if url.port() == Some(0) {
            return wrong("nothing can listen on port 0".into());
        }
        Ok(Self { url, name, roots: Vec::new() })
    }

    pub(crate) fn trust(self, roots: Vec<Vec<u8>>) -> Self {
        Self { roots, ..self }
    }

    /// The URL as it may be shown: without credentials, query, and path parts long enough to be keys.
    pub(crate) fn name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    /// Name, TCP, TLS and websocket handshake, all within `connect_timeout`.
    pub(crate) async fn dial(&self, limits: &Limits) -> Result<WebSocketStream<Metered>> {
        let deadline = deadline(limits.connect_timeout);
        let tcp = self.connect(deadline, limits.connect_timeout).await?;
        let io: Io = if self.is_tls() {
            let handshake = self.secure(tcp);
            Box::new(self.within(deadline, limits.connect_timeout, "the TLS handshake", handshake).await?)
        } else {
            Box::new(tcp)
        };
        self.upgrade_by(deadline, io, limits).await
    }

    /// The websocket handshake alone, over a connection that exists.
    #[cfg(feature = "mock")]
    pub(crate) async fn upgrade(&self, io: Io, limits: &Limits) -> Result<WebSocketStream<Metered>> {
        self.upgrade_by(deadline(limits.connect_timeout), io, limits).await
    }

    async fn connect(&self, deadline: Instant, timeout: Duration) -> Result<TcpStream> {
        let host = self.url.host_str().unwrap_or_default();
        let port = self.url.port_or_known_default().unwrap_or_default();
        // The brackets of an IPv6 address belong to the URL.
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let lookup = async {
            let found = tokio::net::lookup_host((bare, port)).await;
            found.map_err(|error| self.error(ErrorKind::Connect, format!("cannot look up {host}: {error}")))
        };
        let addresses: Vec<_> = self.within(deadline, timeout, "the name lookup", lookup).await?.collect();
        let mut failure = self.error(ErrorKind::Connect, format!("{host} has no address"));
        for (tried, address) in addresses.iter().enumerate() {
            // A black hole among several addresses gets its share of the time, not all of it.
            let left = deadline.saturating_duration_since(Instant::now());
            let share = Instant::now() + left / u32::try_from(addresses.len() - tried).unwrap_or(1);
            match timeout_at(share, TcpStream::connect(address)).await {
                Ok(Ok(tcp)) => {
                    // Frames are flushed when they are complete: waiting for more is never right.
                    let _ = tcp.set_nodelay(true);
                    return Ok(tcp);
                }
                Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => {
                    let message =
                        format!("{host} refused the connection: does a node listen on port {port}?");
                    failure = self.error(ErrorKind::Connect, message);
                }
                Ok(Err(error)) => {
                    failure =
                        self.error(ErrorKind::Connect, format!("cannot reach {host}, port {port}: {error}"));
                }
                Err(_) => failure = self.timeout("the TCP connection", timeout),
            }
        }
        Err(failure)
    }

    async fn secure(&self, tcp: TcpStream) -> Result<tokio_rustls::client::TlsStream<TcpStream>> {
        let host = self.url.host_str().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(bare).map_err(|_| {
            self.error(ErrorKind::Tls, format!("{host} is no name a certificate can be issued for"))
        })?;
        let config = tls_config(&self.roots)
            .map_err(|error| self.error(ErrorKind::Tls, format!("cannot set up TLS: {error}")))?;
        let connected = TlsConnector::from(Arc::new(config)).connect(name, tcp).await;
        connected.map_err(|error| {
            let speaks_no_tls = error.kind() == io::ErrorKind::UnexpectedEof
                || error.kind() == io::ErrorKind::ConnectionReset
                || matches!(rustls_error(&error), Some(rustls::Error::InvalidMessage(_)));
            let message = match speaks_no_tls {
                true => {
                    format!("the TLS handshake failed: this port does not speak TLS: try ws:// ({error})")
                }
                false => format!("the TLS handshake failed: {error}"),
            };
            self.error(ErrorKind::Tls, message)
        })
    }

    async fn upgrade_by(
        &self,
        deadline: Instant,
        io: Io,
        limits: &Limits,
    ) -> Result<WebSocketStream<Metered>> {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BYTES)
            .write_buffer_size(WRITE_BYTES)
            .max_message_size(Some(limits.max_response_bytes))
            .max_frame_size(Some(limits.max_response_bytes));
        let request = self.upgrade_request()?;
        let handshake = async {
            let upgraded = client_async_with_config(request, Metered::new(io), Some(config)).await;
            upgraded.map(|(socket, _)| socket).map_err(|error| self.upgrade_error(error))
        };
        self.within(deadline, limits.connect_timeout, "the websocket handshake", handshake).await
    }

    fn upgrade_request(&self) -> Result<client::Request> {
        let mut url = self.url.clone();
        // Neither can fail on a URL with a host.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        let request = url.as_str().into_client_request();
        let mut request =
            request.map_err(|error| self.error(ErrorKind::Url, format!("unusable URL: {error}")))?;
        if let Some(value) = basic_auth(&self.url) {
            request.headers_mut().insert("authorization", value);
        }
        Ok(request)
    }

    fn upgrade_error(&self, error: tungstenite::Error) -> Error {
        let try_tls = if self.is_tls() { "" } else { "; if it speaks TLS, try wss://" };
        match error {
            tungstenite::Error::Http(response) => {
                let status = response.status();
                let hint = match status.as_u16() {
                    300..=399 => ": it redirects, which a websocket does not follow: check the URL",
                    401 | 403 => ": access is denied: check the URL's key, or whether this address is banned",
                    404 => ": nothing is served at this path",
                    429 => ": too many requests: wait before the next attempt",
                    500..=599 => ": the node behind it may be down",
                    _ => "",
                };
                let message = format!("the peer answered the websocket upgrade with HTTP {status}{hint}");
                let error = self.error(ErrorKind::Handshake, message).http(status.as_u16());
                let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
                let wait = header("retry-after").and_then(|value| retry_after(value, header("date")));
                match (status.as_u16(), wait) {
                    (403 | 429 | 503, Some(wait)) => error.retry_in(wait),
                    _ => error,
                }
            }
            error => {
                let message = format!("the peer does not answer as a websocket server{try_tls} ({error})");
                self.error(ErrorKind::Handshake, message)
            }
        }
    }

    async fn within<T>(
        &self,
        deadline: Instant,
        timeout: Duration,
        step: &str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        timeout_at(deadline, work).await.unwrap_or_else(|_| Err(self.timeout(step, timeout)))
    }

    fn timeout(&self, step: &str, timeout: Duration) -> Error {
        self.error(ErrorKind::Timeout, format!("cannot connect within {timeout:?}: {step} did not finish"))
    }

    fn error(&self, kind: ErrorKind, message: String) -> Error {
        Error::new(kind, message).at(&self.name)
    }

    fn is_tls(&self) -> bool {
        self.url.scheme() == "wss"
    }
}

impl std::fmt::Debug for Endpoint {
    /// The URL may hold credentials.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Endpoint({})", self.name)
    }
}

/// A configuration of its own for every connection: no global state that another crate could have set otherwise.
fn tls_config(trusted: &[Vec<u8>]) -> Result<ClientConfig, rustls::Error> {
    let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    for certificate in trusted {
        roots.add(certificate.clone().into())?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// The end of a time that starts now; one beyond what the clock can hold ends when nobody is left to see it.
fn deadline(timeout: Duration) -> Instant {
    const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 3600);
    let now = Instant::now();
    now.checked_add(timeout).unwrap_or(now + FAR)
}

fn rustls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

fn public_name(url: &Url) -> String {
    const KEY_LENGTH: usize = 16;
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let path: String = url
        .path_segments()
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .map(|part| format!("/{}", if part.len() < KEY_LENGTH { part } else { "…" }))
        .collect();
    let query = if url.query().is_some() { "?…" } else { "" };
    format!("{}://{host}{port}{path}{query}", url.scheme())
}

fn basic_auth(url: &Url) -> Option<HeaderValue> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let decode = |text: &str| percent_encoding::percent_decode_str(text).collect::<Vec<u8>>();
    let credentials =
        [decode(url.username()), b":".to_vec(), decode(url.password().unwrap_or_default())].concat();
    let encoded = data_encoding::BASE64.encode(&credentials);
    let mut value = HeaderValue::try_from(format!("Basic {encoded}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}
