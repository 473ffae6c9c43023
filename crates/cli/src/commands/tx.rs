use anyhow::Result;
use clap::{
    ArgMatches, Args, Command, Error, FromArgMatches, Subcommand,
    error::{ErrorKind, Result as Parsed},
};

use crate::context::Context;

mod air_gap;
mod attach;
mod compose;
mod follow;
mod outbox;
mod overview;
mod send;
mod sent;
mod sign;
mod status;
mod submit;
mod terms;
mod words;

/// A transaction made at once, or one part of that.
pub(crate) enum Tx {
    Whole(send::Send),
    Part(Step),
}

#[derive(Subcommand)]
pub(crate) enum Step {
    Compose(compose::Compose),
    Sign(sign::Sign),
    Attach(attach::Attach),
    Submit(submit::Submit),
    Status(status::Status),
    Outbox(outbox::Show),
}

const NOTES: &str = "\
Ends with the receipt: exit code 0 only if the call has done what it was to do, and all calls within it; \
1 if it has failed, or was not sent; 3 if it was sent, and what became of it is not known yet. What was \
sent goes on without `tw`: after Ctrl-C `tw tx status` tells what became of it. --at has no effect here.

A call within a call is an object too: {\"Pallet\": {\"call\": its arguments}}.

A pallet or a call that is itself named as one of the commands stands behind --.

JSON: as of `tw receipt`; with --dry-run {\"call\", \"signer\", \"nonce\", \"era\", \"last_block\", \
\"tip\", \"spec_version\", \"genesis\", \"fee\", \"balance\"}; with --wait submitted {\"hash\", \
\"account\", \"nonce\", \"last_block\"}. Amounts are in rao.

Examples:
  tw tx Balances transfer_keep_alive --from cold --args '{\"value\": 1000,
    \"dest\": \"5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty\"}'
  tw --network devnet tx System remark --from //Alice --args '[\"0x00\"]'
  tw tx System remark --from cold --args '[\"0x00\"]' --dry-run
  tw tx Utility batch_all --from cold --args '[[
    {\"System\": {\"remark\": [\"0x00\"]}},
    {\"Balances\": {\"transfer_keep_alive\": {\"value\": 1000,
      \"dest\": \"5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty\"}}}]]'
  tw metadata Balances transfer_keep_alive  # the arguments of a call";

impl Tx {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Whole(command) => command.run(context),
            Self::Part(Step::Compose(command)) => command.run(context),
            Self::Part(Step::Sign(command)) => command.run(context),
            Self::Part(Step::Attach(command)) => command.run(context),
            Self::Part(Step::Submit(command)) => command.run(context),
            Self::Part(Step::Status(command)) => command.run(context),
            Self::Part(Step::Outbox(command)) => command.run(context),
        }
    }
}

/// A call, or one of the commands: the derive has no word for that where the call's arguments are required.
impl Args for Tx {
    fn augment_args(command: Command) -> Command {
        let command = Step::augment_subcommands(send::Send::augment_args(command));
        command.subcommand_negates_reqs(true).arg_required_else_help(true).after_help(NOTES)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Tx {
    fn from_arg_matches(matches: &ArgMatches) -> Parsed<Self> {
        match matches.subcommand_name() {
            None => send::Send::from_arg_matches(matches).map(Self::Whole),
            Some(_) if !matches.contains_id("pallet") => Step::from_arg_matches(matches).map(Self::Part),
            Some(name) => {
                let message =
                    format!("a pallet or call named {name} stands behind --, as in `tw tx -- PALLET {name}`");
                Err(Error::raw(ErrorKind::ArgumentConflict, message))
            }
        }
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Parsed<()> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
