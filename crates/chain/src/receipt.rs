//! What became of an extrinsic.

use std::{ops::Deref, sync::Arc};

use serde::{Serialize, Serializer, ser::SerializeStruct};
use tensorwire_scale::{DispatchError, Event, Extrinsic, Phase, Runtime, Value};

use crate::{BlockExtrinsic, DispatchClass, DispatchWeight};

mod carrier;
mod failure;
mod fee;
mod item;
mod outcome;
mod walk;

pub use item::{Item, ItemResult};
use outcome::Outcome;
use walk::Walk;

/// An extrinsic in its place in a block, and what became of it. What it is in itself is reached through it as well.
#[derive(Debug, Clone)]
pub struct Receipt {
    extrinsic: BlockExtrinsic,
    events: Arc<[Event]>,
    outcome: Outcome,
    items: Vec<Item>,
    doubt: Option<String>,
}

impl Receipt {
    fn new(extrinsic: BlockExtrinsic, events: Vec<Event>, runtime: &Runtime) -> Self {
        let events: Arc<[Event]> = events.into();
        let decoded = extrinsic.decoded();
        let signer = decoded.as_ref().ok().and_then(|decoded| decoded.signer());
        let outcome = Outcome::of(&events, signer, runtime);
        let (mut items, mut doubt) = (Vec::new(), None);
        if let Ok(call) = decoded.map(Extrinsic::call) {
            let walk = Walk::new(runtime, &events, signer);
            match outcome.succeeded {
                Some(true) => match walk.items(call) {
                    Ok(found) => items = found,
                    Err(misfit) => (items, doubt) = (walk.alike(call, &ItemResult::Unknown), Some(misfit)),
                },
                Some(false) => items = walk.alike(call, &ItemResult::Reverted),
                None => items = walk.alike(call, &ItemResult::Unknown),
            }
        }
        if outcome.succeeded.is_none() {
            doubt = Some("no event says what became of the extrinsic".to_owned());
        }
        Self { extrinsic, events, outcome, items, doubt }
    }

    /// Whether all of it succeeded: the call itself, and all that it carried and that was executed, however deep
    /// ([`items`](Self::items)). Never where its events and its call do not fit: then [`doubt`](Self::doubt) says so.
    ///
    /// What it brings about in a later block is not known here: a call that awaits the approvals of others, or is
    /// scheduled or encrypted, was not executed by this extrinsic.
    pub fn ok(&self) -> bool {
        self.outcome.succeeded == Some(true) && self.outcome.error.is_none() && self.doubt.is_none()
    }

    /// Why it failed; if only a call failed that it carried, why that one did, the first of several. A failure that is told
    /// by an event alone, as of the EVM, is an error of the kind `Event`.
    pub fn error(&self) -> Option<&DispatchError> {
        self.outcome.error.as_ref()
    }

    /// Why it cannot be said to have succeeded although it has no error: its events do not fit its call.
    pub fn doubt(&self) -> Option<&str> {
        self.doubt.as_deref()
    }

    /// The calls that its call carried, each with what became of it and with those that it carried itself.
    ///
    /// Those of `Utility`, `Proxy`, `Sudo` and `Multisig` are known, and Subtensor's own `sudo`. None for a call
    /// that carries none. They are told apart by the events, without a request.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// What the runtime says of its execution, as it says it.
    pub fn info(&self) -> Option<&Value> {
        self.outcome.info.as_ref()
    }

    /// What it took of the block, with what every extrinsic takes besides its call (in newer runtimes).
    pub fn weight(&self) -> Option<DispatchWeight> {
        DispatchWeight::from_value(self.info()?.get("weight")?)
    }

    /// Which part of the block's limits it counted against.
    pub fn class(&self) -> Option<DispatchClass> {
        DispatchClass::from_value(self.info()?.get("class")?)
    }

    /// Whether it was to be paid for.
    pub fn pays_fee(&self) -> Option<bool> {
        let pays = self.info()?.get("pays_fee").or_else(|| self.info()?.get("paysFee"))?;
        pays.as_bool().or_else(|| Some(pays.as_variant()?.0 == "Yes"))
    }

    /// The fee that was paid for it, in the chain's smallest unit, with the tip (`TransactionPayment.TransactionFeePaid`).
    /// `None` where nothing was to be paid.
    ///
    /// Runtimes that lack this event tell where the fee went: then it is what the last events of a signed extrinsic
    /// say (`Treasury.Deposit`, and `Balances.Deposit` to another account than the signer's).
    pub fn fee(&self) -> Option<u128> {
        self.outcome.fee.paid
    }

    /// How much of the fee was a tip for the block's author; in runtimes that do not tell, what was offered.
    pub fn tip(&self) -> Option<u128> {
        self.outcome.fee.tip.or_else(|| self.decoded().ok()?.tip())
    }

    /// What happened while it was applied, in order.
    pub fn events(&self) -> &[Event] {
        &self.events
    }
}

/// A field by its name, or by its place in metadata that names none.
fn field<'a>(event: &'a Event, name: &str, place: usize) -> Option<&'a Value> {
    event.fields().get(name).or_else(|| event.fields().get(place))
}

impl Deref for Receipt {
    type Target = BlockExtrinsic;

    fn deref(&self) -> &BlockExtrinsic {
        &self.extrinsic
    }
}

/// What [`BlockExtrinsic`] is serialized as, and `{"ok", "error", "doubt", "info", "weight", "class", "pays_fee", "fee",
/// "tip", "items", "events"}`.
impl Serialize for Receipt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut json = serializer.serialize_struct("Receipt", 15)?;
        self.fields(&mut json)?;
        json.serialize_field("ok", &self.ok())?;
        json.serialize_field("error", &self.error())?;
        json.serialize_field("doubt", &self.doubt())?;
        json.serialize_field("info", &self.info())?;
        json.serialize_field("weight", &self.weight())?;
        json.serialize_field("class", &self.class())?;
        json.serialize_field("pays_fee", &self.pays_fee())?;
        json.serialize_field("fee", &self.fee().map(Value::from))?;
        json.serialize_field("tip", &self.tip().map(Value::from))?;
        json.serialize_field("items", self.items())?;
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

#[cfg(test)]
mod tests;
