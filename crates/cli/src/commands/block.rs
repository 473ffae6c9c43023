use anyhow::Result;
use clap::Args;
use serde::Serialize;
use tensorwire::{AccountId, At, BlockId, DigestItem, Error, ErrorKind, Event, ExecutedBlock, Hash, Receipt};

use crate::context::Context;

pub(super) mod text;

/// Show a block: its header, its extrinsics and what became of them
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Block {
    /// HEAD, FINALIZED, a number or a 0x-hash; by default the block that --at names
    block: Option<BlockId>,
    /// Show the events below their extrinsics (JSON has them always)
    #[arg(long)]
    events: bool,
    /// Show who made the block
    #[arg(long)]
    author: bool,
}

const NOTES: &str = "\
A line for each extrinsic: its id, its signer or -, its call, and `ok` or why it failed. An extrinsic is \
not ok either if a call failed that it carried (by a proxy, sudo, a multisig or a batch).

JSON: {\"number\", \"hash\", \"parent\", \"state_root\", \"extrinsics_root\", \"digest\", \"timestamp\", \
\"extrinsics\", \"events\"}, with --author also \"author\". An extrinsic is as of `tw extrinsic`; one that does \
not decode has \"undecodable\" in place of \"extrinsic\". The block's own \"events\" are those of no extrinsic. \
\"timestamp\" is in milliseconds since 1970.

Examples:
  tw block
  tw block 5000000 --network archive --events
  tw block finalized --author
  tw --json block 8000000 | jq '.extrinsics[] | select(.ok | not)'";

#[derive(Serialize)]
struct Shown {
    number: u64,
    hash: Hash,
    parent: Hash,
    state_root: Hash,
    extrinsics_root: Hash,
    digest: Vec<DigestItem>,
    timestamp: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<Option<AccountId>>,
    extrinsics: Vec<Receipt>,
    events: Vec<Event>,
}

impl Block {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let shown = context.at(self.block, async |at| Shown::read(at, self.author).await)?;
        Ok(context.output.show(&shown, || text::block(&shown, self.events))?)
    }
}

impl Shown {
    async fn read(at: &At, author: bool) -> Result<Self> {
        let (block, timestamp) = tokio::try_join!(at.block_with_events(), timestamp(at))?;
        let author = if author { Some(at.author().await?) } else { None };
        let ExecutedBlock { header, extrinsics, events, .. } = block;
        Ok(Self {
            digest: header.digest_items(),
            number: header.number,
            hash: header.hash,
            parent: header.parent,
            state_root: header.state_root,
            extrinsics_root: header.extrinsics_root,
            timestamp,
            author,
            extrinsics,
            events,
        })
    }
}

/// `None` on a chain that has no clock.
async fn timestamp(at: &At) -> Result<Option<u64>, Error> {
    match at.timestamp().await {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        timestamp => timestamp.map(Some),
    }
}
