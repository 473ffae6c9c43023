//! The pallet's events, at the real chain's indices. Those it never emits are left out.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod events {
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A subnet was registered: netuid, mechanism.
        #[codec(index = 0)]
        NetworkAdded(u16, u16),
        /// Stake was added: coldkey, hotkey, rao, alpha, netuid, fee in rao.
        #[codec(index = 2)]
        StakeAdded(T::AccountId, T::AccountId, u64, u64, u16, u64),
        /// Stake was removed: coldkey, hotkey, rao, alpha, netuid, fee in rao.
        #[codec(index = 3)]
        StakeRemoved(T::AccountId, T::AccountId, u64, u64, u16, u64),
        /// Weights were set: netuid, uid.
        #[codec(index = 5)]
        WeightsSet(u16, u16),
        /// A neuron was registered: netuid, uid, hotkey.
        #[codec(index = 6)]
        NeuronRegistered(u16, u16, T::AccountId),
        /// An axon was announced: netuid, hotkey.
        #[codec(index = 28)]
        AxonServed(u16, T::AccountId),
        /// A metrics endpoint was announced: netuid, hotkey.
        #[codec(index = 29)]
        PrometheusServed(u16, T::AccountId),
    }
}
