//! How many requests a second.

use std::time::{Duration, Instant};

/// The least that is guessed, in requests a second. An endpoint that allows less says so, or goes on refusing.
const LEAST_GUESS: f64 = 1.0;

/// What a rate may be, stated or grown: a request a day, or so many that it is no limit.
const RATES: (f64, f64) = (1.0 / 86_400.0, 1e6);

/// A guess that was used for so many seconds without a refusal grows by half of what it was after the last refusal, at
/// least by 1. It takes twice as long after each refusal, and half as long after each growth, within these bounds.
const PATIENCE: (f64, f64) = (10.0, 3600.0);

/// The unused turns of so many seconds may be taken at once; always one.
const BURST: f64 = 0.05;

/// Turns a second, saved up to a small burst.
#[derive(Debug)]
pub(super) struct Pace {
    rate: f64,
    /// How much a guess grows; 0 if the endpoint stated the rate.
    step: f64,
    /// For how many seconds it must be used before it grows.
    patience: f64,
    /// Requests accepted since it last changed.
    accepted: f64,
    /// Turns saved up, as of `at`.
    turns: f64,
    at: Instant,
}

impl Pace {
    pub(super) fn stated(rate: f64, now: Instant) -> Self {
        let rate = rate.clamp(RATES.0, RATES.1);
        Self { rate, step: 0.0, patience: PATIENCE.0, accepted: 0.0, turns: 1.0, at: now }
    }

    pub(super) fn guessed(rate: f64, now: Instant) -> Self {
        let rate = rate.clamp(LEAST_GUESS, RATES.1);
        Self { rate, step: (rate / 2.0).max(1.0), patience: PATIENCE.0, accepted: 0.0, turns: 1.0, at: now }
    }

    /// The pace after a refusal at this one: what was accepted instead, but not so little that one idle second explains
    /// it. What was stated stays.
    pub(super) fn refused(self, accepted: f64, now: Instant) -> Self {
        if self.is_stated() {
            return self;
        }
        let patience = (2.0 * self.patience).min(PATIENCE.1);
        Self { patience, ..Self::guessed(accepted.clamp(self.rate / 2.0, self.rate * 0.9), now) }
    }

    pub(super) fn is_stated(&self) -> bool {
        self.step == 0.0
    }

    pub(super) fn ready_at(&self, now: Instant) -> Instant {
        let missing = 1.0 - self.turns_at(now);
        // What is missing after a wait that was computed here is a rounding error.
        if missing < 1e-6 { now } else { now + seconds(missing / self.rate) }
    }

    pub(super) fn spend(&mut self, now: Instant) {
        self.turns = (self.turns_at(now) - 1.0).max(0.0);
        self.at = now;
    }

    /// Nothing was saved up while nothing could be written. The probe has taken the first turn.
    pub(super) fn restart(&mut self, now: Instant) {
        self.turns = 0.0;
        self.at = now;
    }

    /// A request was accepted.
    pub(super) fn grow(&mut self) {
        self.accepted += 1.0;
        if self.accepted > self.rate * self.patience {
            self.rate = (self.rate + self.step).min(RATES.1);
            self.patience = (self.patience / 2.0).max(PATIENCE.0);
            self.accepted = 0.0;
        }
    }

    /// How long so many requests take.
    pub(super) fn time_of(&self, requests: usize) -> Duration {
        seconds(requests as f64 / self.rate)
    }

    fn turns_at(&self, now: Instant) -> f64 {
        let saved = now.saturating_duration_since(self.at).as_secs_f64() * self.rate;
        (self.turns + saved).min((self.rate * BURST).max(1.0))
    }
}

/// A time that can be added to any instant.
fn seconds(seconds: f64) -> Duration {
    const FAR: Duration = Duration::from_secs(365 * 86_400);
    Duration::try_from_secs_f64(seconds).unwrap_or(FAR).min(FAR)
}

/// Counts what was accepted, by the second.
#[derive(Debug, Default)]
pub(super) struct Meter {
    since: Option<Instant>,
    count: u32,
    before: u32,
}

impl Meter {
    pub(super) fn count(&mut self, now: Instant) {
        self.roll(now);
        self.count += 1;
    }

    /// What was accepted in this second or in the one before, whichever is more.
    pub(super) fn per_second(&mut self, now: Instant) -> f64 {
        self.roll(now);
        f64::from(self.count.max(self.before))
    }

    fn roll(&mut self, now: Instant) {
        const SECOND: Duration = Duration::from_secs(1);
        let age = self.since.map_or(Duration::MAX, |since| now.saturating_duration_since(since));
        if age < SECOND {
            return;
        }
        self.before = if age < 2 * SECOND { self.count } else { 0 };
        self.count = 0;
        self.since = Some(now);
    }
}
