//! The pallet's calls, with the real chain's indices, argument names and types.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod calls {
    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Sets the weights of the signing hotkey's neuron.
        #[pallet::call_index(0)]
        #[pallet::weight((Weight::from_parts(15_000_000_000, 0), Pays::No))]
        pub fn set_weights(
            origin: OriginFor<T>,
            netuid: u16,
            dests: Vec<u16>,
            weights: Vec<u16>,
            version_key: u64,
        ) -> DispatchResult {
            Self::do_set_weights(ensure_signed(origin)?, netuid, dests, weights, version_key)
        }

        /// Stakes TAO of the signing coldkey on a hotkey.
        #[pallet::call_index(2)]
        #[pallet::weight(Weight::from_parts(340_000_000, 0))]
        pub fn add_stake(
            origin: OriginFor<T>,
            hotkey: T::AccountId,
            netuid: u16,
            amount_staked: u64,
        ) -> DispatchResult {
            Self::do_add_stake(ensure_signed(origin)?, hotkey, netuid, amount_staked)
        }

        /// Takes stake of the signing coldkey off a hotkey.
        #[pallet::call_index(3)]
        #[pallet::weight(Weight::from_parts(340_000_000, 0))]
        pub fn remove_stake(
            origin: OriginFor<T>,
            hotkey: T::AccountId,
            netuid: u16,
            amount_unstaked: u64,
        ) -> DispatchResult {
            Self::do_remove_stake(ensure_signed(origin)?, hotkey, netuid, amount_unstaked)
        }

        /// Announces where the signing hotkey serves its axon.
        #[pallet::call_index(4)]
        #[pallet::weight((Weight::from_parts(33_000_000, 0), Pays::No))]
        pub fn serve_axon(
            origin: OriginFor<T>,
            netuid: u16,
            version: u32,
            ip: u128,
            port: u16,
            ip_type: u8,
            protocol: u8,
            placeholder1: u8,
            placeholder2: u8,
        ) -> DispatchResult {
            let block = Self::block();
            let (quic_port, metrics_port) = <T::Layout as Layout>::added_ports(port);
            let axon = AxonInfo {
                block,
                version,
                ip,
                port,
                quic_port,
                ip_type,
                protocol,
                placeholder1,
                placeholder2,
                metrics_port,
            };
            Self::do_serve_axon(ensure_signed(origin)?, netuid, axon)
        }

        /// Announces where the signing hotkey serves its metrics.
        #[pallet::call_index(5)]
        #[pallet::weight((Weight::from_parts(29_000_000, 0), Pays::No))]
        pub fn serve_prometheus(
            origin: OriginFor<T>,
            netuid: u16,
            version: u32,
            ip: u128,
            port: u16,
            ip_type: u8,
        ) -> DispatchResult {
            let prometheus = PrometheusInfo { block: Self::block(), version, ip, port, ip_type };
            Self::do_serve_prometheus(ensure_signed(origin)?, netuid, prometheus)
        }

        /// Registers a hotkey on a subnet; the signing coldkey pays the burn.
        #[pallet::call_index(7)]
        #[pallet::weight(Weight::from_parts(354_000_000, 0))]
        pub fn burned_register(origin: OriginFor<T>, netuid: u16, hotkey: T::AccountId) -> DispatchResult {
            Self::do_burned_register(ensure_signed(origin)?, netuid, hotkey)
        }

        /// Registers a subnet; the signing coldkey pays for it and owns it.
        #[pallet::call_index(59)]
        #[pallet::weight(Weight::from_parts(235_000_000, 0))]
        pub fn register_network(origin: OriginFor<T>, hotkey: T::AccountId) -> DispatchResult {
            Self::do_register_network(ensure_signed(origin)?, hotkey)
        }
    }
}
