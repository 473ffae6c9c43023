use std::collections::HashMap;

use serde::Deserialize;
use tensorwire_rpc::{Answer, Request};

use crate::{Error, ErrorKind, Hash, Result};

/// The answer of `state_queryStorageAt`.
pub(crate) struct Changes {
    pub(crate) block: Hash,
    /// In the order of the keys asked.
    pub(crate) values: Vec<Option<Vec<u8>>>,
}

/// Storage keys and their values at a block, as nodes write them.
#[derive(Deserialize)]
pub(crate) struct ChangeSet<'a> {
    pub(crate) block: Hash,
    #[serde(borrow)]
    changes: Vec<(&'a str, Option<&'a str>)>,
}

impl<'a> ChangeSet<'a> {
    /// What a storage subscription gives.
    pub(crate) fn read(answer: &'a Answer) -> Result<Self> {
        serde_json::from_str(answer.raw())
            .map_err(|error| Error::new(ErrorKind::Protocol, format!("no set of storage changes: {error}")))
    }

    /// The value of a key; the outer `None` if the key is not among those named.
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Option<Vec<u8>>>> {
        let name = const_hex::encode_prefixed(key);
        let Some((_, value)) = self.changes.iter().find(|(there, _)| *there == name) else { return Ok(None) };
        let value = value.map(const_hex::decode).transpose();
        value.map(Some).map_err(|_| Error::new(ErrorKind::Protocol, "a storage value is no hex"))
    }
}

impl Changes {
    pub(crate) fn request(keys: &[Vec<u8>], block: Option<Hash>) -> Request {
        let keys: Vec<_> = keys.iter().map(const_hex::encode_prefixed).collect();
        let request = Request::new("state_queryStorageAt").param(keys);
        match block {
            Some(block) => request.param(block),
            None => request,
        }
    }

    /// Matches the answer to the keys by name: a node may leave out repetitions and need not keep the order.
    pub(crate) fn read(answer: &Answer, keys: &[Vec<u8>]) -> Result<Self> {
        let protocol = |what: &str| Error::new(ErrorKind::Protocol, format!("state_queryStorageAt: {what}"));
        let sets: Vec<ChangeSet<'_>> =
            serde_json::from_str(answer.raw()).map_err(|error| protocol(&error.to_string()))?;
        let [set] = sets.as_slice() else {
            return Err(protocol("one set of changes is expected"));
        };
        let mut values = Vec::with_capacity(keys.len());
        let mut by_name = None;
        for (index, key) in keys.iter().enumerate() {
            let name = const_hex::encode_prefixed(key);
            let in_order = set.changes.get(index).filter(|(there, _)| *there == name);
            let (_, value) = in_order
                .or_else(|| {
                    by_name
                        .get_or_insert_with(|| {
                            set.changes.iter().map(|c| (c.0, c)).collect::<HashMap<_, _>>()
                        })
                        .get(name.as_str())
                        .copied()
                })
                .ok_or_else(|| protocol(&format!("the answer lacks the key {name}")))?;
            values.push(match value {
                Some(hex) => Some(const_hex::decode(hex).map_err(|_| protocol("a value is no hex"))?),
                None => None,
            });
        }
        Ok(Self { block: set.block, values })
    }
}
