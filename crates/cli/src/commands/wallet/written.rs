//! What the commands that write a key have in common.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use tensorwire::AccountId;
use tensorwire_wallet::{CryptoType, Encryption, IfExists, Keypair, Wallet};

use crate::{
    keyring::{Keyring, working},
    secret::{self, Secret},
};

/// Where a key is written, and how.
#[derive(Args)]
pub(super) struct Target {
    /// Where to: a wallet (its coldkey), wallet/hotkey, or the path of a keyfile
    #[arg(value_name = "KEY")]
    name: String,
    /// Encrypt it with a password, as coldkeys are unless --plain
    #[arg(long, conflicts_with = "plain")]
    encrypt: bool,
    /// Leave it as it is, as hotkeys are unless --encrypt
    #[arg(long)]
    plain: bool,
    /// Write over the key that is there: without its mnemonic it is gone
    #[arg(long)]
    overwrite: bool,
    /// sr25519 or ed25519
    #[arg(long, value_name = "KIND", default_value_t)]
    pub(super) crypto_type: CryptoType,
    #[command(flatten)]
    pub(super) keyring: Keyring,
}

impl Target {
    pub(super) fn if_exists(&self) -> IfExists {
        if self.overwrite { IfExists::Replace } else { IfExists::Refuse }
    }

    pub(super) fn file(&self) -> Result<PathBuf> {
        self.keyring.file(&self.name)
    }

    /// The keyfile, once it is known that it may be written, and the password to write it with: nobody is asked
    /// for secrets that would then not be used.
    pub(super) fn ready(&self) -> Result<Ready> {
        let file = self.file()?;
        self.if_exists().check(&file)?;
        let is_hotkey = file.parent().is_some_and(|folder| folder.ends_with("hotkeys"));
        let is_encrypted = self.encrypt || !(self.plain || is_hotkey);
        let password =
            is_encrypted.then(|| secret::new_password(&file, self.keyring.password_file.as_deref()));
        Ok(Ready { file, password: password.transpose()?, if_exists: self.if_exists() })
    }
}

pub(super) struct Ready {
    file: PathBuf,
    password: Option<Secret>,
    if_exists: IfExists,
}

impl Ready {
    pub(super) fn write(self, pair: &Keypair) -> Result<Written> {
        let Self { file, password, if_exists } = self;
        let password = password.as_ref().map(|password| password.as_str());
        let write = || Ok(Wallet::write(&file, pair, password, if_exists)?);
        match password {
            Some(_) => working(Encryption::Nacl, write)?,
            None => write()?,
        }
        Ok(Written::new(pair, &file, password.map(|_| Encryption::Nacl)))
    }
}

/// A key that is in a file now, for programs and people.
#[derive(Serialize)]
pub(super) struct Written {
    address: AccountId,
    crypto_type: String,
    path: PathBuf,
    encryption: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mnemonic: Option<String>,
}

impl Written {
    pub(super) fn new(pair: &Keypair, file: &Path, encryption: Option<Encryption>) -> Self {
        let key = pair.public_key();
        Self {
            address: key.account,
            crypto_type: key.crypto_type.to_string(),
            path: file.to_owned(),
            encryption: encryption.map(|encryption| encryption.to_string()),
            mnemonic: None,
        }
    }
}

impl std::fmt::Display for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}\n  in {}", self.address, self.path.display())?;
        match &self.encryption {
            Some(encryption) => write!(f, ", encrypted ({encryption})"),
            None => write!(f, ", not encrypted"),
        }
    }
}
