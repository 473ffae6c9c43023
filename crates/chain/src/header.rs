use std::fmt;

use serde::{Deserialize, Serialize, Serializer};
use tensorwire_rpc::Answer;
use tensorwire_scale::hash::blake2_256;

use crate::{DigestItem, Hash, Result, compact};

/// The header of a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Header {
    /// The block's height.
    pub number: u64,
    /// The block's hash: computed from the rest, never taken on trust.
    pub hash: Hash,
    /// The hash of the block before.
    pub parent: Hash,
    /// The root of the state after this block.
    pub state_root: Hash,
    /// The root of the block's extrinsics.
    pub extrinsics_root: Hash,
    /// What consensus and the runtime wrote into the header: SCALE-encoded digest items. JSON shows them as 0x-hex.
    #[serde(serialize_with = "hex_list")]
    pub digest: Vec<Vec<u8>>,
}

/// A block by number and hash. Prints as `123 (0x..)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct BlockRef {
    /// The height.
    pub number: u64,
    /// The hash.
    pub hash: Hash,
}

impl fmt::Display for BlockRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.number, self.hash)
    }
}

/// A header as nodes write it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    number: String,
    parent_hash: Hash,
    state_root: Hash,
    extrinsics_root: Hash,
    digest: Digest,
}

#[derive(Deserialize)]
struct Digest {
    logs: Vec<String>,
}

/// A header that a node has given.
#[derive(Deserialize)]
#[serde(try_from = "Wire")]
pub(crate) struct Given(pub(crate) Header);

/// What is read of a header where only its height matters.
#[derive(Deserialize)]
pub(crate) struct Height {
    number: String,
}

impl Height {
    /// The height, if it is a number.
    pub(crate) fn number(&self) -> Option<u64> {
        u64::from_str_radix(self.number.trim_start_matches("0x"), 16).ok()
    }
}

impl Header {
    /// The block's number and hash.
    pub fn block(&self) -> BlockRef {
        BlockRef { number: self.number, hash: self.hash }
    }

    /// The digest, item by item. No request; what is not known is [`DigestItem::Unknown`].
    pub fn digest_items(&self) -> Vec<DigestItem> {
        self.digest.iter().map(|item| DigestItem::read(item)).collect()
    }

    /// Whether this is the block after that one.
    pub(crate) fn follows(&self, block: BlockRef) -> bool {
        self.parent == block.hash && block.number.checked_add(1) == Some(self.number)
    }

    /// The header that a node answered, `None` for `null`.
    pub(crate) fn read(answer: &Answer) -> Result<Option<Self>> {
        if answer.is_null() { Ok(None) } else { Self::announced(answer).map(Some) }
    }

    /// The header that a node tells of: there is one.
    pub(crate) fn announced(answer: &Answer) -> Result<Self> {
        let Given(header) = answer.json()?;
        Ok(header)
    }

    /// The header in SCALE, as it is hashed.
    fn encode(&self) -> Vec<u8> {
        let mut bytes = self.parent.0.to_vec();
        compact::append(self.number, &mut bytes);
        bytes.extend(self.state_root.0);
        bytes.extend(self.extrinsics_root.0);
        compact::append(self.digest.len() as u64, &mut bytes);
        bytes.extend(self.digest.iter().flatten());
        bytes
    }
}

impl TryFrom<Wire> for Given {
    type Error = String;

    fn try_from(wire: Wire) -> Result<Self, String> {
        let number = wire.number.strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok());
        let number = number.ok_or_else(|| format!("`{}` is no block number", wire.number))?;
        let item = |log: &String| match const_hex::decode(log) {
            Ok(item) if DigestItem::is_whole(&item) => Ok(item),
            Ok(_) => Err(format!("`{log}` is no digest item")),
            Err(_) => Err("a digest item is no hex".to_owned()),
        };
        let mut header = Header {
            number,
            hash: Hash([0; 32]),
            parent: wire.parent_hash,
            state_root: wire.state_root,
            extrinsics_root: wire.extrinsics_root,
            digest: wire.digest.logs.iter().map(item).collect::<Result<_, _>>()?,
        };
        header.hash = Hash(blake2_256(&header.encode()));
        Ok(Self(header))
    }
}

fn hex_list<S: Serializer>(list: &[Vec<u8>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(list.iter().map(const_hex::encode_prefixed))
}

#[cfg(test)]
mod tests;
