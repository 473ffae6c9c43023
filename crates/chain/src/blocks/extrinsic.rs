use std::{fmt, ops::Deref, str::FromStr};

use serde::{Serialize, Serializer, ser::SerializeStruct};
use tensorwire_scale::{DispatchError, Event, Extrinsic, Runtime, Value, hash::blake2_256};

use super::outcome::Outcome;
use crate::{BlockRef, Error, ErrorKind, Hash, Result};

/// Where an extrinsic is: the height of its block, and its place there. Prints and reads as `1234-5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExtrinsicId {
    /// The block's height.
    pub block: u64,
    /// The extrinsic's place in the block, from 0.
    pub index: u32,
}

impl fmt::Display for ExtrinsicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.block, self.index)
    }
}

impl FromStr for ExtrinsicId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parsed = text
            .split_once('-')
            .and_then(|(block, index)| Some(Self { block: block.parse().ok()?, index: index.parse().ok()? }));
        parsed.ok_or_else(|| {
            let expected = "a block's number and a place in it are expected, as in 1234-5";
            Error::new(ErrorKind::Invalid, format!("`{text}` is no extrinsic: {expected}"))
        })
    }
}

impl Serialize for ExtrinsicId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An extrinsic in its place in a block.
#[derive(Debug, Clone)]
pub struct BlockExtrinsic {
    block: BlockRef,
    index: u32,
    hash: Hash,
    bytes: Vec<u8>,
    decoded: Result<Extrinsic>,
}

impl BlockExtrinsic {
    pub(super) fn new(block: BlockRef, index: u32, bytes: Vec<u8>, runtime: &Runtime) -> Self {
        let decoded = runtime.decode_extrinsic(&bytes);
        let id = ExtrinsicId { block: block.number, index };
        let decoded = decoded.map_err(|error| Error::from(error).asking(|| format!("extrinsic {id}")));
        Self { block, index, hash: Hash(blake2_256(&bytes)), bytes, decoded }
    }

    /// Where it is, by numbers.
    pub fn id(&self) -> ExtrinsicId {
        ExtrinsicId { block: self.block.number, index: self.index }
    }

    /// The block that it is in.
    pub fn block(&self) -> BlockRef {
        self.block
    }

    /// The blake2-256 hash of its bytes: what a node calls it by.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// Its bytes as they lie in the block, its length in front.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What it says; `Decode` if its bytes are none that the runtime knows.
    pub fn decoded(&self) -> Result<&Extrinsic> {
        self.decoded.as_ref().map_err(Error::clone)
    }

    pub(super) fn into_decoded(self) -> Result<Extrinsic> {
        self.decoded
    }
}

/// An extrinsic in its place in a block, and what became of it. What it is in itself is reached through it as well.
#[derive(Debug, Clone)]
pub struct ExecutedExtrinsic {
    extrinsic: BlockExtrinsic,
    events: Vec<Event>,
    outcome: Outcome,
}

impl ExecutedExtrinsic {
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

impl Deref for ExecutedExtrinsic {
    type Target = BlockExtrinsic;

    fn deref(&self) -> &BlockExtrinsic {
        &self.extrinsic
    }
}

/// `{"id", "block", "hash", "extrinsic"}`, where `block` is the block's hash; in place of an `extrinsic` that does not decode `undecodable`: `{"error", "bytes"}`.
impl Serialize for BlockExtrinsic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut json = serializer.serialize_struct("BlockExtrinsic", 4)?;
        self.fields(&mut json)?;
        json.end()
    }
}

/// The same, and `{"ok", "error", "info", "fee", "events"}`.
impl Serialize for ExecutedExtrinsic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut json = serializer.serialize_struct("ExecutedExtrinsic", 9)?;
        self.fields(&mut json)?;
        json.serialize_field("ok", &self.ok())?;
        json.serialize_field("error", &self.error())?;
        json.serialize_field("info", &self.info())?;
        json.serialize_field("fee", &self.fee().map(Value::from))?;
        json.serialize_field("events", self.events())?;
        json.end()
    }
}

impl BlockExtrinsic {
    fn fields<S: SerializeStruct>(&self, json: &mut S) -> Result<(), S::Error> {
        #[derive(Serialize)]
        struct Undecodable {
            error: String,
            bytes: String,
        }

        json.serialize_field("id", &self.id())?;
        json.serialize_field("block", &self.block.hash)?;
        json.serialize_field("hash", &self.hash)?;
        match &self.decoded {
            Ok(extrinsic) => json.serialize_field("extrinsic", extrinsic),
            Err(error) => {
                let (error, bytes) = (error.to_string(), const_hex::encode_prefixed(&self.bytes));
                json.serialize_field("undecodable", &Undecodable { error, bytes })
            }
        }
    }
}
