//! The commands: one file each.

mod balance;
mod block;
mod cache;
mod call;
mod completions;
mod constant;
#[cfg(feature = "devnet")]
mod demo;
#[cfg(feature = "devnet")]
mod devnet;
mod events;
mod extrinsic;
mod map;
mod metadata;
mod neurons;
mod query;
mod receipt;
mod rpc;
mod runtime;
mod scale;
mod status;
mod tx;
mod wait;
mod wallet;
mod watch;

use anyhow::Result;
use clap::Subcommand;

use crate::context::Context;

#[derive(Subcommand)]
pub(crate) enum Command {
    Neurons(neurons::Neurons),
    Balance(balance::Balance),
    Query(query::Query),
    Map(map::Map),
    Block(block::Block),
    Events(events::Events),
    Extrinsic(extrinsic::Extrinsic),
    Tx(tx::Tx),
    Receipt(receipt::Show),
    Call(call::Call),
    Const(constant::Constant),
    Metadata(metadata::Metadata),
    Runtime(runtime::Show),
    Cache(cache::Keep),
    Rpc(rpc::Rpc),
    Watch(watch::Watch),
    Wait(wait::Wait),
    Status(status::Status),
    Scale(scale::Scale),
    Wallet(wallet::Wallets),
    #[cfg(feature = "devnet")]
    Demo(demo::Demo),
    #[cfg(feature = "devnet")]
    Devnet(devnet::Serve),
    Completions(completions::Completions),
}

impl Command {
    /// Whether proofs cover all that it shows.
    pub(crate) fn is_verifiable(&self) -> bool {
        matches!(self, Self::Balance(_) | Self::Query(_) | Self::Map(_) | Self::Block(_) | Self::Events(_))
    }

    pub(crate) fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Neurons(command) => command.run(context),
            Self::Balance(command) => command.run(context),
            Self::Query(command) => command.run(context),
            Self::Map(command) => command.run(context),
            Self::Block(command) => command.run(context),
            Self::Events(command) => command.run(context),
            Self::Extrinsic(command) => command.run(context),
            Self::Tx(command) => command.run(context),
            Self::Receipt(command) => command.run(context),
            Self::Call(command) => command.run(context),
            Self::Const(command) => command.run(context),
            Self::Metadata(command) => command.run(context),
            Self::Runtime(command) => command.run(context),
            Self::Cache(command) => command.run(context),
            Self::Rpc(command) => command.run(context),
            Self::Watch(command) => command.run(context),
            Self::Wait(command) => command.run(context),
            Self::Status(command) => command.run(context),
            Self::Scale(command) => command.run(context),
            Self::Wallet(command) => command.run(context),
            #[cfg(feature = "devnet")]
            Self::Demo(command) => command.run(context),
            #[cfg(feature = "devnet")]
            Self::Devnet(command) => command.run(context),
            Self::Completions(command) => command.run(context),
        }
    }
}
