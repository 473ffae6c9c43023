//! One call in the mux.

use std::borrow::Cow;
use std::collections::HashMap;
use std::task::Waker;
use std::time::Duration;

use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::{Error, Lane, Replay};

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Call,
    /// The answer is a subscription's id, to be closed by this method.
    Subscribe(&'static str),
    /// Nobody waits for the answer.
    Detached,
}

/// How a call ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// An answer of the node, envelope still unread.
    Frame(Utf8Bytes),
    /// The key of a new subscription.
    Subscribed(u64),
    Failed(Error),
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) method: Cow<'static, str>,
    pub(crate) lane: Lane,
    pub(crate) replay: Replay,
    pub(crate) purpose: Purpose,
    pub(crate) timeout: Duration,
    pub(crate) state: State,
    pub(crate) waker: Option<Waker>,
}

#[derive(Debug)]
pub(crate) enum State {
    /// Waiting for its turn, with the frame to be written.
    Queued(Vec<u8>),
    Written,
    /// Ended, and not picked up yet.
    Done(Outcome),
}

impl Entry {
    pub(crate) fn is_queued(&self) -> bool {
        matches!(self.state, State::Queued(_))
    }
}

/// Whether a call exists and has not ended.
pub(crate) fn is_pending(calls: &HashMap<u64, Entry>, id: u64) -> bool {
    calls.get(&id).is_some_and(|entry| !matches!(entry.state, State::Done(_)))
}
