//! Limits and rates of the whole chain.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod limits {
    /// Lowest activity cutoff a subnet may set, in blocks.
    #[pallet::storage]
    pub type MinActivityCutoff<T: Config> = StorageValue<_, u16, ValueQuery, ConstU16<360>>;

    /// Blocks before the end of an epoch in which owners cannot change hyperparameters.
    #[pallet::storage]
    pub type AdminFreezeWindow<T: Config> = StorageValue<_, u16, ValueQuery, ConstU16<10>>;

    /// Epochs between two changes of a hyperparameter by a subnet's owner.
    #[pallet::storage]
    pub type OwnerHyperparamRateLimit<T: Config> = StorageValue<_, u16, ValueQuery, ConstU16<2>>;

    /// Weight of TAO stake on the root against alpha stake, as a fraction of 2^64.
    #[pallet::storage]
    pub type TaoWeight<T: Config> = StorageValue<_, u64, ValueQuery, ConstU64<971_718_665_099_567_868>>;

    /// Highest share a delegate may keep, as a fraction of 65,535.
    #[pallet::storage]
    pub type MaxDelegateTake<T: Config> = StorageValue<_, u16, ValueQuery, ConstU16<11_796>>;

    /// Lowest share a delegate may keep, as a fraction of 65,535.
    #[pallet::storage]
    pub type MinDelegateTake<T: Config> = StorageValue<_, u16, ValueQuery>;

    /// Highest share a child hotkey may keep, as a fraction of 65,535.
    #[pallet::storage]
    pub type MaxChildkeyTake<T: Config> = StorageValue<_, u16, ValueQuery, ConstU16<11_796>>;

    /// Lowest share a child hotkey may keep, as a fraction of 65,535.
    #[pallet::storage]
    pub type MinChildkeyTake<T: Config> = StorageValue<_, u16, ValueQuery>;
}
