//! Ends a connection after what it has told.

use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::{Value, from_slice};

/// The countdowns of one connection.
#[derive(Default)]
pub(crate) struct Countdowns(Mutex<Vec<Countdown>>);

/// Messages to go: the answer to a request, and updates of what it subscribed to.
struct Countdown {
    awaited: Awaited,
    updates: u32,
}

#[derive(PartialEq)]
enum Awaited {
    /// The answer to the request with this id.
    Answer(Value),
    /// Updates of the subscription with this id.
    Updates(Value),
}

/// What tells messages apart.
#[derive(Deserialize)]
struct Message {
    id: Option<Value>,
    result: Option<Value>,
    params: Option<Params>,
}

#[derive(Deserialize)]
struct Params {
    subscription: Value,
}

impl Countdowns {
    /// Begins with the answer to a request, which is still to come.
    pub(crate) fn begin(&self, request: Value, updates: u32) {
        self.0.lock().push(Countdown { awaited: Awaited::Answer(request), updates });
    }

    /// Counts a message that is sent; whether one of the countdowns has ended with it.
    pub(super) fn end_with(&self, message: &[u8]) -> bool {
        let mut countdowns = self.0.lock();
        if countdowns.is_empty() {
            return false;
        }
        let Ok(Message { id, result, params }) = from_slice(message) else { return false };
        let told = match (id, params) {
            (Some(id), _) => Awaited::Answer(id),
            (None, Some(params)) => Awaited::Updates(params.subscription),
            (None, None) => return false,
        };
        for countdown in countdowns.iter_mut().filter(|countdown| countdown.awaited == told) {
            match &told {
                Awaited::Answer(_) => {
                    countdown.awaited = Awaited::Updates(result.clone().unwrap_or_default())
                }
                Awaited::Updates(_) => countdown.updates = countdown.updates.saturating_sub(1),
            }
        }
        let ended = |countdown: &Countdown| {
            matches!(countdown.awaited, Awaited::Updates(_)) && countdown.updates == 0
        };
        countdowns.iter().any(ended)
    }
}
