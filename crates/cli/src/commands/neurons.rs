use anyhow::{Result, bail};
use clap::{ArgGroup, Args};
use futures_util::future::try_join_all;
use serde::Serialize;
use tensorwire::At;

use crate::{context::Context, progress};

mod row;
mod tables;

use row::Neuron;

/// Show the neurons of one subnet, or of all
#[derive(Args)]
#[command(after_help = NOTES, group = ArgGroup::new("which").args(["netuid", "all"]).required(true))]
pub(crate) struct Neurons {
    /// The subnet
    #[arg(long)]
    netuid: Option<u16>,
    /// All subnets, read concurrently over one websocket; without --json, one line per subnet
    #[arg(long)]
    all: bool,
    /// Weights and bonds as well; a costly question for the node
    #[arg(long)]
    full: bool,
}

const NOTES: &str = "\
JSON: an array of neurons; with --all an array of {\"netuid\", \"neurons\"}. Fields have the chain's \
names, amounts are in rao, scores are fractions of 65,535.

Examples:
  tw neurons --netuid 1
  tw --at 5000000 --network archive neurons --netuid 1
  tw --json neurons --netuid 1 --full | jq '.[] | {uid, weights}'
  tw --json neurons --all | jq '[.[].neurons | length] | add'";

/// The neurons of one subnet.
#[derive(Serialize)]
struct Subnet<N> {
    netuid: u16,
    neurons: Vec<N>,
}

impl Neurons {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        if self.full {
            self.show(context, async |at, netuid| Ok(at.neurons(netuid).await?))
        } else {
            self.show(context, async |at, netuid| Ok(at.neurons_lite(netuid).await?))
        }
    }

    fn show<N: Neuron>(
        &self,
        context: &Context,
        read: impl AsyncFn(&At, u16) -> Result<Vec<N>>,
    ) -> Result<()> {
        let output = &context.output;
        match self.netuid {
            Some(netuid) => context.at_block(async |at| {
                let subnet = one(at, netuid, &read).await?;
                if output.is_json() {
                    return Ok(output.json(&subnet.neurons)?);
                }
                Ok(output.text(tables::neurons(&subnet, at.number().await?))?)
            }),
            None => context.at_block(async |at| {
                let subnets = all(at, &read).await?;
                if output.is_json() {
                    return Ok(output.json(&subnets)?);
                }
                Ok(output.text(tables::subnets(&subnets, at.number().await?))?)
            }),
        }
    }
}

async fn one<N>(at: &At, netuid: u16, read: impl AsyncFn(&At, u16) -> Result<Vec<N>>) -> Result<Subnet<N>> {
    let neurons = read(at, netuid).await?;
    if neurons.is_empty() && !at.subnet_exists(netuid).await? {
        let netuids = at.netuids().await?;
        bail!("there is no subnet {netuid}: the chain has {}", ranges(&netuids));
    }
    Ok(Subnet { netuid, neurons })
}

async fn all<N>(at: &At, read: impl AsyncFn(&At, u16) -> Result<Vec<N>>) -> Result<Vec<Subnet<N>>> {
    let netuids = at.netuids().await?;
    let bar = progress::bar(netuids.len(), "reading subnets");
    let subnet = async |netuid| {
        let neurons = read(at, netuid).await?;
        bar.inc(1);
        Ok(Subnet { netuid, neurons })
    };
    let subnets = try_join_all(netuids.into_iter().map(subnet)).await;
    bar.finish_and_clear();
    subnets
}

/// `0 to 64, 70`
fn ranges(netuids: &[u16]) -> String {
    let runs = netuids.chunk_by(|left, right| left.checked_add(1) == Some(*right));
    let runs = runs.filter_map(|run| match (run.first()?, run.last()?) {
        (first, last) if first == last => Some(first.to_string()),
        (first, last) => Some(format!("{first} to {last}")),
    });
    let runs: Vec<_> = runs.collect();
    if runs.is_empty() { "none".to_owned() } else { runs.join(", ") }
}
