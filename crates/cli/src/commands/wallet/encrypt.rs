use anyhow::{Result, bail};
use clap::Args;
use tensorwire_wallet::{Encryption, Keyfile};

use super::written::Written;
use crate::{
    context::Context,
    keyring::{Keyring, working},
    secret,
};

/// Encrypt a keyfile, in place
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Encrypt {
    /// A wallet (its coldkey), wallet/hotkey, or the path of a keyfile
    key: String,
    #[command(flatten)]
    keyring: Keyring,
}

const NOTES: &str = "\
A file that an old version has encrypted (Ansible Vault, Fernet) is encrypted as NaCl, with the same password.

JSON: {\"address\", \"crypto_type\", \"path\", \"encryption\"}.

Examples:
  tw wallet encrypt cold/hot
  tw wallet encrypt cold --password-file password.txt";

impl Encrypt {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let file = Keyfile::read(self.keyring.file(&self.key)?)?;
        let given = self.keyring.password_file.as_deref();
        let password = match file.encryption() {
            None => {
                // A file without a key is told before anybody is asked for a password.
                file.keypair(None)?;
                secret::new_password(file.path(), given)?
            }
            Some(Encryption::Nacl) => {
                bail!("{} is encrypted: for another password, decrypt it first", file.path().display())
            }
            Some(_) => secret::password(file.path(), given)?,
        };
        let pair = working(Encryption::Nacl, || Ok(file.change_password(Some(&password), Some(&password))?))?;
        let written = Written::new(&pair, file.path(), Some(Encryption::Nacl));
        Ok(context.output.show(&written, || &written)?)
    }
}
