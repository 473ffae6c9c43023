use tensorwire_scale::{Arguments, FromScale, StorageEntry, Value};

use crate::{At, Result, at::InForce, coalesce::Found};

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
        let (mut values, keys) = (None, keys.into_values());
        self.read(pallet, item, vec![keys], |entry, found| {
            values = Some(entry.decode(found.bytes())?);
            Ok(())
        })
        .await?;
        Ok(values.unwrap_or(Value::None))
    }

    /// Like [`query`](Self::query), decoded into a Rust type whose layout is checked once per runtime.
    /// `None` if the key is absent and the item is optional.
    pub async fn query_as<T: FromScale>(
        &self,
        pallet: &str,
        item: &str,
        keys: impl Arguments,
    ) -> Result<Option<T>> {
        let mut values = self.query_many_as(pallet, item, [keys]).await?;
        Ok(values.pop().flatten())
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
        let keys: Vec<_> = keys.into_iter().map(Arguments::into_values).collect();
        let mut values = Vec::with_capacity(keys.len());
        self.read(pallet, item, keys, |entry, found| {
            values.push(entry.decode(found.bytes())?);
            Ok(())
        })
        .await?;
        Ok(values)
    }

    /// Like [`query_many`](Self::query_many), decoded into a Rust type. `None` where a key of an optional item is
    /// absent.
    pub async fn query_many_as<T: FromScale, K: Arguments>(
        &self,
        pallet: &str,
        item: &str,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<Vec<Option<T>>> {
        let keys: Vec<_> = keys.into_iter().map(Arguments::into_values).collect();
        let mut values = Vec::with_capacity(keys.len());
        self.read(pallet, item, keys, |entry, found| {
            values.push(entry.decode_as(found.bytes())?);
            Ok(())
        })
        .await?;
        Ok(values)
    }

    async fn read(
        &self,
        pallet: &str,
        item: &str,
        keys: Vec<Vec<Value>>,
        mut each: impl FnMut(&StorageEntry, &Found) -> Result<()>,
    ) -> Result<()> {
        let reads = &self.inner().reads;
        let read = async {
            let question = |runtime: &tensorwire_scale::Runtime| -> Result<Vec<Vec<u8>>> {
                let entry = runtime.storage(pallet, item)?;
                keys.iter().map(|keys| Ok(entry.key(keys)?)).collect()
            };
            let ask = async |mut keys: Vec<Vec<u8>>| match keys.len() {
                1 => Ok(vec![reads.one(keys.swap_remove(0)).await?]),
                _ => reads.many(keys).await,
            };
            let (runtime, found) = self.inner().with(InForce::Executed, question, ask).await?;
            let entry = runtime.storage(pallet, item)?;
            found.iter().try_for_each(|found| each(entry, found))
        };
        self.inner().node.bounded(|| format!("query {pallet}.{item} at {}", self.asked()), read).await
    }
}
