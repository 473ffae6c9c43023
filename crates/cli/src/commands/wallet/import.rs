use anyhow::{Result, bail};
use clap::Args;
use serde_json::json;
use tensorwire::AccountId;
use tensorwire_wallet::{Keyfile, Keypair, PublicKey, Wallet};

use super::written::Target;
use crate::{context::Context, keyring::Named};

/// Take in a keyfile from elsewhere, a development key, or an address to watch
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Import {
    /// What to take in: the path of a keyfile, a development key as in //Alice, or an address
    #[arg(value_name = "FROM")]
    from: String,
    #[command(flatten)]
    target: Target,
}

const NOTES: &str = "\
A keyfile is opened and written anew. Of an address the public half alone is written: \
`tw tx compose` needs no more.

JSON: {\"address\", \"crypto_type\", \"path\", \"encryption\"}.

Examples:
  tw wallet import /backup/coldkey cold
  tw wallet import //Alice alice --plain
  tw wallet import 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY watched";

impl Import {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let keyring = &self.target.keyring;
        if self.from.starts_with("0x") {
            bail!(
                "0x-hex may be a public key or a secret: the address of a key to watch is taken here, a seed by `tw wallet restore`"
            );
        }
        let pair = match keyring.named(&self.from)? {
            Named::Account(account) => return self.watch(account, context),
            Named::Development(_) => Keypair::from_secret_uri(&self.from, self.target.crypto_type)?,
            Named::File(path) => {
                self.target.if_exists().check(&self.target.file()?)?;
                keyring.open(&Keyfile::read(path)?)?
            }
        };
        let written = self.target.ready()?.write(&pair)?;
        Ok(context.output.show(&written, || &written)?)
    }

    fn watch(&self, account: AccountId, context: &Context) -> Result<()> {
        let file = self.target.file()?;
        if file.exists() {
            bail!("{} has a key of its own, and is left as it is", file.display());
        }
        let path = Wallet::public(&file);
        let key = PublicKey { account, crypto_type: self.target.crypto_type };
        Keyfile::write_public(&path, key, self.target.if_exists())?;
        let crypto_type = key.crypto_type.to_string();
        let json =
            json!({ "address": account, "crypto_type": crypto_type, "path": path, "encryption": null });
        Ok(context.output.show(&json, || format!("{account}\n  in {}", path.display()))?)
    }
}
