use std::{fmt, str::FromStr};

use crate::{Error, ErrorKind};

/// The kind of a key. The same seed gives another account for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CryptoType {
    /// Schnorr signatures on Ristretto: what bittensor makes unless it is told otherwise.
    #[default]
    Sr25519,
    /// Edwards curve signatures.
    Ed25519,
}

impl CryptoType {
    /// The kind's number in keyfiles: 0 ed25519, 1 sr25519.
    pub fn code(self) -> u8 {
        match self {
            Self::Ed25519 => 0,
            Self::Sr25519 => 1,
        }
    }

    /// The kind of that number in keyfiles.
    pub fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Ed25519),
            1 => Some(Self::Sr25519),
            _ => None,
        }
    }

    pub(crate) fn other(self) -> Self {
        match self {
            Self::Sr25519 => Self::Ed25519,
            Self::Ed25519 => Self::Sr25519,
        }
    }
}

impl fmt::Display for CryptoType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sr25519 => "sr25519",
            Self::Ed25519 => "ed25519",
        })
    }
}

impl FromStr for CryptoType {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "sr25519" => Ok(Self::Sr25519),
            "ed25519" => Ok(Self::Ed25519),
            _ => Err(Error::new(ErrorKind::Key, "a kind of key is expected: sr25519 or ed25519")),
        }
    }
}
