//! Stake: shares of coldkeys in the alpha of hotkeys, traded one to one for TAO.

use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{
        fungible::Mutate,
        tokens::{Fortitude, Precision, Preservation},
    },
};
use sp_runtime::AccountId32;

use super::{
    Alpha, Call, Config, Error, Event, NetworksAdded, Owner, Pallet, StakingHotkeys, SubnetAlphaOut,
    SubnetTAO, SubtokenEnabled, TotalHotkeyAlpha, TotalHotkeyShares, TotalStake, fixed::FixedU128,
};

/// The smallest stake that may be added, in rao.
const MIN_STAKE: u64 = 2_000_000;

impl<T: Config> Call<T> {
    /// Whether the call adds or removes stake.
    pub(crate) const fn is_staking(&self) -> bool {
        matches!(self, Self::add_stake { .. } | Self::remove_stake { .. })
    }
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_add_stake(
        coldkey: AccountId32,
        hotkey: AccountId32,
        netuid: u16,
        rao: u64,
    ) -> DispatchResult {
        ensure!(NetworksAdded::<T>::get(netuid), Error::<T>::SubnetNotExists);
        ensure!(SubtokenEnabled::<T>::get(netuid), Error::<T>::SubtokenDisabled);
        ensure!(Owner::<T>::contains_key(&hotkey), Error::<T>::HotKeyAccountNotExists);
        ensure!(rao >= MIN_STAKE, Error::<T>::AmountTooLow);
        Self::pay(&coldkey, rao).map_err(|_| Error::<T>::NotEnoughBalanceToStake)?;
        Self::credit_stake(&coldkey, &hotkey, netuid, rao);
        Self::deposit_event(Event::StakeAdded(coldkey, hotkey, rao, rao, netuid, 0));
        Ok(())
    }

    pub(crate) fn do_remove_stake(
        coldkey: AccountId32,
        hotkey: AccountId32,
        netuid: u16,
        alpha: u64,
    ) -> DispatchResult {
        ensure!(NetworksAdded::<T>::get(netuid), Error::<T>::SubnetNotExists);
        ensure!(SubtokenEnabled::<T>::get(netuid), Error::<T>::SubtokenDisabled);
        ensure!(Owner::<T>::contains_key(&hotkey), Error::<T>::HotKeyAccountNotExists);
        let held = Alpha::<T>::get((&hotkey, &coldkey, netuid)).floor();
        ensure!(alpha > 0 && alpha <= held, Error::<T>::NotEnoughStakeToWithdraw);
        Self::debit_stake(&coldkey, &hotkey, netuid, alpha);
        T::Currency::mint_into(&coldkey, alpha)?;
        Self::deposit_event(Event::StakeRemoved(coldkey, hotkey, alpha, alpha, netuid, 0));
        Ok(())
    }

    /// Takes rao off a free balance, down to the existential deposit.
    pub(crate) fn pay(account: &AccountId32, rao: u64) -> DispatchResult {
        T::Currency::burn_from(account, rao, Preservation::Preserve, Precision::Exact, Fortitude::Polite)
            .map(drop)
    }

    /// Books stake without moving TAO.
    pub(crate) fn credit_stake(coldkey: &AccountId32, hotkey: &AccountId32, netuid: u16, alpha: u64) {
        Self::set_stake(coldkey, hotkey, netuid, |held| held.saturating_add(alpha));
        SubnetTAO::<T>::mutate(netuid, |tao| *tao = tao.saturating_add(alpha));
        SubnetAlphaOut::<T>::mutate(netuid, |out| *out = out.saturating_add(alpha));
        TotalStake::<T>::mutate(|total| *total = total.saturating_add(alpha));
        StakingHotkeys::<T>::mutate(coldkey, |hotkeys| {
            if !hotkeys.contains(hotkey) {
                hotkeys.push(hotkey.clone());
            }
        });
    }

    fn debit_stake(coldkey: &AccountId32, hotkey: &AccountId32, netuid: u16, alpha: u64) {
        Self::set_stake(coldkey, hotkey, netuid, |held| held.saturating_sub(alpha));
        SubnetTAO::<T>::mutate(netuid, |tao| *tao = tao.saturating_sub(alpha));
        SubnetAlphaOut::<T>::mutate(netuid, |out| *out = out.saturating_sub(alpha));
        TotalStake::<T>::mutate(|total| *total = total.saturating_sub(alpha));
    }

    /// Changes one stake: a share is always worth one alpha here.
    fn set_stake(coldkey: &AccountId32, hotkey: &AccountId32, netuid: u16, change: impl Fn(u64) -> u64) {
        Alpha::<T>::mutate_exists((hotkey, coldkey, netuid), |shares| {
            let held = change(shares.unwrap_or_default().floor());
            *shares = (held > 0).then(|| FixedU128::whole(held));
        });
        TotalHotkeyAlpha::<T>::mutate(hotkey, netuid, |alpha| *alpha = change(*alpha));
        TotalHotkeyShares::<T>::mutate(hotkey, netuid, |shares| {
            *shares = FixedU128::whole(change(shares.floor()));
        });
    }
}
