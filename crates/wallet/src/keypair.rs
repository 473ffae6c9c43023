use std::fmt;

use schnorrkel::{ExpansionMode, MiniSecretKey, derive::ChainCode, signing_context};

use crate::{AccountId, Error, ErrorKind, Result, Signature};

/// A key pair. Its secret is wiped from memory when it is dropped, and shown nowhere.
#[derive(Clone)]
pub struct Keypair(schnorrkel::Keypair);

/// The seed of the development phrase `bottom drive obey lake curtain smoke basket hold race lonely fit walk`.
const DEV_SEED: [u8; 32] = [
    0xfa, 0xc7, 0x95, 0x9d, 0xbf, 0xe7, 0x2f, 0x05, 0x2e, 0x5a, 0x0c, 0x3c, 0x8d, 0x65, 0x30, 0xf2, 0x02,
    0xb0, 0x2f, 0xd8, 0xf9, 0xf5, 0xca, 0x35, 0x80, 0xec, 0x8d, 0xeb, 0x77, 0x97, 0x47, 0x9e,
];

impl Keypair {
    /// The key pair of a derivation path from the development phrase, as in `//Alice`.
    ///
    /// # Errors
    /// `Key` if it is no path.
    pub fn from_uri(uri: &str) -> Result<Self> {
        let name = uri.strip_prefix("//").filter(|name| !name.is_empty() && name.len() < 32);
        let name = name.ok_or_else(|| Error::new(ErrorKind::Key, "a path as in //Alice is expected"))?;
        let mini = mini(&DEV_SEED)?.expand(ExpansionMode::Ed25519);
        let mut code = [0; 32];
        code[0] = (name.len() as u8) << 2;
        code[1..=name.len()].copy_from_slice(name.as_bytes());
        let (derived, _) = mini.hard_derive_mini_secret_key(Some(ChainCode(code)), b"");
        Ok(Self(derived.expand_to_keypair(ExpansionMode::Ed25519)))
    }

    /// The sr25519 key pair of a seed.
    ///
    /// # Errors
    /// `Key` if it is none.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self> {
        Ok(Self(mini(seed)?.expand_to_keypair(ExpansionMode::Ed25519)))
    }

    /// The account of the public key.
    pub fn account(&self) -> AccountId {
        AccountId(self.0.public.to_bytes())
    }

    /// Signs any bytes as they are.
    pub fn sign_bytes(&self, bytes: &[u8]) -> Signature {
        Signature::Sr25519(self.0.sign(signing_context(b"substrate").bytes(bytes)).to_bytes())
    }
}

fn mini(seed: &[u8; 32]) -> Result<MiniSecretKey> {
    MiniSecretKey::from_bytes(seed).map_err(|_| Error::new(ErrorKind::Key, "the seed is none"))
}

impl fmt::Debug for Keypair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keypair").field(&self.account()).finish()
    }
}
