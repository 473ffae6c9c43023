use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use tensorwire_scale::{Runtime, TypeId};

use crate::context::Context;

mod decode;
mod encode;
mod key;
mod lines;
mod type_names;

/// Decode and encode SCALE offline, with the metadata of a file
#[derive(Args)]
#[command(arg_required_else_help = true, after_help = NOTES)]
pub(crate) struct Scale {
    #[command(subcommand)]
    command: Command,
}

const NOTES: &str = "\
Nothing is connected: --network, --fallback, --archive, --no-pool, --at, --timeout and --no-cache have \
no effect here.

Examples:
  tw rpc state_getMetadata > metadata.hex  # makes a metadata file
  tw scale decode --metadata metadata.hex --type u32 0x2a000000
  tw scale encode --metadata metadata.hex --type '(u16, AccountId32)' \\
    '[1, \"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY\"]'
  tw scale key --metadata metadata.hex System Number";

#[derive(Subcommand)]
enum Command {
    Decode(decode::Decode),
    Encode(encode::Encode),
    Key(key::Key),
}

impl Scale {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        match self.command {
            Command::Decode(command) => command.run(context),
            Command::Encode(command) => command.run(context),
            Command::Key(command) => command.run(context),
        }
    }
}

/// What decoding and encoding have in common.
#[derive(Args)]
struct Codec {
    /// A file of runtime metadata: raw, as hex, or a node's JSON answer
    #[arg(long, value_name = "FILE")]
    metadata: PathBuf,
    #[arg(help = "A registry id, or a name: u32, AccountId32, sp_core::crypto::AccountId32, Vec<u8>")]
    #[arg(long = "type", value_name = "TYPE", required_unless_present = "lines")]
    type_name: Option<String>,
    /// Read JSON lines from stdin and write a JSON line for each
    #[arg(long)]
    lines: bool,
}

impl Codec {
    fn runtime(&self, context: &Context) -> Result<Runtime> {
        context.runtime_of_file(&self.metadata)
    }

    fn type_in(&self, runtime: &Runtime) -> Result<Option<TypeId>> {
        let ty = self.type_name.as_deref().map(|name| runtime.plan().find_type(name));
        Ok(ty.transpose()?)
    }
}
