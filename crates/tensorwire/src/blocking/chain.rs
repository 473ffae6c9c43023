use tensorwire_chain::{BlockId, Hash, Properties, Result, Stats};

use super::{At, wait};

/// The blocking twin of [`Chain`](crate::Chain).
#[derive(Debug, Clone)]
pub struct Chain(pub(super) crate::Chain);

impl Chain {
    /// See [`Chain::connect`](crate::Chain::connect).
    pub fn connect(url: &str) -> Result<Self> {
        Self::build(crate::Chain::builder(url))
    }

    /// Connects as the builder says, as in `Chain::build(tensorwire::Chain::builder(url).timeout(..))`.
    pub fn build(builder: tensorwire_chain::Builder) -> Result<Self> {
        wait(builder.connect()).map(Self)
    }

    /// See [`Chain::head`](crate::Chain::head).
    pub fn head(&self) -> Result<At> {
        wait(self.0.head()).map(At::new)
    }

    /// See [`Chain::finalized`](crate::Chain::finalized).
    pub fn finalized(&self) -> Result<At> {
        wait(self.0.finalized()).map(At::new)
    }

    /// See [`Chain::at`](crate::Chain::at).
    pub fn at(&self, block: impl Into<BlockId>) -> Result<At> {
        wait(self.0.at(block)).map(At::new)
    }

    /// See [`Chain::genesis`](crate::Chain::genesis).
    pub fn genesis(&self) -> Result<Hash> {
        wait(self.0.genesis())
    }

    /// See [`Chain::properties`](crate::Chain::properties).
    pub fn properties(&self) -> Result<Properties> {
        wait(self.0.properties())
    }

    /// See [`Chain::stats`](crate::Chain::stats).
    pub fn stats(&self) -> Stats {
        self.0.stats()
    }

    /// See [`Chain::close`](crate::Chain::close).
    pub fn close(&self) -> Result<()> {
        wait(async {
            self.0.close().await;
            Ok(())
        })
    }
}
