use std::{
    path::{Path, PathBuf},
    pin::pin,
    time::Duration,
};

use anyhow::{Result, bail};
use clap::Args;
use serde_json::json;
use tensorwire_devnet::{Blocks, Builder, Devnet, Fault};

use crate::{context::Context, progress, stop};

/// Serve a local chain until Ctrl-C
#[derive(Args)]
#[command(after_help = notes())]
pub(crate) struct Serve {
    /// The port on 127.0.0.1; 0 takes any that is free
    #[arg(long, default_value_t = 9944)]
    port: u16,
    /// How many subnets there are
    #[arg(long, default_value_t = 32, value_name = "COUNT")]
    subnets: u16,
    /// How many neurons each subnet has
    #[arg(long, default_value_t = 256, value_name = "COUNT")]
    neurons: u16,
    /// Begin with this raw chain spec, JSON or gzipped JSON, and run the wasm runtime in it (feature `wasm`)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["subnets", "neurons", "seed", "upgrade_at"])]
    spec: Option<PathBuf>,
    /// What keys, stakes and scores are derived from
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Seconds between blocks; 0 makes a block for each extrinsic instead
    #[arg(long, default_value_t = 12.0, value_name = "SECONDS", value_parser = block_time)]
    block_time: f64,
    /// How many blocks finality stays behind
    #[arg(long, default_value_t = 2, value_name = "BLOCKS")]
    finality_lag: u32,
    /// Added to every round trip
    #[arg(long, default_value_t = 0, value_name = "MILLISECONDS")]
    latency: u64,
    /// Bytes a second that a connection carries; unlimited by default
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..))]
    bandwidth: Option<u64>,
    /// What goes wrong on purpose, such as lose-reply=10; several with commas, or repeated
    #[arg(long, value_name = "FAULT", value_delimiter = ',')]
    fault: Vec<Fault>,
    /// Let a fork, one to three blocks deep, follow every so many blocks, as far as finality allows
    #[arg(long, value_name = "BLOCKS", value_parser = clap::value_parser!(u32).range(1..))]
    fork_every: Option<u32>,
    /// Keep states of only so many blocks below the best; by default all are kept
    #[arg(long, value_name = "BLOCKS")]
    pruning: Option<u32>,
    /// Let the block with this number carry a runtime upgrade; several with commas, or repeated
    #[arg(long, value_name = "BLOCK", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..))]
    upgrade_at: Vec<u32>,
    /// Keep the chain in this file, and go on with the chain that is in it
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

/// What follows the options: the faults are listed from their table.
fn notes() -> String {
    let faults = Fault::KINDS.iter().map(|kind| format!("\n  {:21} {}", kind.syntax(), kind.effect()));
    format!(
        "{ABOUT}\n\nFaults, counted over all connections; what may be left out is in brackets:{}\n\n{EXAMPLES}",
        faults.collect::<String>()
    )
}

const ABOUT: &str = "\
A genuine FRAME runtime in this process, with Bittensor's storage, calls and runtime APIs; its economics \
are imitated. The same seed gives the same chain. JSON: {\"url\": ..} once it serves. \
--network, --fallback, --archive, \
--no-pool, --at, --timeout and --no-cache have no effect here.";

const EXAMPLES: &str = "\
Examples:
  tw devnet
  tw --network devnet neurons --netuid 1    # asks it, from elsewhere
  tw devnet --subnets 2 --neurons 8 --block-time 0
  tw devnet --latency 100 --bandwidth 1000000  # a node far away
  tw devnet --fault drop-every=50,delay=5..20 --fault lose-reply=10
  tw devnet --block-time 1 --fork-every 5 --finality-lag 4
  tw devnet --block-time 1 --upgrade-at 10,20    # spec 394, then 395
  tw devnet --state chain.bin    # stopped and started, it goes on
  tw devnet --spec subtensor.json.gz --block-time 0    # with the feature wasm
  tw --json devnet --port 0 | jq -r .url";

impl Serve {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        context.wait(async {
            // Heard from the start on: whoever reads the URL may say stop at once.
            let mut stopped = pin!(stop::asked()?);
            let spinner = progress::spinner("building the chain");
            let devnet = tokio::select! {
                devnet = self.start() => devnet,
                stopped = &mut stopped => Err(stopped.into()),
            };
            spinner.finish_and_clear();
            let devnet = devnet?;
            let url = devnet.url();
            context.output.show(&json!({ "url": url }), || {
                format!("serving {url} until Ctrl-C\ntry: tw --network {url} neurons --netuid 1")
            })?;
            stopped.await;
            devnet.shutdown().await;
            Ok(())
        })
    }

    async fn start(&self) -> Result<Devnet> {
        let blocks = match self.block_time {
            0.0 => Blocks::PerExtrinsic,
            seconds => Blocks::Every(Duration::from_secs_f64(seconds)),
        };
        if self.fork_every.is_some() && self.block_time == 0.0 {
            bail!("--fork-every needs blocks that come by themselves: a --block-time above 0");
        }
        let mut builder = Devnet::builder()
            .subnets(self.subnets)
            .neurons(self.neurons)
            .seed(self.seed)
            .latency(Duration::from_millis(self.latency))
            .finality_lag(self.finality_lag)
            .blocks(blocks)
            .port(self.port)
            .faults(self.fault.iter().cloned());
        if let Some(file) = &self.spec {
            builder = begin_with(builder, file)?;
        }
        if let Some(bandwidth) = self.bandwidth {
            builder = builder.bandwidth(bandwidth);
        }
        if let Some(blocks) = self.fork_every {
            builder = builder.fork_every(blocks);
        }
        if let Some(blocks) = self.pruning {
            builder = builder.pruning(blocks);
        }
        builder = self.upgrade_at.iter().fold(builder, |builder, number| builder.upgrade_at(*number));
        if let Some(file) = &self.state {
            builder = builder.state(file);
        }
        Ok(builder.start().await?)
    }
}

#[cfg(feature = "wasm")]
fn begin_with(builder: Builder, spec: &Path) -> Result<Builder> {
    Ok(builder.spec(spec))
}

/// Smoldot, which runs wasm, has a licence of its own: whoever wants it says so.
#[cfg(not(feature = "wasm"))]
fn begin_with(_: Builder, spec: &Path) -> Result<Builder> {
    bail!(
        "{} needs a wasm executor, and this tw was built without: `cargo install tensorwire-cli --features wasm` \
         has it (GPL-3.0-or-later WITH Classpath-exception-2.0)",
        spec.display()
    )
}

fn block_time(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok().filter(|seconds| (0.0..=86_400.0).contains(seconds));
    seconds.ok_or_else(|| "a number of seconds is expected, 0 to 86400".to_owned())
}
