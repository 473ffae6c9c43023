use std::{fmt, time::Duration};

use serde::Serialize;

/// What a client knows of one of its endpoints. See [`Chain::status`](crate::Chain::status).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EndpointStatus {
    /// The URL, without credentials.
    pub endpoint: String,
    /// What the endpoint is for.
    pub role: Role,
    /// Whether it is of use now.
    pub state: EndpointState,
    /// Why it is not, or the last failure; in words.
    pub detail: Option<String>,
    /// How long an answer takes: half of the latest ones took less. `None` before the first.
    pub latency: Option<Duration>,
    /// The highest block it is known to have.
    pub head: Option<u64>,
    /// How many blocks it is behind the best endpoint of the pool.
    pub lag: Option<u64>,
    /// How long ago its head was last seen to move.
    pub head_age: Option<Duration>,
    /// The highest block it is known to have finalized.
    pub finalized: Option<u64>,
    /// The lowest block whose state it has been seen to have.
    pub oldest_state: Option<u64>,
    /// The highest block whose state it has been seen to lack.
    pub pruned_below: Option<u64>,
    /// Requests written and not answered.
    pub in_flight: usize,
    /// How often it has refused requests because there were too many.
    pub bans: u64,
    /// Until when it is left alone, if it is.
    pub retry_in: Option<Duration>,
}

/// What an endpoint of a pool is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Role {
    /// Asked first.
    Primary,
    /// Asked while those before it are of no use.
    Fallback,
    /// Asked for blocks whose state others have dropped.
    Archive,
}

/// Whether an endpoint of a pool is of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EndpointState {
    /// There is no websocket; the next request opens one.
    Idle,
    /// A websocket is being opened.
    Connecting,
    /// It answers.
    Ready,
    /// Its head is too far behind that of another endpoint.
    Stale,
    /// It could not be reached; it is tried again later.
    Down,
    /// It has refused requests because there were too many; it is left alone until the ban is over.
    Banned,
    /// It serves another chain.
    WrongChain,
    /// The client was closed.
    Closed,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Primary => "primary",
            Self::Fallback => "fallback",
            Self::Archive => "archive",
        })
    }
}

impl fmt::Display for EndpointState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Idle => "idle",
            Self::Connecting => "connecting",
            Self::Ready => "ready",
            Self::Stale => "stale",
            Self::Down => "down",
            Self::Banned => "banned",
            Self::WrongChain => "wrong chain",
            Self::Closed => "closed",
        })
    }
}
