//! What a chain is started with.

use std::time::Duration;

use crate::{Devnet, Error, Result, chain::genesis::Genesis};

/// When blocks are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Blocks {
    /// Only when [`Devnet::produce_block`] is called: nothing moves under a test's feet.
    #[default]
    OnDemand,
    /// Also after every extrinsic that comes in, before its submission is answered.
    PerExtrinsic,
    /// Also at this interval; a real chain's is 12 seconds.
    Every(Duration),
}

/// Settings of a chain that is to be started.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing before `start`"]
pub struct Builder {
    pub(crate) genesis: Genesis,
    pub(crate) blocks: Blocks,
    pub(crate) finality_lag: u32,
    pub(crate) latency: Duration,
    pub(crate) bandwidth: Option<u64>,
    pub(crate) port: u16,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            genesis: Genesis { seed: 0, subnets: 32, neurons: 256 },
            blocks: Blocks::OnDemand,
            finality_lag: 2,
            latency: Duration::ZERO,
            bandwidth: None,
            port: 0,
        }
    }
}

impl Builder {
    /// How many subnets there are: netuids 1 to this number (default 32, at most 4,096).
    pub fn subnets(mut self, subnets: u16) -> Self {
        self.genesis.subnets = subnets;
        self
    }

    /// How many neurons each subnet has: uids from 0 on (default 256, at most 256).
    pub fn neurons(mut self, neurons: u16) -> Self {
        self.genesis.neurons = neurons;
        self
    }

    /// What all keys, stakes and scores derive from (default 0). The same seed, subnets and neurons give the same
    /// genesis hash.
    pub fn seed(mut self, seed: u64) -> Self {
        self.genesis.seed = seed;
        self
    }

    /// When blocks are made (default on demand).
    pub fn blocks(mut self, blocks: Blocks) -> Self {
        self.blocks = blocks;
        self
    }

    /// How many blocks the finalized head is behind the best one (default 2).
    pub fn finality_lag(mut self, blocks: u32) -> Self {
        self.finality_lag = blocks;
        self
    }

    /// The round trip between client and server (default none). Half of it delays every byte in each direction;
    /// messages sent together arrive together.
    pub fn latency(mut self, round_trip: Duration) -> Self {
        self.latency = round_trip;
        self
    }

    /// How much passes in each direction in a second, over all connections together (default as much as can be).
    pub fn bandwidth(mut self, bytes_per_second: u64) -> Self {
        self.bandwidth = Some(bytes_per_second);
        self
    }

    /// The port to serve on (default 0, any that is free).
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Makes the genesis block and serves the chain. Needs a tokio runtime with time and IO.
    ///
    /// # Errors
    /// `Config` when there are more subnets or neurons than a chain may have, `Port` when the port is taken.
    pub async fn start(self) -> Result<Devnet> {
        if self.genesis.subnets > Genesis::MAX_SUBNETS || self.genesis.neurons > Genesis::MAX_NEURONS {
            return Err(Error::config(format_args!(
                "{} subnets of {} neurons are too many: at most {} of {}",
                self.genesis.subnets,
                self.genesis.neurons,
                Genesis::MAX_SUBNETS,
                Genesis::MAX_NEURONS
            )));
        }
        Devnet::start(self).await
    }
}
