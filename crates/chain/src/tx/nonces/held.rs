use std::{fmt, sync::Arc};

use super::{
    allocator::{Allocator, Hold},
    queue::Queue,
};

/// A nonce that one transaction has and no other gets. Whoever holds it says what becomes of it: others wait for that.
///
/// Dropped before it was [sent](Self::sent) it is free again; after that, the chain is asked before another is given out.
#[must_use = "a nonce that is dropped is given to another transaction"]
pub(crate) struct Nonce {
    queue: Arc<Queue>,
    value: u64,
    /// Whether the caller has chosen it: another transaction may have it too, and is replaced.
    is_chosen: bool,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Unsent,
    Sent,
    Pooled,
    /// Nothing more will be said of it.
    Over,
}

impl Nonce {
    pub(super) fn allocated(queue: Arc<Queue>, value: u64) -> Self {
        Self { queue, value, is_chosen: false, state: State::Unsent }
    }

    pub(super) fn chosen(queue: Arc<Queue>, value: u64) -> Self {
        queue.note(|allocator| allocator.set_apart(value));
        Self { queue, value, is_chosen: true, state: State::Unsent }
    }

    pub(crate) fn value(&self) -> u64 {
        self.value
    }

    /// The bytes are about to leave: from now on a node may have them.
    pub(crate) fn sent(&mut self) {
        if self.state == State::Unsent {
            self.state = State::Sent;
            self.queue.note(|allocator| self.mark(allocator, Hold::Unanswered));
        }
    }

    /// A node's pool has it.
    pub(crate) fn accepted(&mut self) {
        self.state = State::Pooled;
        self.queue.heard(|allocator| self.mark(allocator, Hold::Pooled));
    }

    /// The first sending was refused: no node has taken it, and the nonce is free again.
    pub(crate) fn refused(mut self) {
        self.state = State::Over;
        self.queue.heard(|allocator| self.release(allocator));
    }

    /// It can never get into a block: who comes next asks the chain.
    pub(crate) fn dead(mut self) {
        self.state = State::Over;
        self.queue.note(|allocator| self.forget(allocator));
    }

    /// A block holds it, or another transaction with this nonce or one above it.
    pub(crate) fn used(mut self) {
        self.state = State::Over;
        self.queue.heard(|allocator| {
            self.release(allocator);
            allocator.used(self.value);
        });
    }

    /// A node has refused it because another transaction in its pool has the nonce: see [`Turn::Again`](super::Turn).
    pub(crate) fn taken(mut self) {
        self.state = State::Over;
        self.queue.note(|allocator| {
            self.release(allocator);
            allocator.taken(self.value);
        });
    }

    fn mark(&self, allocator: &mut Allocator, hold: Hold) {
        if !self.is_chosen {
            allocator.is_now(self.value, hold);
        }
    }

    fn release(&self, allocator: &mut Allocator) {
        match self.is_chosen {
            true => allocator.unset_apart(self.value),
            false => allocator.give_back(self.value),
        }
    }

    fn forget(&self, allocator: &mut Allocator) {
        self.release(allocator);
        allocator.doubt();
    }
}

impl Drop for Nonce {
    fn drop(&mut self) {
        self.queue.note(|allocator| match self.state {
            State::Unsent => self.release(allocator),
            State::Pooled if !self.is_chosen => self.mark(allocator, Hold::Left),
            State::Sent | State::Pooled => self.forget(allocator),
            State::Over => {}
        });
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nonce({}, {:?})", self.value, self.state)
    }
}
