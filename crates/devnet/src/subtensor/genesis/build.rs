//! Writes the genesis state of the subnets.

use sp_runtime::AccountId32;

use super::neuron::{self, Draw};
use crate::subtensor::{
    Active, Alpha, Axons, Bonds, Burn, CommitRevealWeightsEnabled, Config, Consensus, Dividends, Emission,
    Incentive, IsNetworkMember, Keys, LastUpdate, MinAllowedWeights, OwnedHotkeys, Owner, Pallet,
    PruningScores, Rank, StakingHotkeys, SubnetAlphaIn, SubnetAlphaOut, SubnetIdentitiesV3, SubnetTAO,
    SubnetworkN, SubtokenEnabled, TokenSymbol, TotalHotkeyAlpha, TotalHotkeyShares, TotalStake, Trust, Uids,
    ValidatorPermit, ValidatorTrust, Weights,
    fixed::FixedU128,
    layout::{AddedPort, Count, Layout},
    types::{AxonInfo, SubnetIdentityV3},
};

const RAO_PER_TAO: u64 = 1_000_000_000;
/// Alpha of an epoch shared by all neurons of a subnet, in rao.
const EPOCH_EMISSION: u64 = 148 * RAO_PER_TAO;
/// How many neurons a validator weighs at most.
const WEIGHTS: u16 = 32;

impl<T: Config> Pallet<T> {
    pub(crate) fn build_genesis(seed: u64, subnets: u16, neurons: u16) {
        let coldkeys: Vec<_> =
            (0..neurons).map(|uid| neuron::account(&neuron::coldkey_seed(seed, uid))).collect();
        let mut owned = vec![Vec::new(); coldkeys.len()];
        for netuid in 1..=subnets {
            let hotkeys: Vec<_> =
                (0..neurons).map(|uid| neuron::account(&neuron::hotkey_seed(seed, netuid, uid))).collect();
            Self::build_network(netuid, &coldkeys, &hotkeys);
            Self::build_stakes(seed, netuid, &coldkeys, &hotkeys);
            Self::build_scores(seed, netuid, neurons);
            Self::build_weights(seed, netuid, neurons);
            for (owned, hotkey) in owned.iter_mut().zip(hotkeys) {
                owned.push(hotkey);
            }
        }
        for (coldkey, hotkeys) in coldkeys.iter().zip(owned) {
            StakingHotkeys::<T>::insert(coldkey, &hotkeys);
            OwnedHotkeys::<T>::insert(coldkey, hotkeys);
        }
    }

    fn build_network(netuid: u16, coldkeys: &[AccountId32], hotkeys: &[AccountId32]) {
        let nobody = || AccountId32::new([0; 32]);
        let owner = coldkeys.first().cloned().unwrap_or_else(nobody);
        Self::add_network(netuid, owner, hotkeys.first().cloned().unwrap_or_else(nobody));
        SubnetworkN::<T>::insert(netuid, hotkeys.len() as u16);
        SubtokenEnabled::<T>::insert(netuid, true);
        CommitRevealWeightsEnabled::<T>::insert(netuid, false);
        MinAllowedWeights::<T>::insert(netuid, Count::<T::Layout>::from(1));
        Burn::<T>::insert(netuid, RAO_PER_TAO / 10);
        TokenSymbol::<T>::insert(netuid, symbol(netuid));
        let identity =
            SubnetIdentityV3 { subnet_name: format!("subnet {netuid}").into_bytes(), ..Default::default() };
        SubnetIdentitiesV3::<T>::insert(netuid, identity);
        for (uid, (hotkey, coldkey)) in (0..).zip(hotkeys.iter().zip(coldkeys)) {
            Keys::<T>::insert(netuid, uid, hotkey);
            Uids::<T>::insert(netuid, hotkey, uid);
            Owner::<T>::insert(hotkey, coldkey);
            IsNetworkMember::<T>::insert(hotkey, netuid, true);
            Axons::<T>::insert(netuid, hotkey, axon::<T::Layout>(netuid, uid));
        }
    }

    /// Validators hold a thousand TAO and more, miners a few.
    fn build_stakes(seed: u64, netuid: u16, coldkeys: &[AccountId32], hotkeys: &[AccountId32]) {
        let validators = neuron::validators(hotkeys.len() as u16);
        let mut total = 0_u64;
        for (uid, (hotkey, coldkey)) in (0..).zip(hotkeys.iter().zip(coldkeys)) {
            let drawn = u64::from(Draw::new(seed, netuid, uid).number(0));
            let stake = if uid < validators {
                (1_000 + drawn) * RAO_PER_TAO
            } else {
                (1 + drawn) * RAO_PER_TAO / 1_000
            };
            Alpha::<T>::insert((hotkey, coldkey, netuid), FixedU128::whole(stake));
            TotalHotkeyAlpha::<T>::insert(hotkey, netuid, stake);
            TotalHotkeyShares::<T>::insert(hotkey, netuid, FixedU128::whole(stake));
            total += stake;
        }
        SubnetTAO::<T>::insert(netuid, total);
        SubnetAlphaIn::<T>::insert(netuid, total);
        SubnetAlphaOut::<T>::insert(netuid, total);
        TotalStake::<T>::mutate(|sum| *sum += total);
    }

    /// Validators earn dividends, miners incentive: each sums up to 65,535.
    fn build_scores(seed: u64, netuid: u16, neurons: u16) {
        let validators = neuron::validators(neurons);
        let draw =
            |n| -> Vec<u16> { (0..neurons).map(|uid| Draw::new(seed, netuid, uid).number(n)).collect() };
        let of_validators = |values: Vec<u16>| masked(values, |uid| uid < validators);
        let of_miners = |values: Vec<u16>| masked(values, |uid| uid >= validators);
        let incentive = shares(&of_miners(draw(1)));
        let dividends = shares(&of_validators(draw(1)));
        let earned: Vec<u16> = incentive.iter().zip(&dividends).map(|(a, b)| a.saturating_add(*b)).collect();
        let emission: Vec<u64> =
            earned.iter().map(|share| u64::from(*share) * (EPOCH_EMISSION / 2 / 65_535)).collect();

        Rank::<T>::insert(netuid, &incentive);
        Incentive::<T>::insert(netuid, incentive);
        Dividends::<T>::insert(netuid, dividends);
        Emission::<T>::insert(netuid, emission);
        Trust::<T>::insert(netuid, of_miners(draw(2)));
        Consensus::<T>::insert(netuid, of_miners(draw(3)));
        ValidatorTrust::<T>::insert(netuid, of_validators(draw(4)));
        PruningScores::<T>::insert(netuid, earned);
        ValidatorPermit::<T>::insert(netuid, (0..neurons).map(|uid| uid < validators).collect::<Vec<_>>());
        Active::<T>::insert(netuid, vec![true; usize::from(neurons)]);
        LastUpdate::<T>::insert(netuid, vec![0; usize::from(neurons)]);
    }

    /// Every validator weighs some of the miners, and holds bonds in them.
    fn build_weights(seed: u64, netuid: u16, neurons: u16) {
        let validators = neuron::validators(neurons);
        let miners = neurons - validators;
        for validator in 0..validators {
            let first = Draw::new(seed, netuid, validator).number(5) % miners.max(1);
            let mut dests: Vec<u16> =
                (0..WEIGHTS.min(miners)).map(|n| validators + (first + n) % miners).collect();
            dests.sort_unstable();
            let pairs = |n| -> Vec<(u16, u16)> {
                dests.iter().map(|uid| (*uid, Draw::new(seed, netuid, *uid).number(n).max(1))).collect()
            };
            Weights::<T>::insert(netuid, validator, pairs(6));
            Bonds::<T>::insert(netuid, validator, pairs(7));
        }
    }
}

/// A documentation address (RFC 5737) for each neuron.
fn axon<L: Layout>(netuid: u16, uid: u16) -> AxonInfo<AddedPort<L>> {
    let ip = u128::from(u32::from_be_bytes([203, 0, 113, (uid % 256) as u8]));
    let port = 8_000 + netuid;
    let (quic_port, metrics_port) = L::added_ports(port);
    AxonInfo { version: 10_005_000, ip, port, quic_port, ip_type: 4, metrics_port, ..Default::default() }
}

/// Letters of the Greek alphabet, then those of the next ones in Unicode.
fn symbol(netuid: u16) -> Vec<u8> {
    let letter = char::from_u32(0x3b0 + u32::from(netuid)).unwrap_or('?');
    letter.to_string().into_bytes()
}

fn masked(mut values: Vec<u16>, keep: impl Fn(u16) -> bool) -> Vec<u16> {
    for (uid, value) in (0..).zip(&mut values) {
        if !keep(uid) {
            *value = 0;
        }
    }
    values
}

/// The values as shares of 65,535.
fn shares(values: &[u16]) -> Vec<u16> {
    let sum: u64 = values.iter().copied().map(u64::from).sum();
    values.iter().map(|value| (u64::from(*value) * 65_535 / sum.max(1)) as u16).collect()
}
