use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Args;
use tensorwire_wallet::Keypair;

use super::written::Target;
use crate::{context::Context, secret};

/// Make a key again from its mnemonic, seed or private key
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Restore {
    #[command(flatten)]
    target: Target,
    /// A file with the mnemonic, seed or private key, - for stdin [default: asked for]
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

const NOTES: &str = "\
The secret is 12 to 24 words, or 0x and the hexadecimal digits of a seed or private key. A derivation path and \
a password may follow as everywhere in Substrate: WORDS//hard/soft///password.

JSON: {\"address\", \"crypto_type\", \"path\", \"encryption\"}.

Examples:
  tw wallet restore cold
  tw wallet restore cold/hot --secret-file words.txt
  pass show cold | tw wallet restore cold --secret-file - --password-file password.txt";

impl Restore {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let ready = self.target.ready()?;
        let secret =
            secret::read(self.secret_file.as_deref(), "mnemonic, seed or private key", "--secret-file FILE")?;
        ensure!(!secret.starts_with('/'), "a mnemonic, seed or private key is expected before the path");
        let pair = Keypair::from_secret_uri(&secret, self.target.crypto_type)?;
        let written = ready.write(&pair)?;
        Ok(context.output.show(&written, || &written)?)
    }
}
