use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use futures_util::TryFutureExt;
use tensorwire_rpc::Request;
use tensorwire_scale::{Runtime, Types};
use tokio::runtime::Handle;

use crate::{
    Cache, Error, ErrorKind, Hash, Result, RuntimeVersion,
    cache::CacheStats,
    flight::Flight,
    pool::{Asked, Needs, Pool},
};

mod loaded;

use loaded::{Cell, Loaded, State};

/// The metadata versions this client reads, best first.
const METADATA_VERSIONS: [u32; 3] = [16, 15, 14];

/// The runtimes of one chain: each is loaded once, however many callers wait for it.
pub(crate) struct Runtimes {
    loader: Arc<Loader>,
    handle: Handle,
    endpoint: String,
    loaded: Mutex<Loaded>,
}

/// What loading takes. It does not keep the chain alive.
struct Loader {
    pool: Arc<Pool>,
    cache: Cache,
    types: Types,
    /// Which metadata versions the node's head runtime has, asked for while connecting where no runtime is cached.
    versions: Option<Flight<Vec<u32>>>,
    /// How many runtimes the cache had, and how many it had not.
    loaded: AtomicU64,
    downloaded: AtomicU64,
}

/// A runtime's identity. The fingerprint is there because development builds reuse spec versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) genesis: Hash,
    pub(crate) spec_version: u32,
    pub(crate) fingerprint: [u8; 16],
}

impl Runtimes {
    /// `known` is the runtime last seen at this endpoint: a guess until the node says which one it runs.
    pub(crate) fn new(
        pool: &Arc<Pool>,
        handle: &Handle,
        cache: Cache,
        types: Types,
        endpoint: &str,
        known: Option<(Key, Arc<Runtime>)>,
    ) -> Self {
        let mut loaded = Loaded::default();
        let mut versions = None;
        match known {
            Some((key, runtime)) => {
                loaded.newest = Some((key, runtime.clone()));
                loaded.cells.insert(key, Cell { last_use: 0, state: State::Loaded(runtime) });
            }
            None => versions = Some(Flight::new(handle, metadata_versions(pool, None))),
        }
        let from_cache = AtomicU64::new(u64::from(versions.is_none()));
        let downloaded = AtomicU64::default();
        let loader =
            Arc::new(Loader { pool: pool.clone(), cache, types, versions, loaded: from_cache, downloaded });
        Self { loader, handle: handle.clone(), endpoint: endpoint.to_owned(), loaded: Mutex::new(loaded) }
    }

    fn loaded(&self) -> MutexGuard<'_, Loaded> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The runtime of the chain's end, when it was last seen: good enough to build keys with while the true one is
    /// asked for.
    pub(crate) fn guess(&self) -> Option<Arc<Runtime>> {
        self.loaded().newest.as_ref().map(|(_, runtime)| runtime.clone())
    }

    pub(crate) fn count(&self, stats: &mut CacheStats) {
        let loaded = self.loaded();
        stats.runtimes = loaded.len();
        stats.runtime_bytes = loaded.memory();
        stats.runtime_hits = loaded.uses - loaded.misses;
        stats.runtimes_loaded = self.loader.loaded.load(Ordering::Relaxed);
        stats.runtimes_downloaded = self.loader.downloaded.load(Ordering::Relaxed);
    }

    /// Waits until what is being kept for later is kept.
    pub(crate) async fn flush(&self) {
        self.loader.cache.flush().await;
    }

    /// Notes that the chain's end uses this runtime now.
    pub(crate) fn is_current(&self, genesis: Hash, version: &RuntimeVersion, runtime: &Arc<Runtime>) {
        let key = Key::new(genesis, version);
        let before = self.loaded().newest.replace((key, runtime.clone()));
        if before.is_none_or(|(before, _)| before != key) {
            self.loader.cache.remember(&self.endpoint, key);
        }
    }

    /// No request if the runtime is in memory or in the cache; else the metadata, downloaded as of that block, once
    /// for all who wait for it.
    pub(crate) async fn get(
        &self,
        genesis: Hash,
        version: &RuntimeVersion,
        block: Hash,
        needs: Needs,
    ) -> Result<Arc<Runtime>> {
        let key = Key::new(genesis, version);
        let loading = {
            let mut loaded = self.loaded();
            loaded.uses += 1;
            loaded.forget_failed(key);
            let last_use = loaded.uses;
            let loaded = &mut *loaded;
            let cell = loaded.cells.entry(key).or_insert_with(|| {
                loaded.misses += 1;
                let loader = self.loader.clone();
                let load = async move { loader.load(key, block, needs).await };
                Cell { last_use, state: State::Loading(Flight::new(&self.handle, load)) }
            });
            cell.last_use = last_use;
            match &cell.state {
                State::Loading(flight) => flight.clone(),
                State::Loaded(runtime) => return Ok(runtime.clone()),
            }
        };
        let result = loading.get().await;
        self.loaded().settle(key, &loading, result.as_ref().ok());
        result
    }
}

impl Loader {
    async fn load(&self, key: Key, block: Hash, needs: Needs) -> Result<Arc<Runtime>> {
        let loaded = |source| {
            let spec_version = key.spec_version;
            tracing::debug!(target: "tensorwire::chain", spec_version, source, "runtime");
        };
        if let Some(runtime) = self.cache.load(key, &self.types).await? {
            loaded("cache");
            self.loaded.fetch_add(1, Ordering::Relaxed);
            return Ok(runtime);
        }
        let metadata = self.download(block, needs).await?;
        let (parsed, types) = (metadata.clone(), self.types.clone());
        let parse = move || Runtime::from_metadata_with(&parsed, &types, Some(key.spec_version));
        let runtime = off_thread(parse).await??;
        if runtime.spec_version() != key.spec_version {
            let (given, wanted) = (runtime.spec_version(), key.spec_version);
            let message =
                format!("the node gave the metadata of spec version {given} for a block of {wanted}");
            return Err(Error::new(ErrorKind::Protocol, message));
        }
        loaded("network");
        self.downloaded.fetch_add(1, Ordering::Relaxed);
        self.cache.keep(key, metadata);
        Ok(Arc::new(runtime))
    }

    /// The metadata, and one small request more where its versions are not known yet.
    async fn download(&self, block: Hash, needs: Needs) -> Result<Arc<Vec<u8>>> {
        let head = match &self.versions {
            Some(versions) => versions.get().await.ok(),
            None => None,
        };
        let versions = match head {
            Some(versions) => versions,
            None => metadata_versions(&self.pool, Some((block, needs))).await?,
        };
        for version in METADATA_VERSIONS.into_iter().filter(|version| versions.contains(version)) {
            let request = Request::new("state_call")
                .param("Metadata_metadata_at_version")
                .hex_param(&version.to_le_bytes())
                .param(block);
            match self.pool.send(request, needs).await {
                // `None`, if another runtime is in force at this block than where the versions were asked.
                Ok(asked) => match asked.answer.bytes()?.filter(|bytes| bytes.first() == Some(&1)) {
                    Some(bytes) => return Ok(Arc::new(bytes)),
                    None => continue,
                },
                Err(error) if is_missing(&error) => break,
                Err(error) => return Err(error),
            }
        }
        // A runtime from before V15 has no such call: its one version comes otherwise.
        let request = Request::new("state_getMetadata").param(block);
        let answer = self.pool.send(request, needs).await?.answer;
        Ok(Arc::new(answer.bytes()?.unwrap_or_default()))
    }
}

impl Key {
    fn new(genesis: Hash, version: &RuntimeVersion) -> Self {
        Self { genesis, spec_version: version.spec_version, fingerprint: version.fingerprint() }
    }
}

/// Whether the runtime lacks a call, which a node words "Exported method Metadata_metadata_versions is not found".
fn is_missing(error: &Error) -> bool {
    let missing = |text: &str| text.contains("is not found") || text.contains("not found in runtime");
    error.rpc().and_then(|error| error.server_error()).is_some_and(|error| {
        missing(&error.message) || error.data.as_ref().is_some_and(|data| missing(&data.to_string()))
    })
}

/// One small request: which metadata versions the runtime at a block (or the head) offers. None, before V15.
fn metadata_versions(
    pool: &Arc<Pool>,
    block: Option<(Hash, Needs)>,
) -> impl Future<Output = Result<Vec<u32>>> + Send + use<> {
    let request = Request::new("state_call").param("Metadata_metadata_versions").param("0x");
    let request = match block {
        Some((block, _)) => request.param(block),
        None => request,
    };
    let needs = block.map_or(Needs::Head, |(_, needs)| needs);
    let read = |Asked { answer, .. }: Asked| {
        // SCALE: a compact length, then u32 after u32. All that matters fits the one-byte form.
        let bytes = answer.bytes()?.unwrap_or_default();
        let versions = bytes.get(1..).unwrap_or_default().chunks_exact(4);
        Ok(versions.map(|v| u32::from_le_bytes([v[0], v[1], v[2], v[3]])).collect())
    };
    pool.send(request, needs)
        .map_ok_or_else(|error| if is_missing(&error) { Ok(Vec::new()) } else { Err(error) }, read)
}

/// Metadata takes milliseconds to parse: too long for a thread that serves sockets.
pub(crate) async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        Error::new(crate::ErrorKind::Connection, format!("the async runtime is shutting down: {error}"))
    })
}
