//! The state machine between callers and the socket: no IO, no clock, no tasks.
//!
//! It outlives its websockets: what waits for an answer when one is lost is written again on the next.
//!
//! Callers `submit`, `poll_call` and `cancel`. Whoever has the socket asks for `next_frame`, and reports `on_frame`,
//! `on_tick`, and what becomes of the websocket (`on_open`, `on_lost` and the rest of [`link`]).
//! Wakers of whoever has something new collect in `wakers`, to be woken once the lock is released.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use crate::answer::Origin;
use crate::budget::{Budget, Pass};
use crate::limits::Limits;
use crate::request::{self, Parts};
use crate::{Error, ErrorKind, Lane, Replay, Request, Stats};

mod deadlines;
mod entry;
mod frames;
mod ids;
mod lanes;
mod link;
mod subscriptions;
#[cfg(test)]
mod tests;
mod turns;

use deadlines::Deadlines;
use entry::{Entry, MAY_HAVE_RUN, NOT_WRITTEN, State};
pub(crate) use entry::{Outcome, Purpose};
pub(crate) use frames::Received;
use ids::ById;
use lanes::Lanes;
use link::Link;
pub(crate) use link::{End, Verdict};
use subscriptions::{Remains, Subscriptions};

/// Subscribe requests given up after they were written, remembered so that a late answer is unsubscribed.
const MAX_ABANDONED: usize = 1024;

/// How often a request is written again after the websocket that carried it was lost. One that kills websockets would
/// go on for ever otherwise.
const MAX_RESENDS: u8 = 3;

#[derive(Debug)]
pub(crate) struct Mux {
    endpoint: Arc<str>,
    limits: Limits,
    calls: ById<Entry>,
    /// The most calls there were at a time since the tables last shrank.
    peak: usize,
    last_id: u64,
    lanes: Lanes,
    deadlines: Deadlines,
    subscriptions: Subscriptions,
    /// Subscribe requests not yet answered.
    subscribing: usize,
    abandoned: HashMap<u64, &'static str>,
    /// Bytes of answers not picked up.
    unread: usize,
    /// Bytes of requests not answered.
    unanswered: usize,
    link: Link,
    budget: Budget,
    /// What the last attempt to connect was made with.
    attempt: Pass,
    /// What the endpoint said when it refused last.
    refusal: String,
    /// Until when nothing may be written.
    pause: Option<Instant>,
    /// Why the websocket is to be given up.
    end: Option<End>,
    /// Since when nobody needs the websocket.
    idle_since: Option<Instant>,
    /// Whether this websocket has answered anybody.
    useful: bool,
    /// Whether the websocket before this one was lost.
    lost: bool,
    last_error: Option<Error>,
    closing: bool,
    stats: Stats,
    pub(crate) wakers: Vec<Waker>,
}

impl Mux {
    pub(crate) fn new(endpoint: Arc<str>, limits: Limits) -> Self {
        Self {
            endpoint,
            calls: ById::default(),
            peak: 0,
            last_id: 0,
            lanes: Lanes::new(limits.in_flight),
            deadlines: Deadlines::default(),
            subscriptions: Subscriptions::new(limits.subscription_items),
            subscribing: 0,
            abandoned: HashMap::new(),
            unread: 0,
            unanswered: 0,
            link: Link::Idle,
            budget: Budget::default(),
            attempt: Pass::default(),
            refusal: String::new(),
            pause: None,
            end: None,
            idle_since: None,
            useful: false,
            lost: false,
            last_error: None,
            closing: false,
            stats: Stats::default(),
            wakers: Vec::new(),
            limits,
        }
    }

    // For callers.

    /// Queues a request; its deadline runs from `now`.
    pub(crate) fn submit(&mut self, request: Parts, purpose: Purpose, now: Instant) -> u64 {
        self.last_id += 1;
        let id = self.last_id;
        let Parts { method, frame, invalid, timeout, replay, lane, fail_fast } = request;
        let timeout = timeout.unwrap_or(self.limits.timeout);
        // A deadline beyond what the clock can hold is none that anyone will live to see.
        let deadline = now.checked_add(timeout).unwrap_or(now + Duration::from_secs(1 << 30));
        let refusal = || {
            let late = || self.comes_too_late(purpose, lane, deadline, fail_fast, now);
            let error = late().or_else(|| self.refusal(purpose, frame.len(), fail_fast, now))?;
            Some(error.about(method.clone()).note(NOT_WRITTEN, false))
        };
        let state = match invalid.or_else(refusal) {
            Some(error) => State::Done(Outcome::Failed(error.at(&self.endpoint))),
            None => {
                let frame = request::finish(frame, id);
                self.unanswered += frame.len();
                self.lanes.push(lane, id);
                let calls = &self.calls;
                self.deadlines.push(deadline, id, calls.len(), |id| entry::is_pending(calls, id));
                self.subscribing += usize::from(purpose.unsubscribe().is_some());
                State::Queued(frame)
            }
        };
        if purpose == Purpose::Detached && matches!(state, State::Done(_)) {
            return id;
        }
        let entry = Entry {
            method,
            lane,
            replay,
            purpose,
            timeout,
            deadline,
            fail_fast,
            pass: Pass::default(),
            resends: 0,
            refused: false,
            state,
            waker: None,
        };
        self.calls.insert(id, entry);
        self.peak = self.peak.max(self.calls.len());
        id
    }

    /// Why a request of this many bytes cannot even be queued.
    fn refusal(&self, purpose: Purpose, bytes: usize, fail_fast: bool, now: Instant) -> Option<Error> {
        match &self.link {
            Link::Ended(error) => return Some(error.clone()),
            Link::Waiting { until } | Link::Refused { until } if fail_fast && now < *until => {
                return self.last_error.clone();
            }
            _ => {}
        }
        let limit = self.limits.max_queued_bytes;
        // What this client asks on its own account is little, and must not get lost.
        (!purpose.is_own() && self.unanswered + bytes > limit).then(|| {
            let message = format!("more than {limit} bytes of requests would wait for answers");
            Error::new(ErrorKind::Overloaded, message)
        })
    }

    /// How a call ended, once it has. The call is forgotten then.
    pub(crate) fn poll_call(&mut self, id: u64, waker: &Waker) -> Poll<(Origin, Outcome)> {
        let Some(entry) = self.calls.get_mut(&id) else {
            let error = Error::new(ErrorKind::Closed, "this call has ended before").at(&self.endpoint);
            let origin = Origin { method: Cow::Borrowed(""), endpoint: Arc::clone(&self.endpoint) };
            return Poll::Ready((origin, Outcome::Failed(error)));
        };
        if !matches!(entry.state, State::Done(_)) {
            if !entry.waker.as_ref().is_some_and(|known| known.will_wake(waker)) {
                entry.waker = Some(waker.clone());
            }
            return Poll::Pending;
        }
        match self.calls.remove(&id) {
            Some(Entry { method, state: State::Done(outcome), .. }) => {
                if let Outcome::Frame(frame) = &outcome {
                    self.unread -= frame.len();
                }
                Poll::Ready((Origin { method, endpoint: Arc::clone(&self.endpoint) }, outcome))
            }
            _ => Poll::Pending,
        }
    }

    /// The caller has gone: a queued request is never written, a written one frees its slot.
    pub(crate) fn cancel(&mut self, id: u64, now: Instant) {
        let Some(entry) = self.calls.get_mut(&id) else { return };
        if entry.purpose == Purpose::Unsubscribe && entry.frame().is_some() {
            // The node is to know all the same.
            entry.purpose = Purpose::Detached;
            return;
        }
        self.stats.cancelled += u64::from(entry.frame().is_some());
        self.withdraw(id, now);
    }

    fn withdraw(&mut self, id: u64, now: Instant) {
        let Some(entry) = self.calls.remove(&id) else { return };
        match entry.state {
            State::Done(Outcome::Frame(frame)) => self.unread -= frame.len(),
            State::Done(Outcome::Subscribed(key)) => self.drop_subscription(key, now),
            State::Done(Outcome::Gone | Outcome::Failed(_)) => {}
            State::Queued(_) | State::Written(_) => self.release(id, &entry),
        }
    }

    pub(crate) fn poll_subscription(
        &mut self,
        key: u64,
        waker: &Waker,
    ) -> Poll<Option<crate::Result<crate::Answer>>> {
        self.subscriptions.poll(key, waker)
    }

    /// Ends a subscription here. Returns what to tell the node: method and id.
    pub(crate) fn take_subscription(&mut self, key: u64, now: Instant) -> Option<(&'static str, Box<str>)> {
        match self.subscriptions.close(key) {
            Remains::Nothing => None,
            Remains::Open(method, id) => Some((method, id)),
            Remains::Resuming(call) => {
                self.withdraw(call, now);
                None
            }
        }
    }

    /// Ends a subscription here and, without anyone waiting for it, at the node.
    pub(crate) fn drop_subscription(&mut self, key: u64, now: Instant) {
        if let Some((method, id)) = self.take_subscription(key, now) {
            self.unsubscribe(method, &id, now);
        }
    }

    /// Whether the websocket carries another subscription beside those open and asked for, if it carries `most`.
    pub(crate) fn has_room(&self, most: usize) -> bool {
        self.subscriptions.live() + self.subscribing < most
    }

    pub(crate) fn close(&mut self) {
        self.closing = true;
    }

    pub(crate) fn stats(&self) -> Stats {
        Stats {
            in_flight: self.lanes.in_flight(),
            queued: self.lanes.queued(),
            buffered_bytes: self.buffered(),
            subscriptions: self.subscriptions.live(),
            lagged: self.subscriptions.lagged(),
            ..self.stats
        }
    }

    // Within.

    /// Ends a pending call, for good or ill, and wakes its caller. `answered` says whether the node has spoken.
    fn finish(&mut self, id: u64, outcome: Outcome, answered: bool) {
        let Some(mut entry) = self.calls.remove(&id) else { return };
        if answered {
            self.lanes.finished(entry.lane);
            self.settle(&entry);
        } else {
            self.release(id, &entry);
        }
        match (&outcome, entry.purpose) {
            (_, Purpose::Detached) => return,
            (Outcome::Failed(error), Purpose::Resume(key, _)) => {
                self.stats.errors += 1;
                self.subscriptions.end(key, error.clone(), &mut self.wakers);
                return;
            }
            (_, Purpose::Resume(..)) => return,
            (Outcome::Frame(frame), _) => self.unread += frame.len(),
            (Outcome::Failed(_), _) => self.stats.errors += 1,
            _ => {}
        }
        self.wakers.extend(entry.waker.take());
        entry.state = State::Done(outcome);
        self.calls.insert(id, entry);
    }

    /// Gives back what an unanswered call, already out of the table, held.
    fn release(&mut self, id: u64, entry: &Entry) {
        match (&entry.state, entry.purpose.unsubscribe()) {
            (State::Queued(_), _) => {
                let calls = &self.calls;
                self.lanes.shed(entry.lane, |id| entry::is_pending(calls, id));
            }
            (State::Written(_), unsubscribe) => {
                self.forgo(entry.pass);
                self.lanes.finished(entry.lane);
                if let Some(unsubscribe) = unsubscribe
                    && self.abandoned.len() < MAX_ABANDONED
                {
                    self.abandoned.insert(id, unsubscribe);
                }
            }
            (State::Done(_), _) => return,
        }
        self.settle(entry);
    }

    fn settle(&mut self, entry: &Entry) {
        self.unanswered -= entry.frame().map_or(0, |frame| frame.len());
        if entry.purpose.unsubscribe().is_some() {
            self.subscribing -= 1;
            if self.subscribing == 0 {
                self.stats.stray_notifications += self.subscriptions.forget_early();
            }
        }
    }

    /// Says how far a call got.
    fn failure(&self, entry: &Entry, error: Error) -> Error {
        let error = error.at(&self.endpoint).about(entry.method.clone());
        if entry.replay == Replay::Never && entry.is_written() {
            let params = entry.frame().and_then(|frame| request::params(frame));
            return error.note(MAY_HAVE_RUN, true).unknown_fate(params.unwrap_or_default());
        }
        let times = usize::from(entry.resends) + usize::from(entry.is_written());
        let note = match times {
            0 if entry.lane == Lane::Read && !self.reads_allowed() => {
                "the request was not written: answers that nobody picks up fill the buffer"
            }
            0 if entry.refused => "the endpoint refused to run the request",
            0 => NOT_WRITTEN,
            1 => "the request was written",
            _ => return error.note(&format!("the request was written {times} times"), true),
        };
        error.note(note, times > 0)
    }

    fn unsubscribe(&mut self, method: &'static str, id: &str, now: Instant) {
        if let Ok(request) = Request::new(method).lane(Lane::Priority).raw_params(format!("[{id}]")) {
            self.submit(request.into_parts(), Purpose::Detached, now);
        }
    }

    fn buffered(&self) -> usize {
        self.unread + self.subscriptions.bytes() + self.link.held_bytes()
    }

    fn reads_allowed(&self) -> bool {
        self.buffered() < self.limits.max_buffered_bytes
    }
}
