use anyhow::Result;
use clap::Args;

use crate::{argument, context::Context, pretty::pretty};

/// Read a storage item
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Query {
    /// The pallet, as in System
    pallet: String,
    /// The storage item, as in Account
    item: String,
    /// The item's keys: JSON, or plain text such as an address
    #[arg(value_name = "KEY", allow_negative_numbers = true)]
    keys: Vec<String>,
}

const NOTES: &str = "\
An absent key reads as the item's default, or as none (JSON: null) if the item is optional.

Examples:
  tw query System Number
  tw query System Account 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
  tw query SubtensorModule Uids 1 \\
    5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
  tw metadata System  # lists the items that there are";

impl Query {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let Self { pallet, item, keys } = self;
        let keys = argument::values(&keys)?;
        let value = context.at_block(async |at| Ok(at.query(&pallet, &item, keys).await?))?;
        Ok(context.output.show(&value, || pretty(&value))?)
    }
}
