use std::{ops::Deref, time::Duration};

use tensorwire_chain::{BlockId, Cache, Chain, Hash, Result};

use crate::{At, Network};

/// A connection to Bittensor's chain: one websocket, any number of concurrent callers.
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

    /// Starts the configuration of a connection.
    pub fn builder(network: impl Into<Network>) -> Builder {
        let network = network.into();
        let builder = Chain::builder(network.url());
        Builder(match network.genesis() {
            Some(genesis) => builder.genesis(genesis),
            None => builder,
        })
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

/// How to connect to Bittensor's chain.
#[derive(Debug, Clone)]
#[must_use]
pub struct Builder(tensorwire_chain::Builder);

impl Builder {
    /// The deadline of every read, however many requests it takes. Default is 60 seconds.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self(self.0.timeout(timeout))
    }

    /// The deadline of name resolution, TCP, TLS and websocket handshake together. Default is 10 seconds.
    pub fn connect_timeout(self, timeout: Duration) -> Self {
        Self(self.0.connect_timeout(timeout))
    }

    /// Where runtime metadata is kept between runs. Default is [`Cache::on_disk`].
    pub fn cache(self, cache: Cache) -> Self {
        Self(self.0.cache(cache))
    }

    /// The chain's genesis hash. Default is the network's own, where that is fixed.
    pub fn genesis(self, genesis: Hash) -> Self {
        Self(self.0.genesis(genesis))
    }

    /// Connects. See [`Subtensor::connect`].
    pub async fn connect(self) -> Result<Subtensor> {
        self.0.connect().await.map(Subtensor)
    }
}
