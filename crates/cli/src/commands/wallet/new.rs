use std::io::{self, IsTerminal as _};

use anyhow::Result;
use clap::Args;
use tensorwire_wallet::Mnemonic;

use super::written::Target;
use crate::context::Context;

/// Make a new key
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct New {
    #[command(flatten)]
    target: Target,
    /// How many words its mnemonic has: 12, 15, 18, 21 or 24
    #[arg(long, value_name = "NUMBER", default_value = "12", alias = "n-words")]
    words: usize,
    /// Print the mnemonic to stdout, and in JSON, instead of to the terminal
    #[arg(long)]
    print_mnemonic: bool,
}

const NOTES: &str = "\
The mnemonic is shown once, at the terminal. It is in the keyfile too: `tw wallet show KEY --mnemonic`. Whoever \
has it has the key; without it and without the file the key is gone.

JSON: {\"address\", \"crypto_type\", \"path\", \"encryption\"}, and \"mnemonic\" with --print-mnemonic.

Examples:
  tw wallet new cold
  tw wallet new cold/hot --words 24
  TW_PASSWORD=.. tw --json wallet new cold --wallet-path ./wallets";

impl New {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let mnemonic = Mnemonic::generate(self.words)?;
        let pair = mnemonic.keypair(self.target.crypto_type, "")?;
        let mut written = self.target.ready()?.write(&pair)?;
        let phrase = mnemonic.phrase();
        if self.print_mnemonic {
            written.mnemonic = Some(phrase.to_string());
        } else if io::stderr().is_terminal() {
            eprintln!("Write these words down, and show them to nobody:\n\n  {}\n", &*phrase);
        }
        let shown = |words: &String| format!("\n  {words}");
        let words = written.mnemonic.as_ref().map(shown).unwrap_or_default();
        Ok(context.output.show(&written, || format!("{written}{words}"))?)
    }
}
