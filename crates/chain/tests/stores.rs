//! G17, G11: stores that keep runtimes, the caller's own and those that fail.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

mod support;
#[path = "support/warnings.rs"]
mod warnings;

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use support::{GENESIS, ScriptedChain};
use tensorwire_chain::{Cache, Chain, ErrorKind, RuntimeStore, StoreEntry, StoreFuture};
use tokio::time::Instant;
use warnings::Warnings;

/// A store that does as the test says.
#[derive(Debug, Clone, Default)]
struct Scripted(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    entries: BTreeMap<String, Vec<u8>>,
    reading: Behaviour,
    writing: Behaviour,
    reads: usize,
}

#[derive(Debug, Default, Clone, Copy)]
enum Behaviour {
    #[default]
    Works,
    Fails,
    Hangs,
}

impl Scripted {
    fn set(&self, reading: Behaviour, writing: Behaviour) {
        let mut state = self.0.lock().unwrap();
        (state.reading, state.writing) = (reading, writing);
    }

    fn reads(&self) -> usize {
        std::mem::take(&mut self.0.lock().unwrap().reads)
    }

    async fn act<T>(&self, writes: bool, work: impl FnOnce(&mut State) -> T) -> io::Result<T> {
        let behaviour = {
            let mut state = self.0.lock().unwrap();
            state.reads += usize::from(!writes);
            if writes { state.writing } else { state.reading }
        };
        match behaviour {
            Behaviour::Works => Ok(work(&mut self.0.lock().unwrap())),
            Behaviour::Fails => Err(io::Error::other("out of order")),
            Behaviour::Hangs => std::future::pending().await,
        }
    }
}

impl RuntimeStore for Scripted {
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        Box::pin(self.act(false, |state| state.entries.get(key).cloned()))
    }

    fn put<'a>(&'a self, key: &'a str, content: Vec<u8>) -> StoreFuture<'a, ()> {
        Box::pin(self.act(true, |state| drop(state.entries.insert(key.to_owned(), content))))
    }

    fn list(&self) -> StoreFuture<'_, Vec<StoreEntry>> {
        let entry = |(key, content): (&String, &Vec<u8>)| StoreEntry {
            key: key.clone(),
            bytes: content.len() as u64,
            used: None,
        };
        Box::pin(self.act(false, move |state| state.entries.iter().map(entry).collect()))
    }

    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, bool> {
        Box::pin(self.act(true, |state| state.entries.remove(key).is_some()))
    }

    fn location(&self) -> String {
        "the test".into()
    }
}

/// Connects, reads, and waits for what is written. The runtime calls that it took: none where the runtime was kept.
async fn session(scripted: &ScriptedChain, cache: &Cache) -> usize {
    let (chain, calls) = open_session(scripted, cache).await;
    chain.close().await;
    calls
}

async fn open_session(scripted: &ScriptedChain, cache: &Cache) -> (Chain, usize) {
    scripted.node.reset_counts();
    let chain = scripted.connect(cache.clone()).await;
    assert_eq!(chain.head().await.unwrap().runtime().await.unwrap().metadata_version(), 16);
    (chain, scripted.node.requests_of("state_call") as usize)
}

const COLD: usize = 2;
const WARM: usize = 0;

#[tokio::test(start_paused = true)]
async fn g17_a_store_of_the_callers_own_serves_the_next_connection() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let store = Scripted::default();
    let cache = Cache::store(store.clone());
    assert_eq!(session(&scripted, &cache).await, COLD);
    assert_eq!(session(&scripted, &cache).await, WARM);
    let another = Cache::store(store.clone());
    assert_eq!(session(&scripted, &another).await, WARM, "what counts is the store");

    let keys: Vec<_> = store.0.lock().unwrap().entries.keys().cloned().collect();
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-./".contains(c);
    assert!(keys.len() == 2 && keys.iter().all(|key| key.len() <= 200 && key.chars().all(fits)), "{keys:?}");
}

#[tokio::test(start_paused = true)]
async fn g17_chains_of_one_process_share_a_memory_cache() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let cache = Cache::memory(16 << 20);
    let (first, calls) = open_session(&scripted, &cache).await;
    assert_eq!(calls, COLD);
    // While the first is open; what it is still writing is waited for by a close.
    first.close().await;
    assert_eq!(session(&scripted, &cache).await, WARM);
    assert_eq!(session(&scripted, &Cache::memory(16 << 20)).await, COLD, "another one is another cache");
}

#[tokio::test(start_paused = true)]
async fn g11_a_memory_cache_keeps_no_more_than_its_bytes() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let cache = Cache::memory(1000);
    assert_eq!(session(&scripted, &cache).await, COLD);
    assert_eq!(session(&scripted, &cache).await, COLD);
    let bytes: u64 = cache.entries().await.unwrap().iter().map(|entry| entry.bytes).sum();
    assert!(bytes <= 1000, "{bytes}");
}

#[tokio::test(start_paused = true)]
async fn g17_a_damaged_entry_of_any_store_is_downloaded_again() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let store = Scripted::default();
    let cache = Cache::store(store.clone());
    session(&scripted, &cache).await;
    let whole = store.0.lock().unwrap().entries.clone();
    let (warnings, _guard) = Warnings::of_this_thread();

    let damages: [fn(&mut Vec<u8>); 4] = [
        |content| content.clear(),
        |content| content.truncate(content.len() / 2),
        |content| content[60] ^= 1,
        |content| content.fill(7),
    ];
    for damage in damages {
        let runtime_of = |entries: &BTreeMap<String, Vec<u8>>| {
            entries.iter().find(|(key, _)| key.ends_with(".scale")).map(|(key, _)| key.clone()).unwrap()
        };
        {
            let entries = &mut store.0.lock().unwrap().entries;
            let key = runtime_of(entries);
            damage(entries.get_mut(&key).unwrap());
        }
        assert_eq!(session(&scripted, &cache).await, COLD);
        let told = warnings.take();
        assert!(!told.is_empty() && told.iter().all(|text| text.contains("ignoring")), "{told:?}");
        assert_eq!(store.0.lock().unwrap().entries, whole, "it is whole again");
    }

    // Who the endpoint's runtime was is only a hint.
    store.0.lock().unwrap().entries.retain(|key, _| key.ends_with(".scale"));
    assert_eq!(session(&scripted, &cache).await, 1, "the versions, no metadata");
}

#[tokio::test(start_paused = true)]
async fn g17_an_entry_that_is_another_runtimes_is_not_believed() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let Some(other) = support::metadata("finney-365-v16.scale") else { return };
    let store = Scripted::default();
    let cache = Cache::store(store.clone());
    session(&scripted, &cache).await;
    {
        let entries = &mut store.0.lock().unwrap().entries;
        let runtime = entries.iter_mut().find(|(key, _)| key.ends_with(".scale")).unwrap().1;
        let hash = tensorwire_scale::hash::blake2_256(&other);
        *runtime = [b"twmeta01", hash.as_slice(), &other].concat();
    }
    assert_eq!(session(&scripted, &cache).await, COLD);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_is_told_once_left_alone_and_tried_again() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let store = Scripted::default();
    let cache = Cache::store(store.clone());
    session(&scripted, &cache).await;
    let (warnings, _guard) = Warnings::of_this_thread();

    store.set(Behaviour::Fails, Behaviour::Fails);
    store.reads();
    for _ in 0..10 {
        assert_eq!(session(&scripted, &cache).await, COLD);
    }
    let told = warnings.take();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("the test") && told[0].contains("out of order"), "{told:?}");
    // Ten connections take less than the half minute for which it is left alone.
    assert_eq!(store.reads(), 1);

    tokio::time::sleep(Duration::from_secs(31)).await;
    assert_eq!(session(&scripted, &cache).await, COLD);
    assert_eq!((store.reads(), warnings.take().len()), (1, 0), "the same outage");

    store.set(Behaviour::Works, Behaviour::Works);
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert_eq!(session(&scripted, &cache).await, WARM);
    store.set(Behaviour::Fails, Behaviour::Works);
    assert_eq!(session(&scripted, &cache).await, COLD);
    assert_eq!(warnings.take().len(), 1, "another outage");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_read_only_is_read() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let store = Scripted::default();
    session(&scripted, &Cache::store(store.clone())).await;
    store.0.lock().unwrap().entries.retain(|key, _| key.ends_with(".scale"));
    let (warnings, _guard) = Warnings::of_this_thread();

    store.set(Behaviour::Works, Behaviour::Fails);
    let cache = Cache::store(store.clone());
    for _ in 0..3 {
        assert_eq!(session(&scripted, &cache).await, 1, "no metadata");
    }
    assert_eq!(warnings.take().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_delays_nobody_for_longer_than_a_second() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let store = Scripted::default();
    store.set(Behaviour::Hangs, Behaviour::Hangs);
    let cache = Cache::store(store.clone());
    let (warnings, _guard) = Warnings::of_this_thread();

    let begun = Instant::now();
    let (chain, calls) = open_session(&scripted, &cache).await;
    let first = begun.elapsed();
    assert_eq!(calls, COLD);
    // The paused clock counts round trips and deadlines, nothing else.
    assert!(first <= Duration::from_secs(1) + 5 * support::ROUND_TRIP, "{first:?}");

    let begun = Instant::now();
    let (other, calls) = open_session(&scripted, &cache).await;
    assert_eq!(calls, COLD);
    assert!(begun.elapsed() <= 5 * support::ROUND_TRIP, "{:?}", begun.elapsed());
    assert_eq!(warnings.take().len(), 1);

    let begun = Instant::now();
    chain.close().await;
    other.close().await;
    assert!(begun.elapsed() <= Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn entries_are_listed_and_cleared_by_chain() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let folder = tempfile::tempdir().unwrap();
    for cache in [Cache::folder(folder.path()), Cache::memory(16 << 20), Cache::store(Scripted::default())] {
        session(&scripted, &cache).await;
        let entries = cache.entries().await.unwrap();
        let runtimes: Vec<_> = entries.iter().filter(|entry| entry.spec_version.is_some()).collect();
        assert_eq!((entries.len(), runtimes.len()), (2, 1), "{entries:?}");
        assert_eq!((runtimes[0].genesis, runtimes[0].spec_version), (Some(GENESIS), Some(393)));
        assert!(runtimes[0].bytes > 100_000);

        let other = tensorwire_chain::Hash([1; 32]);
        assert_eq!(cache.clear(Some(other)).await.unwrap(), []);
        assert_eq!(cache.clear(Some(GENESIS)).await.unwrap().len(), 1);
        assert_eq!(cache.clear(None).await.unwrap().len(), 1);
        assert_eq!(cache.entries().await.unwrap(), []);
        assert_eq!(session(&scripted, &cache).await, COLD);
    }
    assert_eq!(Cache::none().entries().await.unwrap(), []);
    assert_eq!((Cache::none().location(), Cache::memory(1).location()), (None, Some("memory".into())));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_is_an_error_for_who_looks_after_it() {
    let store = Scripted::default();
    store.set(Behaviour::Fails, Behaviour::Fails);
    let cache = Cache::store(store.clone());
    for error in [cache.entries().await.unwrap_err(), cache.clear(None).await.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Store);
        assert!(error.to_string().contains("the test") && error.to_string().contains("out of order"));
    }
    store.set(Behaviour::Hangs, Behaviour::Hangs);
    assert!(cache.entries().await.unwrap_err().to_string().contains("no answer"));
}
