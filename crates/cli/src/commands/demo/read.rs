use std::time::Instant;

use anyhow::Result;
use futures_util::future::try_join_all;
use indicatif::ProgressBar;
use serde::Serialize;
use tensorwire::{At, Cache, NeuronInfoLite};
use tensorwire_devnet::Devnet;

use crate::{context::Context, progress};

/// The neurons of each subnet.
type Neurons = Vec<Vec<NeuronInfoLite>>;

/// What one reading took.
#[derive(Serialize)]
pub(super) struct Reading {
    pub(super) seconds: f64,
    pub(super) requests: u64,
    pub(super) websockets: u64,
    /// Both ways.
    pub(super) bytes: u64,
}

/// All neurons of the chain, read over a websocket of its own.
pub(super) struct Job<'a> {
    context: &'a Context,
    devnet: &'a Devnet,
    bar: ProgressBar,
}

impl<'a> Job<'a> {
    pub(super) fn new(context: &'a Context, devnet: &'a Devnet, subnets: u16, how: &str) -> Self {
        Self { context, devnet, bar: progress::bar(subnets.into(), how) }
    }

    /// Each call waits for the one before it.
    pub(super) async fn sequential(self) -> Result<(Neurons, Reading)> {
        self.measure(async |at| {
            let mut neurons = Vec::new();
            for netuid in at.netuids().await? {
                neurons.push(self.subnet(at, netuid).await?);
            }
            Ok(neurons)
        })
        .await
    }

    /// All calls together.
    pub(super) async fn concurrent(self) -> Result<(Neurons, Reading)> {
        self.measure(async |at| {
            let netuids = at.netuids().await?;
            try_join_all(netuids.into_iter().map(|netuid| self.subnet(at, netuid))).await
        })
        .await
    }

    async fn subnet(&self, at: &At, netuid: u16) -> Result<Vec<NeuronInfoLite>> {
        let neurons = at.neurons_lite(netuid).await?;
        self.bar.inc(1);
        Ok(neurons)
    }

    /// Connects, loads the runtime, and only then starts to count.
    async fn measure(&self, read: impl AsyncFn(&At) -> Result<Neurons>) -> Result<(Neurons, Reading)> {
        let opened = self.devnet.stats().connections_opened;
        let subtensor = self.context.builder(self.devnet.url()).cache(Cache::none()).connect().await?;
        subtensor.head().await?.runtime().await?;
        self.bar.reset_elapsed();
        let (before, start) = (subtensor.stats(), Instant::now());
        let neurons = read(&subtensor.head().await?).await?;
        let (after, seconds) = (subtensor.stats(), start.elapsed().as_secs_f64());
        self.bar.finish_and_clear();
        subtensor.close().await;
        let reading = Reading {
            seconds,
            requests: after.requests - before.requests,
            websockets: self.devnet.stats().connections_opened - opened,
            bytes: after.bytes_sent + after.bytes_received - before.bytes_sent - before.bytes_received,
        };
        Ok((neurons, reading))
    }
}
