use std::{fmt, sync::Arc};

use tensorwire_scale::{Runtime, StorageEntry, Value};

use crate::{At, Error, ErrorKind, Result, coalesce::Found, storage::key};

/// What is listed.
pub(super) enum Target {
    /// A map, or the part of it below those keys.
    Map { pallet: String, item: String, first: Vec<Value> },
    /// All that begins with those bytes.
    Prefix(Vec<u8>),
}

/// A target in the words of the block's runtime.
pub(super) struct Layout {
    target: Arc<Target>,
    runtime: Option<Arc<Runtime>>,
    /// What all keys begin with.
    pub(super) prefix: Vec<u8>,
    /// Whether a hash follows: then the keys are spread evenly.
    pub(super) is_hashed: bool,
}

/// An entry as it is stored.
pub(super) struct Raw {
    pub(super) key: Vec<u8>,
    pub(super) value: Option<Found>,
}

impl Layout {
    pub(super) async fn of(target: &Arc<Target>, at: &At) -> Result<Self> {
        let (runtime, prefix, is_hashed) = match &**target {
            Target::Prefix(prefix) => (None, prefix.clone(), false),
            Target::Map { pallet, item, first } => {
                let runtime = at.inner().executed_by().await?;
                let entry = runtime.storage(pallet, item)?;
                let prefix = key::prefix(&runtime, entry, first)?;
                let Some(hasher) = entry.hashers().get(first.len()) else {
                    // With all its keys an item is one value, which no listing shows.
                    let message = match first.len() {
                        0 => format!("{entry} is one value and no map: query it"),
                        _ => format!("{entry} with all its keys is one value: query it"),
                    };
                    return Err(Error::new(ErrorKind::Invalid, message));
                };
                let is_hashed = hasher.hash_length() > 0;
                (Some(runtime), prefix, is_hashed)
            }
        };
        Ok(Self { target: target.clone(), runtime, prefix, is_hashed })
    }

    /// The storage item, of a map.
    pub(super) fn entry(&self) -> Result<&StorageEntry> {
        match (&*self.target, &self.runtime) {
            (Target::Map { pallet, item, .. }, Some(runtime)) => Ok(runtime.storage(pallet, item)?),
            _ => Err(Error::new(ErrorKind::Invalid, format!("{} have no layout", self.target))),
        }
    }

    /// The keys within a storage key.
    pub(super) fn keys(&self, key: &[u8]) -> Result<Vec<Value>> {
        let keys = self.entry()?.keys_of(key)?;
        Ok(keys.into_iter().map(|key| key.unwrap_or(Value::None)).collect())
    }

    /// Checks a key to begin behind.
    pub(super) fn start(&self, key: Vec<u8>) -> Result<Vec<u8>> {
        if key.starts_with(&self.prefix) {
            return Ok(key);
        }
        let message = format!(
            "the start key {} is none of the {}: their keys begin with {}",
            const_hex::encode_prefixed(key),
            self.target,
            const_hex::encode_prefixed(&self.prefix)
        );
        Err(Error::new(ErrorKind::Invalid, message))
    }

    /// The part of the space of hashes that lies before a key, if keys are spread evenly.
    pub(super) fn position(&self, key: &[u8]) -> Option<f64> {
        self.is_hashed.then(|| super::split::position(key, self.prefix.len()) as f64 / 2f64.powi(64))
    }
}

impl Raw {
    pub(super) fn bytes(&self) -> Result<&[u8]> {
        self.value.as_ref().and_then(Found::bytes).ok_or_else(|| self.missing())
    }

    /// A map lists only what is there.
    pub(super) fn missing(&self) -> Error {
        let key = const_hex::encode_prefixed(&self.key);
        Error::new(ErrorKind::Protocol, format!("the node lists the key {key} and says that it has no value"))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Map { pallet, item, .. } => write!(f, "entries of {pallet}.{item}"),
            Self::Prefix(prefix) => write!(f, "storage keys below {}", const_hex::encode_prefixed(prefix)),
        }
    }
}
