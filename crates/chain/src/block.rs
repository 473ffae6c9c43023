use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{BlockRef, Error, ErrorKind};

/// A 32-byte hash, of a block or a state root. Reads and prints as 0x-hex.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&const_hex::encode_prefixed(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        const_hex::decode_to_array(text).map(Self).map_err(|_| {
            Error::new(ErrorKind::Invalid, format!("`{text}` is no hash: 0x and 64 hex digits are expected"))
        })
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// Which block to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockId {
    /// The best block that the node knows at the moment of asking.
    Head,
    /// The newest finalized block at the moment of asking.
    Finalized,
    /// The block of that height on the node's best chain.
    Number(u64),
    /// The block of that hash.
    Hash(Hash),
    /// The block of that hash, whose height is known to be that.
    Block(BlockRef),
}

impl fmt::Display for BlockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Head => f.write_str("the head"),
            Self::Finalized => f.write_str("the finalized head"),
            Self::Number(number) => write!(f, "block {number}"),
            Self::Hash(hash) => write!(f, "block {hash}"),
            Self::Block(block) => write!(f, "block {block}"),
        }
    }
}

/// `head`, `finalized` (in any case), a number, or 0x and 64 hex digits.
impl FromStr for BlockId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.eq_ignore_ascii_case("head") {
            return Ok(Self::Head);
        }
        if text.eq_ignore_ascii_case("finalized") {
            return Ok(Self::Finalized);
        }
        if text.starts_with("0x") {
            return text.parse().map(Self::Hash);
        }
        text.parse().map(Self::Number).map_err(|_| {
            Error::new(
                ErrorKind::Invalid,
                format!("`{text}` is no block: `head`, `finalized`, a number or a 0x-hash is expected"),
            )
        })
    }
}

impl From<u32> for BlockId {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for BlockId {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<Hash> for BlockId {
    fn from(hash: Hash) -> Self {
        Self::Hash(hash)
    }
}

impl From<BlockRef> for BlockId {
    fn from(block: BlockRef) -> Self {
        Self::Block(block)
    }
}
