//! How long to wait before the next attempt to open a websocket.

use std::time::Duration;

#[cfg(test)]
mod tests;

/// The longest wait before an attempt that follows a websocket of use.
const SOON: Duration = Duration::from_millis(100);
/// The longest wait after the first failure; each further failure doubles it.
const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(10);
/// A websocket that lasted so long was a good one.
const SETTLED: Duration = Duration::from_secs(10);
/// The longest wait after websockets that are of use, but do not last: their node is there.
const FLAPPING: Duration = Duration::from_millis(500);

/// Waits are drawn at random from zero to a bound that doubles: clients that lost one node together do not come back
/// together.
#[derive(Debug)]
pub(crate) struct Backoff {
    failures: u32,
    /// Websockets in a row that were of use and did not last.
    flaps: u32,
    random: fastrand::Rng,
}

impl Backoff {
    pub(crate) fn new(random: fastrand::Rng) -> Self {
        Self { failures: 0, flaps: 0, random }
    }

    /// All is well.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
        self.flaps = 0;
    }

    /// A websocket that was of use is lost after that time. The first one is tried for again soon; a node that goes on
    /// dropping them is not stormed.
    pub(crate) fn after_use(&mut self, lasted: Duration) -> Duration {
        self.failures = 0;
        if lasted >= SETTLED {
            self.flaps = 0;
        }
        let bound = match self.flaps {
            0 => SOON,
            flaps => FIRST.saturating_mul(1 << (flaps - 1).min(8)).min(FLAPPING),
        };
        self.flaps = self.flaps.saturating_add(1);
        self.draw(bound)
    }

    /// An attempt failed, or led to nothing.
    pub(crate) fn after_failure(&mut self) -> Duration {
        let bound = FIRST.saturating_mul(1 << self.failures.min(16)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        self.draw(bound)
    }

    /// How many attempts have failed in a row.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    fn draw(&mut self, bound: Duration) -> Duration {
        bound.mul_f64(self.random.f64())
    }
}
