use crate::hash::{blake2_128, blake2_256, twox_64, twox_128, twox_256};
use std::fmt;

#[cfg(test)]
mod tests;

/// How one key of a storage map becomes part of its storage key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hasher {
    /// 16 bytes of Blake2b.
    Blake2_128,
    /// 32 bytes of Blake2b.
    Blake2_256,
    /// 16 bytes of Blake2b, then the key itself.
    Blake2_128Concat,
    /// 16 bytes of xxHash.
    Twox128,
    /// 32 bytes of xxHash.
    Twox256,
    /// 8 bytes of xxHash, then the key itself.
    Twox64Concat,
    /// The key itself.
    Identity,
}

impl Hasher {
    /// Appends what the SCALE-encoded key becomes.
    pub fn apply(&self, encoded: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Blake2_128 | Self::Blake2_128Concat => out.extend(blake2_128(encoded)),
            Self::Blake2_256 => out.extend(blake2_256(encoded)),
            Self::Twox128 => out.extend(twox_128(encoded)),
            Self::Twox256 => out.extend(twox_256(encoded)),
            Self::Twox64Concat => out.extend(twox_64(encoded)),
            Self::Identity => {}
        }
        if self.keeps_key() {
            out.extend_from_slice(encoded);
        }
    }

    /// How many bytes of hash precede the key, or stand in its place.
    pub fn hash_length(&self) -> usize {
        match self {
            Self::Blake2_128 | Self::Blake2_128Concat | Self::Twox128 => 16,
            Self::Blake2_256 | Self::Twox256 => 32,
            Self::Twox64Concat => 8,
            Self::Identity => 0,
        }
    }

    /// Whether the key itself can be read from a storage key.
    pub fn keeps_key(&self) -> bool {
        matches!(self, Self::Blake2_128Concat | Self::Twox64Concat | Self::Identity)
    }
}

impl fmt::Display for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl From<&frame_metadata::v14::StorageHasher> for Hasher {
    fn from(hasher: &frame_metadata::v14::StorageHasher) -> Self {
        use frame_metadata::v14::StorageHasher;
        match hasher {
            StorageHasher::Blake2_128 => Self::Blake2_128,
            StorageHasher::Blake2_256 => Self::Blake2_256,
            StorageHasher::Blake2_128Concat => Self::Blake2_128Concat,
            StorageHasher::Twox128 => Self::Twox128,
            StorageHasher::Twox256 => Self::Twox256,
            StorageHasher::Twox64Concat => Self::Twox64Concat,
            StorageHasher::Identity => Self::Identity,
        }
    }
}
