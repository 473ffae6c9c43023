use anyhow::{Result, anyhow};
use clap::{Args, Subcommand};
use futures_util::{FutureExt, Stream, StreamExt};

use crate::{argument, context::Context};

pub(super) mod line;
mod outage;

use line::Line;
use outage::Outage;

/// Follow the chain, block by block, or a value of it, until Ctrl-C
#[derive(Args)]
#[command(arg_required_else_help = true, after_help = NOTES)]
pub(crate) struct Watch {
    #[command(subcommand)]
    what: What,
}

const NOTES: &str = "\
A line for each block, its number and hash, or for each change. Lost connections are made again, or another endpoint is \
asked, and what was missed meanwhile is filled in; stderr tells of an outage that lasts longer than \
--timeout, and at once of a node that refuses. --at and --no-cache have no effect here.

JSON: one object a line, {\"event\": \"block\", \"number\", \"hash\", \"parent\"}, for heads also \
{\"event\": \"reorg\", \"from\", \"to\"} and {\"event\": \"lagged\", \"missed\"}.

Examples:
  tw watch heads
  tw --network local watch finalized --from 0 --limit 100
  tw watch storage SubtensorModule TotalIssuance
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
    /// The value of a storage item: the present one, then each change
    #[command(after_help = STORAGE)]
    Storage {
        /// The pallet, as in System
        pallet: String,
        /// The storage item, as in Account
        item: String,
        /// The item's keys: JSON, or plain text such as an address
        #[arg(value_name = "KEY", allow_negative_numbers = true)]
        keys: Vec<String>,
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

const STORAGE: &str = "\
A line is the hash of the block, and the value there. After an outage or a reorganisation the present \
value is told anew, and that changes before it may be missing.

JSON: one object a line, {\"event\": \"change\", \"block\", \"value\", \"gap\"}.

Examples:
  tw watch storage System Number
  tw watch storage SubtensorModule Keys 1 0
  tw --json watch storage SubtensorModule Tempo 1 --limit 1 | jq .value";

#[derive(Args)]
struct Limit {
    /// End after that many blocks or changes
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
}

impl Watch {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        context.connected(async |subtensor| match self.what {
            What::Heads { limit } => follow(context, subtensor.heads(), limit, Line::of).await,
            What::Finalized { from: None, limit } => {
                follow(context, subtensor.finalized_heads(), limit, Line::of).await
            }
            What::Finalized { from: Some(number), limit } => {
                follow(context, subtensor.finalized_from(number), limit, Line::of).await
            }
            What::Storage { pallet, item, keys, limit } => {
                let changes = subtensor.watch(&pallet, &item, argument::values(&keys)?);
                follow(context, changes, limit, |change| Some(Line::change(change))).await
            }
        })
    }
}

/// Prints a stream, line by line; tells of an outage, and goes on.
async fn follow<T>(
    context: &Context,
    mut stream: impl Stream<Item = tensorwire::Result<T>> + Unpin,
    Limit { limit: mut left }: Limit,
    line: impl Fn(T) -> Option<Line>,
) -> Result<()> {
    let mut outage = Outage::default();
    let mut ahead = None;
    while left != Some(0) {
        let item = match ahead.take() {
            Some(item) => item,
            None => stream.next().await,
        };
        let event = match item.ok_or_else(|| anyhow!("the node says no more"))? {
            Ok(event) => event,
            Err(error) => {
                // What ends the stream is the command's own error.
                ahead = stream.next().now_or_never();
                if let Some(None) = ahead {
                    return Err(error.into());
                }
                outage.failed(&error);
                continue;
            }
        };
        outage.over();
        if let Some(line) = line(event) {
            left = left.map(|left| left - u64::from(line.counts()));
            context.output.line(line).await?;
        }
    }
    Ok(())
}
