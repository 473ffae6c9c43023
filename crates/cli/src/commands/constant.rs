use anyhow::Result;
use clap::Args;

use crate::{context::Context, pretty::pretty};

/// Show a constant of a pallet
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Constant {
    /// The pallet, as in Balances
    pallet: String,
    /// The constant, as in ExistentialDeposit
    name: String,
}

const EXAMPLES: &str = "\
Examples:
  tw const Balances ExistentialDeposit
  tw --json const System Version | jq .spec_version
  tw metadata Balances  # lists the constants that there are";

impl Constant {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let Self { pallet, name } = self;
        let value = context.at_block(async |at| Ok(at.constant(&pallet, &name).await?))?;
        Ok(context.output.show(&value, || pretty(&value))?)
    }
}
