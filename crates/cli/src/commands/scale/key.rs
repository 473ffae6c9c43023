use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::{argument, context::Context};

/// Print a storage key
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Key {
    /// A file of runtime metadata: raw, as hex, or a node's JSON answer
    #[arg(long, value_name = "FILE")]
    metadata: PathBuf,
    /// The pallet, as in System
    pallet: String,
    /// The storage item, as in Account
    item: String,
    /// The item's keys: JSON, or plain text such as an address
    #[arg(value_name = "KEY", allow_negative_numbers = true)]
    keys: Vec<String>,
    /// Take fewer keys than the item has, and print what the storage keys of all values below them begin with
    #[arg(long)]
    prefix: bool,
}

const EXAMPLES: &str = "\
Examples:
  tw scale key --metadata metadata.hex System Number
  tw scale key --metadata metadata.hex SubtensorModule Uids 1 \\
    5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
  tw scale key --metadata metadata.hex --prefix SubtensorModule Uids 1";

impl Key {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let runtime = context.runtime_of_file(&self.metadata)?;
        let entry = runtime.storage(&self.pallet, &self.item).map_err(tensorwire::Error::from)?;
        let keys = argument::values(&self.keys)?;
        let key = if self.prefix { entry.key_prefix(&keys)? } else { entry.key(&keys)? };
        let hex = const_hex::encode_prefixed(key);
        Ok(context.output.show(&hex, || &hex)?)
    }
}
