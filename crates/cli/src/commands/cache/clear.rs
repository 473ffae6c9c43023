use anyhow::Result;
use clap::Args;
use tensorwire::Hash;

use super::{Row, opened, sum};
use crate::context::Context;

/// Remove what is kept
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Clear {
    /// Only what belongs to the chain with this genesis hash
    #[arg(long, value_name = "HASH")]
    genesis: Option<Hash>,
}

const NOTES: &str = "\
It asks nothing, and touches no files but its own.

JSON: what was removed, as `tw cache list` shows it.

Examples:
  tw cache clear
  tw --json cache clear | jq length";

impl Clear {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let (cache, location) = opened(context)?;
        let removed = context.wait(async { Ok(cache.clear(self.genesis).await?) })?;
        let rows: Vec<_> = removed.iter().map(|entry| Row::new(&location, entry)).collect();
        Ok(context.output.show(&rows, || format!("removed {} from {location}", sum(&rows)))?)
    }
}
