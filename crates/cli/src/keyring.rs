//! Keys by name: of wallets, of files, of development.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};
use clap::Args;
use tensorwire::AccountId;
use tensorwire_wallet::{Encryption, ErrorKind, Keyfile, Keypair, PublicKey, Wallet};

use crate::{progress, secret};

/// Where wallets are.
#[derive(Args)]
pub(crate) struct Folder {
    // The variable is not clap's: it would count as an option given.
    /// The folder of wallets [default: $BT_WALLET_PATH, or ~/.bittensor/wallets]
    #[arg(long, value_name = "FOLDER")]
    wallet_path: Option<PathBuf>,
}

impl Folder {
    /// `None` for bittensor's.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        self.wallet_path.clone().or_else(|| env::var_os("BT_WALLET_PATH").map(PathBuf::from))
    }
}

/// Where keys are, and how they open.
#[derive(Args)]
pub(crate) struct Keyring {
    #[command(flatten)]
    folder: Folder,
    /// A file with the key's password, - for stdin [default: $TW_PASSWORD, or asked for]
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
}

/// What a name stands for.
pub(crate) enum Named {
    /// `//Alice` and its like.
    Development(Keypair),
    /// An address: a key that is elsewhere.
    Account(AccountId),
    /// A wallet's coldkey, `wallet/hotkey`, or a path that begins with `/`, `.` or `~`.
    File(PathBuf),
}

impl Keyring {
    pub(crate) fn named(&self, name: &str) -> Result<Named> {
        if name.starts_with("//") {
            return Ok(Named::Development(Keypair::from_uri(name)?));
        }
        // What has spaces may be a mnemonic: it is not repeated.
        if name.contains(char::is_whitespace) {
            bail!(
                "a key is named by its wallet, wallet/hotkey or file: mnemonics are read by `tw wallet restore`"
            );
        }
        if name.starts_with(['/', '.', '~']) {
            return Ok(Named::File(name.into()));
        }
        match name.parse() {
            Ok(account) => return Ok(Named::Account(account)),
            Err(error) if looks_like_an_address(name) => return Err(error.into()),
            Err(_) => {}
        }
        let (wallet, hotkey) = match name.split_once('/') {
            Some((wallet, hotkey)) => (wallet, Some(hotkey)),
            None => (name, None),
        };
        let wallet = Wallet::new(self.folder.path().as_deref(), wallet)?;
        Ok(Named::File(hotkey.map_or_else(|| Ok(wallet.coldkey()), |hotkey| wallet.hotkey(hotkey))?))
    }

    /// The keyfile of that name, which need not exist.
    pub(crate) fn file(&self, name: &str) -> Result<PathBuf> {
        match self.named(name)? {
            Named::File(path) => Ok(path),
            Named::Development(_) | Named::Account(_) => bail!("{name} is in no keyfile"),
        }
    }

    /// The account of that name. A password is asked for only where no other file tells it.
    pub(crate) fn account(&self, name: &str) -> Result<AccountId> {
        match self.named(name)? {
            Named::Development(pair) => Ok(pair.account()),
            Named::Account(account) => Ok(account),
            Named::File(path) => Ok(self.public_key(&path)?.account),
        }
    }

    pub(crate) fn public_key(&self, keyfile: &Path) -> Result<PublicKey> {
        match Wallet::read_public(keyfile) {
            Err(error) if error.kind() == ErrorKind::PasswordNeeded => {
                Ok(self.open(&Keyfile::read(keyfile)?)?.public_key())
            }
            read => Ok(read?),
        }
    }

    /// The key of that name, opened.
    pub(crate) fn keypair(&self, name: &str) -> Result<Keypair> {
        match self.named(name)? {
            Named::Development(pair) => Ok(pair),
            Named::Account(account) => bail!("{account} is an address: its key is needed to sign"),
            Named::File(path) => match Keyfile::read(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound && Wallet::public(&path).exists() => {
                    bail!(
                        "there is no file {}, the address alone is here: the key is needed to sign",
                        path.display()
                    )
                }
                read => self.open(&read?),
            },
        }
    }

    /// Opens a keyfile, with its password if it needs one.
    pub(crate) fn open(&self, keyfile: &Keyfile) -> Result<Keypair> {
        let Some(encryption) = keyfile.encryption() else { return Ok(keyfile.keypair(None)?) };
        let password = secret::password(keyfile.path(), self.password_file.as_deref())?;
        working(encryption, || Ok(keyfile.keypair(Some(&password))?))
    }
}

/// So long, and of such letters, that it is an address with a typing error rather than a wallet's name.
fn looks_like_an_address(name: &str) -> bool {
    (46..=50).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Seconds of work, shown on a terminal.
pub(crate) fn working<T>(encryption: Encryption, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let spinner = progress::spinner(&format!("{encryption} takes some seconds"));
    let result = work();
    spinner.finish_and_clear();
    result
}
