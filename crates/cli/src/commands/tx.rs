use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};

use crate::context::Context;

mod compose;
mod overview;
mod sign;
mod terms;
mod words;

/// Make a transaction: show it with its fee, ask, sign, submit, and watch it until its receipt
#[derive(Args)]
#[command(arg_required_else_help = true, subcommand_negates_reqs = true, after_help = NOTES)]
pub(crate) struct Tx {
    #[command(subcommand)]
    step: Option<Step>,
}

#[derive(Subcommand)]
enum Step {
    Compose(compose::Compose),
    Sign(sign::Sign),
}

const NOTES: &str = "\
Ends with the receipt: exit code 0 only if the call has done what it was to do, and all calls within it; \
1 if it has failed, or was not sent; 3 if it was sent, and what became of it is not known yet. What was \
sent goes on without `tw`: after Ctrl-C ask for it with `tw tx status`.

A pallet that is itself named compose, sign, submit or status stands behind --, and so does such a call.

JSON: as of `tw receipt`; with --dry-run {\"call\", \"signer\", \"nonce\", \"era\", \"tip\", \
\"spec_version\", \"genesis\", \"fee\", \"balance\"}; with --wait submitted {\"hash\", \"nonce\", \
\"last_block\"}. Amounts are in rao.

Examples:
  tw tx Balances transfer_keep_alive --from cold \\
    --args '{\"dest\": \"5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty\", \"value\": 1000}'
  tw --network devnet tx System remark --args '[\"0x00\"]' --from //Alice --yes
  tw tx SubtensorModule register_network --args '[\"5Grw..\"]' --from cold --dry-run
  tw metadata Balances transfer_keep_alive  # shows the arguments of a call";

impl Tx {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        match self.step.context("compose or sign is missing")? {
            Step::Compose(command) => command.run(context),
            Step::Sign(command) => command.run(context),
        }
    }
}
