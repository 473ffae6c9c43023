use std::path::Path;

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use tensorwire::AccountId;
use tensorwire_wallet::{ErrorKind, Keyfile, Wallet};

use crate::{context::Context, keyring::Folder};

/// List wallets and their hotkeys, without a password
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct List {
    #[command(flatten)]
    folder: Folder,
}

const NOTES: &str = "\
JSON: an array of {\"name\", \"path\", \"coldkey\", \"hotkeys\"}; each key is {\"name\", \"address\", \"crypto_type\", \
\"encryption\", \"has_secret\", \"error\"}, what is not known is null.

Examples:
  tw wallet list
  tw --json wallet list | jq '.[].coldkey.address'";

#[derive(Serialize)]
struct Row {
    name: String,
    path: String,
    coldkey: Key,
    hotkeys: Vec<Key>,
}

#[derive(Serialize, Default)]
struct Key {
    name: String,
    address: Option<AccountId>,
    crypto_type: Option<String>,
    encryption: Option<String>,
    has_secret: bool,
    error: Option<String>,
}

impl Key {
    fn at(name: &str, path: &Path) -> Self {
        let mut key = Self { name: name.to_owned(), ..Self::default() };
        match Wallet::read_public(path) {
            Ok(public) => {
                key.address = Some(public.account);
                key.crypto_type = Some(public.crypto_type.to_string());
            }
            // Its address is in it.
            Err(error) if error.kind() == ErrorKind::PasswordNeeded => {}
            Err(error) => key.error = Some(error.to_string()),
        }
        match Keyfile::read(path) {
            Ok(file) => {
                key.has_secret = true;
                key.encryption = file.encryption().map(|encryption| encryption.to_string());
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => key.error = Some(error.to_string()),
        }
        key
    }

    fn line(&self, indent: &str) -> String {
        let Self { name, address, encryption, has_secret, error, .. } = self;
        let address = address.map_or_else(|| "-".to_owned(), |address| address.to_string());
        let state = match (error, encryption, has_secret) {
            (Some(error), ..) => error.clone(),
            (None, Some(encryption), _) => format!("encrypted ({encryption})"),
            (None, None, true) => "not encrypted".to_owned(),
            (None, None, false) => "address alone".to_owned(),
        };
        format!("\n{indent}{name:width$} {address}  {state}", width = 20_usize.saturating_sub(indent.len()))
    }
}

impl List {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let wallets = Wallet::list(self.folder.path().as_deref())?;
        let rows = wallets.iter().map(row).collect::<Result<Vec<_>>>()?;
        Ok(context.output.show(&rows, || text(&rows))?)
    }
}

fn row(wallet: &Wallet) -> Result<Row> {
    let hotkeys = wallet.hotkeys()?;
    let hotkeys = hotkeys.iter().map(|name| Ok(Key::at(name, &wallet.hotkey(name)?)));
    Ok(Row {
        name: wallet.name().to_owned(),
        path: wallet.folder().display().to_string(),
        coldkey: Key::at("coldkey", &wallet.coldkey()),
        hotkeys: hotkeys.collect::<Result<_>>()?,
    })
}

fn text(rows: &[Row]) -> String {
    if rows.is_empty() {
        return "there are no wallets here: `tw wallet new NAME` makes one".to_owned();
    }
    let lines = rows.iter().map(|row| {
        let hotkeys: String = row.hotkeys.iter().map(|key| key.line("    ")).collect();
        format!("{}{}{hotkeys}", row.name, row.coldkey.line("  "))
    });
    lines.collect::<Vec<_>>().join("\n")
}
