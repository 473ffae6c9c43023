use std::{fmt, sync::Arc};

use ed25519_dalek::Signer as _;
use parity_scale_codec::Encode;
use schnorrkel::{
    ExpansionMode, MiniSecretKey, SecretKey, derive::ChainCode, derive::Derivation, signing_context,
};
use sp_crypto_hashing::blake2_256;
use zeroize::Zeroizing;

use crate::{
    AccountId, CryptoType, Error, ErrorKind, Mnemonic, PublicKey, Result, Signature, junction::Junction,
    secret_uri::SecretUri,
};

/// A key pair. Clones share one secret, which is wiped from memory with the last of them, and shown nowhere.
#[derive(Clone)]
pub struct Keypair(Arc<Inner>);

struct Inner {
    secret: Secret,
    /// What the secret was expanded from, where that is known.
    seed: Option<Zeroizing<[u8; 32]>>,
    /// What the seed was made from, where no password was.
    mnemonic: Option<Mnemonic>,
}

enum Secret {
    Sr25519(schnorrkel::Keypair),
    Ed25519(ed25519_dalek::SigningKey),
}

/// What Substrate's sr25519 signatures are bound to.
pub(crate) const SIGNING_CONTEXT: &[u8] = b"substrate";

impl Keypair {
    /// The sr25519 key pair of a text as Substrate's tools take it: `//Alice` and its like for development keys,
    /// `phrase//hard/soft///password`, or `0xseed//hard/soft`.
    ///
    /// # Errors
    /// `Key` if the text is none, without repeating it.
    pub fn from_uri(uri: &str) -> Result<Self> {
        Self::from_secret_uri(uri, CryptoType::Sr25519)
    }

    /// The same of any kind. An ed25519 key has no soft derivation.
    ///
    /// # Errors
    /// `Key` as for [`from_uri`](Self::from_uri), and for a soft step of an ed25519 key.
    pub fn from_secret_uri(uri: &str, crypto_type: CryptoType) -> Result<Self> {
        SecretUri::parse(uri)?.keypair(crypto_type)
    }

    /// The key pair of a seed. Every 32 bytes are one, which sr25519's library does not know: hence the `Result`.
    ///
    /// # Errors
    /// `Key` if it is none.
    pub fn from_seed(seed: &[u8; 32], crypto_type: CryptoType) -> Result<Self> {
        let secret = match crypto_type {
            CryptoType::Sr25519 => {
                let mini = MiniSecretKey::from_bytes(seed);
                let mini = mini.map_err(|_| Error::new(ErrorKind::Key, "these bytes are no seed"))?;
                Secret::Sr25519(mini.expand_to_keypair(ExpansionMode::Ed25519))
            }
            CryptoType::Ed25519 => Secret::Ed25519(ed25519_dalek::SigningKey::from_bytes(seed)),
        };
        Ok(Self::new(secret, Some(Zeroizing::new(*seed))))
    }

    /// The key pair of the `privateKey` of a keyfile: of sr25519 the 64 bytes of scalar and nonce, the scalar as it
    /// is or, as older tools write it, times the cofactor; of ed25519 the seed, with or without the public key behind
    /// it. A seed of 32 bytes is taken for either.
    ///
    /// # Errors
    /// `Key` if the bytes are none.
    pub fn from_private_key(bytes: &[u8], crypto_type: CryptoType) -> Result<Self> {
        if let Ok(seed) = bytes.try_into() {
            return Self::from_seed(seed, crypto_type);
        }
        let pair = match crypto_type {
            CryptoType::Sr25519 => {
                // No scalar is both: times the cofactor, its highest bit but one is set.
                let secret = SecretKey::from_bytes(bytes).or_else(|_| SecretKey::from_ed25519_bytes(bytes));
                secret.ok().map(|secret| Self::new(Secret::Sr25519(secret.to_keypair()), None))
            }
            CryptoType::Ed25519 => bytes.split_first_chunk().and_then(|(seed, public)| {
                Self::from_seed(seed, crypto_type).ok().filter(|pair| pair.account().0 == public)
            }),
        };
        pair.ok_or_else(|| {
            Error::new(ErrorKind::Key, format!("these bytes are no {crypto_type} private key"))
        })
    }

    fn new(secret: Secret, seed: Option<Zeroizing<[u8; 32]>>) -> Self {
        Self(Arc::new(Inner { secret, seed, mnemonic: None }))
    }

    /// The same pair, which knows the words that it was made from.
    pub(crate) fn of_mnemonic(mut self, mnemonic: &Mnemonic) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.mnemonic = Some(mnemonic.clone());
        }
        self
    }

    /// One step down a derivation path.
    pub(crate) fn child(&self, junction: &Junction) -> Result<Self> {
        let code = ChainCode(junction.chain_code);
        match &self.0.secret {
            Secret::Sr25519(pair) if junction.is_hard => {
                let (mini, _) = pair.secret.hard_derive_mini_secret_key(Some(code), b"");
                Self::from_seed(mini.as_bytes(), CryptoType::Sr25519)
            }
            Secret::Sr25519(pair) => {
                let (secret, _) = pair.secret.derived_key_simple(code, b"");
                Ok(Self::new(Secret::Sr25519(secret.to_keypair()), None))
            }
            Secret::Ed25519(pair) if junction.is_hard => {
                let parts = Zeroizing::new(("Ed25519HDKD", pair.as_bytes(), code.0).encode());
                Self::from_seed(&Zeroizing::new(blake2_256(&parts)), CryptoType::Ed25519)
            }
            Secret::Ed25519(_) => {
                Err(Error::new(ErrorKind::Key, "an ed25519 key has no soft derivation: //name, not /name"))
            }
        }
    }

    /// The public half.
    pub fn public_key(&self) -> PublicKey {
        match &self.0.secret {
            Secret::Sr25519(pair) => {
                PublicKey { account: AccountId(pair.public.to_bytes()), crypto_type: CryptoType::Sr25519 }
            }
            Secret::Ed25519(pair) => {
                let account = AccountId(pair.verifying_key().to_bytes());
                PublicKey { account, crypto_type: CryptoType::Ed25519 }
            }
        }
    }

    /// The account of the public key.
    pub fn account(&self) -> AccountId {
        self.public_key().account
    }

    /// Signs any bytes as they are. An sr25519 signature is another each time, an ed25519 one is not.
    pub fn sign_bytes(&self, bytes: &[u8]) -> Signature {
        match &self.0.secret {
            Secret::Sr25519(pair) => {
                Signature::Sr25519(pair.sign(signing_context(SIGNING_CONTEXT).bytes(bytes)).to_bytes())
            }
            Secret::Ed25519(pair) => Signature::Ed25519(pair.sign(bytes).to_bytes()),
        }
    }

    /// What a keyfile calls the private key: see [`from_private_key`](Self::from_private_key).
    pub(crate) fn private_key(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match &self.0.secret {
            Secret::Sr25519(pair) => Zeroizing::new(pair.secret.to_bytes()).to_vec(),
            Secret::Ed25519(pair) => pair.as_bytes().to_vec(),
        })
    }

    pub(crate) fn seed(&self) -> Option<&[u8; 32]> {
        self.0.seed.as_deref()
    }

    /// The mnemonic that the pair was made from; `None` if it was made of something else, or with a password, or
    /// derived from there.
    pub fn mnemonic(&self) -> Option<&Mnemonic> {
        self.0.mnemonic.as_ref()
    }
}

impl fmt::Debug for Keypair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PublicKey { account, crypto_type } = self.public_key();
        write!(f, "Keypair({crypto_type} {account})")
    }
}
