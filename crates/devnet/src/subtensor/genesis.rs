//! The pallet's genesis: subnets full of neurons, everything derived from one seed.

mod build;
pub(crate) mod neuron;

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod genesis {
    /// How many subnets of how many neurons the chain starts with.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// All keys and scores derive from it.
        pub seed: u64,
        /// Netuids 1 to this one exist.
        pub subnets: u16,
        /// Uids 0 to one below this one exist on every subnet.
        pub neurons: u16,
        #[serde(skip)]
        pub runtime: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            Pallet::<T>::build_genesis(self.seed, self.subnets, self.neurons);
        }
    }
}
