use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::{AccountId, CryptoType, Keypair, Mnemonic, PublicKey};

/// What an unencrypted keyfile holds: bittensor's JSON, each field of which may be missing or null.
#[derive(Deserialize, Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Content {
    account_id: Option<String>,
    public_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key: Option<SecretText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_phrase: Option<SecretText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_seed: Option<SecretText>,
    ss58_address: Option<String>,
    /// sr25519 where it is missing: files are older than the field.
    crypto_type: Option<u8>,
}

/// Text that is wiped from memory when it is dropped.
struct SecretText(Zeroizing<String>);

/// Longer than any: a reallocation would leave secrets behind.
const LONGEST: usize = 2048;

impl Content {
    /// Of JSON, or of the bare address or 0x-hex public key that old versions wrote. The error is for people.
    pub(crate) fn parse(plain: &[u8]) -> Result<Self, String> {
        let plain = plain.trim_ascii();
        if plain.starts_with(b"{") {
            // What serde says of a field would repeat its value.
            return serde_json::from_slice(plain).map_err(|error| {
                format!("its JSON is damaged at line {}, column {}", error.line(), error.column())
            });
        }
        let account = str::from_utf8(plain).ok().and_then(account);
        let account = account.ok_or("it is neither JSON nor an address")?;
        Ok(Self { ss58_address: Some(account.to_string()), ..Self::default() })
    }

    /// Of a key with its secret.
    pub(crate) fn secret(pair: &Keypair) -> Self {
        let hex = |bytes: &[u8]| SecretText(Zeroizing::new(const_hex::encode_prefixed(bytes)));
        Self {
            private_key: Some(hex(&pair.private_key())),
            secret_phrase: pair.mnemonic().map(|mnemonic| SecretText(mnemonic.phrase())),
            secret_seed: pair.seed().map(|seed| hex(seed)),
            ..Self::public(pair.public_key())
        }
    }

    /// Of its public half alone.
    pub(crate) fn public(key: PublicKey) -> Self {
        let hex = const_hex::encode_prefixed(key.account.0);
        Self {
            account_id: Some(hex.clone()),
            public_key: Some(hex),
            ss58_address: Some(key.account.to_string()),
            crypto_type: Some(key.crypto_type.code()),
            ..Self::default()
        }
    }

    pub(crate) fn to_json(&self) -> Result<Zeroizing<Vec<u8>>, String> {
        let mut json = Zeroizing::new(Vec::with_capacity(LONGEST));
        serde_json::to_writer(&mut *json, self).map_err(|error| error.to_string())?;
        Ok(json)
    }

    fn crypto_type(&self) -> Result<CryptoType, String> {
        match self.crypto_type {
            None => Ok(CryptoType::default()),
            Some(code) => CryptoType::from_code(code)
                .ok_or_else(|| format!("its cryptoType is {code}; 1 is sr25519, 0 is ed25519")),
        }
    }

    /// The public half, if the file says it: encryption aside, every file does that bittensor has written.
    pub(crate) fn public_key(&self) -> Result<Option<PublicKey>, String> {
        let crypto_type = self.crypto_type()?;
        let mut known = None;
        for text in [&self.ss58_address, &self.public_key, &self.account_id].into_iter().flatten() {
            let account = account(text).ok_or("it holds an address or a public key that is none")?;
            if *known.get_or_insert(account) != account {
                return Err("its address and its public key are of different keys".to_owned());
            }
        }
        Ok(known.map(|account| PublicKey { account, crypto_type }))
    }

    /// The key pair of the first secret in it that is the public key's: words may be there beside a key that was
    /// derived from them.
    pub(crate) fn keypair(&self) -> Result<Keypair, String> {
        let crypto_type = self.crypto_type()?;
        let public = self.public_key()?;
        let phrase = self
            .secret_phrase
            .as_ref()
            .map(|phrase| Mnemonic::parse(&phrase.0).and_then(|mnemonic| mnemonic.keypair(crypto_type, "")));
        let seed = self.secret_seed.as_ref().map(|seed| seed.keypair(crypto_type));
        let private = self.private_key.as_ref().map(|key| key.keypair(crypto_type));
        let mut reason = None;
        for pair in [phrase, seed, private].into_iter().flatten() {
            match pair {
                Ok(pair) if public.is_none_or(|public| public == pair.public_key()) => return Ok(pair),
                Ok(_) => reason = Some("its secret is that of another key than its address says".to_owned()),
                Err(error) => reason = reason.or_else(|| Some(error.to_string())),
            }
        }
        Err(reason.unwrap_or_else(|| "it holds the public half of a key alone".to_owned()))
    }
}

impl SecretText {
    fn keypair(&self, crypto_type: CryptoType) -> crate::Result<Keypair> {
        let bytes = const_hex::decode(self.0.as_bytes()).map(Zeroizing::new).unwrap_or_default();
        Keypair::from_private_key(&bytes, crypto_type)
    }
}

/// Of an ss58 address of any network, or of hex with or without 0x.
fn account(text: &str) -> Option<AccountId> {
    let mut key = [0; 32];
    match const_hex::decode_to_slice(text, &mut key) {
        Ok(()) => Some(AccountId(key)),
        Err(_) => AccountId::from_ss58(text).ok().map(|(account, _)| account),
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Zeroizing::new(text)))
    }
}

impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
