//! What handles and driver share: the mux behind a lock, and the means to wake the driver.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Instant;

use futures_util::task::AtomicWaker;

use crate::mux::Mux;

#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    driver: AtomicWaker,
}

#[derive(Debug)]
struct State {
    mux: Mux,
    /// The driver waits to be woken. Whoever wakes it clears this, so that a burst of requests wakes it once.
    asleep: bool,
    /// The socket takes no more for now, and wakes the driver itself when it does.
    blocked: bool,
    /// When the driver will look at deadlines again by itself.
    armed: Option<Instant>,
}

impl State {
    fn needs_driver(&self) -> bool {
        let due_earlier = match (self.mux.next_deadline(), self.armed) {
            (Some(next), Some(armed)) => next < armed,
            (next, None) => next.is_some(),
            (None, _) => false,
        };
        (self.mux.can_write() && !self.blocked) || self.mux.is_closing() || due_earlier
    }
}

impl Shared {
    pub(crate) fn new(mux: Mux) -> Self {
        Self {
            state: Mutex::new(State { mux, asleep: false, blocked: false, armed: None }),
            driver: AtomicWaker::new(),
        }
    }

    /// Runs `work` on the mux, then wakes whom it concerns.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut Mux) -> R) -> R {
        let mut state = self.lock();
        let result = work(&mut state.mux);
        let wake_driver = state.asleep && state.needs_driver();
        state.asleep &= !wake_driver;
        let wakers = std::mem::take(&mut state.mux.wakers);
        drop(state);
        if wake_driver {
            self.driver.wake();
        }
        wakers.into_iter().for_each(Waker::wake);
        result
    }

    /// The driver is at work: nobody need wake it.
    pub(crate) fn awake(&self) {
        self.lock().asleep = false;
    }

    /// The driver's last look before it waits. `false` if there is something to do after all.
    pub(crate) fn sleep(&self, blocked: bool, armed: Option<Instant>, waker: &Waker) -> bool {
        self.driver.register(waker);
        let mut state = self.lock();
        state.blocked = blocked;
        state.armed = armed;
        state.asleep = !state.needs_driver();
        state.asleep
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The mux keeps no broken invariants across a panic of a caller's: it runs no foreign code.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
