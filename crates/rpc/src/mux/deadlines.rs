//! Who runs out of time first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

/// One heap for the deadlines of all calls. A call that ended leaves its entry behind until it comes up or is swept.
#[derive(Debug, Default)]
pub(crate) struct Deadlines {
    heap: BinaryHeap<Reverse<(Instant, u64)>>,
}

impl Deadlines {
    /// `live` is the number of calls that still need their entry.
    pub(crate) fn push(&mut self, deadline: Instant, id: u64, live: usize, is_alive: impl Fn(u64) -> bool) {
        if self.heap.len() > 2 * live + 1024 {
            self.heap.retain(|Reverse((_, id))| is_alive(*id));
        }
        self.heap.push(Reverse((deadline, id)));
    }

    /// The earliest entry, which may belong to a call that has ended.
    pub(crate) fn earliest(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((deadline, _))| *deadline)
    }

    /// Takes a call that is due. Entries of ended calls at the top go with it, due or not, so that they wake nobody.
    pub(crate) fn pop_due(&mut self, now: Instant, is_alive: impl Fn(u64) -> bool) -> Option<u64> {
        while let Some(&Reverse((deadline, id))) = self.heap.peek() {
            let alive = is_alive(id);
            if alive && deadline > now {
                return None;
            }
            self.heap.pop();
            if alive {
                return Some(id);
            }
        }
        None
    }

    /// Forgets calls that have ended, and gives back what the largest burst took.
    pub(crate) fn shrink(&mut self, is_alive: impl Fn(u64) -> bool) {
        self.heap.retain(|Reverse((_, id))| is_alive(*id));
        self.heap.shrink_to(2 * self.heap.len() + 64);
    }

    pub(crate) fn clear(&mut self) {
        self.heap = BinaryHeap::new();
    }
}
