//! What is written to a websocket, and what is read from it.

use std::sync::Arc;
use std::time::Instant;

use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::Mux;
use super::entry::{self, Entry, Outcome, Purpose, State};
use super::link::{End, Link};
use super::subscriptions::{Delivery, Item, Opener};
use crate::answer::Origin;
use crate::budget::{Refusal, Refused};
use crate::limits::rounded;
use crate::wire::{self, Incoming, Payload};
use crate::{Error, ErrorKind, Replay};

/// Frames up to this size are copied out of the read buffer: a small answer that somebody keeps must not keep
/// the whole buffer alive.
const COPY_BELOW: usize = 16 << 10;

/// What a received frame was good for, told to whoever traces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Received {
    Answer,
    /// The answer that opens a subscription again.
    Resumed,
    Notification,
    StrayNotification,
    LateAnswer,
    UnknownId,
    Malformed,
    /// An answer that says that the request was not run, for now.
    Refused,
    /// It came before the proof's answer, and is looked at behind that.
    Held,
    /// The answer to the proof: to be judged by [`Mux::on_proof`] before any other frame is handed in.
    Proof,
}

impl Mux {
    /// Whether [`Mux::next_frame`] has something.
    pub(crate) fn can_write(&self) -> bool {
        match &self.link {
            _ if self.pause.is_some() => false,
            Link::Proving(proving) => proving.frame.is_some() || self.lanes.ready(self.reads_allowed()),
            Link::Open => self.lanes.ready(self.reads_allowed()),
            _ => false,
        }
    }

    /// The next frame to be written. It counts as written from here on.
    pub(crate) fn next_frame(&mut self, now: Instant) -> Option<Utf8Bytes> {
        if !self.can_write() || !self.is_our_turn(now) {
            return None;
        }
        let is_proven = match &mut self.link {
            Link::Proving(proving) => {
                if let Some(frame) = proving.frame.take() {
                    proving.pass = self.budget.write(now);
                    return Some(self.sent(frame));
                }
                false
            }
            Link::Open => true,
            _ => return None,
        };
        let scarce = self.budget.is_limited();
        while let Some((lane, id)) = self.lanes.next(self.reads_allowed(), scarce) {
            let Some(entry) = self.calls.get_mut(&id).filter(|entry| entry.is_queued()) else {
                self.lanes.skipped(lane);
                continue;
            };
            if entry.replay == Replay::Never && !is_proven {
                self.lanes.hold(lane, id);
                continue;
            }
            let State::Queued(frame) = &entry.state else { continue };
            let frame = frame.clone();
            entry.state = State::Written(frame.clone());
            entry.pass = self.budget.write(now);
            self.stats.replayed += u64::from(entry.resends > 0);
            self.lanes.started(lane);
            return Some(self.sent(frame));
        }
        None
    }

    fn sent(&mut self, frame: Utf8Bytes) -> Utf8Bytes {
        self.stats.requests += 1;
        self.stats.bytes_sent += frame.len() as u64;
        frame
    }

    /// A ping is being written.
    pub(crate) fn on_ping(&mut self) {
        self.stats.pings += 1;
    }

    /// When [`Mux::on_tick`] has something to do, at the earliest.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        let websocket = match (&self.end, &self.link) {
            (Some(_), _) => None,
            (None, Link::Proving(proving)) => earlier(Some(proving.deadline), self.pause),
            (None, Link::Open) => self.pause,
            _ => None,
        };
        let idle = if self.link.is_up() && self.end.is_none() { self.idle_deadline() } else { None };
        earlier(self.deadlines.earliest(), earlier(websocket, idle))
    }

    /// Ends every call whose deadline has passed, and the websocket if its time is up.
    pub(crate) fn on_tick(&mut self, now: Instant) {
        loop {
            let calls = &self.calls;
            let Some(id) = self.deadlines.pop_due(now, |id| entry::is_pending(calls, id)) else { break };
            let Some(entry) = self.calls.get(&id) else { continue };
            let error = self.had_no_turn(entry, now).unwrap_or_else(|| self.timed_out(entry));
            let error = self.failure(entry, error);
            self.finish(id, Outcome::Failed(error), false);
        }
        if self.end.is_some() || !self.link.is_up() {
            return;
        }
        if self.pause.is_some_and(|end| end <= now) {
            self.pause = None;
        }
        let is_due = |deadline: Option<Instant>| deadline.is_some_and(|deadline| deadline <= now);
        if let Link::Proving(proving) = &self.link
            && is_due(Some(proving.deadline))
        {
            let message =
                format!("no answer to the client's proof within {:?}", rounded(self.limits.connect_timeout));
            self.end = Some(End::Failed(Error::new(ErrorKind::Timeout, message).at(&self.endpoint)));
        } else if is_due(self.idle_deadline()) && !self.is_needed() {
            self.end = Some(End::Idle);
        }
    }

    fn timed_out(&self, entry: &Entry) -> Error {
        let mut waited = format!("no answer within {:?}", rounded(entry.timeout));
        match (&self.link, &self.last_error) {
            (Link::Proving(_), _) => waited += ": the endpoint has not answered the client's proof",
            (Link::Open, _) | (_, None) => {}
            (_, Some(error)) => {
                waited += &format!(": the endpoint could not be reached: {}", error.message());
            }
        }
        Error::new(ErrorKind::Timeout, waited)
    }

    /// Takes in one message of the node. Never fails: what is of no use is counted.
    pub(crate) fn on_frame(&mut self, frame: Utf8Bytes, now: Instant) -> Received {
        if let Link::Proving(proving) = &mut self.link {
            if wire::classify(&frame) == Incoming::Answer(proving.id) {
                return Received::Proof;
            }
            proving.hold(compact(&frame));
            let limit = self.limits.max_buffered_bytes;
            if self.buffered() > limit {
                let message = format!("more than {limit} bytes came before the proof's answer");
                let error = Error::new(ErrorKind::Protocol, message).at(&self.endpoint);
                self.end.get_or_insert(End::Failed(error));
            }
            return Received::Held;
        }
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
                    Delivery::Delivered | Delivery::Kept => {
                        self.useful = true;
                        Received::Notification
                    }
                    Delivery::Stray => Received::StrayNotification,
                }
            }
            Incoming::Stray => Received::UnknownId,
            Incoming::Malformed => Received::Malformed,
        };
        *match received {
            Received::Answer | Received::Resumed => &mut self.stats.answers,
            Received::Notification => &mut self.stats.notifications,
            Received::StrayNotification => &mut self.stats.stray_notifications,
            Received::LateAnswer => &mut self.stats.late_answers,
            Received::UnknownId => &mut self.stats.unknown_ids,
            Received::Malformed => &mut self.stats.malformed,
            Received::Refused | Received::Held | Received::Proof => return received,
        } += 1;
        received
    }

    fn on_answer(&mut self, id: u64, frame: Utf8Bytes, now: Instant) -> Received {
        let Some(entry) = self.calls.get(&id).filter(|entry| entry.is_written()) else {
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
        if let Some(error) = wire::error(&frame)
            && let Some(refusal) = Refusal::of_server(&error)
        {
            self.on_refusal(id, &error, &refusal, now);
            return Received::Refused;
        }
        self.budget.accepted(entry.pass, Refused::Request, now);
        self.pause = None;
        // Opening a subscription again is no use yet: a websocket lost at its first item would come back for ever.
        self.useful |= !matches!(entry.purpose, Purpose::Resume(..));
        let outcome = match entry.purpose {
            Purpose::Call | Purpose::Unsubscribe | Purpose::Detached => Outcome::Frame(compact(&frame)),
            Purpose::Subscribe(unsubscribe) => match (wire::payload(&frame), entry.frame()) {
                (Some(Payload::Result(range)), Some(request)) => {
                    let origin =
                        Origin { method: entry.method.clone(), endpoint: Arc::clone(&self.endpoint) };
                    let opener = Opener {
                        frame: request.clone(),
                        replay: entry.replay,
                        fail_fast: entry.fail_fast,
                        unsubscribe,
                        origin,
                    };
                    self.subscriptions.open(id, &frame[range], opener, &mut self.wakers);
                    Outcome::Subscribed(id)
                }
                _ => Outcome::Frame(compact(&frame)),
            },
            Purpose::Resume(key, _) => match wire::payload(&frame) {
                Some(Payload::Result(range)) => {
                    self.stats.gaps += 1;
                    self.subscriptions.resume(key, &frame[range], &mut self.wakers);
                    self.finish(id, Outcome::Subscribed(key), true);
                    return Received::Resumed;
                }
                Some(Payload::Error(error)) => Outcome::Failed(Error::server(*error)),
                None => Outcome::Failed(Error::new(ErrorKind::Protocol, "the answer is not JSON-RPC")),
            },
        };
        self.finish(id, outcome, true);
        Received::Answer
    }
}

fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

fn compact(frame: &Utf8Bytes) -> Utf8Bytes {
    if frame.len() < COPY_BELOW { Utf8Bytes::from(frame.as_str()) } else { frame.clone() }
}
