use std::collections::{BTreeMap, BTreeSet};

/// Which nonces of one account are whose: no IO, no clock.
///
/// The next one is the lowest that nobody holds. So a nonce that was given back is taken by whoever comes next, and
/// what waits above it in a node's pool becomes valid.
#[derive(Debug, Default)]
pub(super) struct Allocator {
    /// All below are used: nothing is known before the chain was asked.
    low: Option<u64>,
    held: BTreeMap<u64, Hold>,
    /// In a pool by another process.
    taken: BTreeSet<u64>,
    /// Chosen by callers: once for each who has.
    apart: Vec<u64>,
    /// Whether the chain is to be asked before anything else is given out.
    unsure: bool,
}

/// What is known of a nonce that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    /// Its owner signs when he likes, and says when he sends.
    Reserved,
    /// On its way to a node, or about to be: it may still come back.
    Unanswered,
    /// In a node's pool.
    Pooled,
    /// In a node's pool, and nobody here waits for what becomes of it.
    Left,
}

/// How many submissions wait beyond those that are needed if all unanswered ones are refused. A hole is left only where
/// more than so many of those that could have filled it are refused as well.
pub(super) const SPARE: usize = 6;

impl Allocator {
    /// Whether what is known is worth anything.
    pub(super) fn is_sure(&self) -> bool {
        self.low.is_some() && !self.unsure
    }

    /// Whether any is on its way or in the pool.
    pub(super) fn is_busy(&self) -> bool {
        self.held.values().any(|hold| *hold != Hold::Left)
    }

    /// The lowest nonce that is free.
    fn lowest(&self) -> Option<u64> {
        let is_free = |nonce: &u64| {
            !(self.held.contains_key(nonce) || self.taken.contains(nonce) || self.apart.contains(nonce))
        };
        (self.low?..=u64::MAX).find(is_free)
    }

    /// The next nonce for one that is sent now, while so many wait behind it. None while it has to wait: what was sent
    /// may be refused, and then somebody has to be there who takes the nonce, or nothing above it is ever valid.
    pub(super) fn send(&mut self, behind: usize) -> Option<u64> {
        let nonce = self.lowest()?;
        let fills_a_hole = self.held.range(nonce..).next().is_some();
        let unanswered = self.held.values().filter(|hold| **hold == Hold::Unanswered).count();
        let covered = fills_a_hole || unanswered == 0 || behind >= unanswered + SPARE;
        covered.then(|| {
            self.held.insert(nonce, Hold::Unanswered);
            nonce
        })
    }

    /// The next nonce for one that is sent when its owner likes.
    pub(super) fn reserve(&mut self) -> Option<u64> {
        let nonce = self.lowest()?;
        self.held.insert(nonce, Hold::Reserved);
        Some(nonce)
    }

    /// A nonce that a caller has chosen, also one that is held.
    pub(super) fn set_apart(&mut self, nonce: u64) {
        self.apart.push(nonce);
    }

    /// The caller has no more use for it.
    pub(super) fn unset_apart(&mut self, nonce: u64) {
        if let Some(index) = self.apart.iter().position(|apart| *apart == nonce) {
            self.apart.swap_remove(index);
        }
    }

    /// The chain is to be asked before another is given out.
    pub(super) fn doubt(&mut self) {
        self.unsure = true;
    }

    /// What is known of a nonce has changed.
    pub(super) fn is_now(&mut self, nonce: u64, hold: Hold) {
        if let Some(known) = self.held.get_mut(&nonce) {
            *known = hold;
        }
    }

    /// It was not sent, or was refused: it is free again.
    pub(super) fn give_back(&mut self, nonce: u64) {
        self.held.remove(&nonce);
    }

    /// A block holds a transaction with it, or with one above it.
    pub(super) fn used(&mut self, nonce: u64) {
        self.give_back(nonce);
        self.is_below(nonce.saturating_add(1));
    }

    /// A transaction that is not ours is in the pool with it.
    pub(super) fn taken(&mut self, nonce: u64) {
        self.held.remove(&nonce);
        if self.low.is_none_or(|low| nonce >= low) {
            self.taken.insert(nonce);
            self.doubt();
        }
    }

    /// What other processes had in a pool is of long ago: it may have been dropped there.
    pub(super) fn forget_taken(&mut self) {
        self.taken.clear();
    }

    /// All nonces below are used, by what a block or the chain says.
    fn is_below(&mut self, next: u64) {
        if self.low.is_none_or(|low| low < next) {
            self.low = Some(next);
        }
        self.taken.retain(|nonce| *nonce >= next);
    }

    /// The chain was asked for the account's next nonce, behind all that a node's pool has ready. Where nothing was heard
    /// since, it may be lower than before: the chain has gone back, or the account has begun anew.
    pub(super) fn read(&mut self, next: u64, is_news: bool) {
        self.unsure = false;
        // What is left there is either counted already, or not ready: then nothing is lost by finding it there.
        self.held.retain(|_, hold| *hold != Hold::Left);
        if is_news && self.held.is_empty() {
            self.low = Some(next);
        }
        self.is_below(next);
    }
}

#[cfg(test)]
mod tests;
