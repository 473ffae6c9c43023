//! Answers of `SubnetInfoRuntimeApi`.

use parity_scale_codec::{Compact, Decode, Encode};
use scale_info::TypeInfo;
use sp_runtime::AccountId32;

use crate::subtensor::{
    ActivityCutoff, AdjustmentAlpha, AdjustmentInterval, AlphaValues, BlocksSinceLastStep,
    BondsMovingAverage, Burn, CommitRevealWeightsEnabled, Config, Difficulty, ImmunityPeriod, Kappa,
    LiquidAlphaOn, MaxAllowedUids, MaxAllowedValidators, MaxBurn, MaxDifficulty, MaxRegistrationsPerBlock,
    MaxWeightsLimit, MinBurn, MinDifficulty, NetworkRegistrationAllowed, NetworksAdded, Pallet,
    RevealPeriodEpochs, Rho, ScalingLawPower, ServingRateLimit, SubnetIdentitiesV3, SubnetOwner, SubnetworkN,
    TargetRegistrationsPerInterval, Tempo, WeightsSetRateLimit, WeightsVersionKey, types::SubnetIdentityV3,
};

/// A subnet and its main hyperparameters.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[allow(missing_docs)]
pub struct SubnetInfo<AccountId> {
    pub netuid: Compact<u16>,
    pub rho: Compact<u16>,
    pub kappa: Compact<u16>,
    pub difficulty: Compact<u64>,
    pub immunity_period: Compact<u16>,
    pub max_allowed_validators: Compact<u16>,
    pub min_allowed_weights: Compact<u16>,
    pub max_weights_limit: Compact<u16>,
    pub scaling_law_power: Compact<u16>,
    pub subnetwork_n: Compact<u16>,
    pub max_allowed_uids: Compact<u16>,
    pub blocks_since_last_step: Compact<u64>,
    pub tempo: Compact<u16>,
    pub network_modality: Compact<u16>,
    pub network_connect: Vec<[u16; 2]>,
    pub emission_values: Compact<u64>,
    pub burn: Compact<u64>,
    pub owner: AccountId,
}

/// The same with the subnet's identity.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[allow(missing_docs)]
pub struct SubnetInfov2<AccountId> {
    pub netuid: Compact<u16>,
    pub rho: Compact<u16>,
    pub kappa: Compact<u16>,
    pub difficulty: Compact<u64>,
    pub immunity_period: Compact<u16>,
    pub max_allowed_validators: Compact<u16>,
    pub min_allowed_weights: Compact<u16>,
    pub max_weights_limit: Compact<u16>,
    pub scaling_law_power: Compact<u16>,
    pub subnetwork_n: Compact<u16>,
    pub max_allowed_uids: Compact<u16>,
    pub blocks_since_last_step: Compact<u64>,
    pub tempo: Compact<u16>,
    pub network_modality: Compact<u16>,
    pub network_connect: Vec<[u16; 2]>,
    pub emission_value: Compact<u64>,
    pub burn: Compact<u64>,
    pub owner: AccountId,
    pub identity: Option<SubnetIdentityV3>,
}

/// A subnet's hyperparameters.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[allow(missing_docs)]
pub struct SubnetHyperparams {
    pub rho: Compact<u16>,
    pub kappa: Compact<u16>,
    pub immunity_period: Compact<u16>,
    pub min_allowed_weights: Compact<u16>,
    pub max_weights_limit: Compact<u16>,
    pub tempo: Compact<u16>,
    pub min_difficulty: Compact<u64>,
    pub max_difficulty: Compact<u64>,
    pub weights_version: Compact<u64>,
    pub weights_rate_limit: Compact<u64>,
    pub adjustment_interval: Compact<u16>,
    pub activity_cutoff: Compact<u16>,
    pub registration_allowed: bool,
    pub target_regs_per_interval: Compact<u16>,
    pub min_burn: Compact<u64>,
    pub max_burn: Compact<u64>,
    pub bonds_moving_avg: Compact<u64>,
    pub max_regs_per_block: Compact<u16>,
    pub serving_rate_limit: Compact<u64>,
    pub max_validators: Compact<u16>,
    pub adjustment_alpha: Compact<u64>,
    pub difficulty: Compact<u64>,
    pub commit_reveal_period: Compact<u64>,
    pub commit_reveal_weights_enabled: bool,
    pub alpha_high: Compact<u16>,
    pub alpha_low: Compact<u16>,
    pub liquid_alpha_enabled: bool,
}

impl<T: Config> Pallet<T> {
    pub(crate) fn get_subnet_info(netuid: u16) -> Option<SubnetInfo<AccountId32>> {
        NetworksAdded::<T>::get(netuid).then(|| SubnetInfo {
            netuid: netuid.into(),
            rho: Rho::<T>::get(netuid).into(),
            kappa: Kappa::<T>::get(netuid).into(),
            difficulty: Difficulty::<T>::get(netuid).into(),
            immunity_period: ImmunityPeriod::<T>::get(netuid).into(),
            max_allowed_validators: MaxAllowedValidators::<T>::get(netuid).into(),
            min_allowed_weights: Self::min_allowed_weights(netuid).into(),
            max_weights_limit: MaxWeightsLimit::<T>::get(netuid).into(),
            scaling_law_power: ScalingLawPower::<T>::get(netuid).into(),
            subnetwork_n: SubnetworkN::<T>::get(netuid).into(),
            max_allowed_uids: MaxAllowedUids::<T>::get(netuid).into(),
            blocks_since_last_step: BlocksSinceLastStep::<T>::get(netuid).into(),
            tempo: Tempo::<T>::get(netuid).into(),
            network_modality: 0.into(),
            network_connect: Vec::new(),
            emission_values: 0.into(),
            burn: Burn::<T>::get(netuid).into(),
            owner: SubnetOwner::<T>::get(netuid),
        })
    }

    pub(crate) fn get_subnets_info() -> Vec<Option<SubnetInfo<AccountId32>>> {
        Self::netuids().into_iter().map(Self::get_subnet_info).collect()
    }

    pub(crate) fn get_subnet_info_v2(netuid: u16) -> Option<SubnetInfov2<AccountId32>> {
        Self::get_subnet_info(netuid).map(|info| SubnetInfov2 {
            netuid: info.netuid,
            rho: info.rho,
            kappa: info.kappa,
            difficulty: info.difficulty,
            immunity_period: info.immunity_period,
            max_allowed_validators: info.max_allowed_validators,
            min_allowed_weights: info.min_allowed_weights,
            max_weights_limit: info.max_weights_limit,
            scaling_law_power: info.scaling_law_power,
            subnetwork_n: info.subnetwork_n,
            max_allowed_uids: info.max_allowed_uids,
            blocks_since_last_step: info.blocks_since_last_step,
            tempo: info.tempo,
            network_modality: info.network_modality,
            network_connect: info.network_connect,
            emission_value: info.emission_values,
            burn: info.burn,
            owner: info.owner,
            identity: SubnetIdentitiesV3::<T>::get(netuid),
        })
    }

    pub(crate) fn get_subnets_info_v2() -> Vec<Option<SubnetInfov2<AccountId32>>> {
        Self::netuids().into_iter().map(Self::get_subnet_info_v2).collect()
    }

    pub(crate) fn get_subnet_hyperparams(netuid: u16) -> Option<SubnetHyperparams> {
        let (alpha_low, alpha_high) = AlphaValues::<T>::get(netuid);
        NetworksAdded::<T>::get(netuid).then(|| SubnetHyperparams {
            rho: Rho::<T>::get(netuid).into(),
            kappa: Kappa::<T>::get(netuid).into(),
            immunity_period: ImmunityPeriod::<T>::get(netuid).into(),
            min_allowed_weights: Self::min_allowed_weights(netuid).into(),
            max_weights_limit: MaxWeightsLimit::<T>::get(netuid).into(),
            tempo: Tempo::<T>::get(netuid).into(),
            min_difficulty: MinDifficulty::<T>::get(netuid).into(),
            max_difficulty: MaxDifficulty::<T>::get(netuid).into(),
            weights_version: WeightsVersionKey::<T>::get(netuid).into(),
            weights_rate_limit: WeightsSetRateLimit::<T>::get(netuid).into(),
            adjustment_interval: AdjustmentInterval::<T>::get(netuid).into(),
            activity_cutoff: ActivityCutoff::<T>::get(netuid).into(),
            registration_allowed: NetworkRegistrationAllowed::<T>::get(netuid),
            target_regs_per_interval: TargetRegistrationsPerInterval::<T>::get(netuid).into(),
            min_burn: MinBurn::<T>::get(netuid).into(),
            max_burn: MaxBurn::<T>::get(netuid).into(),
            bonds_moving_avg: BondsMovingAverage::<T>::get(netuid).into(),
            max_regs_per_block: MaxRegistrationsPerBlock::<T>::get(netuid).into(),
            serving_rate_limit: ServingRateLimit::<T>::get(netuid).into(),
            max_validators: MaxAllowedValidators::<T>::get(netuid).into(),
            adjustment_alpha: AdjustmentAlpha::<T>::get(netuid).into(),
            difficulty: Difficulty::<T>::get(netuid).into(),
            commit_reveal_period: RevealPeriodEpochs::<T>::get(netuid).into(),
            commit_reveal_weights_enabled: CommitRevealWeightsEnabled::<T>::get(netuid),
            alpha_high: alpha_high.into(),
            alpha_low: alpha_low.into(),
            liquid_alpha_enabled: LiquidAlphaOn::<T>::get(netuid),
        })
    }

    /// The subnets there are, in order.
    fn netuids() -> Vec<u16> {
        let mut netuids: Vec<u16> =
            NetworksAdded::<T>::iter().filter_map(|(netuid, added)| added.then_some(netuid)).collect();
        netuids.sort_unstable();
        netuids
    }
}
