use anyhow::Result;
use clap::Args;
use tensorwire::{Call, DispatchWeight, ExtrinsicId, Item, Receipt};

use super::{block::text::outcome, extrinsic};
use crate::{
    amount::{self, grouped},
    context::Context,
};

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
    let shown = context.output.show(receipt, || text(receipt));
    // A reader that has gone does not turn a failure into a success.
    if receipt.ok() { Ok(shown?) } else { Err(Failed::of(receipt).into()) }
}

fn text(receipt: &Receipt) -> String {
    let mut lines = vec![
        format!("extrinsic  {}", receipt.id()),
        format!("hash       {}", receipt.hash()),
        format!("block      {}", receipt.block().hash),
    ];
    if let Ok(decoded) = receipt.decoded() {
        lines.push(format!("call       {}", name(decoded.call())));
        lines.extend(decoded.signer().map(|signer| format!("signer     {signer}")));
    }
    let doubt = receipt.doubt().map(|doubt| format!("outcome    in doubt: {doubt}"));
    lines.push(doubt.unwrap_or_else(|| format!("outcome    {}", outcome(receipt))));
    lines.extend(receipt.fee().map(|fee| format!("fee        {}", amount::whole(fee))));
    let tip = receipt.tip().filter(|tip| *tip > 0);
    lines.extend(tip.map(|tip| format!("  of it    {} are a tip", amount::whole(tip))));
    lines.extend(receipt.weight().map(|DispatchWeight { ref_time, proof_size }| {
        format!("weight     ref_time {}, proof_size {}", grouped(ref_time), grouped(proof_size))
    }));
    if !receipt.items().is_empty() {
        lines.push("items".to_owned());
        receipt.items().iter().for_each(|found| item(found, 1, &mut lines));
    }
    lines.push(format!("events     {}", receipt.events().len()));
    lines.extend(receipt.events().iter().map(|event| format!("  {event}")));
    lines.join("\n")
}

/// A line for the call and each that it carried, indented.
fn item(of: &Item, depth: usize, lines: &mut Vec<String>) {
    let (call, result) = (name(of.call()), of.result());
    lines.push(format!("{:indent$}{}  {call}  {result}", "", of.path(), indent = 2 * depth));
    of.items().iter().for_each(|within| item(within, depth + 1, lines));
}

fn name(call: &Call) -> String {
    format!("{}.{}", call.pallet(), call.name())
}

/// An extrinsic that is in a block, and has not done what it was to do.
#[derive(Debug, thiserror::Error)]
#[error("extrinsic {id} {cause}")]
pub(crate) struct Failed {
    id: ExtrinsicId,
    cause: String,
}

impl Failed {
    fn of(receipt: &Receipt) -> Self {
        let cause = match (receipt.error(), receipt.doubt()) {
            (Some(error), _) => format!("failed: {error}"),
            (None, doubt) => format!("may have failed: {}", doubt.unwrap_or("its events do not say")),
        };
        Self { id: receipt.id(), cause }
    }
}
