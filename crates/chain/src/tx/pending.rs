use serde::{Deserialize, Serialize};
use tensorwire_scale::AccountId;

use crate::Hash;

/// What has to be known of a submission to find out later what became of it: write it down before sending, and
/// [`Chain::resolve`](crate::Chain::resolve) takes it up, in another process too. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The hash of block 0 of the chain that it is for.
    pub genesis: Hash,
    /// The transaction's hash: blake2-256 of its bytes.
    pub hash: Hash,
    /// Who signed it; none for an unsigned one.
    pub account: Option<AccountId>,
    /// Its nonce; none for an unsigned one.
    pub nonce: Option<u64>,
    /// The first block that can hold it is above this one. A guess where no `spec_version` is known: of a transaction that
    /// is known by its bytes or its hash alone, nobody knows when it was signed.
    pub birth: u64,
    /// The last block that can hold it; none for an immortal one.
    pub last_block: Option<u64>,
    /// The spec version that it was signed for, if it is known.
    pub spec_version: Option<u32>,
    /// The transaction version that it was signed for, if it is known.
    pub transaction_version: Option<u32>,
    /// Its bytes, to be sent again where they were lost; none to look for it only.
    #[serde(default, with = "hex")]
    pub bytes: Option<Vec<u8>>,
}

impl Pending {
    /// The last block that surely does not hold it.
    pub(super) fn clear(&self) -> u64 {
        if self.spec_version.is_some() { self.birth } else { 0 }
    }
}

mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(
        bytes: &Option<Vec<u8>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match bytes {
            Some(bytes) => serializer.serialize_str(&const_hex::encode_prefixed(bytes)),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        let text = Option::<std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.map(|text| const_hex::decode(&*text)).transpose().map_err(de::Error::custom)
    }
}
