//! One timer for whatever is due first.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::time::Sleep;

/// A timer that is set anew only if something is due earlier: it may fire too early, never too late.
#[derive(Debug)]
pub(crate) struct Timer {
    sleep: Pin<Box<Sleep>>,
    armed: Option<Instant>,
}

impl Timer {
    pub(crate) fn new() -> Self {
        Self { sleep: Box::pin(tokio::time::sleep(Duration::ZERO)), armed: None }
    }

    /// What it is set to, if it is set.
    pub(crate) fn armed(&self) -> Option<Instant> {
        self.armed
    }

    /// Ready once `due` has passed; otherwise the task is woken then, or earlier.
    pub(crate) fn poll(&mut self, due: Instant, cx: &mut Context<'_>) -> Poll<()> {
        // The clock counts, not the timer: a busy runtime may be late to notice that a timer is due.
        while due > now() {
            if self.armed.is_none_or(|armed| due < armed) {
                self.sleep.as_mut().reset(due.into());
                self.armed = Some(due);
            }
            if self.sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            self.armed = None;
        }
        Poll::Ready(())
    }
}

/// The time, by tokio's clock: tests may stop it.
pub(crate) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}
