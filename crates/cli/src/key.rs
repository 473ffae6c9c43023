//! Whose key signs: what `--from` means.

use std::fmt;

use anyhow::Result;
use clap::Args;
use tensorwire::AccountId;
use tensorwire_wallet::Keypair;

use crate::keyring::Keyring;

/// The key that signs.
#[derive(Args)]
pub(crate) struct Key {
    /// Whose key signs: a wallet (its coldkey), wallet/hotkey, the path of a keyfile, or a development key as in
    /// //Alice; where nothing is signed, also an address
    #[arg(long, value_name = "KEY")]
    from: String,
    #[command(flatten)]
    keyring: Keyring,
}

impl Key {
    /// Its account. Asks for a password only where an encrypted keyfile alone tells it.
    pub(crate) fn account(&self) -> Result<AccountId> {
        self.keyring.account(&self.from)
    }

    /// The key itself. May ask for a password, and take seconds.
    pub(crate) fn signer(&self) -> Result<Keypair> {
        self.keyring.keypair(&self.from)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.from)
    }
}
