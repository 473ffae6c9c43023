use std::{path::PathBuf, sync::Arc};

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use tensorwire::Runtime;
use tensorwire_scale::{Pallet, RuntimeApi, did_you_mean};

use crate::{context::Context, failure::NotFound};

mod api;
mod diff;
mod item;
mod overview;
mod pallet;
mod types;

/// Show what a runtime has: pallets, storage, constants, calls, events, errors, runtime APIs, types
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Metadata {
    #[command(subcommand)]
    other: Option<Other>,
    /// A pallet, as in System, or a runtime API, as in NeuronInfoRuntimeApi
    name: Option<String>,
    /// A storage item, constant, call, event or error of the pallet, or a method of the API
    item: Option<String>,
    /// Read a file of metadata (raw, hex, or a node's JSON answer) instead of asking a node
    #[arg(long, global = true, value_name = "FILE")]
    metadata: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Other {
    Diff(diff::Compare),
    Types(types::List),
}

const NOTES: &str = "\
Without a name it lists the pallets and runtime APIs, with one what that pallet or API has, with two one \
item. A pallet that is itself named diff or types stands behind --.

Examples:
  tw metadata
  tw metadata SubtensorModule
  tw metadata SubtensorModule Uids
  tw metadata SubtensorModule add_stake
  tw metadata NeuronInfoRuntimeApi get_neurons_lite
  tw metadata types NeuronInfoLite
  tw metadata diff 5000000 HEAD
  tw --json metadata --metadata metadata.hex | jq -r '.pallets[].name'";

impl Metadata {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let runtime = || match &self.metadata {
            Some(file) => Ok(Arc::new(context.runtime_of_file(file)?)),
            None => context.runtime(),
        };
        match (self.other, &self.name, &self.metadata) {
            (None, ..) => {}
            (Some(Other::Types(types)), None, _) => return types.run(&*runtime()?, context),
            (Some(Other::Diff(diff)), None, None) => return diff.run(context),
            (Some(Other::Diff(_)), None, Some(_)) => {
                bail!("`tw metadata diff` takes files as its arguments, without --metadata")
            }
            (Some(_), Some(name), _) => {
                bail!("nothing named diff or types is looked up in {name} but behind --")
            }
        }
        let runtime = runtime()?;
        let output = &context.output;
        let Some(name) = self.name.as_deref() else {
            let overview = overview::Overview::of(&runtime);
            return Ok(output.show(&overview, || overview.text())?);
        };
        match (find_api(&runtime, name), self.item.as_deref()) {
            (Some(found), None) => {
                let found = api::Api::of(&runtime, found);
                Ok(output.show(&found, || found.text())?)
            }
            (Some(_), Some(method)) => {
                let method = runtime.api_method(name, method).map_err(tensorwire::Error::from)?;
                let method = api::Method::of(&runtime, method);
                Ok(output.show(&method, || method.text())?)
            }
            (None, None) => {
                let pallet = pallet::Contents::of(&runtime, find_pallet(&runtime, name)?);
                Ok(output.show(&pallet, || pallet.text())?)
            }
            (None, Some(item)) => {
                let found = item::find(&runtime, find_pallet(&runtime, name)?, item)?;
                Ok(output.show(&found, || item::text(&found))?)
            }
        }
    }
}

fn find_pallet<'a>(runtime: &'a Runtime, name: &str) -> Result<&'a Pallet> {
    let found = runtime.pallets().iter().find(|pallet| pallet.name() == name);
    found.ok_or_else(|| {
        let names =
            runtime.pallets().iter().map(Pallet::name).chain(runtime.apis().iter().map(RuntimeApi::name));
        let hint = did_you_mean(name, names);
        NotFound::in_runtime(format!("no pallet or runtime API is named \"{name}\" in {runtime}{hint}"))
            .into()
    })
}

/// A runtime API of that name; pallets come first should both have it.
fn find_api<'a>(runtime: &'a Runtime, name: &str) -> Option<&'a RuntimeApi> {
    if runtime.pallets().iter().any(|pallet| pallet.name() == name) {
        return None;
    }
    runtime.apis().iter().find(|api| api.name() == name)
}
