use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use crate::{Hash, cache::CacheStats, pin::Located, recent::Recent};

/// What was read of finalized blocks: it never changes again. Nothing in it was proven, and nothing proven is in it.
#[derive(Debug)]
pub(crate) struct Values {
    /// `None` where nothing is kept.
    kept: Option<Mutex<Kept>>,
    hits: AtomicU64,
    misses: AtomicU64,
}

type Kept = Recent<(Hash, Question), Bytes>;

/// What was asked of a block.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Question {
    Storage(Vec<u8>),
    /// The method, as the node names it, and its encoded arguments.
    Call(String, Vec<u8>),
}

/// An answer's bytes. `None` is an answer too: the key is absent.
type Bytes = Option<Arc<Vec<u8>>>;

/// What an entry takes beside its bytes, about: its places in the list and in the table.
const OVERHEAD: usize = 200;

/// The values of many keys, of which some are known.
pub(crate) struct Partly {
    values: Vec<Option<Bytes>>,
    /// The keys that are to be asked for.
    pub(crate) missing: Vec<Vec<u8>>,
}

impl Values {
    /// Keeps that many bytes, or nothing.
    pub(crate) fn new(limit: Option<usize>) -> Self {
        let kept = limit.map(|limit| Mutex::new(Recent::new(limit)));
        Self { kept, hits: AtomicU64::default(), misses: AtomicU64::default() }
    }

    /// Whether anything is ever kept.
    pub(crate) fn are_kept(&self) -> bool {
        self.kept.is_some()
    }

    /// What is known of those keys' values at that block.
    pub(crate) fn storage(&self, at: Located, keys: &[Vec<u8>]) -> Partly {
        let values: Vec<_> = keys.iter().map(|key| self.get(at, || Question::Storage(key.clone()))).collect();
        let missing = keys.iter().zip(&values).filter(|(_, value)| value.is_none());
        Partly { missing: missing.map(|(key, _)| key.clone()).collect(), values }
    }

    /// All values, with what was missing; that is kept.
    pub(crate) fn complete(
        &self,
        at: Located,
        Partly { values, missing }: Partly,
        fetched: Vec<Option<Vec<u8>>>,
    ) -> Vec<Option<Vec<u8>>> {
        for (key, value) in missing.into_iter().zip(&fetched) {
            self.keep(at, Question::Storage(key), || value.clone().map(Arc::new));
        }
        let mut fetched = fetched.into_iter();
        let value = |known: Option<Bytes>| match known {
            Some(value) => value.map(Arc::unwrap_or_clone),
            None => fetched.next().flatten(),
        };
        values.into_iter().map(value).collect()
    }

    /// What that runtime call answered at that block.
    pub(crate) fn call(&self, at: Located, method: &str, arguments: &[u8]) -> Option<Arc<Vec<u8>>> {
        self.get(at, || Question::Call(method.to_owned(), arguments.to_vec()))?
    }

    pub(crate) fn keep_call(&self, at: Located, method: String, arguments: Vec<u8>, output: &Arc<Vec<u8>>) {
        self.keep(at, Question::Call(method, arguments), || Some(output.clone()));
    }

    pub(crate) fn count(&self, stats: &mut CacheStats) {
        stats.value_hits = self.hits.load(Ordering::Relaxed);
        stats.value_misses = self.misses.load(Ordering::Relaxed);
        if let Some(kept) = self.kept() {
            (stats.values, stats.value_bytes) = (kept.len(), kept.bytes());
        }
    }

    /// A value kept is one of this very block, whether or not it is known now that the block is final.
    fn get(&self, at: Located, question: impl FnOnce() -> Question) -> Option<Bytes> {
        let found = self.kept()?.get(&(at.hash, question())).map(|bytes| bytes.clone());
        match &found {
            Some(_) => _ = self.hits.fetch_add(1, Ordering::Relaxed),
            None if at.is_final => _ = self.misses.fetch_add(1, Ordering::Relaxed),
            None => {}
        }
        found
    }

    fn keep(&self, at: Located, question: Question, value: impl FnOnce() -> Bytes) {
        if at.is_final
            && let Some(mut kept) = self.kept()
        {
            let value = value();
            let asked = match &question {
                Question::Storage(key) => key.len(),
                Question::Call(method, arguments) => method.len() + arguments.len(),
            };
            let bytes = OVERHEAD + asked + value.as_ref().map_or(0, |value| value.len());
            kept.insert((at.hash, question), value, bytes);
        }
    }

    fn kept(&self) -> Option<MutexGuard<'_, Kept>> {
        Some(self.kept.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
