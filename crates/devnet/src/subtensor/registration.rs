//! Neurons and subnets come into being, and say where they serve.

use frame_support::{dispatch::DispatchResult, ensure};
use sp_runtime::{AccountId32, SaturatedConversion};

use super::{
    Active, Axons, BlockAtRegistration, Bonds, Burn, Config, Consensus, Dividends, Emission, Error, Event,
    ImmunityPeriod, Incentive, IsNetworkMember, Keys, LastUpdate, MaxAllowedUids, MaxRegistrationsPerBlock,
    NetworkLastLockCost, NetworkRegisteredAt, NetworkRegistrationAllowed, NetworksAdded, OwnedHotkeys, Owner,
    Pallet, Prometheus, PruningScores, RAORecycledForRegistration, Rank, RegistrationsThisBlock,
    ServingRateLimit, SubnetLimit, SubnetLocked, SubnetOwner, SubnetOwnerHotkey, SubnetworkN, TotalNetworks,
    Trust, Uids, ValidatorPermit, ValidatorTrust, Weights,
    layout::AddedPort,
    types::{AxonInfo, PrometheusInfo},
};

impl<T: Config> Pallet<T> {
    /// The number of the block being built.
    pub(crate) fn block() -> u64 {
        frame_system::Pallet::<T>::block_number().saturated_into()
    }

    pub(crate) fn do_burned_register(
        coldkey: AccountId32,
        netuid: u16,
        hotkey: AccountId32,
    ) -> DispatchResult {
        ensure!(netuid != 0, Error::<T>::RegistrationNotPermittedOnRootSubnet);
        ensure!(NetworksAdded::<T>::get(netuid), Error::<T>::SubnetNotExists);
        ensure!(NetworkRegistrationAllowed::<T>::get(netuid), Error::<T>::SubNetRegistrationDisabled);
        ensure!(
            RegistrationsThisBlock::<T>::get(netuid) < MaxRegistrationsPerBlock::<T>::get(netuid),
            Error::<T>::TooManyRegistrationsThisBlock
        );
        ensure!(!Uids::<T>::contains_key(netuid, &hotkey), Error::<T>::HotKeyAlreadyRegisteredInSubNet);
        Self::associate(&coldkey, &hotkey)?;
        let uid = Self::free_uid(netuid)?;
        let burn = Burn::<T>::get(netuid);
        Self::pay(&coldkey, burn).map_err(|_| Error::<T>::NotEnoughBalanceToStake)?;
        RAORecycledForRegistration::<T>::mutate(netuid, |rao| *rao = rao.saturating_add(burn));
        RegistrationsThisBlock::<T>::mutate(netuid, |count| *count = count.saturating_add(1));
        Self::put_neuron(netuid, uid, hotkey);
        Ok(())
    }

    pub(crate) fn do_register_network(coldkey: AccountId32, hotkey: AccountId32) -> DispatchResult {
        ensure!(TotalNetworks::<T>::get() < SubnetLimit::<T>::get(), Error::<T>::SubnetLimitReached);
        Self::associate(&coldkey, &hotkey)?;
        let cost = NetworkLastLockCost::<T>::get();
        Self::pay(&coldkey, cost).map_err(|_| Error::<T>::CannotAffordLockCost)?;
        let netuid = (1..=u16::MAX)
            .find(|netuid| !NetworksAdded::<T>::get(netuid))
            .ok_or(Error::<T>::SubnetLimitReached)?;
        SubnetLocked::<T>::insert(netuid, cost);
        Self::add_network(netuid, coldkey, hotkey.clone());
        Self::put_neuron(netuid, 0, hotkey);
        Self::deposit_event(Event::NetworkAdded(netuid, 0));
        Ok(())
    }

    /// Books a subnet without neurons.
    pub(crate) fn add_network(netuid: u16, owner: AccountId32, hotkey: AccountId32) {
        NetworksAdded::<T>::insert(netuid, true);
        SubnetworkN::<T>::insert(netuid, 0);
        NetworkRegisteredAt::<T>::insert(netuid, Self::block());
        SubnetOwner::<T>::insert(netuid, owner);
        SubnetOwnerHotkey::<T>::insert(netuid, hotkey);
        TotalNetworks::<T>::mutate(|total| *total = total.saturating_add(1));
    }

    /// Makes the coldkey the owner of a hotkey that has none.
    pub(crate) fn associate(coldkey: &AccountId32, hotkey: &AccountId32) -> DispatchResult {
        if Owner::<T>::contains_key(hotkey) {
            ensure!(Owner::<T>::get(hotkey) == *coldkey, Error::<T>::NonAssociatedColdKey);
        } else {
            Owner::<T>::insert(hotkey, coldkey);
            OwnedHotkeys::<T>::mutate(coldkey, |hotkeys| hotkeys.push(hotkey.clone()));
        }
        Ok(())
    }

    /// The next uid, or the one with the lowest pruning score that is not immune.
    fn free_uid(netuid: u16) -> Result<u16, Error<T>> {
        let count = SubnetworkN::<T>::get(netuid);
        if count < MaxAllowedUids::<T>::get(netuid) {
            return Ok(count);
        }
        let immunity = u64::from(ImmunityPeriod::<T>::get(netuid));
        let immune =
            |uid| Self::block() > 0 && BlockAtRegistration::<T>::get(netuid, uid) + immunity > Self::block();
        let scores = PruningScores::<T>::get(netuid);
        let candidates = (0..count).filter(|uid| !immune(*uid));
        candidates
            .min_by_key(|uid| scores.get(usize::from(*uid)).copied().unwrap_or_default())
            .ok_or(Error::<T>::NoNeuronIdAvailable)
    }

    /// Gives a uid to a hotkey: a new one, or one whose neuron is pruned.
    fn put_neuron(netuid: u16, uid: u16, hotkey: AccountId32) {
        let count = SubnetworkN::<T>::get(netuid);
        if uid < count {
            let pruned = Keys::<T>::get(netuid, uid);
            Uids::<T>::remove(netuid, &pruned);
            IsNetworkMember::<T>::remove(&pruned, netuid);
            Axons::<T>::remove(netuid, &pruned);
            Prometheus::<T>::remove(netuid, &pruned);
            Weights::<T>::remove(netuid, uid);
            Bonds::<T>::remove(netuid, uid);
        } else {
            SubnetworkN::<T>::insert(netuid, count.saturating_add(1));
        }
        Keys::<T>::insert(netuid, uid, &hotkey);
        Uids::<T>::insert(netuid, &hotkey, uid);
        IsNetworkMember::<T>::insert(&hotkey, netuid, true);
        BlockAtRegistration::<T>::insert(netuid, uid, Self::block());
        Self::reset_scores(netuid, usize::from(uid));
        Self::deposit_event(Event::NeuronRegistered(netuid, uid, hotkey));
    }

    /// Writes a newcomer's scores at its place in the vectors.
    fn reset_scores(netuid: u16, uid: usize) {
        fn set<V: Clone + Default>(values: &mut Vec<V>, uid: usize, value: V) {
            if values.len() <= uid {
                values.resize(uid + 1, V::default());
            }
            values[uid] = value;
        }
        Rank::<T>::mutate(netuid, |values| set(values, uid, 0));
        Trust::<T>::mutate(netuid, |values| set(values, uid, 0));
        Consensus::<T>::mutate(netuid, |values| set(values, uid, 0));
        Incentive::<T>::mutate(netuid, |values| set(values, uid, 0));
        Dividends::<T>::mutate(netuid, |values| set(values, uid, 0));
        ValidatorTrust::<T>::mutate(netuid, |values| set(values, uid, 0));
        PruningScores::<T>::mutate(netuid, |values| set(values, uid, 0));
        Emission::<T>::mutate(netuid, |values| set(values, uid, 0));
        Active::<T>::mutate(netuid, |values| set(values, uid, true));
        ValidatorPermit::<T>::mutate(netuid, |values| set(values, uid, false));
        LastUpdate::<T>::mutate(netuid, |values| set(values, uid, Self::block()));
    }

    pub(crate) fn do_serve_axon(
        hotkey: AccountId32,
        netuid: u16,
        axon: AxonInfo<AddedPort<T::Layout>>,
    ) -> DispatchResult {
        Self::check_serving(&hotkey, axon.ip, axon.ip_type, axon.port)?;
        let last = Axons::<T>::get(netuid, &hotkey).map(|axon| axon.block);
        Self::check_serving_rate(netuid, last)?;
        Axons::<T>::insert(netuid, &hotkey, axon);
        Self::deposit_event(Event::AxonServed(netuid, hotkey));
        Ok(())
    }

    pub(crate) fn do_serve_prometheus(
        hotkey: AccountId32,
        netuid: u16,
        prometheus: PrometheusInfo,
    ) -> DispatchResult {
        Self::check_serving(&hotkey, prometheus.ip, prometheus.ip_type, prometheus.port)?;
        let last = Prometheus::<T>::get(netuid, &hotkey).map(|prometheus| prometheus.block);
        Self::check_serving_rate(netuid, last)?;
        Prometheus::<T>::insert(netuid, &hotkey, prometheus);
        Self::deposit_event(Event::PrometheusServed(netuid, hotkey));
        Ok(())
    }

    fn check_serving(hotkey: &AccountId32, ip: u128, ip_type: u8, port: u16) -> DispatchResult {
        let member = IsNetworkMember::<T>::iter_prefix(hotkey).any(|(_, member)| member);
        ensure!(member, Error::<T>::HotKeyNotRegisteredInNetwork);
        ensure!(matches!(ip_type, 4 | 6), Error::<T>::InvalidIpType);
        let fits = ip_type == 6 || ip <= u128::from(u32::MAX);
        ensure!(ip != 0 && fits, Error::<T>::InvalidIpAddress);
        ensure!(port != 0, Error::<T>::InvalidPort);
        Ok(())
    }

    fn check_serving_rate(netuid: u16, last: Option<u64>) -> DispatchResult {
        let limit = ServingRateLimit::<T>::get(netuid);
        let passed = last.is_none_or(|last| last == 0 || Self::block().saturating_sub(last) >= limit);
        ensure!(limit == 0 || passed, Error::<T>::ServingRateLimitExceeded);
        Ok(())
    }
}
