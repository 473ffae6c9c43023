use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer, ser::SerializeStruct};
use tensorwire_scale::{Extrinsic, Runtime, hash::blake2_256};

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
    pub(crate) fn new(block: BlockRef, index: u32, bytes: Vec<u8>, runtime: &Runtime) -> Self {
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

/// `{"id", "block", "hash", "extrinsic"}`, where `block` is the block's hash; in place of an `extrinsic` that does not decode `undecodable`: `{"error", "bytes"}`.
impl Serialize for BlockExtrinsic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut json = serializer.serialize_struct("BlockExtrinsic", 4)?;
        self.fields(&mut json)?;
        json.end()
    }
}

impl BlockExtrinsic {
    pub(crate) fn fields<S: SerializeStruct>(&self, json: &mut S) -> Result<(), S::Error> {
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
