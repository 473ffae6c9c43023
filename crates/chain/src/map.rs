use std::sync::Arc;

use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use tensorwire_rpc::Request;
use tensorwire_scale::{Arguments, Runtime, StorageEntry, Value};

use crate::{At, Error, ErrorKind, Result, streamed::streamed};

/// Keys per page: the most that a node lists at once.
const PAGE: usize = 1000;

/// Pages whose values are under way at once, while the keys of the next one are listed.
const PAGES_AHEAD: usize = 2;

/// One entry of a map.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// The entry's keys, in the map's order of keys. One that only a hash is stored of is `Value::None`.
    pub keys: Vec<Value>,
    /// The value.
    pub value: Value,
}

/// The entries of a map, in the order of the storage, all of one block. See [`At::query_map`].
///
/// A stream that may be dropped at any point. After an entry that does not decode the others still come; after a
/// page that cannot be had the stream ends with its error.
#[must_use = "a stream does nothing unless polled"]
pub struct Entries(BoxStream<'static, Result<Entry>>);

streamed!(Entries of Entry, "The next entry; `None` after the last one.");

/// The map that is listed, and from where on.
#[derive(Clone)]
struct Listing {
    at: At,
    map: Arc<Map>,
}

struct Map {
    pallet: String,
    item: String,
    first: Vec<Value>,
}

impl At {
    /// All entries of a map, or those whose first keys are given, as in `query_map("SubtensorModule", "Keys", [1u16])`.
    ///
    /// Five requests for every thousand entries: one lists their keys, four fetch their values, 256 each. The keys of a
    /// page are listed while the values of the page before are fetched.
    ///
    /// # Errors
    /// In the stream: as [`query`](Self::query), and `Invalid` if all keys are given or the item is no map.
    pub fn query_map(&self, pallet: &str, item: &str, first: impl Arguments) -> Entries {
        let map = Map { pallet: pallet.to_owned(), item: item.to_owned(), first: first.into_values() };
        let listing = Listing { at: self.clone(), map: Arc::new(map) };
        let pages = stream::unfold(Some(Start::Beginning), {
            let listing = listing.clone();
            move |start| {
                let listing = listing.clone();
                async move {
                    match listing.bounded(listing.page(&start?)).await {
                        Ok((keys, next)) => Some((Ok(keys), next)),
                        Err(error) => Some((Err(error), None)),
                    }
                }
            }
        });
        let entries = pages.map(move |keys| {
            let listing = listing.clone();
            async move {
                match keys {
                    Ok(keys) => {
                        listing.bounded(listing.entries(keys)).await.unwrap_or_else(|error| vec![Err(error)])
                    }
                    Err(error) => vec![Err(error)],
                }
            }
        });
        Entries(entries.buffered(PAGES_AHEAD).flat_map(stream::iter).boxed())
    }
}

/// Where a page begins.
enum Start {
    Beginning,
    /// Behind that key.
    After(Vec<u8>),
}

type Keys = Vec<Vec<u8>>;

impl Listing {
    async fn bounded<T>(&self, read: impl Future<Output = Result<T>>) -> Result<T> {
        let Map { pallet, item, .. } = &*self.map;
        self.at.inner().node.bounded(|| format!("map {pallet}.{item} at {}", self.at.asked()), read).await
    }

    fn entry<'r>(&self, runtime: &'r Runtime) -> Result<&'r StorageEntry> {
        Ok(runtime.storage(&self.map.pallet, &self.map.item)?)
    }

    /// The keys of a page, and where the next one begins.
    async fn page(&self, start: &Start) -> Result<(Keys, Option<Start>)> {
        let inner = self.at.inner();
        let runtime = inner.pin.runtime().await?;
        let entry = self.entry(&runtime)?;
        let prefix = entry.key_prefix(&self.map.first)?;
        // With all its keys an item is one value, which no listing shows.
        if self.map.first.len() >= entry.key_types().len() {
            let message = format!("{entry} with {} keys is one value: query it", self.map.first.len());
            return Err(Error::new(ErrorKind::Invalid, message));
        }
        let block = inner.pin.located().await?;
        let start = match start {
            Start::Beginning => &prefix,
            Start::After(key) => key,
        };
        let request = Request::new("state_getKeysPaged").hex_param(&prefix).param(PAGE).hex_param(start);
        let page: Vec<String> = inner.node.request(request.param(block.hash), block.needs()).await?.json()?;
        let keys = page.iter().map(|key| const_hex::decode(key).ok()).collect::<Option<Keys>>();
        // Ascending and below the prefix: else a wrong page could be taken for a part of the map, or have no end.
        let keys = keys.filter(|keys| {
            let mut before = start;
            keys.iter().all(|key| {
                let follows = key > before && key.starts_with(&prefix);
                before = key;
                follows
            })
        });
        let keys = keys.ok_or_else(|| {
            Error::new(
                ErrorKind::Protocol,
                "the node listed keys that are none of the map's, or not in order",
            )
        })?;
        let next = (keys.len() >= PAGE).then(|| keys.last().cloned().map(Start::After)).flatten();
        Ok((keys, next))
    }

    async fn entries(&self, keys: Keys) -> Result<Vec<Result<Entry>>> {
        let runtime = self.at.inner().pin.runtime().await?;
        let entry = self.entry(&runtime)?;
        let found = self.at.inner().reads.many(keys.clone()).await?;
        let decode = |key: &[u8], value: Option<&[u8]>| {
            let keys = entry.keys_of(key)?.into_iter().map(|part| part.unwrap_or(Value::None));
            Ok(Entry { keys: keys.collect(), value: entry.decode(value)? })
        };
        Ok(keys.iter().zip(&found).map(|(key, found)| decode(key, found.bytes())).collect())
    }
}
