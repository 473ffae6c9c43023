use std::str::FromStr;

use anyhow::Result;
use clap::Args;
use tensorwire::{BlockId, Call, Error, ErrorKind, ExtrinsicId, Hash, Receipt};

use crate::{context::Context, failure::NotFound, pretty::pretty};

use super::block::text::outcome;

/// Show an extrinsic: what it says, and what became of it
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Extrinsic {
    #[command(flatten)]
    wanted: Wanted,
}

/// An extrinsic, and where it is looked for.
#[derive(Args)]
pub(crate) struct Wanted {
    /// Where it is, as in 1234-5 (block 1234, place 5), or its 0x-hash
    #[arg(value_name = "ID|HASH")]
    extrinsic: Which,
    /// How many blocks are searched for a hash, from the head downwards
    #[arg(long, value_name = "BLOCKS", default_value_t = 100)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    last: u64,
}

const NOTES: &str = "\
A chain keeps no index of hashes: a hash is looked for in block after block. If --at names the block, \
only there.

JSON: {\"id\", \"block\", \"hash\", \"extrinsic\", \"ok\", \"error\", \"doubt\", \"info\", \"weight\", \
\"class\", \"pays_fee\", \"fee\", \"tip\", \"items\", \"events\"}, where \"block\" is the block's hash and \
\"items\" are the calls within its call, each {\"path\", \"call\", \"result\", \"ok\", \"error\", \"events\", \
\"items\"}.

Examples:
  tw extrinsic 5000000-3 --network archive
  tw extrinsic --last 1000 $HASH
  tw --json extrinsic 5000000-3 --network archive | jq .ok";

#[derive(Clone, Copy)]
enum Which {
    Id(ExtrinsicId),
    Hash(Hash),
}

impl FromStr for Which {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.starts_with("0x") { text.parse().map(Self::Hash) } else { text.parse().map(Self::Id) }
    }
}

impl Extrinsic {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let extrinsic = self.wanted.find(context)?;
        Ok(context.output.show(&extrinsic, || text(&extrinsic))?)
    }
}

impl Wanted {
    pub(crate) fn find(&self, context: &Context) -> Result<Receipt> {
        match (self.extrinsic, context.block()) {
            (Which::Id(id), _) => context
                .connected(async |subtensor| named(subtensor.extrinsic(id).await, "`tw block` lists them")),
            (Which::Hash(hash), BlockId::Head) => context.connected(async |subtensor| {
                let found = subtensor.find_extrinsic(hash, self.last).await;
                named(found, "--last BLOCKS searches more of them")
            }),
            (Which::Hash(hash), _) => {
                context.at_block(async |at| named(at.extrinsic(hash).await, "`tw block` lists them"))
            }
        }
    }
}

/// An extrinsic that is not there is not looked for in the metadata.
fn named(found: Result<Receipt, Error>, hint: &'static str) -> Result<Receipt> {
    found.map_err(|error| match error.kind() {
        ErrorKind::NotFound => NotFound::new(error.to_string(), hint).into(),
        _ => error.into(),
    })
}

/// The call, and its arguments below it.
pub(crate) fn call_text(call: &Call) -> String {
    let arguments = pretty(call.arguments());
    let arguments = arguments.lines().map(|line| format!("\n  {line}"));
    format!("call       {}.{}{}", call.pallet(), call.name(), arguments.collect::<String>())
}

fn text(extrinsic: &Receipt) -> String {
    let mut lines = vec![
        format!("extrinsic  {}", extrinsic.id()),
        format!("hash       {}", extrinsic.hash()),
        format!("block      {}", extrinsic.block().hash),
    ];
    match extrinsic.decoded() {
        Ok(decoded) => {
            lines.extend(decoded.signer().map(|signer| format!("signer     {signer}")));
            lines.extend(decoded.nonce().map(|nonce| format!("nonce      {nonce}")));
            lines.extend(decoded.tip().map(|tip| format!("tip        {tip}")));
            lines.push(call_text(decoded.call()));
        }
        Err(error) => {
            lines.push(format!("bytes      {} ({error})", const_hex::encode_prefixed(extrinsic.bytes())))
        }
    }
    lines.extend(extrinsic.fee().map(|fee| format!("fee        {fee}")));
    lines.push(format!("outcome    {}", outcome(extrinsic)));
    lines.push(format!("events     {}", extrinsic.events().len()));
    lines.extend(extrinsic.events().iter().map(|event| format!("  {event}")));
    lines.join("\n")
}
