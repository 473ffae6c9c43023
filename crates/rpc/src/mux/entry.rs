//! One call in the mux.

use std::borrow::Cow;
use std::task::Waker;
use std::time::{Duration, Instant};

use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::ids::ById;
use crate::budget::Pass;
use crate::{Error, Lane, Replay};

/// Said of a request that must not be sent twice, and was written.
pub(crate) const MAY_HAVE_RUN: &str = "the request was written and may have taken effect";

/// Said of a request that never left.
pub(crate) const NOT_WRITTEN: &str = "the request was not written";

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Call,
    /// The answer is a subscription's id, to be closed by this method.
    Subscribe(&'static str),
    /// The answer is the new id of the subscription of this key, to be closed by this method.
    Resume(u64, &'static str),
    /// Closes a subscription at the node. If its caller goes it is `Detached`.
    Unsubscribe,
    /// Closes a subscription at the node; nobody waits for the answer.
    Detached,
}

impl Purpose {
    /// Whether the client asks on its own account.
    pub(crate) fn is_own(self) -> bool {
        matches!(self, Self::Detached | Self::Unsubscribe | Self::Resume(..))
    }

    /// For a request that opens a subscription at the node: the method that closes it.
    pub(crate) fn unsubscribe(self) -> Option<&'static str> {
        match self {
            Self::Subscribe(method) | Self::Resume(_, method) => Some(method),
            Self::Call | Self::Unsubscribe | Self::Detached => None,
        }
    }
}

/// How a call ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// An answer of the node, envelope still unread.
    Frame(Utf8Bytes),
    /// The key of a new subscription.
    Subscribed(u64),
    /// The subscription to be closed went with its websocket.
    Gone,
    Failed(Error),
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) method: Cow<'static, str>,
    pub(crate) lane: Lane,
    pub(crate) replay: Replay,
    pub(crate) purpose: Purpose,
    pub(crate) timeout: Duration,
    pub(crate) deadline: Instant,
    pub(crate) fail_fast: bool,
    /// What it was last written with.
    pub(crate) pass: Pass,
    /// How often it was lost with its websocket and queued again.
    pub(crate) resends: u8,
    /// Whether the endpoint ever refused to run it.
    pub(crate) refused: bool,
    pub(crate) state: State,
    pub(crate) waker: Option<Waker>,
}

#[derive(Debug)]
pub(crate) enum State {
    /// Waiting for its turn, with the frame to be written.
    Queued(Utf8Bytes),
    /// Waiting for its answer. The frame is kept, to be written again should the websocket be lost.
    Written(Utf8Bytes),
    /// Ended, and not picked up yet.
    Done(Outcome),
}

impl Entry {
    pub(crate) fn is_queued(&self) -> bool {
        matches!(self.state, State::Queued(_))
    }

    pub(crate) fn is_written(&self) -> bool {
        matches!(self.state, State::Written(_))
    }

    /// The frame of a pending call.
    pub(crate) fn frame(&self) -> Option<&Utf8Bytes> {
        match &self.state {
            State::Queued(frame) | State::Written(frame) => Some(frame),
            State::Done(_) => None,
        }
    }
}

/// Whether a call exists and has not ended.
pub(crate) fn is_pending(calls: &ById<Entry>, id: u64) -> bool {
    calls.get(&id).is_some_and(|entry| !matches!(entry.state, State::Done(_)))
}
