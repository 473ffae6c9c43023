use std::{path::PathBuf, sync::Arc, time::Duration};

use etcetera::BaseStrategy;
use tensorwire_scale::{Runtime, Types, hash::blake2_128};

use crate::{Result, runtimes::Key, runtimes::off_thread};

mod disk;
mod entry;
mod memory;
mod name;
#[cfg(feature = "redis")]
mod redis;
mod seal;
mod shelf;
mod stats;
mod store;

pub use entry::CacheEntry;
pub use stats::CacheStats;
pub use store::{RuntimeStore, StoreEntry, StoreFuture};

use name::Name;
use shelf::Shelf;

/// Where runtime metadata is kept between runs, or shared.
///
/// An entry is named after the runtime's chain, version and fingerprint, and carries a hash of its content, so that a
/// damaged one is noticed and downloaded again; nothing in it is ever executed. A cache that cannot be read or written
/// makes nothing fail: what it lacks is downloaded, and one warning (target `tensorwire::cache`) says so.
///
/// Cheap to clone; clones are the same cache.
#[derive(Debug, Clone, Default)]
pub struct Cache(Option<Arc<Shelf>>);

/// How long a store may take for an entry of a megabyte before the node is asked instead.
const PATIENCE: Duration = Duration::from_secs(1);

/// The same for the disk, which is there even on a machine that is busy.
const PATIENCE_WITH_DISKS: Duration = Duration::from_secs(5);

impl Cache {
    /// The user's cache folder: `$XDG_CACHE_HOME/tensorwire` or its equivalent on this system.
    ///
    /// Plain files, one per runtime, safe to share between processes; about 256 MiB are kept at most, and the ones used
    /// longest ago go first.
    pub fn on_disk() -> Self {
        match etcetera::choose_base_strategy() {
            Ok(base) => Self::folder(base.cache_dir().join("tensorwire")),
            Err(_) => Self::none(),
        }
    }

    /// A folder of the caller's choice, with the same files. It is made when first written to.
    pub fn folder(folder: impl Into<PathBuf>) -> Self {
        Self::shelf(Shelf::new(disk::DiskStore::new(folder.into()), PATIENCE_WITH_DISKS))
    }

    /// At most that many bytes of the process's memory, for chains that are connected to one after another, or at once:
    /// each takes a clone of this cache. A runtime's metadata takes about a megabyte.
    pub fn memory(bytes: usize) -> Self {
        Self::shelf(Shelf::new(memory::MemoryStore::new(bytes), PATIENCE))
    }

    /// A Redis server, or one that speaks its protocol, as in `redis://127.0.0.1:6379/0`. Several machines may share it.
    ///
    /// Keys begin with `tensorwire/`; what nobody has used for 30 days expires. The connection is made when it is first
    /// needed, and again when it was lost. A server that does not answer is asked again after half a minute. There is no
    /// TLS: `rediss://` is refused.
    ///
    /// Whoever can write to the server decides how values are decoded.
    ///
    /// # Errors
    /// `Invalid` for a malformed URL.
    #[cfg(feature = "redis")]
    pub fn redis(url: &str) -> Result<Self> {
        Ok(Self::store(redis::RedisStore::new(url)?))
    }

    /// A store of the caller's own.
    pub fn store(store: impl RuntimeStore) -> Self {
        Self::shelf(Shelf::new(store, PATIENCE))
    }

    /// Nothing is kept; runtimes in use are still held in memory.
    pub fn none() -> Self {
        Self::default()
    }

    fn shelf(shelf: Shelf) -> Self {
        Self(Some(Arc::new(shelf)))
    }

    /// The runtime of that key, if it is there and whole, with the types that its metadata does not describe.
    ///
    /// # Errors
    /// What is whole and not read with those types: a node would give the same again.
    pub(crate) async fn load(&self, key: Key, types: &Types) -> Result<Option<Arc<Runtime>>> {
        let name = Name::Runtime(key);
        let Some(shelf) = &self.0 else { return Ok(None) };
        let Some(sealed) = shelf.get(&name.to_string()).await else { return Ok(None) };
        let types = types.clone();
        let read = move || -> Result<_> {
            let metadata = match seal::open(&sealed) {
                Ok(metadata) => metadata,
                Err(why) => return Ok(Err(why)),
            };
            let runtime = Runtime::from_metadata_with(metadata, &types, Some(key.spec_version))?;
            let is_it = runtime.spec_version() == key.spec_version;
            Ok(if is_it { Ok(Arc::new(runtime)) } else { Err("it holds another spec version") })
        };
        Ok(off_thread(read).await??.map_err(|why| self.damaged(&name, why)).ok())
    }

    /// Keeps a runtime's metadata. No caller waits for that.
    pub(crate) fn keep(&self, key: Key, metadata: Arc<Vec<u8>>) {
        if let Some(shelf) = &self.0 {
            shelf.put(Name::Runtime(key).to_string(), move || seal::seal(&metadata));
        }
    }

    /// The runtime last used at that endpoint.
    pub(crate) async fn last(&self, endpoint: &str, types: &Types) -> Option<(Key, Arc<Runtime>)> {
        let name = Name::endpoint(endpoint);
        let sealed = self.0.as_ref()?.get(&name.to_string()).await?;
        let content = seal::open(&sealed).map_err(|why| self.damaged(&name, why)).ok()?;
        match Name::parse(std::str::from_utf8(content).ok()?)? {
            Name::Runtime(key) => Some((key, self.load(key, types).await.ok()??)),
            Name::Endpoint(_) => None,
        }
    }

    /// Notes which runtime the endpoint uses now.
    pub(crate) fn remember(&self, endpoint: &str, key: Key) {
        if let Some(shelf) = &self.0 {
            let runtime = Name::Runtime(key).to_string();
            shelf.put(Name::endpoint(endpoint).to_string(), move || seal::seal(runtime.as_bytes()));
        }
    }

    /// Waits until what is being kept is, within the time that a store may take.
    pub(crate) async fn flush(&self) {
        if let Some(shelf) = &self.0 {
            shelf.flush().await;
        }
    }

    fn damaged(&self, name: &Name, why: &str) {
        let store = self.location().unwrap_or_default();
        tracing::warn!(target: "tensorwire::cache", "ignoring the cache entry {store}/{name}: {why}");
    }
}

impl Name {
    fn endpoint(url: &str) -> Self {
        Self::Endpoint(blake2_128(url.as_bytes()))
    }
}
