use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU32, AtomicU64, Ordering},
};

use crate::{BlockRef, Hash, RuntimeVersion, recent::Recent};

/// Which runtime executed which blocks, as far as finalized blocks have shown it: what lies between two blocks of one
/// runtime is of that runtime too, since a chain's runtime only moves forward.
///
/// It holds a span for each runtime seen. Nothing is noted of blocks that may still be reorganised away, or were.
#[derive(Debug)]
pub(crate) struct History {
    spans: Mutex<Vec<Span>>,
    /// The highest block known to be final.
    finalized: AtomicU64,
    /// Blocks that are final, those told last, and their heights. A height tells too little: another block may have stood there before.
    final_blocks: Mutex<Recent<Hash, u64>>,
    /// How often the node was asked which runtime an old block has.
    asked: AtomicU32,
}

/// How many final blocks are known by their hashes.
const FINAL_BLOCKS: usize = 4096;

/// The blocks from the first to the last were executed by that runtime.
#[derive(Debug)]
struct Span {
    first: u64,
    last: u64,
    version: RuntimeVersion,
}

impl Default for History {
    fn default() -> Self {
        Self {
            spans: Mutex::default(),
            finalized: AtomicU64::default(),
            final_blocks: Mutex::new(Recent::new(FINAL_BLOCKS)),
            asked: AtomicU32::default(),
        }
    }
}

impl History {
    /// The runtime that executed that block, if it is known.
    pub(crate) fn executor(&self, number: u64) -> Option<RuntimeVersion> {
        let spans = self.spans();
        let mut around = spans.iter().filter(|span| (span.first..=span.last).contains(&number));
        // Two, where a chain went back to an older runtime: then neither can be told from the other.
        let span = around.next()?;
        around.next().is_none().then(|| span.version.clone())
    }

    /// A block's state holds the code that executes the block after it.
    pub(crate) fn holder(&self, number: u64) -> Option<RuntimeVersion> {
        self.executor(number.checked_add(1)?)
    }

    /// Notes who executed that final block.
    pub(crate) fn executed(&self, number: u64, version: &RuntimeVersion) {
        let mut spans = self.spans();
        match spans.iter_mut().find(|span| span.version == *version) {
            Some(span) => {
                span.first = span.first.min(number);
                span.last = span.last.max(number);
            }
            None => spans.push(Span { first: number, last: number, version: version.clone() }),
        }
    }

    /// Notes which runtime's code the state of that final block holds.
    pub(crate) fn holds(&self, number: u64, version: &RuntimeVersion) {
        self.executed(number.saturating_add(1), version);
    }

    /// The highest block known to be final: 0, the genesis, before any other is.
    pub(crate) fn finalized(&self) -> u64 {
        self.finalized.load(Ordering::Relaxed)
    }

    /// Notes that this block is final.
    pub(crate) fn finalize(&self, block: BlockRef) {
        self.finalized.fetch_max(block.number, Ordering::Relaxed);
        self.final_blocks().insert(block.hash, block.number, 1);
    }

    /// Whether this block is known to be final.
    pub(crate) fn is_final(&self, block: BlockRef) -> bool {
        self.final_blocks().get(&block.hash).is_some_and(|number| *number == block.number)
    }

    /// Notes that the node was asked which runtime an old block has; whether it is worth asking where the final blocks end
    /// now: then what lies between may be known at once.
    pub(crate) fn wants_end(&self) -> bool {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        asked > 1 && asked.is_power_of_two()
    }

    fn final_blocks(&self) -> MutexGuard<'_, Recent<Hash, u64>> {
        self.final_blocks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spans(&self) -> MutexGuard<'_, Vec<Span>> {
        self.spans.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
