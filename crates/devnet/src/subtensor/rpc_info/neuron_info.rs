//! Answers of `NeuronInfoRuntimeApi`.

use parity_scale_codec::{Compact, Decode, Encode};
use scale_info::TypeInfo;
use sp_runtime::AccountId32;

use crate::subtensor::{
    Active, Axons, Bonds, Config, Consensus, Dividends, Emission, Incentive, Keys, LastUpdate, NetworksAdded,
    Owner, Pallet, Prometheus, PruningScores, Rank, SubnetworkN, TotalHotkeyAlpha, Trust, ValidatorPermit,
    ValidatorTrust, Weights,
    layout::AddedPort,
    types::{AxonInfo, PrometheusInfo},
};

type Pairs = Vec<(Compact<u16>, Compact<u16>)>;

/// A neuron with its weights and bonds.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[scale_info(skip_type_params(AddedPort))]
#[allow(missing_docs)]
pub struct NeuronInfo<AccountId, AddedPort> {
    pub hotkey: AccountId,
    pub coldkey: AccountId,
    pub uid: Compact<u16>,
    pub netuid: Compact<u16>,
    pub active: bool,
    pub axon_info: AxonInfo<AddedPort>,
    pub prometheus_info: PrometheusInfo,
    pub stake: Vec<(AccountId, Compact<u64>)>,
    pub rank: Compact<u16>,
    pub emission: Compact<u64>,
    pub incentive: Compact<u16>,
    pub consensus: Compact<u16>,
    pub trust: Compact<u16>,
    pub validator_trust: Compact<u16>,
    pub dividends: Compact<u16>,
    pub last_update: Compact<u64>,
    pub validator_permit: bool,
    pub weights: Pairs,
    pub bonds: Pairs,
    pub pruning_score: Compact<u16>,
}

/// A neuron without its weights and bonds.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[scale_info(skip_type_params(AddedPort))]
#[allow(missing_docs)]
pub struct NeuronInfoLite<AccountId, AddedPort> {
    pub hotkey: AccountId,
    pub coldkey: AccountId,
    pub uid: Compact<u16>,
    pub netuid: Compact<u16>,
    pub active: bool,
    pub axon_info: AxonInfo<AddedPort>,
    pub prometheus_info: PrometheusInfo,
    pub stake: Vec<(AccountId, Compact<u64>)>,
    pub rank: Compact<u16>,
    pub emission: Compact<u64>,
    pub incentive: Compact<u16>,
    pub consensus: Compact<u16>,
    pub trust: Compact<u16>,
    pub validator_trust: Compact<u16>,
    pub dividends: Compact<u16>,
    pub last_update: Compact<u64>,
    pub validator_permit: bool,
    pub pruning_score: Compact<u16>,
}

impl<T: Config> Pallet<T> {
    pub(crate) fn get_neurons(netuid: u16) -> Vec<NeuronInfo<AccountId32, AddedPort<T::Layout>>> {
        let scores = Scores::of::<T>(netuid);
        (0..scores.count).map(|uid| scores.full::<T>(uid)).collect()
    }

    pub(crate) fn get_neuron(netuid: u16, uid: u16) -> Option<NeuronInfo<AccountId32, AddedPort<T::Layout>>> {
        let scores = Scores::of::<T>(netuid);
        (uid < scores.count).then(|| scores.full::<T>(uid))
    }

    pub(crate) fn get_neurons_lite(netuid: u16) -> Vec<NeuronInfoLite<AccountId32, AddedPort<T::Layout>>> {
        let scores = Scores::of::<T>(netuid);
        (0..scores.count).map(|uid| scores.lite::<T>(uid)).collect()
    }

    pub(crate) fn get_neuron_lite(
        netuid: u16,
        uid: u16,
    ) -> Option<NeuronInfoLite<AccountId32, AddedPort<T::Layout>>> {
        let scores = Scores::of::<T>(netuid);
        (uid < scores.count).then(|| scores.lite::<T>(uid))
    }
}

/// The score vectors of one subnet, each read once for all of its neurons.
struct Scores {
    netuid: u16,
    count: u16,
    active: Vec<bool>,
    rank: Vec<u16>,
    emission: Vec<u64>,
    incentive: Vec<u16>,
    consensus: Vec<u16>,
    trust: Vec<u16>,
    validator_trust: Vec<u16>,
    dividends: Vec<u16>,
    last_update: Vec<u64>,
    validator_permit: Vec<bool>,
    pruning_score: Vec<u16>,
}

impl Scores {
    fn of<T: Config>(netuid: u16) -> Self {
        let exists = NetworksAdded::<T>::get(netuid);
        Self {
            netuid,
            count: if exists { SubnetworkN::<T>::get(netuid) } else { 0 },
            active: Active::<T>::get(netuid),
            rank: Rank::<T>::get(netuid),
            emission: Emission::<T>::get(netuid),
            incentive: Incentive::<T>::get(netuid),
            consensus: Consensus::<T>::get(netuid),
            trust: Trust::<T>::get(netuid),
            validator_trust: ValidatorTrust::<T>::get(netuid),
            dividends: Dividends::<T>::get(netuid),
            last_update: LastUpdate::<T>::get(netuid),
            validator_permit: ValidatorPermit::<T>::get(netuid),
            pruning_score: PruningScores::<T>::get(netuid),
        }
    }

    fn lite<T: Config>(&self, uid: u16) -> NeuronInfoLite<AccountId32, AddedPort<T::Layout>> {
        let hotkey = Keys::<T>::get(self.netuid, uid);
        let coldkey = Owner::<T>::get(&hotkey);
        let stake = TotalHotkeyAlpha::<T>::get(&hotkey, self.netuid);
        NeuronInfoLite {
            uid: uid.into(),
            netuid: self.netuid.into(),
            active: at(&self.active, uid),
            axon_info: Axons::<T>::get(self.netuid, &hotkey).unwrap_or_default(),
            prometheus_info: Prometheus::<T>::get(self.netuid, &hotkey).unwrap_or_default(),
            stake: vec![(coldkey.clone(), stake.into())],
            rank: at(&self.rank, uid).into(),
            emission: at(&self.emission, uid).into(),
            incentive: at(&self.incentive, uid).into(),
            consensus: at(&self.consensus, uid).into(),
            trust: at(&self.trust, uid).into(),
            validator_trust: at(&self.validator_trust, uid).into(),
            dividends: at(&self.dividends, uid).into(),
            last_update: at(&self.last_update, uid).into(),
            validator_permit: at(&self.validator_permit, uid),
            pruning_score: at(&self.pruning_score, uid).into(),
            hotkey,
            coldkey,
        }
    }

    fn full<T: Config>(&self, uid: u16) -> NeuronInfo<AccountId32, AddedPort<T::Layout>> {
        let lite = self.lite::<T>(uid);
        NeuronInfo {
            hotkey: lite.hotkey,
            coldkey: lite.coldkey,
            uid: lite.uid,
            netuid: lite.netuid,
            active: lite.active,
            axon_info: lite.axon_info,
            prometheus_info: lite.prometheus_info,
            stake: lite.stake,
            rank: lite.rank,
            emission: lite.emission,
            incentive: lite.incentive,
            consensus: lite.consensus,
            trust: lite.trust,
            validator_trust: lite.validator_trust,
            dividends: lite.dividends,
            last_update: lite.last_update,
            validator_permit: lite.validator_permit,
            weights: nonzero(Weights::<T>::get(self.netuid, uid)),
            bonds: nonzero(Bonds::<T>::get(self.netuid, uid)),
            pruning_score: lite.pruning_score,
        }
    }
}

fn at<V: Copy + Default>(values: &[V], uid: u16) -> V {
    values.get(usize::from(uid)).copied().unwrap_or_default()
}

fn nonzero(pairs: Vec<(u16, u16)>) -> Pairs {
    pairs.into_iter().filter(|(_, share)| *share > 0).map(|(uid, share)| (uid.into(), share.into())).collect()
}
