use std::{
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    task::JoinHandle,
    time::{Instant, timeout},
};

use super::store::{RuntimeStore, StoreFuture};

/// How long a store is left alone after it has failed.
const PAUSE: Duration = Duration::from_secs(30);

/// A store that may fail, hang or be away without anyone else doing so.
#[derive(Debug)]
pub(super) struct Shelf {
    store: Box<dyn RuntimeStore>,
    /// How long a call may take.
    patience: Duration,
    outage: Mutex<Outage>,
    /// The write begun last. It waits for the one before, so that of two under one key the later stays.
    writing: Mutex<Option<JoinHandle<()>>>,
}

/// Since what is read-only can still be read, reading and writing fail apart. One outage is told once.
#[derive(Debug, Default)]
struct Outage {
    /// When reading is tried again, while it fails.
    reading: Option<Instant>,
    writing: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Reading,
    Writing,
}

impl Outage {
    fn of(&mut self, what: Use) -> &mut Option<Instant> {
        match what {
            Use::Reading => &mut self.reading,
            Use::Writing => &mut self.writing,
        }
    }
}

impl Shelf {
    pub(super) fn new(store: impl RuntimeStore, patience: Duration) -> Self {
        Self { store: Box::new(store), patience, outage: Mutex::default(), writing: Mutex::default() }
    }

    /// The store, for whoever is to be told of its failures.
    pub(super) fn store(&self) -> &dyn RuntimeStore {
        &*self.store
    }

    /// `None` also if the store fails or is left alone.
    pub(super) async fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.attempt(Use::Reading, self.store.get(key)).await?
    }

    /// Written in the background: no caller waits for the store.
    pub(super) fn put(self: &Arc<Self>, key: String, content: impl FnOnce() -> Vec<u8> + Send + 'static) {
        let shelf = self.clone();
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = writing.take();
        *writing = Some(tokio::spawn(async move {
            if let Some(before) = before {
                // It may belong to an async runtime that nobody drives any more.
                let _ = timeout(shelf.patience, before).await;
            }
            shelf.attempt(Use::Writing, shelf.store.put(&key, content())).await;
        }));
    }

    /// Waits for what is being written, as long as a store may take for it.
    pub(super) async fn flush(&self) {
        let last = self.writing.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(last) = last {
            let _ = timeout(2 * self.patience, last).await;
        }
    }

    fn outage(&self) -> MutexGuard<'_, Outage> {
        self.outage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn attempt<T>(&self, what: Use, work: StoreFuture<'_, T>) -> Option<T> {
        if !self.is_due(what) {
            return None;
        }
        match within(self.patience, work).await {
            Ok(done) => {
                let mut outage = self.outage();
                if outage.of(what).is_some() {
                    // Whether the other half works again shows when it is next used.
                    *outage = Outage::default();
                    tracing::info!(target: "tensorwire::cache", store = self.store.location(), "it works again");
                }
                Some(done)
            }
            Err(why) => {
                self.failed(what, &why);
                None
            }
        }
    }

    /// Whether it may be asked. While it fails, one caller tries now and then.
    fn is_due(&self, what: Use) -> bool {
        let (mut outage, now) = (self.outage(), Instant::now());
        match outage.of(what) {
            Some(again) if now < *again => false,
            Some(again) => {
                *again = now + PAUSE;
                true
            }
            None => true,
        }
    }

    fn failed(&self, what: Use, why: &dyn fmt::Display) {
        let is_first = {
            let mut outage = self.outage();
            let is_first = outage.reading.is_none() && outage.writing.is_none();
            *outage.of(what) = Some(Instant::now() + PAUSE);
            is_first
        };
        let store = self.store.location();
        let what = if what == Use::Reading { "read" } else { "written" };
        if is_first {
            tracing::warn!(
                target: "tensorwire::cache",
                "the cache in {store} cannot be {what}, what it lacks is downloaded: {why}"
            );
        } else {
            tracing::debug!(target: "tensorwire::cache", "the cache in {store} cannot be {what}: {why}");
        }
    }
}

/// The work's result, or an error when its time has passed.
pub(super) async fn within<T>(patience: Duration, work: StoreFuture<'_, T>) -> io::Result<T> {
    match timeout(patience, work).await {
        Ok(result) => result,
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {patience:?}"))),
    }
}
