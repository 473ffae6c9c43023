use serde::Serialize;

/// What a chain holds in memory, and how often that has saved a request. See
/// [`Chain::cache_stats`](crate::Chain::cache_stats).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CacheStats {
    /// Runtimes in memory.
    pub runtimes: usize,
    /// What they take, in bytes, about.
    pub runtime_bytes: usize,
    /// How often a runtime was wanted that was in memory, or on its way.
    pub runtime_hits: u64,
    /// How many runtimes the [`Cache`](crate::Cache) had.
    pub runtimes_loaded: u64,
    /// How many runtimes were downloaded.
    pub runtimes_downloaded: u64,
    /// Values of finalized blocks in memory. See [`value_cache`](crate::Builder::value_cache).
    pub values: usize,
    /// What they take, in bytes, about.
    pub value_bytes: usize,
    /// How many values were answered without a request.
    pub value_hits: u64,
    /// How many values of finalized blocks were asked for.
    pub value_misses: u64,
}
