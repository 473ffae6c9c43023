use anyhow::Result;
use clap::Args;
use tensorwire::Receipt;

use super::{block::text::outcome, extrinsic};
use crate::{amount, context::Context};

/// Show what became of an extrinsic, and of the calls within it
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Show {
    #[command(flatten)]
    wanted: extrinsic::Wanted,
}

const NOTES: &str = "\
Fails (exit code 1) if the extrinsic has failed, or a call within it: of a batch, a proxy, a multisig, \
sudo. `tw extrinsic` shows what it says, this what it has brought about.

JSON: as of `tw extrinsic`.

Examples:
  tw receipt 5000000-3 --network archive
  tw receipt --last 1000 $HASH && echo done
  tw --json receipt 5000000-3 --network archive | jq .items";

impl Show {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        show(context, &self.wanted.find(context)?)
    }
}

/// Shows the receipt; fails if it is one of a failure.
pub(crate) fn show(context: &Context, receipt: &Receipt) -> Result<()> {
    context.output.show(receipt, || text(receipt))?;
    if receipt.ok() { Ok(()) } else { Err(Failed::of(receipt).into()) }
}

fn text(receipt: &Receipt) -> String {
    let mut lines = vec![
        format!("extrinsic  {}", receipt.id()),
        format!("hash       {}", receipt.hash()),
        format!("block      {}", receipt.block().hash),
    ];
    if let Ok(decoded) = receipt.decoded() {
        lines.push(format!("call       {}.{}", decoded.call().pallet(), decoded.call().name()));
        lines.extend(decoded.signer().map(|signer| format!("signer     {signer}")));
    }
    lines.push(format!("outcome    {}", outcome(receipt)));
    lines.extend(receipt.fee().map(|fee| format!("fee        {}", amount::whole(fee))));
    lines.push(format!("events     {}", receipt.events().len()));
    lines.extend(receipt.events().iter().map(|event| format!("  {event}")));
    lines.join("\n")
}

/// An extrinsic that is in a block, and has not done what it was to do.
#[derive(Debug, thiserror::Error)]
#[error("extrinsic {id} failed: {cause}")]
pub(crate) struct Failed {
    id: String,
    cause: String,
}

impl Failed {
    fn of(receipt: &Receipt) -> Self {
        let cause = match receipt.error() {
            Some(error) => error.to_string(),
            None => "the chain does not say that it has succeeded".to_owned(),
        };
        Self { id: receipt.id().to_string(), cause }
    }
}
