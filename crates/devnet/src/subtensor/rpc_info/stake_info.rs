//! Answers of `StakeInfoRuntimeApi`.

use parity_scale_codec::{Compact, Decode, Encode};
use scale_info::TypeInfo;
use sp_runtime::AccountId32;

use crate::subtensor::{Alpha, Config, IsNetworkMember, Pallet, StakingHotkeys};

/// One coldkey's stake on one hotkey of one subnet.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[allow(missing_docs)]
pub struct StakeInfo<AccountId> {
    pub hotkey: AccountId,
    pub coldkey: AccountId,
    pub netuid: Compact<u16>,
    pub stake: Compact<u64>,
    pub locked: Compact<u64>,
    pub emission: Compact<u64>,
    pub tao_emission: Compact<u64>,
    pub drain: Compact<u64>,
    pub is_registered: bool,
}

impl<T: Config> Pallet<T> {
    pub(crate) fn get_stake_info_for_coldkey(coldkey: AccountId32) -> Vec<StakeInfo<AccountId32>> {
        let hotkeys = StakingHotkeys::<T>::get(&coldkey);
        let mut infos: Vec<_> = hotkeys
            .iter()
            .flat_map(|hotkey| {
                Alpha::<T>::iter_prefix((hotkey, &coldkey)).map(move |(netuid, _)| (hotkey, netuid))
            })
            .filter_map(|(hotkey, netuid)| Self::get_stake_info(hotkey.clone(), coldkey.clone(), netuid))
            .collect();
        infos.sort_by_key(|info| info.netuid.0);
        infos
    }

    pub(crate) fn get_stake_info(
        hotkey: AccountId32,
        coldkey: AccountId32,
        netuid: u16,
    ) -> Option<StakeInfo<AccountId32>> {
        let stake = Alpha::<T>::get((&hotkey, &coldkey, netuid)).floor();
        (stake > 0).then(|| StakeInfo {
            is_registered: IsNetworkMember::<T>::get(&hotkey, netuid),
            hotkey,
            coldkey,
            netuid: netuid.into(),
            stake: stake.into(),
            locked: 0.into(),
            emission: 0.into(),
            tao_emission: 0.into(),
            drain: 0.into(),
        })
    }
}
