//! Whether a silent peer is still there.

use std::time::{Duration, Instant};

#[cfg(test)]
mod tests;

/// Watches the bytes of one websocket while somebody waits for them. Bytes, not messages: a large answer that arrives
/// slowly is a sign of life.
#[derive(Debug)]
pub(crate) struct Liveness {
    interval: Duration,
    bytes: u64,
    /// When the last byte came, or the wait for one began.
    since: Instant,
    waiting: bool,
    pinged: bool,
}

/// What to do about the silence.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    /// Nothing before this moment.
    Bearable(Option<Instant>),
    /// The peer is to be sent a ping, now.
    Suspicious,
    /// The websocket is lost.
    Fatal,
}

impl Liveness {
    pub(crate) fn new(interval: Duration, now: Instant) -> Self {
        Self { interval, bytes: 0, since: now, waiting: false, pinged: false }
    }

    /// `bytes` have been read so far; `waiting` says whether anyone waits for more.
    pub(crate) fn look(&mut self, bytes: u64, waiting: bool, now: Instant) -> Silence {
        if bytes != self.bytes || waiting != self.waiting {
            self.since = now;
            self.pinged = false;
        }
        self.bytes = bytes;
        self.waiting = waiting;
        if !waiting {
            return Silence::Bearable(None);
        }
        match self.since.checked_add(self.interval) {
            Some(due) if due <= now && self.pinged => Silence::Fatal,
            Some(due) if due <= now => {
                self.pinged = true;
                self.since = now;
                Silence::Suspicious
            }
            due => Silence::Bearable(due),
        }
    }
}
