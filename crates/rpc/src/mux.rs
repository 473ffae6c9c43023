//! The state machine between callers and the socket: no IO, no clock, no tasks.
//!
//! Callers `submit`, `poll_call` and `cancel`; the driver asks for `next_frame`, and reports `on_frame`, `on_tick` and
//! `on_disconnect`. Wakers of whoever has something new collect in `wakers`, to be woken once the lock is released.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::answer::Origin;
use crate::limits::Limits;
use crate::request::{self, Parts};
use crate::wire::{self, Incoming, Payload};
use crate::{Error, ErrorKind, Lane, Replay, Request, Stats};

mod deadlines;
mod entry;
mod lanes;
mod subscriptions;
#[cfg(test)]
mod tests;

use deadlines::Deadlines;
use entry::{Entry, State};
pub(crate) use entry::{Outcome, Purpose};
use lanes::Lanes;
use subscriptions::{Delivery, Item, Subscriptions};

/// Frames up to this size are copied out of the read buffer: a small answer that somebody keeps must not keep
/// the whole buffer alive.
const COPY_BELOW: usize = 16 << 10;

/// Subscribe requests given up after they were written, remembered so that a late answer is unsubscribed.
const MAX_ABANDONED: usize = 1024;

/// What a received frame was good for, told to whoever traces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Received {
    Answer,
    Notification,
    StrayNotification,
    LateAnswer,
    UnknownId,
    Malformed,
}

#[derive(Debug)]
pub(crate) struct Mux {
    endpoint: Arc<str>,
    limits: Limits,
    calls: HashMap<u64, Entry>,
    last_id: u64,
    lanes: Lanes,
    deadlines: Deadlines,
    subscriptions: Subscriptions,
    /// Subscribe requests not yet answered.
    subscribing: usize,
    abandoned: HashMap<u64, &'static str>,
    /// Bytes of answers not picked up.
    unread: usize,
    closing: bool,
    ended: Option<Error>,
    stats: Stats,
    pub(crate) wakers: Vec<Waker>,
}

impl Mux {
    pub(crate) fn new(endpoint: Arc<str>, limits: Limits) -> Self {
        Self {
            endpoint,
            calls: HashMap::new(),
            last_id: 0,
            lanes: Lanes::new(limits.in_flight),
            deadlines: Deadlines::default(),
            subscriptions: Subscriptions::new(limits.subscription_items),
            subscribing: 0,
            abandoned: HashMap::new(),
            unread: 0,
            closing: false,
            ended: None,
            stats: Stats { websockets_opened: 1, ..Stats::default() },
            wakers: Vec::new(),
            limits,
        }
    }

    // For callers.

    /// Queues a request; its deadline runs from `now`.
    pub(crate) fn submit(&mut self, request: Parts, purpose: Purpose, now: Instant) -> u64 {
        self.last_id += 1;
        let id = self.last_id;
        let timeout = request.timeout.unwrap_or(self.limits.timeout);
        let state = match (request.invalid, &self.ended) {
            (Some(error), _) => State::Done(Outcome::Failed(error.at(&self.endpoint))),
            (None, Some(end)) => {
                let error =
                    end.clone().about(request.method.clone()).note("the request was not written", false);
                State::Done(Outcome::Failed(error))
            }
            (None, None) => State::Queued(request::finish(request.frame, id)),
        };
        if let State::Queued(_) = state {
            self.lanes.push(request.lane, id);
            // A deadline beyond what the clock can hold is none that anyone will live to see.
            let deadline = now.checked_add(timeout).unwrap_or(now + Duration::from_secs(1 << 30));
            let calls = &self.calls;
            self.deadlines.push(deadline, id, calls.len(), |id| entry::is_pending(calls, id));
            self.subscribing += usize::from(matches!(purpose, Purpose::Subscribe(_)));
        } else if purpose == Purpose::Detached {
            return id;
        }
        let Parts { method, replay, lane, .. } = request;
        self.calls.insert(id, Entry { method, lane, replay, purpose, timeout, state, waker: None });
        id
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
        let Some(entry) = self.calls.remove(&id) else { return };
        match entry.state {
            State::Done(Outcome::Frame(frame)) => self.unread -= frame.len(),
            State::Done(Outcome::Subscribed(key)) => self.drop_subscription(key, now),
            State::Done(Outcome::Failed(_)) => {}
            State::Queued(_) | State::Written => {
                self.stats.cancelled += 1;
                self.release(id, &entry);
            }
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
    pub(crate) fn take_subscription(&mut self, key: u64) -> Option<(&'static str, Box<str>)> {
        self.subscriptions.close(key)
    }

    /// Ends a subscription here and, without anyone waiting for it, at the node.
    pub(crate) fn drop_subscription(&mut self, key: u64, now: Instant) {
        if let Some((method, id)) = self.subscriptions.close(key) {
            self.unsubscribe(method, &id, now);
        }
    }

    pub(crate) fn close(&mut self) {
        self.closing = true;
    }

    pub(crate) fn stats(&self) -> Stats {
        Stats {
            in_flight: self.lanes.in_flight(),
            queued: self.lanes.queued(),
            buffered_bytes: self.buffered(),
            subscriptions: self.subscriptions.len(),
            lagged: self.subscriptions.lagged(),
            ..self.stats
        }
    }

    pub(crate) fn state(&self) -> crate::State {
        if self.ended.is_some() { crate::State::Closed } else { crate::State::Open }
    }

    pub(crate) fn last_error(&self) -> Option<Error> {
        self.ended.clone()
    }

    // For the driver.

    pub(crate) fn is_closing(&self) -> bool {
        self.closing
    }

    /// Whether [`Mux::next_frame`] has something.
    pub(crate) fn can_write(&self) -> bool {
        self.lanes.ready(self.reads_allowed())
    }

    /// The next frame to be written. It counts as written from here on.
    pub(crate) fn next_frame(&mut self) -> Option<Utf8Bytes> {
        while let Some((lane, id)) = self.lanes.next(self.reads_allowed()) {
            let waiting = self.calls.get_mut(&id).filter(|entry| entry.is_queued());
            let taken = waiting.map(|entry| std::mem::replace(&mut entry.state, State::Written));
            let Some(State::Queued(frame)) = taken else {
                self.lanes.skipped(lane);
                continue;
            };
            self.lanes.started(lane);
            self.stats.requests += 1;
            self.stats.bytes_sent += frame.len() as u64;
            // The frame was written by a JSON serializer: it is UTF-8.
            return Some(String::from_utf8(frame).unwrap_or_default().into());
        }
        None
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.earliest()
    }

    /// Ends every call whose deadline has passed.
    pub(crate) fn on_tick(&mut self, now: Instant) {
        loop {
            let calls = &self.calls;
            let Some(id) = self.deadlines.pop_due(now, |id| entry::is_pending(calls, id)) else { return };
            let Some(entry) = self.calls.get(&id) else { continue };
            let waited = format!("no answer within {:?}", entry.timeout);
            let error = self.failure(entry, Error::new(ErrorKind::Timeout, waited));
            self.finish(id, Outcome::Failed(error));
        }
    }

    /// Takes in one message of the node. Never fails: what is of no use is counted.
    pub(crate) fn on_frame(&mut self, frame: Utf8Bytes, now: Instant) -> Received {
        self.stats.bytes_received += frame.len() as u64;
        let received = match wire::classify(&frame) {
            Incoming::Answer(id) => self.on_answer(id, frame, now),
            Incoming::Notification { subscription, payload } => {
                let item = match payload {
                    Payload::Result(range) => Item::Result(compact(&frame), range),
                    Payload::Error(error) => Item::Error(error),
                };
                let room = self.limits.max_buffered_bytes.saturating_sub(self.unread);
                let subscribing = self.subscribing > 0;
                match self.subscriptions.deliver(subscription, item, subscribing, room, &mut self.wakers) {
                    Delivery::Delivered | Delivery::Kept => Received::Notification,
                    Delivery::Stray => Received::StrayNotification,
                }
            }
            Incoming::Stray => Received::UnknownId,
            Incoming::Malformed => Received::Malformed,
        };
        *match received {
            Received::Answer => &mut self.stats.answers,
            Received::Notification => &mut self.stats.notifications,
            Received::StrayNotification => &mut self.stats.stray_notifications,
            Received::LateAnswer => &mut self.stats.late_answers,
            Received::UnknownId => &mut self.stats.unknown_ids,
            Received::Malformed => &mut self.stats.malformed,
        } += 1;
        received
    }

    /// The websocket is gone: ends all calls and subscriptions, and every later call at once. Only the first error counts.
    pub(crate) fn on_disconnect(&mut self, error: Error) {
        if self.ended.is_some() {
            return;
        }
        let error = error.at(&self.endpoint);
        let pending: Vec<u64> =
            self.calls.keys().copied().filter(|&id| entry::is_pending(&self.calls, id)).collect();
        for id in pending {
            let Some(entry) = self.calls.get(&id) else { continue };
            let failure = self.failure(entry, error.clone());
            self.finish(id, Outcome::Failed(failure));
        }
        self.abandoned.clear();
        self.lanes.clear();
        self.deadlines.clear();
        self.subscriptions.fail(&error, &mut self.wakers);
        self.ended = Some(error);
    }

    // Within.

    fn on_answer(&mut self, id: u64, frame: Utf8Bytes, now: Instant) -> Received {
        let Some(entry) = self.calls.get(&id).filter(|entry| matches!(entry.state, State::Written)) else {
            if let Some(unsubscribe) = self.abandoned.remove(&id)
                && let Some(Payload::Result(range)) = wire::payload(&frame)
            {
                self.unsubscribe(unsubscribe, &frame[range], now);
            }
            // An id not yet written cannot be answered: the node invents it as much as one never given.
            let was_asked =
                (1..=self.last_id).contains(&id) && !self.calls.get(&id).is_some_and(Entry::is_queued);
            return if was_asked { Received::LateAnswer } else { Received::UnknownId };
        };
        let outcome = match entry.purpose {
            Purpose::Subscribe(unsubscribe) => match wire::payload(&frame) {
                Some(Payload::Result(range)) => {
                    let origin =
                        Origin { method: entry.method.clone(), endpoint: Arc::clone(&self.endpoint) };
                    self.subscriptions.open(id, &frame[range], unsubscribe, origin);
                    Outcome::Subscribed(id)
                }
                _ => Outcome::Frame(compact(&frame)),
            },
            Purpose::Call | Purpose::Detached => Outcome::Frame(compact(&frame)),
        };
        self.finish(id, outcome);
        Received::Answer
    }

    /// Ends a pending call, for good or ill, and wakes its caller.
    fn finish(&mut self, id: u64, outcome: Outcome) {
        let Some(mut entry) = self.calls.remove(&id) else { return };
        self.stats.errors += u64::from(matches!(outcome, Outcome::Failed(_)));
        let is_answer = !matches!(outcome, Outcome::Failed(_));
        if is_answer {
            self.lanes.finished(entry.lane);
            self.settle_subscribe(entry.purpose);
        } else {
            self.release(id, &entry);
        }
        if entry.purpose == Purpose::Detached {
            return;
        }
        if let Outcome::Frame(frame) = &outcome {
            self.unread += frame.len();
        }
        self.wakers.extend(entry.waker.take());
        entry.state = State::Done(outcome);
        self.calls.insert(id, entry);
    }

    /// Gives back what an unanswered call, already out of the table, held.
    fn release(&mut self, id: u64, entry: &Entry) {
        match (&entry.state, entry.purpose) {
            (State::Queued(_), _) => {
                let calls = &self.calls;
                self.lanes.shed(entry.lane, |id| entry::is_pending(calls, id));
            }
            (State::Written, purpose) => {
                self.lanes.finished(entry.lane);
                if let Purpose::Subscribe(unsubscribe) = purpose
                    && self.abandoned.len() < MAX_ABANDONED
                {
                    self.abandoned.insert(id, unsubscribe);
                }
            }
            (State::Done(_), _) => return,
        }
        self.settle_subscribe(entry.purpose);
    }

    fn settle_subscribe(&mut self, purpose: Purpose) {
        if let Purpose::Subscribe(_) = purpose {
            self.subscribing -= 1;
            if self.subscribing == 0 {
                self.stats.stray_notifications += self.subscriptions.forget_early();
            }
        }
    }

    /// Says how far a call got.
    fn failure(&self, entry: &Entry, error: Error) -> Error {
        let written = matches!(entry.state, State::Written);
        let note = match (written, entry.replay) {
            (true, Replay::Safe) => "the request was written",
            (true, Replay::Never) => "the request was written and may have taken effect",
            (false, _) if entry.lane == Lane::Read && !self.reads_allowed() => {
                "the request was not written: answers that nobody picks up fill the buffer"
            }
            (false, _) => "the request was not written",
        };
        error.at(&self.endpoint).about(entry.method.clone()).note(note, written)
    }

    fn unsubscribe(&mut self, method: &'static str, id: &str, now: Instant) {
        if let Ok(request) = Request::new(method).lane(Lane::Priority).raw_params(format!("[{id}]")) {
            self.submit(request.into_parts(), Purpose::Detached, now);
        }
    }

    fn buffered(&self) -> usize {
        self.unread + self.subscriptions.bytes()
    }

    fn reads_allowed(&self) -> bool {
        self.buffered() < self.limits.max_buffered_bytes
    }
}

fn compact(frame: &Utf8Bytes) -> Utf8Bytes {
    if frame.len() < COPY_BELOW { Utf8Bytes::from(frame.as_str()) } else { frame.clone() }
}
