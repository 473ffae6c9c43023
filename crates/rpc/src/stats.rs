//! Counters of one client.

/// What a client has done since it was built, over all its websockets. Bytes are payload bytes of websocket messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Stats {
    /// Websockets opened, the first one included.
    pub websockets_opened: u64,
    /// Websockets opened because the one before was lost.
    pub reconnects: u64,
    /// Attempts to open a websocket that failed, those whose proof failed included.
    pub connect_failures: u64,
    /// Websockets closed because nobody needed them.
    pub idle_closes: u64,
    /// Pings sent to find out whether a silent node is still there.
    pub pings: u64,
    /// Requests written again on a new websocket, because the one that carried them was lost.
    pub replayed: u64,
    /// Gaps in subscriptions that lived through the loss of their websocket.
    pub gaps: u64,
    /// Refusals by the endpoint's rate limit.
    pub rate_limited: u64,
    /// Requests written.
    pub requests: u64,
    /// Answers that reached a call, errors of the node included.
    pub answers: u64,
    /// Items that reached a subscription.
    pub notifications: u64,
    /// Items that belonged to no subscription.
    pub stray_notifications: u64,
    /// Answers to calls that had already ended: timed out, cancelled, or answered before.
    pub late_answers: u64,
    /// Answers whose id no request ever had, or without a usable id.
    pub unknown_ids: u64,
    /// Messages that are not JSON-RPC.
    pub malformed: u64,
    /// Calls that ended in an error of this client's own: timed out or disconnected.
    pub errors: u64,
    /// Calls cancelled by their callers.
    pub cancelled: u64,
    /// Items dropped for slow consumers.
    pub lagged: u64,
    /// Bytes of requests.
    pub bytes_sent: u64,
    /// Bytes received.
    pub bytes_received: u64,
    /// Requests written and not answered, now.
    pub in_flight: usize,
    /// Requests waiting to be written, now.
    pub queued: usize,
    /// Bytes of answers and items received and not picked up, now.
    pub buffered_bytes: usize,
    /// Open subscriptions, now.
    pub subscriptions: usize,
}

/// Counts of several clients together.
impl std::iter::Sum for Stats {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Self::plus)
    }
}

impl Stats {
    /// Those of two clients together.
    pub(crate) fn plus(self, other: Self) -> Self {
        macro_rules! sums {
            ($($field:ident)*) => { Self { $($field: self.$field + other.$field),* } };
        }
        sums!(
            websockets_opened reconnects connect_failures idle_closes pings replayed
            gaps rate_limited requests answers notifications stray_notifications
            late_answers unknown_ids malformed errors cancelled lagged
            bytes_sent bytes_received in_flight queued buffered_bytes subscriptions
        )
    }
}
