use serde::{Deserialize, Deserializer, Serialize, Serializer, de::IgnoredAny};
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
    /// Some old files have a space in front of the name.
    #[serde(alias = " ss58Address")]
    ss58_address: Option<String>,
    /// sr25519 where it is missing: files are older than the field.
    crypto_type: Option<Code>,
    /// Of a file that polkadot-js has exported, which is another format.
    #[serde(skip_serializing)]
    encoded: Option<IgnoredAny>,
}

/// A number, which some tools wrote as text.
#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum Code {
    Number(u8),
    Text(String),
}

/// Text that is wiped from memory when it is dropped.
struct SecretText(Zeroizing<String>);

/// Longer than any: a reallocation would leave secrets behind.
const LONGEST: usize = 2048;

impl Content {
    /// Of JSON, or of the bare text that old versions wrote: mnemonic, seed or private key, or in a file of public
    /// halves the address or public key. The error is for people.
    pub(crate) fn parse(plain: &[u8], is_public: bool) -> Result<Self, String> {
        let text = str::from_utf8(plain).map_err(|_| "it is no text")?.trim();
        if text.starts_with('{') {
            // What serde says of a field would repeat its value.
            let content: Self = serde_json::from_str(text).map_err(|error| {
                format!("its JSON is damaged at line {}, column {}", error.line(), error.column())
            })?;
            return match content.encoded {
                Some(_) => Err("it is an export of polkadot-js, which is another format".to_owned()),
                None => Ok(content),
            };
        }
        let secret = || Some(SecretText(Zeroizing::new(text.to_owned())));
        if is_public || AccountId::from_ss58(text).is_ok() {
            let account = account(text).ok_or("it is neither JSON nor an address")?;
            Ok(Self { ss58_address: Some(account.to_string()), ..Self::default() })
        } else if const_hex::check(text).is_ok() {
            Ok(Self { private_key: secret(), ..Self::default() })
        } else if Mnemonic::parse(text).is_ok() {
            Ok(Self { secret_phrase: secret(), ..Self::default() })
        } else {
            Err("it is neither JSON, nor a mnemonic, nor a seed".to_owned())
        }
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
            crypto_type: Some(Code::Number(key.crypto_type.code())),
            ..Self::default()
        }
    }

    pub(crate) fn to_json(&self) -> Result<Zeroizing<Vec<u8>>, String> {
        let mut json = Zeroizing::new(Vec::with_capacity(LONGEST));
        serde_json::to_writer(&mut *json, self).map_err(|error| error.to_string())?;
        Ok(json)
    }

    fn crypto_type(&self) -> Result<CryptoType, String> {
        let code = match &self.crypto_type {
            None => return Ok(CryptoType::default()),
            Some(Code::Number(code)) => Some(*code),
            Some(Code::Text(code)) => code.trim().parse().ok(),
        };
        let crypto_type = code.and_then(CryptoType::from_code);
        crypto_type.ok_or_else(|| "its cryptoType is none: 1 is sr25519, 0 is ed25519".to_owned())
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

    /// The key pair of the first secret in it that is the address's: words may be there beside a key that was derived
    /// from them, and the kind of key may be missing or wrong.
    pub(crate) fn keypair(&self) -> Result<Keypair, String> {
        let crypto_type = self.crypto_type()?;
        let Some(public) = self.public_key()? else {
            let pair = self.pairs(crypto_type).next();
            return match pair {
                Some(pair) => pair.map_err(|error| error.to_string()),
                None => Err("it holds no key".to_owned()),
            };
        };
        let mut reason = "it holds the public half of a key alone".to_owned();
        let kinds = [crypto_type, crypto_type.other()];
        for pair in kinds.into_iter().flat_map(|kind| self.pairs(kind)) {
            match pair {
                Ok(pair) if pair.account() == public.account => return Ok(pair),
                Ok(_) => reason = "its secret is that of another key than its address says".to_owned(),
                Err(error) => reason = error.to_string(),
            }
        }
        Err(reason)
    }

    /// What each of its secrets gives as a key of that kind.
    fn pairs(&self, crypto_type: CryptoType) -> impl Iterator<Item = crate::Result<Keypair>> {
        let of_words = move |phrase: &SecretText| Mnemonic::parse(&phrase.0)?.keypair(crypto_type, "");
        let of_bytes = move |key: &SecretText| {
            let bytes = const_hex::decode(key.0.as_bytes()).map(Zeroizing::new).unwrap_or_default();
            Keypair::from_private_key(&bytes, crypto_type)
        };
        let words = self.secret_phrase.iter().map(of_words);
        words.chain([&self.secret_seed, &self.private_key].into_iter().flatten().map(of_bytes))
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
