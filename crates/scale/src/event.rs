use crate::{Value, decode::PalletVariant};
use serde::{Serialize, Serializer, ser::SerializeStruct};
use std::fmt;

mod records;

pub use records::Events;

/// An event of a block: what a pallet told while the block was executed.
///
/// Its names are shared with the runtime that decoded it and never copied. Serialized it is
/// `{"position", "phase", "extrinsic", "pallet", "event", "fields", "topics"}`; displayed, `Pallet.Event {field: ..}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    position: u32,
    phase: Phase,
    event: PalletVariant,
    topics: Box<[[u8; 32]]>,
}

/// When in a block's execution an event was told. Serialized as `{"apply_extrinsic": 3}`, `"finalization"` or
/// `"initialization"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Phase {
    /// While the extrinsic at that place of the block was applied.
    ApplyExtrinsic(u32),
    /// While the block was finished.
    Finalization,
    /// Before the first extrinsic.
    Initialization,
}

impl Phase {
    /// The place of the extrinsic that was applied, from 0.
    pub fn extrinsic(self) -> Option<u32> {
        match self {
            Self::ApplyExtrinsic(index) => Some(index),
            Self::Finalization | Self::Initialization => None,
        }
    }
}

impl Event {
    /// Its place among the events of the block, from 0.
    pub fn position(&self) -> u32 {
        self.position
    }

    /// When it was told.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The pallet that told it, as in `Balances`.
    pub fn pallet(&self) -> &str {
        self.event.pallet.name()
    }

    /// Its name, as in `Transfer`.
    pub fn name(&self) -> &str {
        self.event.variant.name()
    }

    /// Whether it is that event of that pallet.
    pub fn is(&self, pallet: &str, name: &str) -> bool {
        (self.pallet(), self.name()) == (pallet, name)
    }

    /// The indices of the pallet and of the event on the wire.
    pub fn index(&self) -> (u8, u8) {
        self.event.index()
    }

    /// Its fields: a struct, or a tuple where the runtime gives them no names.
    pub fn fields(&self) -> &Value {
        &self.event.fields
    }

    /// What it is indexed under; mostly nothing.
    pub fn topics(&self) -> &[[u8; 32]] {
        &self.topics
    }

    /// Its documentation.
    pub fn docs(&self) -> &str {
        self.event.variant.docs()
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.event.fmt(f)
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let topics: Vec<_> = self.topics.iter().map(const_hex::encode_prefixed).collect();
        let mut event = serializer.serialize_struct("Event", 7)?;
        event.serialize_field("position", &self.position)?;
        event.serialize_field("phase", &self.phase)?;
        event.serialize_field("extrinsic", &self.phase.extrinsic())?;
        event.serialize_field("pallet", self.pallet())?;
        event.serialize_field("event", self.name())?;
        event.serialize_field("fields", self.fields())?;
        event.serialize_field("topics", &topics)?;
        event.end()
    }
}
