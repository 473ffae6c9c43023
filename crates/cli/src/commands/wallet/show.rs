use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::json;
use tensorwire_wallet::{CryptoType, Keyfile, PublicKey};

use crate::{
    context::Context,
    keyring::{Keyring, Named},
};

/// Show a key: its address, public key and kind
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Show {
    /// A wallet (its coldkey), wallet/hotkey, the path of a keyfile, a development key, or an address
    key: String,
    /// Show its mnemonic too. Whoever sees it has the key
    #[arg(long)]
    mnemonic: bool,
    #[command(flatten)]
    keyring: Keyring,
}

const NOTES: &str = "\
A password is asked for only where the keyfile alone tells the address, and with --mnemonic.

JSON: {\"address\", \"public_key\", \"crypto_type\", \"path\", \"encryption\"}, and \"mnemonic\" with --mnemonic.

Examples:
  tw wallet show cold
  tw wallet show cold --mnemonic
  tw --json wallet show //Alice | jq -r .public_key";

impl Show {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let named = self.keyring.named(&self.key)?;
        let mnemonic = if self.mnemonic { Some(self.phrase(&named)?) } else { None };
        let PublicKey { account, crypto_type } = match &named {
            Named::Development(pair) => pair.public_key(),
            Named::Account(account) => PublicKey { account: *account, crypto_type: CryptoType::default() },
            Named::File(path) => self.keyring.public_key(path)?,
        };
        let file = match &named {
            Named::File(path) => Keyfile::read(path).ok(),
            _ => None,
        };
        let path = file.as_ref().map(Keyfile::path);
        let encryption = file.as_ref().and_then(Keyfile::encryption);
        let encryption = encryption.map(|encryption| encryption.to_string());
        let public_key = const_hex::encode_prefixed(account.0);
        let crypto_type = crypto_type.to_string();
        let mut json = json!({ "address": account, "public_key": public_key, "crypto_type": crypto_type,
            "path": path, "encryption": encryption });
        let mut text = format!("address     {account}\npublic key  {public_key}\nkind        {crypto_type}");
        if let Some(path) = path {
            text += &format!("\nkeyfile     {}", path.display());
        }
        if let Some(encryption) = &encryption {
            text += &format!("\nencrypted   {encryption}");
        }
        if let Some(mnemonic) = &mnemonic {
            text += &format!("\nmnemonic    {mnemonic}");
            json["mnemonic"] = mnemonic.as_str().into();
        }
        Ok(context.output.show(&json, || text)?)
    }

    fn phrase(&self, named: &Named) -> Result<String> {
        let Named::File(path) = named else { bail!("{} is in no keyfile", self.key) };
        let pair = self.keyring.open(&Keyfile::read(path)?)?;
        let mnemonic =
            pair.mnemonic().context("the keyfile holds no mnemonic: its key was made of something else")?;
        Ok(mnemonic.phrase().to_string())
    }
}
