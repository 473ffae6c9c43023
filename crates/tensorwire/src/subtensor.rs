use std::ops::Deref;

use tensorwire_chain::{BlockId, Chain, Result};

use crate::{At, Builder, Network};

/// A connection to Bittensor's chain: a pool of endpoints, one websocket each, any number of concurrent callers.
///
/// A [`Chain`] whose blocks answer Bittensor's questions. Cheap to clone, safe to share between threads.
#[derive(Debug, Clone)]
pub struct Subtensor(Chain);

impl Subtensor {
    /// Connects to a network, by name or URL, with the defaults of [`Builder`]. See [`Chain::connect`].
    ///
    /// # Errors
    /// `Invalid` for a malformed URL, `Connection` if the node cannot be reached. A node of another chain than the
    /// network's makes every read fail with `WrongChain`.
    pub async fn connect(network: impl Into<Network>) -> Result<Self> {
        Self::builder(network).connect().await
    }

    /// Starts the configuration of a connection to a network and its pool of endpoints.
    pub fn builder(network: impl Into<Network>) -> Builder {
        Builder::new(network.into())
    }

    /// The best block that the node knows now. See [`Chain::head`].
    pub async fn head(&self) -> Result<At> {
        self.0.head().await.map(At::from)
    }

    /// The newest finalized block that the node knows now. See [`Chain::finalized`].
    pub async fn finalized(&self) -> Result<At> {
        self.0.finalized().await.map(At::from)
    }

    /// A block by number or hash. See [`Chain::at`].
    pub async fn at(&self, block: impl Into<BlockId>) -> Result<At> {
        self.0.at(block).await.map(At::from)
    }
}

impl Deref for Subtensor {
    type Target = Chain;

    fn deref(&self) -> &Chain {
        &self.0
    }
}

impl From<Chain> for Subtensor {
    fn from(chain: Chain) -> Self {
        Self(chain)
    }
}
