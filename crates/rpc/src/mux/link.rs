//! The websocket as the mux knows it: whether there is one, whether it is believed, and what its end means for the calls.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::entry::{Entry, Outcome, Purpose, State};
use super::{MAX_RESENDS, Mux};
use crate::budget::{Pass, Refused};
use crate::request::{self, Parts};
use crate::{Error, ErrorKind, Lane, Replay};

#[derive(Debug)]
pub(super) enum Link {
    /// There is none, and none was needed.
    Idle,
    Connecting,
    /// It was lost or could not be opened.
    Waiting {
        until: Instant,
    },
    /// It was open, but its proof was refused.
    Refused {
        until: Instant,
    },
    /// It is open, and not believed yet.
    Proving(Proving),
    Open,
    /// There will be none any more.
    Ended(Error),
}

/// The time between a websocket's opening and the verdict on its proof.
#[derive(Debug)]
pub(super) struct Proving {
    pub(super) id: u64,
    /// The request, until it is written.
    pub(super) frame: Option<Utf8Bytes>,
    pub(super) deadline: Instant,
    /// What it was written with.
    pub(super) pass: Pass,
    /// What came before the proof's answer.
    held: VecDeque<Utf8Bytes>,
    held_bytes: usize,
}

impl Proving {
    pub(super) fn hold(&mut self, frame: Utf8Bytes) {
        self.held_bytes += frame.len();
        self.held.push_back(frame);
    }
}

impl Link {
    pub(super) fn is_up(&self) -> bool {
        matches!(self, Self::Proving(_) | Self::Open)
    }

    pub(super) fn held_bytes(&self) -> usize {
        if let Self::Proving(proving) = self { proving.held_bytes } else { 0 }
    }
}

/// Why a websocket is given up.
#[derive(Debug)]
pub(crate) enum End {
    /// The client was closed.
    Closed,
    /// Nobody needs it.
    Idle,
    Lost(Error),
    /// It was opened, but did not answer the proof: as if it had not been opened.
    Failed(Error),
    /// Its proof was refused.
    Refused(Error),
}

/// What the proof's answer is found to be.
#[derive(Debug)]
pub(crate) enum Verdict {
    Accepted,
    Failed(Error),
    Refused(Error),
}

/// What becomes of a pending call whose websocket is lost.
enum Fate {
    /// It waits for the next websocket.
    Waits,
    /// It is written again on the next websocket.
    Again,
    /// It is fulfilled: the loss has closed what it was to close.
    Gone,
    Fails,
}

impl Entry {
    fn fate(&self) -> Fate {
        match (self.purpose, self.replay) {
            (Purpose::Unsubscribe | Purpose::Detached, _) => Fate::Gone,
            _ if self.fail_fast => Fate::Fails,
            _ if self.is_queued() => Fate::Waits,
            (_, Replay::Safe) if self.resends < MAX_RESENDS => Fate::Again,
            _ => Fate::Fails,
        }
    }
}

impl Mux {
    pub(crate) fn state(&self, now: Instant) -> crate::State {
        match (&self.link, self.budget.banned_until(now)) {
            (Link::Ended(_), _) => crate::State::Closed,
            (Link::Refused { .. }, _) => crate::State::Refused,
            (_, Some(until)) => crate::State::Banned { retry_in: until.saturating_duration_since(now) },
            (Link::Connecting | Link::Proving(_), _) => crate::State::Connecting,
            (Link::Open, _) => crate::State::Open,
            (Link::Waiting { until }, _) if now < *until => {
                crate::State::Waiting { retry_in: until.saturating_duration_since(now) }
            }
            (Link::Waiting { .. } | Link::Idle, _) => crate::State::Idle,
        }
    }

    pub(crate) fn last_error(&self) -> Option<Error> {
        self.last_error.clone()
    }

    /// Whether anything pending or subscribed needs a websocket.
    pub(crate) fn is_needed(&self) -> bool {
        self.lanes.in_flight() + self.lanes.queued() > 0 || self.subscriptions.live() > 0
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.closing
    }

    /// Whether the websocket was good for anything.
    pub(crate) fn was_useful(&self) -> bool {
        self.useful
    }

    /// Whether [`Mux::take_end`] has something.
    pub(crate) fn is_ending(&self) -> bool {
        self.closing || self.end.is_some()
    }

    /// Why the websocket is to be given up now.
    pub(crate) fn take_end(&mut self) -> Option<End> {
        if self.closing {
            return Some(End::Closed);
        }
        // Somebody may have needed it in the last moment.
        self.end.take().filter(|end| !matches!(end, End::Idle) || !self.is_needed())
    }

    /// Whoever has the socket is about to rest: the time without demand begins, and tables shrink.
    pub(crate) fn on_rest(&mut self, now: Instant) {
        match self.is_needed() {
            true => self.idle_since = None,
            false => _ = self.idle_since.get_or_insert(now),
        }
        self.shrink();
    }

    pub(super) fn idle_deadline(&self) -> Option<Instant> {
        self.idle_since?.checked_add(self.limits.idle_timeout?)
    }

    pub(crate) fn on_connecting(&mut self, now: Instant) {
        self.attempt = self.budget.connect(now);
        self.link = Link::Connecting;
    }

    /// No websocket is needed after all.
    pub(crate) fn on_unneeded(&mut self) {
        self.forgo(self.attempt);
        self.link = Link::Idle;
    }

    /// A websocket is open. Nothing it says is believed before the answer to `proof` is.
    pub(crate) fn on_open(&mut self, proof: Option<Parts>, now: Instant) {
        self.accepted(self.attempt, Refused::Connection, now);
        self.stats.websockets_opened += 1;
        self.stats.reconnects += u64::from(std::mem::take(&mut self.lost));
        self.idle_since = None;
        self.useful = false;
        self.end = None;
        self.link = match proof {
            None => Link::Open,
            Some(proof) => {
                self.last_id += 1;
                let deadline = now.checked_add(self.limits.connect_timeout);
                Link::Proving(Proving {
                    id: self.last_id,
                    frame: Some(request::finish(proof.frame, self.last_id)),
                    deadline: deadline.unwrap_or(now + Duration::from_secs(1 << 30)),
                    pass: Pass::default(),
                    held: VecDeque::new(),
                    held_bytes: 0,
                })
            }
        };
    }

    /// The proof's answer was judged. If it was accepted, what was held back is returned: to be handed in again.
    pub(crate) fn on_proof(&mut self, verdict: Verdict, now: Instant) -> VecDeque<Utf8Bytes> {
        let end = match verdict {
            Verdict::Accepted => {
                let Link::Proving(proving) = std::mem::replace(&mut self.link, Link::Open) else {
                    return VecDeque::new();
                };
                self.accepted(proving.pass, Refused::Request, now);
                self.lanes.release();
                return proving.held;
            }
            Verdict::Failed(error) => End::Failed(error),
            Verdict::Refused(error) => End::Refused(error),
        };
        self.end.get_or_insert(end);
        VecDeque::new()
    }

    /// No websocket could be opened; the next attempt is due at `until`.
    pub(crate) fn on_unreachable(&mut self, error: Error, until: Instant, now: Instant) {
        if !self.heed(&error, now) {
            self.forgo(self.attempt);
        }
        self.stats.connect_failures += 1;
        self.link = Link::Waiting { until };
        let error = error.at(&self.endpoint);
        for id in self.pending(|entry| entry.fail_fast) {
            self.fail(id, &error);
        }
        self.last_error = Some(error);
    }

    /// The websocket was closed because nobody needed it. Who has come since waits for the next one.
    pub(crate) fn on_idle(&mut self) {
        self.forgo(self.budget.current());
        self.stats.idle_closes += 1;
        self.lanes.release();
        self.subscriptions.forget_early();
        self.abandoned.clear();
        self.last_error = None;
        self.link = Link::Idle;
    }

    /// The websocket is gone. What may be written again waits for the next one, to be tried for at `until`.
    pub(crate) fn on_lost(&mut self, error: Error, until: Instant, now: Instant) {
        if self.heed(&error, now) {
            self.excuse();
        }
        self.lose(error, until, now);
    }

    fn lose(&mut self, error: Error, until: Instant, now: Instant) {
        let error = error.at(&self.endpoint);
        self.lost = true;
        self.forsake(&error, now);
        self.last_error = Some(error);
        self.link = Link::Waiting { until };
    }

    /// The websocket was given up because it did not answer the proof: no fault of the requests it carried.
    pub(crate) fn on_unproven(&mut self, error: Error, until: Instant, now: Instant) {
        self.heed(&error, now);
        self.excuse();
        self.stats.connect_failures += 1;
        self.lose(error, until, now);
    }

    /// The requests that a websocket carried are not to blame for its end: being written again is not counted.
    fn excuse(&mut self) {
        for entry in self.calls.values_mut().filter(|entry| entry.is_written()) {
            entry.resends = entry.resends.saturating_sub(1);
        }
    }

    /// The endpoint is not the one it should be: ends all calls and subscriptions. The next call tries again.
    pub(crate) fn on_refused(&mut self, error: Error, until: Instant) {
        let error = error.at(&self.endpoint);
        self.stats.connect_failures += 1;
        self.end_all(&error);
        self.last_error = Some(error);
        self.link = Link::Refused { until };
    }

    /// There will be no websocket any more: ends everything, and every later call at once. Only the first error counts.
    pub(crate) fn on_end(&mut self, error: Error) {
        if let Link::Ended(_) = self.link {
            return;
        }
        let error = error.at(&self.endpoint);
        self.end_all(&error);
        if error.kind() != ErrorKind::Closed {
            self.last_error = Some(error.clone());
        }
        self.link = Link::Ended(error);
    }

    fn end_all(&mut self, error: &Error) {
        self.forgo(self.budget.current());
        self.lanes.release();
        for id in self.pending(|_| true) {
            self.fail(id, error);
        }
        self.subscriptions.forget_early();
        self.subscriptions.fail(error, &mut self.wakers);
        self.abandoned.clear();
        self.deadlines.clear();
    }

    /// Settles what the websocket carried: some calls fail, some are queued again, subscriptions are to be resumed.
    fn forsake(&mut self, error: &Error, now: Instant) {
        self.forgo(self.budget.current());
        self.lanes.release();
        self.subscriptions.forget_early();
        // From the last to the first: each has its old place at the front of its lane, where it costs little to be put.
        for id in self.pending(|_| true).into_iter().rev() {
            let Some(entry) = self.calls.get_mut(&id) else { continue };
            match entry.fate() {
                Fate::Waits => {}
                Fate::Again => {
                    let Some(frame) = entry.frame().cloned() else { continue };
                    entry.state = State::Queued(frame);
                    entry.resends += 1;
                    self.lanes.again(entry.lane, id);
                }
                Fate::Gone => self.finish(id, Outcome::Gone, false),
                Fate::Fails => self.fail(id, error),
            }
        }
        self.abandoned.clear();
        for key in self.subscriptions.lost(error, &mut self.wakers) {
            let Some(opener) = self.subscriptions.opener(key) else { continue };
            let purpose = Purpose::Resume(key, opener.unsubscribe);
            let request = Parts {
                method: opener.origin.method.clone(),
                frame: request::unfinished(&opener.frame),
                invalid: None,
                timeout: None,
                replay: Replay::Safe,
                lane: Lane::Priority,
                fail_fast: false,
            };
            let call = self.submit(request, purpose, now);
            self.subscriptions.resuming(key, call);
        }
    }

    pub(super) fn fail(&mut self, id: u64, error: &Error) {
        let Some(entry) = self.calls.get(&id) else { return };
        let failure = self.failure(entry, error.clone());
        self.finish(id, Outcome::Failed(failure), false);
    }

    /// Pending calls, the oldest first.
    pub(super) fn pending(&self, filter: impl Fn(&Entry) -> bool) -> Vec<u64> {
        let is_pending = |entry: &Entry| entry.frame().is_some() && filter(entry);
        let mut ids: Vec<u64> =
            self.calls.iter().filter(|(_, entry)| is_pending(entry)).map(|(&id, _)| id).collect();
        ids.sort_unstable();
        ids
    }

    /// Gives back the space of the largest burst.
    fn shrink(&mut self) {
        const SMALL: usize = 4096;
        if self.peak <= SMALL.max(8 * self.calls.len()) {
            return;
        }
        self.peak = self.calls.len();
        self.calls.shrink_to(2 * self.calls.len());
        self.lanes.shrink();
        let calls = &self.calls;
        self.deadlines.shrink(|id| super::entry::is_pending(calls, id));
        self.subscriptions.shrink();
        self.abandoned.shrink_to(2 * self.abandoned.len());
    }
}
