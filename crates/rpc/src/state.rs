//! How a client stands with its endpoint.

use std::time::Duration;

/// What a [`Client`](crate::Client) is doing about its websocket; told by [`Client::state`](crate::Client::state).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// No websocket is open and none is needed: the next call opens one.
    Idle,
    /// A websocket is being opened, or its proof is awaited.
    Connecting,
    /// The websocket is open, and its proof, if there is one, was accepted.
    Open,
    /// The websocket was lost or could not be opened.
    Waiting {
        /// Until the next attempt.
        retry_in: Duration,
    },
    /// The endpoint has asked to be left alone.
    Banned {
        /// Until it may be asked again.
        retry_in: Duration,
    },
    /// The last websocket's proof was refused: this is not the endpoint it should be. The next call tries again.
    Refused,
    /// The client was closed, or its runtime ended: no later call succeeds.
    Closed,
}
