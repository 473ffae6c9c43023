use std::str::FromStr;

use anyhow::{Result, anyhow};
use clap::Args;

use super::watch::line::Line;
use crate::context::Context;

/// Wait until the chain has reached a block
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Wait {
    /// The block's number, or +N for the Nth block from now
    #[arg(allow_negative_numbers = true)]
    block: Until,
}

const NOTES: &str = "\
Ends with the block's number and hash: at once, if it is there already. What fails for longer than \
--timeout is an error. --at has no effect here.

JSON: {\"event\": \"block\", \"number\", \"hash\", \"parent\"}, as `tw watch heads` prints it.

Examples:
  tw wait +1
  tw wait 9000000 && tw block 9000000
  tw --json wait +10 | jq -r .hash";

#[derive(Clone, Copy)]
enum Until {
    Number(u64),
    FromNow(u64),
}

impl FromStr for Until {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let parsed = match text.strip_prefix('+') {
            Some(blocks) => blocks.parse().map(Self::FromNow),
            None => text.parse().map(Self::Number),
        };
        parsed.map_err(|_| anyhow!("a block's number, or + and a number of blocks, is expected"))
    }
}

impl Wait {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let header = context.connected(async |subtensor| {
            let number = match self.block {
                Until::Number(number) => number,
                Until::FromNow(blocks) => subtensor.head().await?.number().await?.saturating_add(blocks),
            };
            Ok(subtensor.wait_for_block(number).await?)
        })?;
        let line = Line::block(&header);
        Ok(context.output.show(&line, || line.to_string())?)
    }
}
