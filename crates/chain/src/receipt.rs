//! What became of an extrinsic.

use std::ops::Deref;

use serde::{Serialize, Serializer, ser::SerializeStruct};
use tensorwire_scale::{DispatchError, Event, Phase, Runtime, Value};

use crate::BlockExtrinsic;

mod outcome;

use outcome::Outcome;

/// An extrinsic in its place in a block, and what became of it. What it is in itself is reached through it as well.
#[derive(Debug, Clone)]
pub struct Receipt {
    extrinsic: BlockExtrinsic,
    events: Vec<Event>,
    outcome: Outcome,
}

impl Receipt {
    pub(super) fn new(extrinsic: BlockExtrinsic, events: Vec<Event>, runtime: &Runtime) -> Self {
        Self { outcome: Outcome::of(&events, runtime), extrinsic, events }
    }

    /// Whether all of it succeeded: the call itself, and those that it carried (through `Proxy`, `Sudo`, `Multisig` or
    /// a batch of `Utility`), as far as its events tell. What it brings about in a later block is not known here.
    pub fn ok(&self) -> bool {
        self.outcome.is_ok()
    }

    /// Why it failed; if only a call failed that it carried, why that one did, the first of several.
    pub fn error(&self) -> Option<&DispatchError> {
        self.outcome.error.as_ref()
    }

    /// What the runtime says of its execution: its weight, its class, whether it paid.
    pub fn info(&self) -> Option<&Value> {
        self.outcome.info.as_ref()
    }

    /// The fee that was paid for it, in the chain's smallest unit, with the tip (`TransactionPayment.TransactionFeePaid`).
    pub fn fee(&self) -> Option<u128> {
        self.outcome.fee
    }

    /// What happened while it was applied, in order.
    pub fn events(&self) -> &[Event] {
        &self.events
    }
}

impl Deref for Receipt {
    type Target = BlockExtrinsic;

    fn deref(&self) -> &BlockExtrinsic {
        &self.extrinsic
    }
}

/// What [`BlockExtrinsic`] is serialized as, and `{"ok", "error", "info", "fee", "events"}`.
impl Serialize for Receipt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut json = serializer.serialize_struct("Receipt", 9)?;
        self.fields(&mut json)?;
        json.serialize_field("ok", &self.ok())?;
        json.serialize_field("error", &self.error())?;
        json.serialize_field("info", &self.info())?;
        json.serialize_field("fee", &self.fee().map(Value::from))?;
        json.serialize_field("events", self.events())?;
        json.end()
    }
}

/// The extrinsics with their events, and the events of none.
pub(crate) fn join(
    runtime: &Runtime,
    extrinsics: Vec<BlockExtrinsic>,
    events: Vec<Event>,
) -> (Vec<Receipt>, Vec<Event>) {
    let mut of_extrinsics: Vec<Vec<Event>> = extrinsics.iter().map(|_| Vec::new()).collect();
    let mut others = Vec::new();
    for event in events {
        let extrinsic = match event.phase() {
            Phase::ApplyExtrinsic(index) => of_extrinsics.get_mut(index as usize),
            _ => None,
        };
        extrinsic.unwrap_or(&mut others).push(event);
    }
    let executed = extrinsics.into_iter().zip(of_extrinsics);
    let executed = executed.map(|(extrinsic, events)| Receipt::new(extrinsic, events, runtime));
    (executed.collect(), others)
}
