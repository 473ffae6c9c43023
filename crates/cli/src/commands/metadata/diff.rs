use std::{path::PathBuf, str::FromStr, sync::Arc};

use anyhow::{Result, bail};
use clap::Args;
use futures_util::future::try_join;
use tensorwire::{BlockId, Runtime, Subtensor};

use crate::context::Context;

/// Show what an upgrade changes: one runtime beside another
#[derive(Args)]
#[command(after_help = NOTES)]
pub(super) struct Compare {
    /// The older runtime: HEAD, FINALIZED, a block's number or 0x-hash, or a file of metadata
    #[arg(value_name = "OLD")]
    before: Side,
    /// The newer runtime, likewise
    #[arg(value_name = "NEW")]
    after: Side,
}

const NOTES: &str = "\
A block stands for the runtime in force behind it. A file named like a block is given with its folder, as \
in ./100. With - before it something was removed, with + added, with ~ changed; documentation is not \
compared, and types are by how they are read.

Examples:
  tw metadata diff 5000000 HEAD
  tw metadata diff old.scale new.scale
  tw --json metadata diff old.scale HEAD | jq -r '.changes[].name'";

/// Where a runtime comes from.
#[derive(Clone)]
enum Side {
    Block(BlockId),
    File(PathBuf),
}

impl FromStr for Side {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.parse().map_or_else(|_| Self::File(text.into()), Self::Block))
    }
}

impl Compare {
    pub(super) fn run(self, context: &Context) -> Result<()> {
        // A file that is no metadata is told before anything is asked.
        let diff = match (self.before.load(context)?, self.after.load(context)?) {
            (Loaded::Runtime(before), Loaded::Runtime(after)) => before.diff(&after),
            (before, after) => context.connected(async |subtensor| {
                let (before, after) = try_join(before.of(subtensor), after.of(subtensor)).await?;
                Ok(before.diff(&after))
            })?,
        };
        Ok(context.output.show(&diff, || &diff)?)
    }
}

/// A side of which the file, if it is one, was read.
enum Loaded {
    Block(BlockId),
    Runtime(Arc<Runtime>),
}

impl Side {
    fn load(&self, context: &Context) -> Result<Loaded> {
        match self {
            Self::Block(block) => Ok(Loaded::Block(*block)),
            Self::File(path) if !path.exists() => {
                let path = path.display();
                bail!("{path} is no file, and no block: HEAD, FINALIZED, a number or a 0x-hash is expected")
            }
            Self::File(path) => Ok(Loaded::Runtime(Arc::new(context.runtime_of_file(path)?))),
        }
    }
}

impl Loaded {
    async fn of(&self, subtensor: &Subtensor) -> Result<Arc<Runtime>> {
        match self {
            Self::Block(block) => Ok(subtensor.at(*block).await?.runtime().await?),
            Self::Runtime(runtime) => Ok(runtime.clone()),
        }
    }
}
