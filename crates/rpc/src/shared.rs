//! What handles and supervisor share: the mux behind a lock, and the means to wake the supervisor.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::task::Waker;
use std::time::Instant;

use futures_util::task::AtomicWaker;

use crate::mux::Mux;

#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    supervisor: AtomicWaker,
    /// The process this belongs to. One forked off has a copy of it, but nobody who serves it.
    process: u32,
}

#[derive(Debug)]
struct State {
    mux: Mux,
    /// What the supervisor waits for. Whoever wakes it clears this, so that a burst of requests wakes it once.
    asleep: Option<Asleep>,
}

/// What the supervisor knew when it went to sleep.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asleep {
    /// The socket takes no more for now, and wakes the supervisor itself when it does.
    pub(crate) blocked: bool,
    /// When it will look at deadlines again by itself.
    pub(crate) armed: Option<Instant>,
    /// Whether a websocket was needed.
    pub(crate) needed: bool,
}

impl State {
    fn needs_supervisor(&self, asleep: Asleep) -> bool {
        let due_earlier = match (self.mux.next_deadline(), asleep.armed) {
            (Some(next), Some(armed)) => next < armed,
            (next, None) => next.is_some(),
            (None, _) => false,
        };
        (self.mux.can_write() && !asleep.blocked)
            || self.mux.is_ending()
            || due_earlier
            || self.mux.is_needed() != asleep.needed
    }
}

impl Shared {
    pub(crate) fn new(mux: Mux) -> Self {
        Self {
            state: Mutex::new(State { mux, asleep: None }),
            supervisor: AtomicWaker::new(),
            process: std::process::id(),
        }
    }

    /// Whether this is a copy in a process forked off: whoever should serve it lives in another one.
    pub(crate) fn is_forked(&self) -> bool {
        std::process::id() != self.process
    }

    /// For the supervisor: runs `work` on the mux, then wakes whom it concerns.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut Mux) -> R) -> R {
        // The mux keeps no broken invariants across a panic of a caller's: it runs no foreign code.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let result = work(&mut state.mux);
        let wakers = std::mem::take(&mut state.mux.wakers);
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        result
    }

    /// For handles: runs `work` on the mux, then wakes whom it concerns. `None` in a process forked off, where the lock may
    /// be held for ever and the supervisor to be woken is not there.
    ///
    /// Asking for the process costs more than all the rest: it is asked only before something that must not be done.
    pub(crate) fn call<R>(&self, work: impl FnOnce(&mut Mux) -> R) -> Option<R> {
        let mut state = self.lock()?;
        let result = work(&mut state.mux);
        let is_needed = state.asleep.is_some_and(|asleep| state.needs_supervisor(asleep));
        if is_needed {
            state.asleep = None;
        }
        let wakers = std::mem::take(&mut state.mux.wakers);
        drop(state);
        if is_needed || !wakers.is_empty() {
            if self.is_forked() {
                return None;
            }
            if is_needed {
                self.supervisor.wake();
            }
            wakers.into_iter().for_each(Waker::wake);
        }
        Some(result)
    }

    fn lock(&self) -> Option<MutexGuard<'_, State>> {
        match self.state.try_lock() {
            Ok(state) => Some(state),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if self.is_forked() => None,
            Err(TryLockError::WouldBlock) => Some(self.state.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }

    /// The supervisor is at work: nobody need wake it.
    pub(crate) fn awake(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).asleep = None;
    }

    /// The supervisor's last look before it waits. `false` if there is something to do after all.
    pub(crate) fn sleep(&self, asleep: Asleep, waker: &Waker) -> bool {
        self.supervisor.register(waker);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.needs_supervisor(asleep) {
            return false;
        }
        state.asleep = Some(asleep);
        true
    }
}
