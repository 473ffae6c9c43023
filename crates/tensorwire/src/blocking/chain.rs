use tensorwire_chain::{
    Arguments, BlockId, CacheStats, EndpointStatus, ExtrinsicId, Hash, Header, Properties, Receipt, Result,
    Stats, StorageQuery,
    rpc::{Answer, Request},
};

use super::{At, Heads, Watch, wait};

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

    /// See [`Chain::request`](crate::Chain::request).
    pub fn request(&self, request: Request) -> Result<Answer> {
        wait(self.0.request(request))
    }

    /// See [`Chain::heads`](crate::Chain::heads).
    pub fn heads(&self) -> Heads {
        Heads(self.0.heads())
    }

    /// See [`Chain::finalized_heads`](crate::Chain::finalized_heads).
    pub fn finalized_heads(&self) -> Heads {
        Heads(self.0.finalized_heads())
    }

    /// See [`Chain::finalized_from`](crate::Chain::finalized_from).
    pub fn finalized_from(&self, number: u64) -> Heads {
        Heads(self.0.finalized_from(number))
    }

    /// See [`Chain::watch`](crate::Chain::watch).
    pub fn watch(&self, pallet: &str, item: &str, keys: impl Arguments) -> Watch {
        Watch(self.0.watch(pallet, item, keys))
    }

    /// See [`Chain::extrinsic`](crate::Chain::extrinsic).
    pub fn extrinsic(&self, id: ExtrinsicId) -> Result<Receipt> {
        wait(self.0.extrinsic(id))
    }

    /// See [`Chain::find_extrinsic`](crate::Chain::find_extrinsic).
    pub fn find_extrinsic(&self, hash: Hash, last: u64) -> Result<Receipt> {
        wait(self.0.find_extrinsic(hash, last))
    }

    /// See [`Chain::wait_for_block`](crate::Chain::wait_for_block).
    pub fn wait_for_block(&self, number: u64) -> Result<Header> {
        wait(self.0.wait_for_block(number))
    }

    /// See [`Chain::wait_for`](crate::Chain::wait_for).
    pub fn wait_for<T>(&self, number: u64, handler: impl FnMut(&Header) -> Option<T>) -> Result<T> {
        wait(self.0.wait_for(number, handler))
    }

    /// See [`Chain::watch_many`](crate::Chain::watch_many).
    pub fn watch_many(&self, items: impl IntoIterator<Item = StorageQuery>) -> Watch {
        Watch(self.0.watch_many(items))
    }

    /// See [`Chain::status`](crate::Chain::status).
    pub fn status(&self) -> Vec<EndpointStatus> {
        self.0.status()
    }

    /// See [`Chain::probe`](crate::Chain::probe).
    pub fn probe(&self) -> Result<Vec<EndpointStatus>> {
        wait(async { Ok(self.0.probe().await) })
    }

    /// See [`Chain::stats`](crate::Chain::stats).
    pub fn stats(&self) -> Stats {
        self.0.stats()
    }

    /// See [`Chain::cache_stats`](crate::Chain::cache_stats).
    pub fn cache_stats(&self) -> CacheStats {
        self.0.cache_stats()
    }

    /// See [`Chain::close`](crate::Chain::close).
    pub fn close(&self) -> Result<()> {
        wait(async {
            self.0.close().await;
            Ok(())
        })
    }
}
