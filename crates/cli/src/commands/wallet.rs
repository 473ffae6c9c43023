use anyhow::Result;
use clap::{Args, Subcommand};
use tokio::task::spawn_blocking;

use crate::context::{Context, interruptible};

mod decrypt;
mod encrypt;
mod import;
mod list;
mod new;
mod restore;
mod show;
mod sign;
mod verify;
mod written;

/// Make, read and use the keys of bittensor's wallets
#[derive(Args)]
#[command(arg_required_else_help = true, after_help = NOTES)]
pub(crate) struct Wallets {
    #[command(subcommand)]
    command: Command,
}

const NOTES: &str = "\
Nothing is connected: --network, --fallback, --archive, --no-pool, --at and --timeout have no effect here.

A key is named as --from names it: a wallet (its coldkey), wallet/hotkey, or the path of a keyfile, which \
begins with /, . or ~. Wallets are laid out as btcli lays them out; keyfiles of every version of it are read.

No secret is an argument. A password is the first that there is of: --password-file, TW_PASSWORD, the \
variable BT_PW_.. that bittensor leaves, and an answer at the terminal.

Examples:
  tw wallet new cold                 # a coldkey, encrypted
  tw wallet new cold/hot             # a hotkey of it, plain
  tw wallet list
  tw wallet restore cold             # asks for the mnemonic
  tw wallet sign cold/hot 'a message'";

#[derive(Subcommand)]
enum Command {
    New(new::New),
    Restore(restore::Restore),
    Import(import::Import),
    List(list::List),
    Show(show::Show),
    Sign(sign::Sign),
    Verify(verify::Verify),
    Encrypt(encrypt::Encrypt),
    Decrypt(decrypt::Decrypt),
}

impl Wallets {
    /// A thread asks and works: ended by a signal itself, it would leave the terminal without an echo.
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let here = context.clone();
        context.wait(interruptible(async { spawn_blocking(move || self.command.run(&here)).await? }))
    }
}

impl Command {
    fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::New(command) => command.run(context),
            Self::Restore(command) => command.run(context),
            Self::Import(command) => command.run(context),
            Self::List(command) => command.run(context),
            Self::Show(command) => command.run(context),
            Self::Sign(command) => command.run(context),
            Self::Verify(command) => command.run(context),
            Self::Encrypt(command) => command.run(context),
            Self::Decrypt(command) => command.run(context),
        }
    }
}

/// The bytes of a message: 0x-hex is what it stands for, as bittensor has it, any other text its UTF-8.
fn message(text: &str) -> Vec<u8> {
    let bytes = text.strip_prefix("0x").and_then(|digits| const_hex::decode(digits).ok());
    bytes.unwrap_or_else(|| text.into())
}
