use zeroize::Zeroizing;

use crate::{CryptoType, Error, ErrorKind, Keypair, Mnemonic, Result, junction::Junction};

/// What `//Alice` is derived from, as in every Substrate tool. Everybody knows its key.
const DEVELOPMENT_PHRASE: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

/// A secret and a path from it (`sp_core::crypto::SecretUri`): `phrase//hard/soft///password`.
pub(crate) struct SecretUri<'a> {
    secret: &'a str,
    path: Vec<Junction>,
    password: Option<&'a str>,
}

impl<'a> SecretUri<'a> {
    pub(crate) fn parse(uri: &'a str) -> Result<Self> {
        let (uri, password) = match uri.split_once("///") {
            Some((uri, password)) => (uri, Some(password)),
            None => (uri, None),
        };
        let (secret, mut rest) = uri.split_at(uri.find('/').unwrap_or(uri.len()));
        let mut path = Vec::new();
        while let Some(name) = rest.strip_prefix('/') {
            let hard = name.strip_prefix('/');
            let name = hard.unwrap_or(name);
            let (name, after) = name.split_at(name.find('/').unwrap_or(name.len()));
            if name.is_empty() {
                return Err(Error::new(ErrorKind::Key, "a derivation path has a step without a name"));
            }
            path.push(Junction::new(name, hard.is_some()));
            rest = after;
        }
        if secret.is_empty() && path.is_empty() {
            // Other tools take nothing at all for the development phrase: a key that everybody has.
            return Err(Error::new(ErrorKind::Key, "a mnemonic, a seed or a derivation path is expected"));
        }
        Ok(Self { secret, path, password })
    }

    pub(crate) fn keypair(&self, crypto_type: CryptoType) -> Result<Keypair> {
        let root = match (self.secret.strip_prefix("0x"), self.password) {
            (Some(_), Some(_)) => {
                return Err(Error::new(ErrorKind::Key, "a password goes with a mnemonic, not with a seed"));
            }
            (Some(digits), None) => {
                let bytes = const_hex::decode(digits).map(Zeroizing::new);
                let bytes = bytes
                    .map_err(|_| Error::new(ErrorKind::Key, "a seed is 0x and 64 hexadecimal digits"))?;
                Keypair::from_private_key(&bytes, crypto_type)?
            }
            (None, password) => {
                let phrase = if self.secret.is_empty() { DEVELOPMENT_PHRASE } else { self.secret };
                Mnemonic::parse(phrase)?.keypair(crypto_type, password.unwrap_or_default())?
            }
        };
        self.path.iter().try_fold(root, |pair, junction| pair.child(junction))
    }
}
