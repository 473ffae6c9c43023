//! The bounds of one client.

use std::time::Duration;

use crate::{Error, ErrorKind, Result};

/// What one client may take of time, slots and memory.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) ping_interval: Duration,
    /// `None`: a websocket that nobody needs stays open.
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) in_flight: usize,
    pub(crate) max_response_bytes: usize,
    pub(crate) max_buffered_bytes: usize,
    pub(crate) max_queued_bytes: usize,
    pub(crate) subscription_items: usize,
    /// Of one websocket.
    pub(crate) max_subscriptions: usize,
    pub(crate) max_connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            ping_interval: Duration::from_secs(20),
            idle_timeout: Some(Duration::from_secs(5)),
            in_flight: 1024,
            // A node's own bound is 15 MB as a rule, and settable.
            max_response_bytes: 128 << 20,
            max_buffered_bytes: 256 << 20,
            max_queued_bytes: 256 << 20,
            subscription_items: 1024,
            max_subscriptions: 1024,
            max_connections: 4,
        }
    }
}

/// A time as it is told: what was left of a deadline has many digits.
pub(crate) fn rounded(time: Duration) -> Duration {
    match u64::try_from((time.as_nanos() + 500_000) / 1_000_000) {
        Ok(millis) => Duration::from_millis(millis),
        Err(_) => time,
    }
}

impl Limits {
    /// Refuses what could never work, by the setting's name.
    pub(crate) fn check(&self) -> Result<()> {
        let zeros = [
            ("timeout", self.timeout.is_zero()),
            ("connect_timeout", self.connect_timeout.is_zero()),
            ("ping_interval", self.ping_interval.is_zero()),
            ("idle_timeout", self.idle_timeout.is_some_and(|timeout| timeout.is_zero())),
            ("in_flight", self.in_flight == 0),
            ("max_response_bytes", self.max_response_bytes == 0),
            ("max_buffered_bytes", self.max_buffered_bytes == 0),
            ("max_queued_bytes", self.max_queued_bytes == 0),
            ("subscription_items", self.subscription_items == 0),
            ("max_subscriptions", self.max_subscriptions == 0),
            ("max_connections", self.max_connections == 0),
        ];
        match zeros.into_iter().find(|(_, is_zero)| *is_zero) {
            Some((setting, _)) => Err(Error::new(ErrorKind::Config, format!("{setting} must not be zero"))),
            None => Ok(()),
        }
    }
}
