//! The first block.

use std::{collections::BTreeMap, sync::Arc};

use sp_core::{
    Pair, sr25519,
    storage::{Storage, well_known_keys::CODE},
};
use sp_runtime::{
    AccountId32, BuildStorage, StateVersion,
    generic::Digest,
    traits::{BlakeTwo256, Hash as _, Header as _},
};
use sp_state_machine::Backend;

use super::{archive::Archive, blocks::Block};
use crate::{
    Error,
    engine::{Engine, ExecutionError},
    runtime::{
        Balance, Code, Header,
        first::{BalancesConfig, RuntimeGenesisConfig, SubtensorModuleConfig, SudoConfig},
    },
    subtensor::genesis::neuron,
};

/// The well-known development accounts; the first holds the sudo key.
pub(crate) const DEV_ACCOUNTS: [&str; 6] = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"];

const RAO_PER_TAO: u64 = 1_000_000_000;
const DEV_BALANCE: u64 = 1_000_000 * RAO_PER_TAO;
const COLDKEY_BALANCE: u64 = 1_000 * RAO_PER_TAO;

/// The seed of the development phrase `bottom drive obey lake curtain smoke basket hold race lonely fit walk`, which
/// takes a while to compute.
const DEV_SEED: &str = "0xfac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e";

/// Keeps the genesis state and makes the first block of it.
pub(super) fn block(engine: &Engine, storage: &Storage, archive: &Archive) -> Result<Arc<Block>, Error> {
    let code = storage.top.get(CODE).ok_or(ExecutionError::NoCode).map_err(Error::config)?;
    let version = engine.runtime(code).map_err(Error::config)?.version().state_version();
    let delta = storage.top.iter().map(|(key, value)| (&key[..], Some(&value[..])));
    let (root, transaction) = archive.state(empty_root()).storage_root(delta, version);
    archive.insert(transaction);
    let header = Header::new(0, empty_root(), root, Default::default(), Digest::default());
    Ok(Block::new(header, Vec::new(), 0))
}

/// What the chain starts with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Genesis {
    pub(crate) seed: u64,
    pub(crate) subnets: u16,
    pub(crate) neurons: u16,
}

impl Genesis {
    /// Subtensor's own limits: `GLOBAL_MAX_SUBNET_COUNT`, and the most uids that a subnet can have.
    pub(crate) const MAX_SUBNETS: u16 = 4096;
    pub(crate) const MAX_NEURONS: u16 = 256;

    /// The genesis state, with what further accounts hold. Equal parameters make equal states.
    pub(crate) fn storage(&self, endowed: &BTreeMap<[u8; 32], Balance>) -> Result<Storage, String> {
        let mut storage = self.config(endowed).build_storage()?;
        storage.top.insert(CODE.to_vec(), Code::FIRST.bytes());
        Ok(storage)
    }

    fn config(&self, endowed: &BTreeMap<[u8; 32], Balance>) -> RuntimeGenesisConfig {
        let coldkeys = (0..self.neurons).map(|uid| neuron::account(&neuron::coldkey_seed(self.seed, uid)));
        let endowed = endowed.iter().map(|(account, rao)| (AccountId32::new(*account), *rao));
        // Of one account the last holds, and none is named twice.
        let balances: BTreeMap<_, _> = DEV_ACCOUNTS
            .into_iter()
            .filter_map(dev_account)
            .map(|account| (account, DEV_BALANCE))
            .chain(coldkeys.map(|account| (account, COLDKEY_BALANCE)))
            .chain(endowed)
            .collect();
        let balances = balances.into_iter().collect();
        RuntimeGenesisConfig {
            balances: BalancesConfig { balances, ..Default::default() },
            sudo: SudoConfig { key: dev_account("Alice") },
            subtensor_module: SubtensorModuleConfig {
                seed: self.seed,
                subnets: self.subnets,
                neurons: self.neurons,
                ..Default::default()
            },
            ..Default::default()
        }
    }
}

/// The account of `//name` of the development phrase.
pub(crate) fn dev_account(name: &str) -> Option<AccountId32> {
    dev_pair(name).map(|pair| AccountId32::new(pair.public().0))
}

/// The key pair of `//name` of the development phrase.
pub(super) fn dev_pair(name: &str) -> Option<sr25519::Pair> {
    sr25519::Pair::from_string(&format!("{DEV_SEED}//{name}"), None).ok()
}

fn empty_root() -> sp_core::H256 {
    BlakeTwo256::ordered_trie_root(Vec::new(), StateVersion::V0)
}
