//! What a chain and its nodes are started with.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use crate::{Devnet, Error, Fault, Result, chain::genesis::Genesis, running::Running};

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

/// Settings of a chain that is to be started, and of the node that serves it.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing before `start`"]
pub struct Builder {
    chain: Origin,
    node: Node,
}

/// Where the chain comes from.
#[derive(Clone, Debug)]
enum Origin {
    New(Settings),
    Running(Arc<Running>),
}

/// Settings of a chain.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) genesis: Genesis,
    /// Rao that accounts hold at genesis, beside those that always hold some.
    pub(crate) endowed: BTreeMap<[u8; 32], u64>,
    /// Of the runtime the chain begins with.
    pub(crate) metadata_hash: Option<[u8; 32]>,
    /// What the chain begins with instead.
    #[cfg(feature = "wasm")]
    pub(crate) spec: Option<PathBuf>,
    pub(crate) blocks: Blocks,
    pub(crate) finality_lag: u32,
    pub(crate) fork_every: Option<u32>,
    pub(crate) state: Option<PathBuf>,
    /// Numbers of the blocks that carry an upgrade.
    pub(crate) upgrade_at: Vec<u32>,
}

/// Settings of a node.
#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    pub(crate) latency: Duration,
    pub(crate) bandwidth: Option<u64>,
    pub(crate) port: u16,
    pub(crate) pruning: Option<u32>,
    pub(crate) first_block: u32,
    pub(crate) faults: Vec<Fault>,
}

impl Default for Builder {
    fn default() -> Self {
        let genesis = Genesis { seed: 0, subnets: 32, neurons: 256 };
        let chain = Settings {
            genesis,
            endowed: BTreeMap::new(),
            metadata_hash: None,
            #[cfg(feature = "wasm")]
            spec: None,
            blocks: Blocks::OnDemand,
            finality_lag: 2,
            fork_every: None,
            state: None,
            upgrade_at: Vec::new(),
        };
        Self { chain: Origin::New(chain), node: Node::default() }
    }
}

/// Settings of the chain. They do nothing to a chain that runs already: see [`Devnet::another`].
impl Builder {
    /// How many subnets there are: netuids 1 to this number (default 32, at most 4,096).
    pub fn subnets(self, subnets: u16) -> Self {
        self.chain(|chain| chain.genesis.subnets = subnets)
    }

    /// How many neurons each subnet has: uids from 0 on (default 256, at most 256).
    pub fn neurons(self, neurons: u16) -> Self {
        self.chain(|chain| chain.genesis.neurons = neurons)
    }

    /// What all keys, stakes and scores derive from (default 0). The same seed, subnets and neurons give the same
    /// genesis hash, another seed gives another chain.
    pub fn seed(self, seed: u64) -> Self {
        self.chain(|chain| chain.genesis.seed = seed)
    }

    /// What an account holds at genesis, in rao; several may be named one by one. The development accounts hold a
    /// million TAO, the coldkeys of neurons a thousand, and all others nothing.
    pub fn endow(self, account: [u8; 32], rao: u64) -> Self {
        self.chain(|chain| {
            chain.endowed.insert(account, rao);
        })
    }

    /// The digest of the metadata that the runtime of the genesis was built with, as of RFC 78: extrinsics whose
    /// `CheckMetadataHash` has the mode 1 are signed with it. By default the runtime was built without, and refuses
    /// the mode; so does any runtime it is upgraded to.
    pub fn metadata_hash(self, digest: [u8; 32]) -> Self {
        self.chain(|chain| chain.metadata_hash = Some(digest))
    }

    /// Begins with the state of this raw chain spec, JSON or gzipped JSON, and runs the wasm runtime that lies in it:
    /// a genuine one, of any Substrate chain with the block numbers, hashes and headers that most have. Subnets,
    /// neurons and the seed then mean nothing. The chain has one author and no consensus: where the runtime has Aura,
    /// each block is in a slot of its own, the timestamp is its only inherent, and there is no seal.
    ///
    /// Needs the feature `wasm`; mind its [licence](crate#wasm).
    #[cfg(feature = "wasm")]
    pub fn spec(self, file: impl Into<PathBuf>) -> Self {
        self.chain(|chain| chain.spec = Some(file.into()))
    }

    /// When blocks are made (default on demand).
    pub fn blocks(self, blocks: Blocks) -> Self {
        self.chain(|chain| chain.blocks = blocks)
    }

    /// How many blocks the finalized head is behind the best one (default 2).
    pub fn finality_lag(self, blocks: u32) -> Self {
        self.chain(|chain| chain.finality_lag = blocks)
    }

    /// Lets a fork one to three blocks deep follow every so many blocks, as far as finality allows: it needs
    /// [`Blocks::Every`], and a finality lag of three for all depths (default no forks).
    pub fn fork_every(self, blocks: u32) -> Self {
        self.chain(|chain| chain.fork_every = Some(blocks))
    }

    /// Keeps the chain in this file, and goes on with the chain that is in it. Every block is written as it comes, so
    /// it is there however the process ends; states are computed again from the blocks. The file belongs to one genesis
    /// and to one process at a time. What waits in the pool is not kept.
    pub fn state(self, file: impl Into<PathBuf>) -> Self {
        self.chain(|chain| chain.state = Some(file.into()))
    }

    /// Lets the block with this number carry an upgrade of the runtime, as [`Devnet::upgrade`] does; several may be
    /// named one by one (default none).
    pub fn upgrade_at(self, number: u32) -> Self {
        self.chain(|chain| chain.upgrade_at.push(number))
    }

    fn chain(mut self, set: impl FnOnce(&mut Settings)) -> Self {
        if let Origin::New(chain) = &mut self.chain {
            set(chain);
        }
        self
    }
}

/// Settings of the node.
impl Builder {
    pub(crate) fn of_running(chain: Arc<Running>) -> Self {
        Self { chain: Origin::Running(chain), node: Node::default() }
    }

    /// The round trip between client and server (default none). Half of it delays every byte in each direction;
    /// messages sent together arrive together.
    pub fn latency(mut self, round_trip: Duration) -> Self {
        self.node.latency = round_trip;
        self
    }

    /// How much passes in each direction in a second, over all connections together (default as much as can be).
    pub fn bandwidth(mut self, bytes_per_second: u64) -> Self {
        self.node.bandwidth = Some(bytes_per_second);
        self
    }

    /// The port to serve on (default 0, any that is free).
    pub fn port(mut self, port: u16) -> Self {
        self.node.port = port;
        self
    }

    /// Keeps the states of the best block and of so many below it; older ones are refused as a node refuses them.
    /// Headers, bodies and hashes stay. By default all states are kept, as in an archive.
    pub fn pruning(mut self, blocks: u32) -> Self {
        self.node.pruning = Some(blocks);
        self
    }

    /// The lowest block the node knows beside the genesis, as after a warp sync; what is below does not exist for
    /// it. By default it knows all blocks.
    pub fn first_block(mut self, number: u32) -> Self {
        self.node.first_block = number;
        self
    }

    /// What goes wrong on this node from the start (default nothing); see also [`Devnet::set_faults`].
    pub fn faults(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.node.faults = faults.into_iter().collect();
        self
    }

    /// Makes the genesis block, unless the chain runs already, and serves the chain. Needs a tokio runtime with time
    /// and IO.
    ///
    /// # Errors
    /// `Config` when there are more subnets or neurons than a chain may have, forks without timed blocks, or a chain
    /// spec that cannot be read or whose code is not a runtime; `State`
    /// when the file cannot be read or written, is of another chain, or is in use; `Port` when the port is taken.
    pub async fn start(self) -> Result<Devnet> {
        let chain = match self.chain {
            Origin::Running(chain) => chain,
            Origin::New(settings) => Running::start(checked(settings)?).await?,
        };
        Devnet::start(chain, self.node).await
    }
}

fn checked(settings: Settings) -> Result<Settings> {
    let Genesis { subnets, neurons, .. } = settings.genesis;
    if subnets > Genesis::MAX_SUBNETS || neurons > Genesis::MAX_NEURONS {
        return Err(Error::config(format_args!(
            "{subnets} subnets of {neurons} neurons are too many: at most {} of {}",
            Genesis::MAX_SUBNETS,
            Genesis::MAX_NEURONS
        )));
    }
    if settings.fork_every.is_some() && !matches!(settings.blocks, Blocks::Every(_)) {
        return Err(Error::config("forks follow blocks that come at an interval"));
    }
    #[cfg(feature = "wasm")]
    if settings.spec.is_some() && !settings.upgrade_at.is_empty() {
        return Err(Error::config("a chain spec has no next runtime: only a `set_code` upgrades it"));
    }
    Ok(settings)
}
