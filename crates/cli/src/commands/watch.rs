use anyhow::{Result, anyhow};
use clap::{Args, Subcommand};
use futures_util::FutureExt;
use tensorwire::{HeadEvent, Heads, Subtensor};

use crate::context::Context;

mod line;
mod outage;

use line::Line;
use outage::Outage;

/// Follow the chain, block by block, until Ctrl-C
#[derive(Args)]
#[command(arg_required_else_help = true, after_help = NOTES)]
pub(crate) struct Watch {
    #[command(subcommand)]
    what: What,
}

const NOTES: &str = "\
A line for each block: its number and hash. Lost connections are made again, or another endpoint is \
asked, and what was missed meanwhile is filled in; stderr tells of an outage that lasts longer than \
--timeout, and at once of a node that refuses. --at and --no-cache have no effect here.

JSON: one object a line, {\"event\": \"block\", \"number\", \"hash\", \"parent\"}, for heads also \
{\"event\": \"reorg\", \"from\", \"to\"} and {\"event\": \"lagged\", \"missed\"}.

Examples:
  tw watch heads
  tw --network local watch finalized --from 0 --limit 100
  tw --json watch finalized | jq --unbuffered .number";

#[derive(Subcommand)]
enum What {
    /// The best blocks from the present one on, and reorganisations
    #[command(after_help = HEADS)]
    Heads {
        #[command(flatten)]
        limit: Limit,
    },
    /// The finalized blocks: each once, in order, without gaps
    #[command(after_help = FINALIZED)]
    Finalized {
        /// The first block, however old; by default the one finalized last
        #[arg(long, value_name = "NUMBER")]
        from: Option<u64>,
        #[command(flatten)]
        limit: Limit,
    },
}

const HEADS: &str = "\
A block's parent is the block of the line before. Where it is not, a line `reorg` comes first: the \
blocks after `to` are no longer part of the best chain, and those of the new branch follow. A line \
`lagged` counts blocks that were missed and are not filled in.

Examples:
  tw watch heads
  tw watch heads --limit 1
  tw --json watch heads | jq --unbuffered 'select(.event == \"reorg\")'";

const FINALIZED: &str = "\
To go on where a former run has ended, pass the number after its last.

Examples:
  tw watch finalized
  tw watch finalized --from 5000000 --limit 1000
  tw --json watch finalized | jq --unbuffered -r .hash";

#[derive(Args)]
struct Limit {
    /// End after that many blocks
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
}

impl What {
    fn limit(&self) -> Option<u64> {
        let (Self::Heads { limit } | Self::Finalized { limit, .. }) = self;
        limit.limit
    }

    fn follow(&self, subtensor: &Subtensor) -> Heads {
        match self {
            Self::Heads { .. } => subtensor.heads(),
            Self::Finalized { from: None, .. } => subtensor.finalized_heads(),
            Self::Finalized { from: Some(number), .. } => subtensor.finalized_from(*number),
        }
    }
}

impl Watch {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        context.connected(async |subtensor| {
            let mut heads = self.what.follow(subtensor);
            let mut left = self.what.limit();
            let mut outage = Outage::default();
            let mut ahead = None;
            while left != Some(0) {
                let item = match ahead.take() {
                    Some(item) => item,
                    None => heads.next().await,
                };
                let event = match item.ok_or_else(|| anyhow!("the node says no more"))? {
                    Ok(event) => event,
                    Err(error) => {
                        // What ends the stream is the command's own error.
                        ahead = heads.next().now_or_never();
                        if let Some(None) = ahead {
                            return Err(error.into());
                        }
                        outage.failed(&error);
                        continue;
                    }
                };
                outage.over();
                if matches!(event, HeadEvent::Block(_)) {
                    left = left.map(|left| left - 1);
                }
                if let Some(line) = Line::of(event) {
                    context.output.line(line).await?;
                }
            }
            Ok(())
        })
    }
}
