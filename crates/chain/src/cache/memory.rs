use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use super::store::{RuntimeStore, StoreEntry, StoreFuture};
use crate::recent::Recent;

/// Entries in memory, for as long as the process lives.
#[derive(Debug)]
pub(super) struct MemoryStore(Mutex<Recent<String, Content>>);

#[derive(Debug)]
struct Content {
    bytes: Vec<u8>,
    used: SystemTime,
}

impl MemoryStore {
    pub(super) fn new(limit: usize) -> Self {
        Self(Mutex::new(Recent::new(limit)))
    }

    fn entries(&self) -> MutexGuard<'_, Recent<String, Content>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RuntimeStore for MemoryStore {
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            Ok(self.entries().get(key).map(|content| {
                content.used = SystemTime::now();
                content.bytes.clone()
            }))
        })
    }

    fn put<'a>(&'a self, key: &'a str, content: Vec<u8>) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let bytes = key.len() + content.len();
            let content = Content { bytes: content, used: SystemTime::now() };
            self.entries().insert(key.to_owned(), content, bytes);
            Ok(())
        })
    }

    fn list(&self) -> StoreFuture<'_, Vec<StoreEntry>> {
        Box::pin(async move {
            let entries = self.entries();
            let entry = |(key, content, _): (&String, &Content, usize)| StoreEntry {
                key: key.clone(),
                bytes: content.bytes.len() as u64,
                used: Some(content.used),
            };
            Ok(entries.iter().map(entry).collect())
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, bool> {
        Box::pin(async move { Ok(self.entries().remove(key)) })
    }

    fn location(&self) -> String {
        "memory".into()
    }
}
