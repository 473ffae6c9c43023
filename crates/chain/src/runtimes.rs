use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::TryFutureExt;
use tensorwire_rpc::{Answer, Client, Request};
use tensorwire_scale::Runtime;
use tokio::sync::OnceCell;

use crate::{Cache, Error, Hash, Result, RuntimeVersion, pin::Flight};

/// The metadata versions this client reads, best first.
const METADATA_VERSIONS: [u32; 3] = [16, 15, 14];

/// All runtimes kept in memory take at most about this many bytes together; the least recently used go first.
const MEMORY_LIMIT: usize = 256 << 20;

/// The runtimes of one chain: each is loaded once, however many callers wait for it.
pub(crate) struct Runtimes {
    cache: Cache,
    endpoint: String,
    loaded: Mutex<Loaded>,
    /// Which metadata versions the node's head runtime has, asked for while connecting where no runtime is cached.
    versions: Option<Flight<Vec<u32>>>,
}

#[derive(Default)]
struct Loaded {
    cells: HashMap<Key, Cell>,
    newest: Option<Arc<Runtime>>,
    uses: u64,
}

#[derive(Default)]
struct Cell {
    last_use: u64,
    runtime: Arc<OnceCell<Arc<Runtime>>>,
}

impl Cell {
    fn memory(&self) -> usize {
        self.runtime.get().map_or(0, |runtime| runtime.memory())
    }
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
        cache: Cache,
        endpoint: &str,
        known: Option<(Key, Arc<Runtime>)>,
        versions: Option<Flight<Vec<u32>>>,
    ) -> Self {
        let mut loaded = Loaded::default();
        if let Some((key, runtime)) = known {
            loaded.newest = Some(runtime.clone());
            let cell = Cell { last_use: 0, runtime: Arc::new(OnceCell::new_with(Some(runtime))) };
            loaded.cells.insert(key, cell);
        }
        Self { cache, endpoint: endpoint.to_owned(), loaded: Mutex::new(loaded), versions }
    }

    /// The runtime most recently in use: good enough to build keys with while the true one is asked for.
    pub(crate) fn guess(&self) -> Option<Arc<Runtime>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner).newest.clone()
    }

    /// No request if the runtime is in memory or in the cache; else the metadata, downloaded as of that block.
    pub(crate) async fn get(
        &self,
        client: &Client,
        genesis: Hash,
        version: RuntimeVersion,
        block: Hash,
    ) -> Result<Arc<Runtime>> {
        let key = Key { genesis, spec_version: version.spec_version, fingerprint: version.fingerprint() };
        let cell = self.cell(key);
        let runtime = cell.get_or_try_init(|| self.load(client, key, block)).await?.clone();
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.newest = Some(runtime.clone());
        loaded.shrink(MEMORY_LIMIT, key);
        Ok(runtime)
    }

    fn cell(&self, key: Key) -> Arc<OnceCell<Arc<Runtime>>> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.uses += 1;
        let last_use = loaded.uses;
        let cell = loaded.cells.entry(key).or_default();
        cell.last_use = last_use;
        cell.runtime.clone()
    }

    async fn load(&self, client: &Client, key: Key, block: Hash) -> Result<Arc<Runtime>> {
        if let Some(runtime) = self.cache.load(key).await {
            self.cache.remember(&self.endpoint, key);
            return Ok(runtime);
        }
        let metadata = self.download(client, block).await?;
        let parsed = metadata.clone();
        let runtime = off_thread(move || Runtime::from_metadata(&parsed)).await??;
        self.cache.store(&self.endpoint, key, metadata);
        Ok(Arc::new(runtime))
    }

    /// The metadata, and one small request more where its versions are not known yet.
    async fn download(&self, client: &Client, block: Hash) -> Result<Arc<Vec<u8>>> {
        let versions = match &self.versions {
            Some(versions) => versions.clone().await,
            None => metadata_versions(client, Some(block)).await,
        };
        // A runtime from before V15 has no such call: its one version comes from `state_getMetadata`.
        let versions = versions.unwrap_or_default();
        for version in METADATA_VERSIONS.into_iter().filter(|version| versions.contains(version)) {
            let request = Request::new("state_call")
                .param("Metadata_metadata_at_version")
                .hex_param(&version.to_le_bytes())
                .param(block);
            let answer = client.request(request).await?;
            // `None`, if another runtime is in force at this block than where the versions were asked.
            if let Some(bytes) = answer.bytes()?.filter(|bytes| bytes.first() == Some(&1)) {
                return Ok(Arc::new(bytes));
            }
        }
        let answer = client.request(Request::new("state_getMetadata").param(block)).await?;
        Ok(Arc::new(answer.bytes()?.unwrap_or_default()))
    }
}

impl Loaded {
    fn shrink(&mut self, limit: usize, keep: Key) {
        let mut total: usize = self.cells.values().map(Cell::memory).sum();
        while total > limit {
            let others = self.cells.iter().filter(|(key, _)| **key != keep);
            let Some((&key, cell)) = others.min_by_key(|(_, cell)| cell.last_use) else { return };
            total -= cell.memory();
            self.cells.remove(&key);
        }
    }
}

/// One small request: which metadata versions the runtime at a block (or the head) offers.
pub(crate) fn metadata_versions(
    client: &Client,
    block: Option<Hash>,
) -> impl Future<Output = Result<Vec<u32>>> + Send + 'static {
    let request = Request::new("state_call").param("Metadata_metadata_versions").param("0x");
    let request = match block {
        Some(block) => request.param(block),
        None => request,
    };
    let read = |answer: Answer| {
        // SCALE: a compact length, then u32 after u32. All that matters fits the one-byte form.
        let bytes = answer.bytes()?.unwrap_or_default();
        let versions = bytes.get(1..).unwrap_or_default().chunks_exact(4);
        Ok(versions.map(|v| u32::from_le_bytes([v[0], v[1], v[2], v[3]])).collect())
    };
    client.send(request).map_err(Error::from).and_then(async move |answer| read(answer))
}

/// Metadata takes milliseconds to parse: too long for a thread that serves sockets.
pub(crate) async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        Error::new(crate::ErrorKind::Connection, format!("the async runtime is shutting down: {error}"))
    })
}
