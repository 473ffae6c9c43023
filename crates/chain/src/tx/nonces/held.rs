use std::{fmt, sync::Arc};

use super::{allocator::Hold, queue::Queue};

/// A nonce that one transaction has and no other gets. Whoever holds it says what becomes of it: others wait for that.
///
/// Dropped before it was [sent](Self::sent) it is free again; after that, the chain is asked before another is given out.
#[must_use = "a nonce that is dropped is given to another transaction"]
pub(crate) struct Nonce {
    queue: Arc<Queue>,
    value: u64,
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
        Self { queue, value, state: State::Unsent }
    }

    pub(super) fn apart(queue: Arc<Queue>, value: u64) -> Self {
        queue.note(|allocator| allocator.set_apart(value));
        Self::allocated(queue, value)
    }

    pub(crate) fn value(&self) -> u64 {
        self.value
    }

    /// The bytes are about to leave: from now on a node may have them.
    pub(crate) fn sent(&mut self) {
        if self.state == State::Unsent {
            self.state = State::Sent;
            self.queue.note(|allocator| allocator.is_now(self.value, Hold::Unanswered));
        }
    }

    /// A node's pool has it.
    pub(crate) fn accepted(&mut self) {
        self.state = State::Pooled;
        self.queue.heard(|allocator| allocator.is_now(self.value, Hold::Pooled));
    }

    /// The first sending was refused: no node has taken it, and the nonce is free again.
    pub(crate) fn refused(mut self) {
        self.state = State::Over;
        self.queue.heard(|allocator| allocator.give_back(self.value));
    }

    /// It can never get into a block: who comes next asks the chain.
    pub(crate) fn dead(mut self) {
        self.state = State::Over;
        self.queue.note(|allocator| allocator.forget(self.value));
    }

    /// A block holds it, or another transaction with this nonce or one above it.
    pub(crate) fn used(mut self) {
        self.state = State::Over;
        self.queue.heard(|allocator| allocator.used(self.value));
    }

    /// A node has refused it because another transaction in its pool has the nonce: see [`Turn::Again`](super::Turn).
    pub(crate) fn taken(mut self) {
        self.state = State::Over;
        self.queue.note(|allocator| allocator.taken(self.value));
    }
}

impl Drop for Nonce {
    fn drop(&mut self) {
        match self.state {
            State::Unsent => self.queue.note(|allocator| allocator.give_back(self.value)),
            State::Sent => self.queue.note(|allocator| allocator.forget(self.value)),
            State::Pooled => self.queue.note(|allocator| allocator.is_now(self.value, Hold::Left)),
            State::Over => {}
        }
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nonce({}, {:?})", self.value, self.state)
    }
}
