use anyhow::Result;
use clap::Args;

use super::{
    air_gap,
    follow::{Waiting, follow},
    outbox::Keep,
    sent::Sent,
};
use crate::context::Context;

/// Submit a signed extrinsic, and watch it until its receipt
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Submit {
    /// The extrinsic: 0x-hex, a file of `tw tx sign`, or - for stdin
    #[arg(value_name = "HEX|FILE")]
    extrinsic: String,
    #[command(flatten)]
    waiting: Waiting,
    #[command(flatten)]
    keep: Keep,
}

const NOTES: &str = "\
Nothing is asked: what is signed is decided. What the chain can no longer take is refused. What it has \
taken already is not sent again: this ends with the receipt.

Examples:
  tw tx submit signed.hex
  tw tx sign payload.json --from //Alice --metadata metadata.hex --yes |
    tw tx submit - --wait inblock";

impl Submit {
    pub(super) fn run(self, context: &Context) -> Result<()> {
        let bytes = air_gap::extrinsic(&self.extrinsic)?;
        let (outbox, sent) = (self.keep.open()?, Sent::default());
        let result = context.connected_to_send(outbox.as_ref(), async |subtensor| {
            let signed = subtensor.signed_bytes(bytes).await?;
            sent.note(signed.pending().into());
            follow(context, &signed.submit().await?, &self.waiting, &sent).await
        });
        result.inspect_err(|error| sent.tell_if_undecided(error))
    }
}
