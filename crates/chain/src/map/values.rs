use std::{collections::VecDeque, sync::Arc};

use crate::{Result, coalesce::Found, flight::Flight};

use super::{layout::Raw, source::Key};

/// Values per request. A node serves one request in one task: a few middling requests beat a giant one.
const CHUNK: usize = 256;

/// Chunks that may be under way at once.
const UNDER_WAY: usize = 24;

/// The same before it is known how large entries are: enough for a page.
const UNDER_WAY_UNSEEN: usize = 4;

/// What an entry is taken for before one is known.
const ASSUMED_BYTES: usize = 4096;

/// The values of a listing, chunk by chunk and in order, several chunks under way at once, as far as their bytes fit.
pub(super) struct Values {
    /// Keys whose values are not asked for yet.
    waiting: VecDeque<Key>,
    chunks: VecDeque<Chunk>,
    /// What the consumer takes from now, and its bytes.
    ready: VecDeque<Raw>,
    ready_bytes: usize,
    /// The mean size of an entry in the chunk where it was largest.
    entry_bytes: Option<usize>,
    buffer_bytes: usize,
}

struct Chunk {
    keys: Vec<Key>,
    values: Flight<Arc<Vec<Found>>>,
}

impl Values {
    pub(super) fn new(buffer_bytes: usize) -> Self {
        Self {
            waiting: VecDeque::new(),
            chunks: VecDeque::new(),
            ready: VecDeque::new(),
            ready_bytes: 0,
            entry_bytes: None,
            buffer_bytes,
        }
    }

    pub(super) fn pop(&mut self) -> Option<Raw> {
        self.ready.pop_front()
    }

    /// Whether there is something to take.
    pub(super) fn is_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// How many keys wait for their turn.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len() + self.ready.len()
    }

    pub(super) fn add(&mut self, keys: Vec<Key>) {
        self.waiting.extend(keys);
    }

    /// Passes on entries of which nothing is to be fetched: their values are there, or nobody wants them.
    pub(super) fn add_ready(&mut self, entries: Vec<Raw>) {
        self.ready.extend(entries);
    }

    /// Begins chunks as far as their bytes fit; one in any case, so that it goes on.
    pub(super) fn begin(&mut self, fetch: impl Fn(Vec<Key>) -> Flight<Arc<Vec<Found>>>) {
        let entry_bytes = self.entry_bytes.unwrap_or(ASSUMED_BYTES);
        // A quarter of the buffer at most, so that one chunk can be taken while others come.
        let fits = (self.buffer_bytes / 4 / entry_bytes).clamp(1, CHUNK);
        let most = if self.entry_bytes.is_some() { UNDER_WAY } else { UNDER_WAY_UNSEEN };
        while self.chunks.len() < most && !self.waiting.is_empty() {
            let size = fits.min(self.waiting.len());
            if !self.chunks.is_empty() && self.held() + size * entry_bytes > self.buffer_bytes {
                return;
            }
            let keys: Vec<_> = self.waiting.drain(..size).collect();
            self.chunks.push_back(Chunk { values: fetch(keys.clone()), keys });
        }
    }

    /// Bytes that are there, or will be.
    fn held(&self) -> usize {
        let under_way: usize = self.chunks.iter().map(|chunk| chunk.keys.len()).sum();
        let ready = if self.ready.is_empty() { 0 } else { self.ready_bytes };
        ready + under_way * self.entry_bytes.unwrap_or(ASSUMED_BYTES)
    }

    /// The chunk that comes next, if one is under way.
    pub(super) fn first(&self) -> Option<Flight<Arc<Vec<Found>>>> {
        Some(self.chunks.front()?.values.clone())
    }

    /// Takes the chunk that came next.
    pub(super) fn take(&mut self, values: Result<Arc<Vec<Found>>>) -> Result<()> {
        let Some(Chunk { keys, .. }) = self.chunks.pop_front() else { return Ok(()) };
        let values = values?;
        let bytes = |value: &Found| value.bytes().map_or(0, <[u8]>::len);
        self.ready_bytes = keys.iter().map(Vec::len).sum::<usize>() + values.iter().map(bytes).sum::<usize>();
        let mean = self.ready_bytes.div_ceil(keys.len().max(1));
        self.entry_bytes = self.entry_bytes.max(Some(mean.max(1)));
        let entry = |(key, value): (Key, &Found)| Raw { key, value: Some(value.clone()) };
        self.ready.extend(keys.into_iter().zip(values.iter()).map(entry));
        Ok(())
    }
}
