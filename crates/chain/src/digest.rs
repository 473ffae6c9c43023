use std::fmt;

use serde::{Serialize, Serializer};

use crate::compact::split_bytes;

/// One item of a header's digest: what consensus or the runtime wrote there. See
/// [`Header::digest_items`](crate::Header::digest_items).
///
/// JSON: an object whose `type` is the variant's name in snake case; data is 0x-hex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum DigestItem {
    /// From the author to the runtime, before the block is executed: the slot of Aura, the claim of Babe.
    PreRuntime {
        /// The engine's four letters, as in `aura` or `BABE`; 0x-hex if they are none.
        engine: String,
        /// What the engine makes of it.
        #[serde(serialize_with = "hex")]
        data: Vec<u8>,
    },
    /// From the runtime to the engine: a change of authorities, for example.
    Consensus {
        /// The engine's four letters, as in `FRNK` (GRANDPA).
        engine: String,
        /// What the engine makes of it.
        #[serde(serialize_with = "hex")]
        data: Vec<u8>,
    },
    /// What the author put upon the finished block: a signature, or a proof of work.
    Seal {
        /// The engine's four letters.
        engine: String,
        /// What the engine makes of it.
        #[serde(serialize_with = "hex")]
        data: Vec<u8>,
    },
    /// Bytes without a meaning to Substrate.
    Other {
        /// The bytes.
        #[serde(serialize_with = "hex")]
        data: Vec<u8>,
    },
    /// The block carries a runtime upgrade: the next one is executed by the new code.
    RuntimeEnvironmentUpdated,
    /// An item of a kind that is not known, or that does not decode: all of its bytes.
    Unknown {
        /// The item, as it stands in the header.
        #[serde(serialize_with = "hex")]
        data: Vec<u8>,
    },
}

impl DigestItem {
    /// Reads an item: its kind is the first byte, as `sp_runtime::generic::DigestItem` numbers them.
    pub(crate) fn read(item: &[u8]) -> Self {
        Self::known(item).unwrap_or_else(|| Self::Unknown { data: item.to_vec() })
    }

    /// Whether an item is one, as far as its kind is known. If all before it are, nobody can cut it elsewhere: the hash
    /// of a header is that of its items' bytes in a row.
    pub(crate) fn is_whole(item: &[u8]) -> bool {
        match item.first() {
            None => false,
            Some(0 | 4..=6 | 8) => Self::known(item).is_some(),
            Some(_) => true,
        }
    }

    fn known(item: &[u8]) -> Option<Self> {
        let (kind, rest) = item.split_first()?;
        let of_engine = || {
            let (engine, data) = rest.split_first_chunk::<4>()?;
            Some((engine_name(engine), bytes(data)?))
        };
        Some(match kind {
            0 => Self::Other { data: bytes(rest)? },
            4 => of_engine().map(|(engine, data)| Self::Consensus { engine, data })?,
            5 => of_engine().map(|(engine, data)| Self::Seal { engine, data })?,
            6 => of_engine().map(|(engine, data)| Self::PreRuntime { engine, data })?,
            8 if rest.is_empty() => Self::RuntimeEnvironmentUpdated,
            _ => return None,
        })
    }
}

impl fmt::Display for DigestItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, engine, data) = match self {
            Self::PreRuntime { engine, data } => ("PreRuntime", engine.as_str(), data),
            Self::Consensus { engine, data } => ("Consensus", engine.as_str(), data),
            Self::Seal { engine, data } => ("Seal", engine.as_str(), data),
            Self::Other { data } => ("Other", "", data),
            Self::RuntimeEnvironmentUpdated => return f.write_str("RuntimeEnvironmentUpdated"),
            Self::Unknown { data } => ("Unknown", "", data),
        };
        f.write_str(kind)?;
        if !engine.is_empty() {
            write!(f, " {engine}")?;
        }
        write!(f, " {}", const_hex::encode_prefixed(data))
    }
}

fn engine_name(id: &[u8; 4]) -> String {
    match std::str::from_utf8(id) {
        Ok(name) if id.iter().all(u8::is_ascii_graphic) => name.to_owned(),
        _ => const_hex::encode_prefixed(id),
    }
}

/// Whether a block carries a runtime upgrade, by the digest in its state (`System.Digest`: a compact count of items, then
/// these). False where it is not to be read.
pub(crate) fn carries_upgrade(digest: &[u8]) -> bool {
    // The count takes one byte: no block has 64 items.
    let mut items = digest.get(1..).unwrap_or_default();
    while let Some((kind, rest)) = items.split_first() {
        let data = match kind {
            8 => return true,
            0 => rest,
            4..=6 => rest.get(4..).unwrap_or_default(),
            _ => return false,
        };
        let Some((_, rest)) = split_bytes(data) else { return false };
        items = rest;
    }
    false
}

/// A byte string that fills the rest of its item.
fn bytes(encoded: &[u8]) -> Option<Vec<u8>> {
    split_bytes(encoded).filter(|(_, rest)| rest.is_empty()).map(|(data, _)| data.to_vec())
}

fn hex<S: Serializer>(data: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&const_hex::encode_prefixed(data))
}

#[cfg(test)]
mod tests;
