//! What the endpoint allows: whose turn it is, what is asked again, and what fails because it cannot be in time.

use std::time::{Duration, Instant};

use super::Mux;
use super::entry::{Entry, Purpose, State};
use crate::answer::cut;
use crate::budget::{Pass, Refusal, Refused};
use crate::{Error, ErrorKind, Lane, ServerError};

#[cfg(test)]
mod tests;

/// How much of a refusal is kept, to be quoted.
const SAID_BYTES: usize = 200;

impl Mux {
    /// Whether a request may be written now. If not, none is tried before the pause is over.
    pub(super) fn is_our_turn(&mut self, now: Instant) -> bool {
        self.pause = self.budget.turn(now);
        self.pause.is_none()
    }

    /// When the next attempt to connect may be made, if that is not now.
    pub(crate) fn connect_at(&self, now: Instant) -> Option<Instant> {
        self.budget.turn_to_connect(now)
    }

    /// The endpoint did what it was asked.
    pub(super) fn accepted(&mut self, pass: Pass, what: Refused, now: Instant) {
        self.budget.accepted(pass, what, now);
        self.pause = None;
    }

    /// What was written with this pass will not be answered.
    pub(super) fn forgo(&mut self, pass: Pass) {
        self.budget.lost(pass);
        self.pause = None;
    }

    /// Looks whether a websocket's end, or the failure to open one, is a refusal.
    pub(super) fn heed(&mut self, error: &Error, now: Instant) -> bool {
        let Some((what, refusal)) = Refusal::of_error(error) else { return false };
        self.refusal = cut(error.message(), SAID_BYTES).to_owned();
        self.refused(self.budget.current(), what, &refusal, now);
        true
    }

    /// The node refused to run a request: it waits its turn, and is asked again.
    pub(super) fn on_refusal(&mut self, id: u64, error: &ServerError, refusal: &Refusal, now: Instant) {
        let Some(entry) = self.calls.get_mut(&id) else { return };
        let State::Written(frame) = &entry.state else { return };
        entry.state = State::Queued(frame.clone());
        entry.refused = true;
        let pass = entry.pass;
        self.refusal = cut(&error.to_string(), SAID_BYTES).to_owned();
        self.lanes.again(entry.lane, id);
        self.refused(pass, Refused::Request, refusal, now);
        // The ban may be an old one, which nobody else need be measured by again.
        if let Some(error) = self.calls.get(&id).and_then(|entry| self.too_late(entry, 0, now)) {
            self.fail(id, &error);
        }
    }

    fn refused(&mut self, pass: Pass, what: Refused, refusal: &Refusal, now: Instant) {
        self.stats.rate_limited += 1;
        self.pause = None;
        if self.budget.refused(pass, what, refusal, now) {
            self.give_up_late(now);
        }
    }

    /// Ends every queued call that cannot have its turn in time.
    fn give_up_late(&mut self, now: Instant) {
        let mut ahead = 0;
        for lane in [Lane::Priority, Lane::Read] {
            for id in self.pending(|entry| entry.lane == lane && entry.is_queued()) {
                let Some(entry) = self.calls.get(&id) else { continue };
                match self.too_late(entry, ahead, now) {
                    Some(error) => self.fail(id, &error),
                    None => ahead += 1,
                }
            }
        }
    }

    fn too_late(&self, entry: &Entry, ahead: usize, now: Instant) -> Option<Error> {
        if entry.purpose.is_own() {
            None
        } else {
            self.too_late_by(entry.deadline, entry.fail_fast, ahead, now)
        }
    }

    /// Why a new request need not be queued, if it would have its turn too late.
    pub(super) fn comes_too_late(
        &self,
        purpose: Purpose,
        lane: Lane,
        deadline: Instant,
        fail_fast: bool,
        now: Instant,
    ) -> Option<Error> {
        if purpose.is_own() || !self.budget.is_limited() {
            return None;
        }
        self.too_late_by(deadline, fail_fast, self.lanes.ahead(lane), now)
    }

    /// Why a request with so many before it need not wait at all, if so.
    fn too_late_by(&self, deadline: Instant, fail_fast: bool, ahead: usize, now: Instant) -> Option<Error> {
        let earliest = self.budget.earliest(ahead, now);
        let is_late = earliest >= deadline || fail_fast && self.budget.banned_until(now).is_some();
        is_late.then(|| self.rate_limited(earliest.saturating_duration_since(now)))
    }

    /// Why a queued call had no turn within its deadline, if the endpoint's limit is the cause.
    pub(super) fn had_no_turn(&self, entry: &Entry, now: Instant) -> Option<Error> {
        let is_cause = self.pause.is_some() || self.budget.banned_until(now).is_some();
        (is_cause && entry.is_queued())
            .then(|| self.rate_limited(self.budget.earliest(0, now).saturating_duration_since(now)))
    }

    fn rate_limited(&self, wait: Duration) -> Error {
        let when = if wait.is_zero() { "in time".to_owned() } else { format!("within {wait:.1?}") };
        let message =
            format!("the endpoint limits requests, there is no turn {when}; it said: {}", self.refusal);
        Error::new(ErrorKind::RateLimited, message).retry_in(wait)
    }
}
