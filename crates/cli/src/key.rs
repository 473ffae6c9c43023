//! Whose key signs: what `--from` means.

use std::fmt;

use anyhow::{Context as _, Result};
use clap::Args;
use tensorwire::AccountId;
use tensorwire_wallet::Keypair;

/// The key that signs.
#[derive(Args)]
pub(crate) struct Key {
    /// Whose key signs: a development key as in //Alice; where nothing is signed, also an address
    #[arg(long, value_name = "KEY")]
    from: String,
}

impl Key {
    /// Its account. Asks for no password.
    pub(crate) fn account(&self) -> Result<AccountId> {
        if self.from.starts_with("//") {
            return Ok(self.signer()?.account());
        }
        self.from.parse().with_context(|| format!("{} is no key", self.from))
    }

    /// The key itself. May ask for a password.
    pub(crate) fn signer(&self) -> Result<Keypair> {
        Keypair::from_uri(&self.from).with_context(|| format!("{} cannot sign", self.from))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.from)
    }
}
