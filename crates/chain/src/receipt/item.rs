use std::{fmt, ops::Range, sync::Arc};

use serde::{Serialize, Serializer, ser::SerializeStruct};
use tensorwire_scale::{Call, DispatchError, Event};

/// A call that an extrinsic carried within another one, and what became of it. See [`Receipt::items`](crate::Receipt::items).
#[derive(Debug, Clone)]
pub struct Item {
    pub(super) path: Box<str>,
    pub(super) call: Call,
    pub(super) result: ItemResult,
    pub(super) is_ok: bool,
    /// All events of the extrinsic, and which of them are this call's.
    pub(super) events: (Arc<[Event]>, Range<usize>),
    pub(super) items: Vec<Self>,
}

/// What became of a call that another one carried.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ItemResult {
    /// It was executed, and succeeded. What it carried itself may have failed nevertheless.
    Ok,
    /// It was executed, failed, and was undone.
    Failed(DispatchError),
    /// It is without effect, for the call that carried it failed and was undone. No event tells whether it was the
    /// reason, had succeeded before, or was never executed.
    Reverted,
    /// It was not executed: a batch stopped before it, a multisig awaits further approvals, or it is the fallback of
    /// a call that succeeded.
    NotReached,
    /// The events do not tell: of a batch's items in runtimes without the event `ItemCompleted`, or because they
    /// [do not fit the call](crate::Receipt::doubt).
    Unknown,
}

impl Item {
    /// Where it stands in the extrinsic's call: `[1].call[0]` is the first item of the batch that is the argument
    /// `call` of the second item of the extrinsic's own batch.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What was called.
    pub fn call(&self) -> &Call {
        &self.call
    }

    /// What the call that carried it was told.
    pub fn result(&self) -> &ItemResult {
        &self.result
    }

    /// Whether it was executed and all of it succeeded, what it carried included.
    pub fn ok(&self) -> bool {
        self.is_ok
    }

    /// What happened while it was executed, in order, with what happened in the calls that it carried. None where it
    /// had no effect, and where the events cannot be told apart.
    ///
    /// The event by which the carrying call tells the result is not among them. A chain that takes its fees in another
    /// way than from the balance tells so before the first call: that is among the events of that call.
    pub fn events(&self) -> &[Event] {
        let (events, of_item) = &self.events;
        events.get(of_item.clone()).unwrap_or_default()
    }

    /// The calls that it carried.
    pub fn items(&self) -> &[Self] {
        &self.items
    }
}

impl fmt::Display for ItemResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => f.write_str("ok"),
            Self::Failed(error) => write!(f, "failed: {error}"),
            Self::Reverted => f.write_str("reverted"),
            Self::NotReached => f.write_str("not reached"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

impl ItemResult {
    /// Why it failed.
    pub fn error(&self) -> Option<&DispatchError> {
        match self {
            Self::Failed(error) => Some(error),
            _ => None,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed(_) => "failed",
            Self::Reverted => "reverted",
            Self::NotReached => "not_reached",
            Self::Unknown => "unknown",
        }
    }
}

/// `{"path", "call", "result", "ok", "error", "events", "items"}`: the call as [`Call`] is serialized, the result one of `ok`,
/// `failed`, `reverted`, `not_reached` and `unknown`, the events their positions in the block.
impl Serialize for Item {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let events: Vec<u32> = self.events().iter().map(Event::position).collect();
        let mut json = serializer.serialize_struct("Item", 7)?;
        json.serialize_field("path", self.path())?;
        json.serialize_field("call", self.call())?;
        json.serialize_field("result", self.result().name())?;
        json.serialize_field("ok", &self.ok())?;
        json.serialize_field("error", &self.result().error())?;
        json.serialize_field("events", &events)?;
        json.serialize_field("items", self.items())?;
        json.end()
    }
}
