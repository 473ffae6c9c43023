//! Setting weights.

use std::collections::BTreeSet;

use frame_support::{dispatch::DispatchResult, ensure};
use sp_runtime::{AccountId32, SaturatedConversion};

use super::{
    CommitRevealWeightsEnabled, Config, Error, Event, LastUpdate, MaxWeightsLimit, MinAllowedWeights,
    NetworksAdded, Pallet, StakeThreshold, SubnetworkN, TotalHotkeyAlpha, Uids, ValidatorPermit, Weights,
    WeightsSetRateLimit, WeightsVersionKey,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_set_weights(
        hotkey: AccountId32,
        netuid: u16,
        dests: Vec<u16>,
        weights: Vec<u16>,
        version_key: u64,
    ) -> DispatchResult {
        ensure!(NetworksAdded::<T>::get(netuid), Error::<T>::SubnetNotExists);
        ensure!(!CommitRevealWeightsEnabled::<T>::get(netuid), Error::<T>::CommitRevealEnabled);
        ensure!(dests.len() == weights.len(), Error::<T>::WeightVecNotEqualSize);
        let uid = Uids::<T>::get(netuid, &hotkey).ok_or(Error::<T>::HotKeyNotRegisteredInSubNet)?;
        Self::check_setter(&hotkey, netuid, uid, version_key)?;
        Self::check_weights(netuid, uid, &dests, &weights)?;

        Weights::<T>::insert(netuid, uid, dests.into_iter().zip(upscaled(&weights)).collect::<Vec<_>>());
        LastUpdate::<T>::mutate(netuid, |blocks| {
            if let Some(last) = blocks.get_mut(usize::from(uid)) {
                *last = Self::block();
            }
        });
        Self::deposit_event(Event::WeightsSet(netuid, uid));
        Ok(())
    }

    fn check_setter(hotkey: &AccountId32, netuid: u16, uid: u16, version_key: u64) -> DispatchResult {
        ensure!(
            TotalHotkeyAlpha::<T>::get(hotkey, netuid) >= StakeThreshold::<T>::get(),
            Error::<T>::NotEnoughStakeToSetWeights
        );
        ensure!(version_key >= WeightsVersionKey::<T>::get(netuid), Error::<T>::IncorrectWeightVersionKey);
        let last = LastUpdate::<T>::get(netuid).get(usize::from(uid)).copied().unwrap_or_default();
        let passed = Self::block().saturating_sub(last) >= WeightsSetRateLimit::<T>::get(netuid);
        ensure!(last == 0 || passed, Error::<T>::SettingWeightsTooFast);
        Ok(())
    }

    /// The fewest weights a validator of a subnet may set.
    pub(crate) fn min_allowed_weights(netuid: u16) -> u16 {
        MinAllowedWeights::<T>::get(netuid).saturated_into()
    }

    fn check_weights(netuid: u16, uid: u16, dests: &[u16], weights: &[u16]) -> DispatchResult {
        let to_itself = dests == [uid];
        let permit = ValidatorPermit::<T>::get(netuid).get(usize::from(uid)).copied().unwrap_or_default();
        ensure!(permit || to_itself, Error::<T>::NeuronNoValidatorPermit);
        let count = SubnetworkN::<T>::get(netuid);
        ensure!(dests.len() <= usize::from(count), Error::<T>::UidsLengthExceedUidsInSubNet);
        let distinct: BTreeSet<_> = dests.iter().collect();
        ensure!(distinct.len() == dests.len(), Error::<T>::DuplicateUids);
        ensure!(dests.iter().all(|dest| *dest < count), Error::<T>::UidVecContainInvalidOne);
        let enough = dests.len() >= usize::from(Self::min_allowed_weights(netuid).min(count));
        ensure!(enough || to_itself, Error::<T>::WeightVecLengthIsLow);
        let limit = u64::from(MaxWeightsLimit::<T>::get(netuid));
        let sum: u64 = weights.iter().copied().map(u64::from).sum();
        let limited = weights.iter().all(|weight| u64::from(*weight) * 65_535 <= limit * sum.max(1));
        ensure!(limited || to_itself, Error::<T>::MaxWeightExceeded);
        Ok(())
    }
}

/// The weights scaled so that the largest is 65,535.
fn upscaled(weights: &[u16]) -> Vec<u16> {
    let largest = weights.iter().copied().max().unwrap_or_default().max(1);
    weights.iter().map(|weight| (u32::from(*weight) * 65_535 / u32::from(largest)) as u16).collect()
}
