use std::mem::take;

use tensorwire_scale::{Arguments, FromScale, Runtime, StorageEntry, Value};

use crate::{At, Result, at::InForce, coalesce::Found};

pub(crate) mod key;

/// A value of a storage item that is asked for together with others. See [`At::query_multi`], and
/// [`Chain::watch_many`](crate::Chain::watch_many).
#[derive(Debug, Clone, PartialEq)]
pub struct StorageQuery {
    pub(crate) pallet: String,
    pub(crate) item: String,
    pub(crate) keys: Vec<Value>,
}

impl StorageQuery {
    /// The value at those keys, as in `StorageQuery::new("System", "Account", [&account])`.
    pub fn new(pallet: impl Into<String>, item: impl Into<String>, keys: impl Arguments) -> Self {
        Self { pallet: pallet.into(), item: item.into(), keys: keys.into_values() }
    }
}

/// The same while it is asked.
struct Asked<'a> {
    pallet: &'a str,
    item: &'a str,
    keys: Vec<Value>,
}

/// Reads of storage.
impl At {
    /// The value of a storage item, as in `query("System", "Account", [&account])`.
    ///
    /// An absent key gives the item's default, or `Value::None` if the item is optional. One request for all reads
    /// of this block that begin together; a lone read is one request too, and waits for no timer. A second one where a
    /// head has moved while it was asked for.
    ///
    /// # Errors
    /// `NotFound`, with the nearest names; `Invalid`, naming the keys that the item takes.
    pub async fn query(&self, pallet: &str, item: &str, keys: impl Arguments) -> Result<Value> {
        let decode = |entry: &StorageEntry, found: &Found| Ok(entry.decode(found.bytes())?);
        Ok(self.read_one(pallet, item, keys, decode).await?.unwrap_or(Value::None))
    }

    /// Like [`query`](Self::query), decoded into a Rust type whose layout is checked once per runtime.
    /// `None` if the key is absent and the item is optional.
    pub async fn query_as<T: FromScale>(
        &self,
        pallet: &str,
        item: &str,
        keys: impl Arguments,
    ) -> Result<Option<T>> {
        let decode = |entry: &StorageEntry, found: &Found| Ok(entry.decode_as(found.bytes())?);
        Ok(self.read_one(pallet, item, keys, decode).await?.flatten())
    }

    /// Like [`query`](Self::query), but `None` wherever nothing is stored, though the item may have a default: a default
    /// that was stored and one that stands for nothing are told apart.
    pub async fn query_stored(
        &self,
        pallet: &str,
        item: &str,
        keys: impl Arguments,
    ) -> Result<Option<Value>> {
        let decode = |entry: &StorageEntry, found: &Found| {
            let stored = found.bytes().map(|bytes| entry.decode(Some(bytes)));
            Ok(stored.transpose()?)
        };
        Ok(self.read_one(pallet, item, keys, decode).await?.flatten())
    }

    /// The values of many keys of one item, in the order asked. One request for every 256 keys or part of them, all in
    /// flight together.
    ///
    /// # Errors
    /// As [`query`](Self::query); one bad key fails the whole read before anything is sent.
    pub async fn query_many<K: Arguments>(
        &self,
        pallet: &str,
        item: &str,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<Vec<Value>> {
        let decode = |entry: &StorageEntry, found: &Found| Ok(entry.decode(found.bytes())?);
        self.read_many(pallet, item, keys, decode).await
    }

    /// Like [`query_many`](Self::query_many), decoded into a Rust type. `None` where a key of an optional item is
    /// absent.
    pub async fn query_many_as<T: FromScale, K: Arguments>(
        &self,
        pallet: &str,
        item: &str,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<Vec<Option<T>>> {
        let decode = |entry: &StorageEntry, found: &Found| Ok(entry.decode_as(found.bytes())?);
        self.read_many(pallet, item, keys, decode).await
    }

    /// The values of keys of different items, in the order asked. One request for every 256 keys or part of them, all in
    /// flight together.
    ///
    /// # Errors
    /// As [`query`](Self::query); one bad query fails the whole read before anything is sent.
    pub async fn query_multi(&self, queries: impl IntoIterator<Item = StorageQuery>) -> Result<Vec<Value>> {
        let mut queries: Vec<_> = queries.into_iter().collect();
        let asked = queries.iter_mut();
        let asked = asked.map(|StorageQuery { pallet, item, keys }| Asked { pallet, item, keys: take(keys) });
        self.read(asked.collect(), |entry, found| Ok(entry.decode(found.bytes())?)).await
    }

    /// The storage key of an item's value: what [`storage_raw`](Self::storage_raw) reads. With fewer keys than the item
    /// takes, what the storage keys of all entries below them begin with: what [`storage_keys`](Self::storage_keys)
    /// lists. No request if the runtime is known.
    ///
    /// # Errors
    /// As [`query`](Self::query).
    pub async fn storage_key(&self, pallet: &str, item: &str, keys: impl Arguments) -> Result<Vec<u8>> {
        let keys = keys.into_values();
        let read = async {
            let runtime = self.inner().executed_by().await?;
            let entry = runtime.storage(pallet, item)?;
            key::prefix(&runtime, entry, &keys)
        };
        self.inner()
            .node
            .bounded(|| format!("storage key of {pallet}.{item} at {}", self.asked()), read)
            .await
    }

    /// What is stored at storage keys, in the order asked: bytes, and `None` where there is nothing. One request for
    /// every 256 keys or part of them, all in flight together; the runtime is not needed.
    pub async fn storage_raw(&self, keys: impl IntoIterator<Item = Vec<u8>>) -> Result<Vec<Option<Vec<u8>>>> {
        let keys: Vec<_> = keys.into_iter().collect();
        let count = keys.len();
        let read = async {
            let found = self.found(keys).await?;
            Ok(found.iter().map(|found| found.bytes().map(<[u8]>::to_vec)).collect())
        };
        self.inner().node.bounded(|| format!("{count} storage keys at {}", self.asked()), read).await
    }

    async fn read_one<T>(
        &self,
        pallet: &str,
        item: &str,
        keys: impl Arguments,
        decode: impl Fn(&StorageEntry, &Found) -> Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.read(vec![Asked { pallet, item, keys: keys.into_values() }], decode).await?.pop())
    }

    async fn read_many<T, K: Arguments>(
        &self,
        pallet: &str,
        item: &str,
        keys: impl IntoIterator<Item = K>,
        decode: impl Fn(&StorageEntry, &Found) -> Result<T>,
    ) -> Result<Vec<T>> {
        let asked = |keys: K| Asked { pallet, item, keys: keys.into_values() };
        self.read(keys.into_iter().map(asked).collect(), decode).await
    }

    async fn read<T>(
        &self,
        asked: Vec<Asked<'_>>,
        decode: impl Fn(&StorageEntry, &Found) -> Result<T>,
    ) -> Result<Vec<T>> {
        let read = async {
            let question = |runtime: &Runtime| -> Result<Vec<Vec<u8>>> {
                let key = |Asked { pallet, item, keys }: &Asked<'_>| {
                    key::key(runtime, runtime.storage(pallet, item)?, keys)
                };
                asked.iter().map(key).collect()
            };
            let (runtime, found) =
                self.inner().with(InForce::Executed, question, |keys| self.found(keys)).await?;
            let entries = asked.iter().map(|Asked { pallet, item, .. }| runtime.storage(pallet, item));
            entries.zip(&found).map(|(entry, found)| decode(entry?, found)).collect()
        };
        let what = || match asked.as_slice() {
            [Asked { pallet, item, .. }, rest @ ..]
                if rest.iter().all(|other| (other.pallet, other.item) == (*pallet, *item)) =>
            {
                format!("query {pallet}.{item} at {}", self.asked())
            }
            _ => format!("query {} values at {}", asked.len(), self.asked()),
        };
        self.inner().node.bounded(what, read).await
    }

    async fn found(&self, mut keys: Vec<Vec<u8>>) -> Result<Vec<Found>> {
        let reads = &self.inner().reads;
        match keys.len() {
            1 => Ok(vec![reads.one(keys.swap_remove(0)).await?]),
            _ => reads.many(keys).await,
        }
    }
}
