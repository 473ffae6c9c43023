//! The bounds of one client.

use std::time::Duration;

/// What one client may take of time, slots and memory.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) in_flight: usize,
    pub(crate) max_response_bytes: usize,
    pub(crate) max_buffered_bytes: usize,
    pub(crate) subscription_items: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            in_flight: 1024,
            // A node's own bound is 15 MB as a rule, and settable.
            max_response_bytes: 128 << 20,
            max_buffered_bytes: 256 << 20,
            subscription_items: 1024,
        }
    }
}
