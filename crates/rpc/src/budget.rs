//! What one endpoint allows, learned from its refusals. No clock: times are passed in.
//!
//! A refusal begins a *ban*: nothing is written until it ends, then one request, or one attempt to connect, goes out as a
//! *probe*. If it is accepted the gate opens, at a pace; if it is refused the next ban is twice as long. There is no pace
//! until the first refusal that speaks of too many requests. It is the one the endpoint states, or else what it was seen to
//! accept within a second; that guess grows while nothing is refused.

use std::time::{Duration, Instant};

mod pace;
mod refusal;
#[cfg(test)]
mod tests;

use pace::{Meter, Pace};
pub(crate) use refusal::{Refusal, retry_after};

/// The first ban where the endpoint does not say how long.
const FIRST_BAN: Duration = Duration::from_secs(1);

/// The shortest ban, whatever the endpoint says: a few milliseconds are not worth another refusal.
const SHORTEST_BAN: Duration = Duration::from_millis(500);

/// The longest ban that comes of doubling.
const LONGEST_BAN: Duration = Duration::from_secs(300);

/// A probe so long without an answer is not waited for any more: one lost reply must not hold up all others.
const PROBE_PATIENCE: Duration = Duration::from_secs(10);

/// A refusal so long after the last ban's end has nothing to do with it.
const SETTLED: Duration = Duration::from_secs(10);

/// What was allowed to go out, to be named again when its answer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Pass(u32);

/// What a ban was the answer to. Only the like lifts it: an endpoint that accepts a websocket need not accept a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    Connection,
    Request,
}

#[derive(Debug)]
pub(crate) struct Budget {
    ban: Option<Ban>,
    /// How many bans there were: a pass of before the current one is neither its probe nor a reason for another.
    bans: u32,
    last_length: Duration,
    /// When the last ban was lifted.
    lifted: Option<Instant>,
    pace: Option<Pace>,
    meter: Meter,
}

#[derive(Debug)]
struct Ban {
    until: Instant,
    refused: Refused,
    /// Since when an answer to the probe is awaited.
    probe: Option<Instant>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { ban: None, bans: 0, last_length: FIRST_BAN, lifted: None, pace: None, meter: Meter::default() }
    }
}

impl Budget {
    /// When the next request may be written, if that is not now.
    pub(crate) fn turn(&self, now: Instant) -> Option<Instant> {
        let at = match (&self.ban, &self.pace) {
            (Some(Ban { probe: Some(since), .. }), _) => *since + PROBE_PATIENCE,
            (Some(ban), _) => ban.until,
            (None, Some(pace)) => pace.ready_at(now),
            (None, None) => return None,
        };
        (at > now).then_some(at)
    }

    /// When the next attempt to connect may be made, if that is not now.
    pub(crate) fn turn_to_connect(&self, now: Instant) -> Option<Instant> {
        self.ban.as_ref().and_then(|_| self.turn(now))
    }

    /// A request is written, in its turn.
    pub(crate) fn write(&mut self, now: Instant) -> Pass {
        if let Some(ban) = &mut self.ban {
            ban.probe = Some(now);
        } else if let Some(pace) = &mut self.pace {
            pace.spend(now);
        }
        Pass(self.bans)
    }

    /// What goes out now, goes out with this.
    pub(crate) fn current(&self) -> Pass {
        Pass(self.bans)
    }

    /// An attempt to connect is made, in its turn.
    pub(crate) fn connect(&mut self, now: Instant) -> Pass {
        if let Some(ban) = self.ban.as_mut().filter(|ban| ban.refused == Refused::Connection) {
            ban.probe = Some(now);
        }
        Pass(self.bans)
    }

    /// The endpoint did what it was asked. A node's error that is no refusal counts as well.
    pub(crate) fn accepted(&mut self, pass: Pass, what: Refused, now: Instant) {
        if what == Refused::Request {
            self.meter.count(now);
            if let Some(pace) = self.pace.as_mut().filter(|_| self.ban.is_none()) {
                pace.grow();
            }
        }
        if pass.0 == self.bans && self.ban.as_ref().is_some_and(|ban| ban.refused == what) {
            self.ban = None;
            self.lifted = Some(now);
            if let Some(pace) = &mut self.pace {
                pace.restart(now);
            }
        }
    }

    /// The endpoint refused. What went out before the current ban began only prolongs it, and only if the endpoint says so.
    /// Returns whether somebody has to wait longer than before.
    pub(crate) fn refused(&mut self, pass: Pass, what: Refused, refusal: &Refusal, now: Instant) -> bool {
        if let Some(rate) = refusal.rate {
            self.pace = Some(Pace::stated(rate, now));
        }
        let is_probe = self.ban.as_ref().is_some_and(|ban| ban.probe.is_some());
        if pass.0 != self.bans {
            let Some(ban) = &mut self.ban else { return false };
            let until = now + refusal.wait.unwrap_or_default();
            let is_longer = until > ban.until;
            ban.until = ban.until.max(until);
            return is_longer;
        }
        if what == Refused::Request && refusal.rate.is_none() && !refusal.is_busy && !is_probe {
            let accepted = self.meter.per_second(now);
            self.pace = Some(match self.pace.take() {
                Some(pace) => pace.refused(accepted, now),
                None => Pace::guessed(accepted, now),
            });
        }
        if self.lifted.is_some_and(|lifted| now.saturating_duration_since(lifted) > SETTLED) {
            self.last_length = FIRST_BAN;
        }
        let length = match (refusal.wait, is_probe) {
            (wait, true) => wait.unwrap_or_default().max((2 * self.last_length).min(LONGEST_BAN)),
            (Some(wait), false) => wait.max(SHORTEST_BAN),
            (None, false) => self.last_length,
        };
        self.last_length = length;
        self.bans += 1;
        self.ban = Some(Ban { until: now + length, refused: what, probe: None });
        true
    }

    /// What went out will not be answered: if it was the probe, another may follow.
    pub(crate) fn lost(&mut self, pass: Pass) {
        if let Some(ban) = self.ban.as_mut().filter(|_| pass.0 == self.bans) {
            ban.probe = None;
        }
    }

    /// When a ban ends that has not ended yet.
    pub(crate) fn banned_until(&self, now: Instant) -> Option<Instant> {
        self.ban.as_ref().map(|ban| ban.until).filter(|&until| until > now)
    }

    /// Whether requests have to wait for a turn at all.
    pub(crate) fn is_limited(&self) -> bool {
        self.ban.is_some() || self.pace.is_some()
    }

    /// No request with so many before it can be written earlier, as far as the endpoint has stated. A pace that is a guess
    /// does not count: it grows.
    pub(crate) fn earliest(&self, ahead: usize, now: Instant) -> Instant {
        let opens = self.banned_until(now).unwrap_or(now);
        match &self.pace {
            Some(pace) if pace.is_stated() => opens.max(pace.ready_at(now)) + pace.time_of(ahead),
            _ => opens,
        }
    }
}
