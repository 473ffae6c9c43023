use tensorwire_chain::{Entry, Progress, Result, Value};

use super::wait;

/// The blocking twin of [`Entries`](crate::Entries): an iterator. It reads ahead while its consumer is busy.
#[derive(Debug)]
#[must_use = "an iterator does nothing unless advanced"]
pub struct Entries<T = Entry>(pub(super) crate::Entries<T>);

impl<V> Entries<Entry<V>> {
    /// See [`Entries::keys`](crate::Entries::keys).
    pub fn keys(self) -> Entries<Vec<Value>> {
        Entries(self.0.keys())
    }

    /// See [`Entries::raw`](crate::Entries::raw).
    pub fn raw(self) -> Entries<(Vec<u8>, Vec<u8>)> {
        Entries(self.0.raw())
    }
}

impl Entries<Vec<Value>> {
    /// See [`Entries::raw`](crate::Entries::raw).
    pub fn raw(self) -> Entries<Vec<u8>> {
        Entries(self.0.raw())
    }
}

impl<T> Entries<T> {
    /// See [`Entries::limit`](crate::Entries::limit).
    pub fn limit(self, entries: u64) -> Self {
        Self(self.0.limit(entries))
    }

    /// See [`Entries::page_size`](crate::Entries::page_size).
    pub fn page_size(self, keys: usize) -> Self {
        Self(self.0.page_size(keys))
    }

    /// See [`Entries::start_key`](crate::Entries::start_key).
    pub fn start_key(self, key: impl Into<Vec<u8>>) -> Self {
        Self(self.0.start_key(key))
    }

    /// See [`Entries::ignore_decoding_errors`](crate::Entries::ignore_decoding_errors).
    pub fn ignore_decoding_errors(self) -> Self {
        Self(self.0.ignore_decoding_errors())
    }

    /// See [`Entries::buffer_bytes`](crate::Entries::buffer_bytes).
    pub fn buffer_bytes(self, bytes: usize) -> Self {
        Self(self.0.buffer_bytes(bytes))
    }

    /// See [`Entries::progress`](crate::Entries::progress).
    pub fn progress(&self) -> Progress {
        self.0.progress()
    }
}

impl<T> Iterator for Entries<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        wait(async { self.0.next().await.transpose() }).transpose()
    }
}
