use crate::{Error, ErrorKind, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

#[cfg(test)]
mod tests;

/// A 32-byte account id. Displayed and parsed as an ss58 address of prefix 42; 0x-hex is accepted too.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub [u8; 32]);

/// The ss58 prefix of Bittensor, and of any chain that names none.
pub(crate) const DEFAULT_PREFIX: u16 = 42;

/// No ss58 prefix is larger: the two-byte form holds 14 bits.
const MAX_PREFIX: u16 = (1 << 14) - 1;

/// 36 bytes in base58 are at most 50 characters: anything much longer is not worth decoding.
const MAX_ADDRESS_LENGTH: usize = 64;

impl AccountId {
    /// The ss58 address on the network of that prefix, of which 14 bits count.
    pub fn to_ss58(&self, prefix: u16) -> String {
        let prefix = prefix & MAX_PREFIX;
        let mut bytes = Vec::with_capacity(36);
        if prefix < 64 {
            bytes.push(prefix as u8);
        } else {
            bytes.push((prefix >> 2) as u8 & 0b0011_1111 | 0b0100_0000);
            bytes.push((prefix >> 8) as u8 | ((prefix & 0b11) << 6) as u8);
        }
        bytes.extend_from_slice(&self.0);
        bytes.extend_from_slice(&checksum(&bytes));
        bs58::encode(bytes).into_string()
    }

    /// The account of an ss58 address of any network, and the network's prefix.
    ///
    /// Fails with [`ErrorKind::Address`] on text that is not base58, of a wrong length, or with a wrong checksum.
    pub fn from_ss58(address: &str) -> Result<(Self, u16)> {
        if address.len() > MAX_ADDRESS_LENGTH {
            return Err(invalid(address, "an ss58 address has at most 50 characters"));
        }
        let bytes = bs58::decode(address)
            .into_vec()
            .map_err(|error| invalid(address, &not_base58(address, error)))?;
        let (prefix, prefix_length) = match *bytes.as_slice() {
            [first @ 0..64, ..] => (u16::from(first), 1),
            [first @ 64..128, second, ..] => {
                let low = (first << 2) | (second >> 6);
                (u16::from(second & 0b0011_1111) << 8 | u16::from(low), 2)
            }
            _ => return Err(invalid(address, "its first byte is no network prefix")),
        };
        let expected = prefix_length + 32 + 2;
        if bytes.len() != expected {
            return Err(invalid(address, &format!("it holds {} bytes, expected {expected}", bytes.len())));
        }
        let (payload, found) = bytes.split_at(prefix_length + 32);
        if found != checksum(payload) {
            return Err(invalid(address, "its checksum is wrong, is there a typing error?"));
        }
        let mut id = [0; 32];
        id.copy_from_slice(&payload[prefix_length..]);
        Ok((Self(id), prefix))
    }

    /// The account of an ss58 address of that network, or of a 0x-hex public key.
    ///
    /// Fails with [`ErrorKind::Address`]; an address of another network is refused, naming both prefixes.
    pub fn parse(text: &str, prefix: u16) -> Result<Self> {
        if let Some(digits) = text.strip_prefix("0x") {
            let mut id = [0; 32];
            const_hex::decode_to_slice(digits, &mut id)
                .map_err(|_| invalid(text, "a public key is 0x and 64 hexadecimal digits"))?;
            return Ok(Self(id));
        }
        match Self::from_ss58(text)? {
            (account, found) if found == prefix => Ok(account),
            (account, found) => {
                let wanted = account.to_ss58(prefix);
                let reason = format!(
                    "it has network prefix {found}, expected {prefix} (the same key there is {wanted})"
                );
                Err(invalid(text, &reason))
            }
        }
    }
}

/// The first two bytes of the hash that ss58 takes over prefix and account.
fn checksum(payload: &[u8]) -> [u8; 2] {
    let hash = sp_crypto_hashing::blake2_512(&[b"SS58PRE", payload].concat());
    [hash[0], hash[1]]
}

fn not_base58(address: &str, error: bs58::decode::Error) -> String {
    use bs58::decode::Error as Base58;
    match error {
        Base58::InvalidCharacter { character, index } => {
            format!("{character:?} at position {index} is no base58 character")
        }
        Base58::NonAsciiCharacter { index } => {
            match address.get(index..).and_then(|rest| rest.chars().next()) {
                Some(character) => format!("{character:?} at position {index} is no base58 character"),
                None => "it is not base58".to_owned(),
            }
        }
        _ => "it is not base58".to_owned(),
    }
}

fn invalid(text: &str, reason: &str) -> Error {
    let shown = match text.char_indices().nth(MAX_ADDRESS_LENGTH) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    };
    Error::new(ErrorKind::Address, format!("invalid address {shown:?}: {reason}"))
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_ss58(DEFAULT_PREFIX))
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountId({self})")
    }
}

impl FromStr for AccountId {
    type Err = Error;

    /// An ss58 address of prefix 42, or a 0x-hex public key.
    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text, DEFAULT_PREFIX)
    }
}

impl From<[u8; 32]> for AccountId {
    fn from(id: [u8; 32]) -> Self {
        Self(id)
    }
}

impl AsRef<[u8]> for AccountId {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Serialize for AccountId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
