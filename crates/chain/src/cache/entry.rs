//! What is kept, for whoever looks after it.

use std::{io, time::SystemTime};

use serde::Serialize;

use super::{Cache, PATIENCE_WITH_DISKS, name::Name, shelf::within, store::StoreEntry};
use crate::{Error, ErrorKind, Hash, Result};

/// An entry of a [`Cache`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CacheEntry {
    /// The chain that it belongs to. `None` for what is known of an endpoint.
    pub genesis: Option<Hash>,
    /// The spec version of a runtime. `None` for what is known of an endpoint.
    pub spec_version: Option<u32>,
    /// How long its content is.
    pub bytes: u64,
    /// When it was last used, if that is known.
    pub used: Option<SystemTime>,
    /// Its name within the cache: below [`Cache::location`].
    pub key: String,
}

impl Cache {
    /// Where the entries are: a folder, `memory`, or an address without credentials. `None` if nothing is kept.
    pub fn location(&self) -> Option<String> {
        Some(self.0.as_ref()?.store().location())
    }

    /// What is kept: by chain, the lowest spec version first.
    ///
    /// # Errors
    /// `Store` if it cannot be read.
    pub async fn entries(&self) -> Result<Vec<CacheEntry>> {
        let Some(shelf) = &self.0 else { return Ok(Vec::new()) };
        let listed = within(PATIENCE_WITH_DISKS, shelf.store().list()).await;
        let listed = listed.map_err(|error| self.failed("read", &error))?;
        let mut entries: Vec<_> = listed.into_iter().filter_map(CacheEntry::new).collect();
        let order =
            |entry: &CacheEntry| (entry.genesis.map(|hash| hash.0), entry.spec_version, entry.key.clone());
        entries.sort_by_cached_key(order);
        Ok(entries)
    }

    /// Forgets everything, or what belongs to one chain. What was removed.
    ///
    /// # Errors
    /// `Store` if it cannot be read or written; some of it may be gone then.
    pub async fn clear(&self, genesis: Option<Hash>) -> Result<Vec<CacheEntry>> {
        let Some(shelf) = &self.0 else { return Ok(Vec::new()) };
        self.flush().await;
        let mut removed = Vec::new();
        for entry in self.entries().await? {
            if genesis.is_some() && entry.genesis != genesis {
                continue;
            }
            let was_there = within(PATIENCE_WITH_DISKS, shelf.store().remove(&entry.key)).await;
            if was_there.map_err(|error| self.failed("written", &error))? {
                removed.push(entry);
            }
        }
        Ok(removed)
    }

    fn failed(&self, what: &str, why: &io::Error) -> Error {
        let store = self.location().unwrap_or_default();
        Error::new(ErrorKind::Store, format!("the cache in {store} cannot be {what}: {why}"))
    }
}

impl CacheEntry {
    /// `None` for what is not of this crate.
    fn new(StoreEntry { key, bytes, used }: StoreEntry) -> Option<Self> {
        let (genesis, spec_version) = match Name::parse(&key)? {
            Name::Runtime(runtime) => (Some(runtime.genesis), Some(runtime.spec_version)),
            Name::Endpoint(_) => (None, None),
        };
        Some(Self { genesis, spec_version, bytes, used, key })
    }
}
