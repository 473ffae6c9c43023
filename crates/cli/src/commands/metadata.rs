use std::{path::PathBuf, sync::Arc};

use anyhow::Result;
use clap::Args;
use tensorwire::Runtime;
use tensorwire_scale::{Pallet, RuntimeApi, did_you_mean};

use crate::{context::Context, failure::NotFound, metadata_file};

mod api;
mod item;
mod overview;
mod pallet;

/// Show what a runtime has: pallets, storage, constants, calls, runtime APIs
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Metadata {
    /// A pallet, as in System, or a runtime API, as in NeuronInfoRuntimeApi
    name: Option<String>,
    /// A storage item, constant, call, event or error of the pallet, or a method of the API
    item: Option<String>,
    /// Read a file of metadata (raw, hex, or a node's JSON answer) instead of asking a node
    #[arg(long, value_name = "FILE")]
    metadata: Option<PathBuf>,
}

const NOTES: &str = "\
Without a name it lists the pallets and runtime APIs, with one what that pallet or API has, with two one \
item.

Examples:
  tw metadata
  tw metadata SubtensorModule
  tw metadata SubtensorModule Uids
  tw metadata NeuronInfoRuntimeApi get_neurons_lite
  tw --json metadata --metadata metadata.hex | jq -r '.pallets[].name'";

impl Metadata {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let runtime = match &self.metadata {
            Some(file) => Arc::new(metadata_file::load(file)?),
            None => context.runtime()?,
        };
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
                let pallet = pallet::Contents::of(&runtime, find_pallet(&runtime, name)?)?;
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
        let (hint, spec, version) = (did_you_mean(name, names), runtime.spec_name(), runtime.spec_version());
        NotFound::in_runtime(format!(
            "no pallet or runtime API is named \"{name}\" in {spec} {version}{hint}"
        ))
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
