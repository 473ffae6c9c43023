use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// A signature, by the kind of key that made it: `sp_runtime::MultiSignature`.
///
/// Displayed and serialized as 0x-hex of the kind's byte (0 ed25519, 1 sr25519, 2 ecdsa) and the signature.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Signature {
    /// Of an ed25519 key.
    Ed25519([u8; 64]),
    /// Of an sr25519 key: schnorrkel with the signing context `substrate`.
    Sr25519([u8; 64]),
    /// Of a secp256k1 key, with the recovery id last.
    Ecdsa([u8; 65]),
}

impl Signature {
    /// The signature as an extrinsic carries it: the kind's byte, then the signature.
    pub fn encode(&self) -> Vec<u8> {
        let (kind, bytes): (u8, &[u8]) = match self {
            Self::Ed25519(bytes) => (0, bytes),
            Self::Sr25519(bytes) => (1, bytes),
            Self::Ecdsa(bytes) => (2, bytes),
        };
        [&[kind], bytes].concat()
    }

    /// The signature of those bytes, the kind's first; `None` for others.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (kind, bytes) = bytes.split_first()?;
        match kind {
            0 => bytes.try_into().map(Self::Ed25519).ok(),
            1 => bytes.try_into().map(Self::Sr25519).ok(),
            2 => bytes.try_into().map(Self::Ecdsa).ok(),
            _ => None,
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&const_hex::encode_prefixed(self.encode()))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({self})")
    }
}

impl Serialize for Signature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let signature = const_hex::decode(&*text).ok().and_then(|bytes| Self::decode(&bytes));
        signature
            .ok_or_else(|| de::Error::custom("a signature is the kind's byte and 64 or 65 more, in 0x-hex"))
    }
}
