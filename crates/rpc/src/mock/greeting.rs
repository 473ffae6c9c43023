//! How a scripted node meets a new connection.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::Reply;
use crate::endpoint::Io;

/// How a scripted node meets a new connection.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Greeting {
    /// Accepts the websocket.
    #[default]
    Upgrade,
    /// Accepts the websocket and answers this many requests by the script, every later one by this reply:
    /// `Until(2, Reply::Drop)` drops the connection at the third.
    Until(u64, Reply),
    /// Accepts the connection and says nothing, ever.
    Silence,
    /// Refuses the upgrade with an HTTP status.
    Status(u16),
    /// Reads something, sends these bytes, and closes the connection.
    Bytes(Vec<u8>),
    /// Closes the connection at once.
    Drop,
}

impl Greeting {
    /// Refuses the upgrade with an HTTP status and headers, such as `("retry-after", "5")`.
    pub fn http(status: u16, headers: &[(&str, &str)]) -> Self {
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let answer =
            format!("HTTP/1.1 {status} Refused\r\n{headers}content-length: 0\r\nconnection: close\r\n\r\n");
        Self::Bytes(answer.into_bytes())
    }

    /// What a TLS server says to a client that speaks plain text: an alert, then nothing.
    pub fn tls_alert() -> Self {
        Self::Bytes(vec![0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46])
    }
}

/// Plays a greeting. Returns the connection to be upgraded, if it is one, and the reply that follows so many requests.
pub(super) async fn meet(mut io: Io, greeting: Greeting) -> Option<(Io, Option<(u64, Reply)>)> {
    match greeting {
        Greeting::Upgrade => return Some((io, None)),
        Greeting::Until(requests, reply) => return Some((io, Some((requests, reply)))),
        Greeting::Silence => swallow(io).await,
        Greeting::Status(status) => return Box::pin(meet(io, Greeting::http(status, &[]))).await,
        Greeting::Bytes(bytes) => {
            let mut heard = [0; 1024];
            let _ = io.read(&mut heard).await;
            let _ = io.write_all(&bytes).await;
            let _ = io.shutdown().await;
        }
        Greeting::Drop => {}
    }
    None
}

/// Reads and says nothing, until the client goes.
pub(super) async fn swallow(mut io: impl AsyncReadExt + Unpin) {
    let _ = tokio::io::copy(&mut io, &mut tokio::io::sink()).await;
}
