use anyhow::{Context as _, Result};
use clap::Args;
use tensorwire_wallet::Keyfile;

use super::written::Written;
use crate::{
    context::Context,
    keyring::{Keyring, working},
    secret,
};

/// Decrypt a keyfile, in place: whoever reads it has the key then
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Decrypt {
    /// A wallet (its coldkey), wallet/hotkey, or the path of a keyfile
    key: String,
    #[command(flatten)]
    keyring: Keyring,
}

const NOTES: &str = "\
JSON: {\"address\", \"crypto_type\", \"path\", \"encryption\"}.

Examples:
  tw wallet decrypt cold --password-file password.txt";

impl Decrypt {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let file = Keyfile::read(self.keyring.file(&self.key)?)?;
        let encryption =
            file.encryption().with_context(|| format!("{} is not encrypted", file.path().display()))?;
        let password = secret::password(file.path(), self.keyring.password_file.as_deref())?;
        let pair = working(encryption, || Ok(file.change_password(Some(&password), None)?))?;
        let written = Written::new(&pair, file.path(), None);
        Ok(context.output.show(&written, || &written)?)
    }
}
