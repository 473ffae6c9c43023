use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use tensorwire_scale::{Arguments, Value};

use crate::{Chain, Hash, Result, StorageQuery, streamed::streamed};

mod item;
mod watching;

use watching::Watching;

/// A value of a watched storage item. See [`Chain::watch`] and [`Chain::watch_many`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The block that the value is of.
    pub block: Hash,
    /// Which of the watched items it is of: its place among them, from 0.
    pub item: usize,
    /// The value; the item's default, or `Value::None` if it is optional, where there is none.
    pub value: Value,
    /// Whether changes between the one before and this one may be missing: after a reconnect, a reorganisation, or where
    /// the consumer was slow. The value may then be the same as before.
    pub gap: bool,
}

/// The values of storage items as they change: an endless stream of [`Change`]s.
#[must_use = "a stream does nothing unless polled"]
pub struct Watch(BoxStream<'static, Result<Change>>);

streamed!(Watch of Change, "The next change. Dropping the future loses nothing.");

impl Chain {
    /// The value of a storage item on the best chain: the present one first, then after every change. Nothing is asked
    /// before the first poll.
    ///
    /// The stream outlives its websocket and its endpoint, and follows reorganisations and runtime upgrades. Where
    /// changes may have been missed it gives the present value anew and says so: see [`Change::gap`].
    ///
    /// Two requests to subscribe to the item and to the heads, two to end that, and what [`head`](Self::head) and its
    /// runtime cost; none for a change. A reorganisation costs four, a new runtime one and its metadata. After a silence
    /// as long as the timeout the head is asked for once.
    ///
    /// The stream keeps the connection; dropping it ends the subscriptions.
    ///
    /// # Errors
    /// In the stream, which goes on: `Connection` for every timeout that an outage lasts; what a node refuses, or answers
    /// against the protocol, at once and then for every timeout. It ends after `NotFound`, with the nearest names;
    /// `Invalid`, naming the keys that the item takes; `Decode`; `WrongChain`; a method that the node does not know; a
    /// second head that is none; and when the chain is closed by its owner.
    pub fn watch(&self, pallet: &str, item: &str, keys: impl Arguments) -> Watch {
        self.watch_many([StorageQuery::new(pallet, item, keys)])
    }

    /// The values of several storage items, by one subscription: the present ones first, in the order of the items, then
    /// every change, those of one block in the order of the items. [`Change::item`] says which item a change is of.
    ///
    /// Costs what [`watch`](Self::watch) costs, however many they are. A node bounds how long a request may be: some
    /// thousand items fit.
    ///
    /// # Errors
    /// As [`watch`](Self::watch): one item that the runtime does not have ends the stream.
    pub fn watch_many(&self, items: impl IntoIterator<Item = StorageQuery>) -> Watch {
        let watching = Watching::new(self.clone(), items.into_iter().collect());
        let next = async |mut watching: Watching| Some((watching.next().await?, watching));
        Watch(stream::unfold(watching, next).fuse().boxed())
    }
}
