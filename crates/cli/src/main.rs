//! `tw`: Bittensor's chain from the command line.
#![forbid(unsafe_code)]

mod amount;
mod argument;
mod ask;
mod commands;
mod context;
mod endpoint_option;
mod failure;
mod input;
mod json;
mod key;
mod keyring;
mod log;
mod metadata_file;
mod options;
mod output;
mod pretty;
mod progress;
mod secret;
mod stop;
mod table;

use std::process::ExitCode;

use clap::{
    CommandFactory, Parser,
    error::{ContextKind, ContextValue, ErrorKind},
};

/// Read Bittensor's chain, or any Substrate chain, over one websocket.
#[derive(Parser)]
#[command(name = "tw", version, arg_required_else_help = true, max_term_width = 120, after_help = EXAMPLES)]
struct Tw {
    #[command(subcommand)]
    command: commands::Command,
    #[command(flatten)]
    options: options::Options,
}

const EXAMPLES: &str = "\
Examples:
  tw demo                                   # measures against a local chain
  tw neurons --netuid 1                     # the neurons of a subnet
  tw balance 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
  tw --json neurons --all | jq length       # all subnets, for programs
  tw --network archive --at 5000000 query SubtensorModule TotalNetworks
  tw watch finalized                        # each block, once, in order
  tw tx Balances transfer_keep_alive --from cold --args '[\"5FHn..\", 1000]'

With --json, exactly one JSON value is written to stdout and all else to stderr,
except by --help, --version, completions, and by map, watch and scale --lines: one a line.
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 sent but not known what became of it, 130 interrupted,
143 terminated. RUST_LOG=debug tells more.";

fn main() -> ExitCode {
    let Tw { command, options } = Tw::try_parse().unwrap_or_else(|error| unrepeated(error).exit());
    if options.verify && !command.is_verifiable() {
        let message =
            "--verify goes with balance, query, map, block and events: proofs do not cover other answers";
        Tw::command().error(ErrorKind::ArgumentConflict, message).exit();
    }
    log::start();
    match command.run(&context::Context::new(options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure::report(&error),
    }
}

/// An argument that `tw wallet` does not take may be a mnemonic or a seed: it is not repeated.
fn unrepeated(mut error: clap::Error) -> clap::Error {
    let is_option = |argument: &ContextValue| argument.to_string().starts_with('-');
    let may_be_secret = error.kind() == ErrorKind::UnknownArgument
        && !error.get(ContextKind::InvalidArg).is_some_and(is_option)
        && std::env::args_os().any(|argument| argument == "wallet");
    if may_be_secret {
        error.insert(ContextKind::InvalidArg, ContextValue::String("..".to_owned()));
    }
    error
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_tree_is_sound() {
        super::Tw::command().debug_assert();
    }
}
