use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use serde::Serialize;
use tensorwire_devnet::{Blocks, Devnet};

use crate::{
    context::{Context, interruptible},
    progress,
};

mod read;
mod report;

use read::{Job, Reading};

/// Read a local chain one call after another, then concurrently, and compare
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Demo {
    /// How many subnets there are
    #[arg(long, default_value_t = 32, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..))]
    subnets: u16,
    /// How many neurons each subnet has
    #[arg(long, default_value_t = 256, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..))]
    neurons: u16,
    /// The round trip to the chain
    #[arg(long, default_value_t = 100, value_name = "MILLISECONDS")]
    round_trip: u64,
}

const NOTES: &str = "\
Starts a chain in this process, on threads of its own, behind a link with the given round trip, and reads \
every neuron of every subnet twice, each time over one new websocket. Timed is the reading job: the head, \
the list of subnets and their neurons, decoded. Connecting and loading the metadata come before the clock \
starts. Both results must be equal. No network is used: --network, --fallback, \
--archive, --no-pool, --at and --no-cache have no effect here.

Examples:
  tw demo
  tw demo --subnets 128 --round-trip 250
  tw --json demo | jq .ratio";

/// What the demo found out.
#[derive(Serialize)]
struct Comparison {
    subnets: usize,
    neurons: usize,
    round_trip_ms: u64,
    sequential: Reading,
    concurrent: Reading,
    /// How many times faster the concurrent reading was.
    ratio: f64,
}

impl Demo {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        // The chain has a runtime to itself, so that no worker thread serves both ends of the websocket.
        let chain = tokio::runtime::Runtime::new().context("the async runtime cannot be started")?;
        let spinner = progress::spinner("building the chain");
        let devnet = chain.block_on(self.start());
        spinner.finish_and_clear();
        let devnet = devnet.context("the chain cannot be started")?;
        let comparison = context.wait(interruptible(self.compare(context, &devnet)));
        chain.block_on(devnet.shutdown());
        let comparison = comparison?;
        Ok(context.output.show(&comparison, || comparison.text())?)
    }

    async fn start(&self) -> Result<Devnet> {
        let builder = Devnet::builder().subnets(self.subnets).neurons(self.neurons).blocks(Blocks::OnDemand);
        Ok(builder.latency(Duration::from_millis(self.round_trip)).start().await?)
    }

    async fn compare(&self, context: &Context, devnet: &Devnet) -> Result<Comparison> {
        let (one_by_one, sequential) =
            Job::new(context, devnet, self.subnets, "reading one after another").sequential().await?;
        let (together, concurrent) =
            Job::new(context, devnet, self.subnets, "reading concurrently").concurrent().await?;
        ensure!(one_by_one == together, "the two readings differ, though the chain stood still");
        let neurons = together.iter().map(Vec::len).sum();
        let expected = usize::from(self.subnets) * usize::from(self.neurons);
        ensure!(neurons == expected, "{neurons} neurons were read, the chain has {expected}");
        Ok(Comparison {
            subnets: together.len(),
            neurons,
            round_trip_ms: self.round_trip,
            ratio: sequential.seconds / concurrent.seconds,
            sequential,
            concurrent,
        })
    }
}
