//! How a client gets a websocket.

#[cfg(feature = "mock")]
use std::sync::Arc;

use tokio_tungstenite::WebSocketStream;

use crate::Result;
use crate::endpoint::Endpoint;
use crate::limits::Limits;
use crate::metered::Metered;

/// An open websocket.
pub(crate) type Socket = WebSocketStream<Metered>;

/// Opens one websocket after the other to one endpoint.
#[derive(Debug)]
pub(crate) struct Dialer {
    pub(crate) endpoint: Endpoint,
    pub(crate) limits: Limits,
    #[cfg(feature = "mock")]
    pub(crate) pipes: Option<Pipes>,
}

impl Dialer {
    /// Opens a websocket within `connect_timeout`.
    pub(crate) async fn dial(&self) -> Result<Socket> {
        #[cfg(feature = "mock")]
        if let Some(Pipes(pipes)) = &self.pipes {
            return self.endpoint.upgrade(Box::new(pipes()), &self.limits).await;
        }
        self.endpoint.dial(&self.limits).await
    }
}

/// Makes pipes in memory that stand for connections, for tests.
#[cfg(feature = "mock")]
#[derive(Clone)]
pub(crate) struct Pipes(pub(crate) Arc<dyn Fn() -> tokio::io::DuplexStream + Send + Sync>);

#[cfg(feature = "mock")]
impl std::fmt::Debug for Pipes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pipes")
    }
}
