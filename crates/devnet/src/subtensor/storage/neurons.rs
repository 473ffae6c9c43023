//! The neurons: keys, scores, weights, bonds, what they serve.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod neurons {
    /// Stake weight of each neuron, as fractions of 65,535.
    #[pallet::storage]
    pub type StakeWeight<T: Config> = StorageMap<_, Identity, u16, Vec<u16>, ValueQuery>;

    /// The uid of a hotkey on a subnet.
    #[pallet::storage]
    pub type Uids<T: Config> =
        StorageDoubleMap<_, Identity, u16, Blake2_128Concat, AccountId, u16, OptionQuery>;

    /// The hotkey of a uid on a subnet.
    #[pallet::storage]
    pub type Keys<T: Config> =
        StorageDoubleMap<_, Identity, u16, Identity, u16, AccountId, ValueQuery, ZeroAccount>;

    /// Whether each neuron is active.
    #[pallet::storage]
    pub type Active<T: Config> = StorageMap<_, Identity, u16, Vec<bool>, ValueQuery>;

    /// Rank of each neuron, as a fraction of 65,535.
    #[pallet::storage]
    pub type Rank<T: Config> = StorageMap<_, Identity, u16, Vec<u16>, ValueQuery>;

    /// Trust of each neuron, as a fraction of 65,535.
    #[pallet::storage]
    pub type Trust<T: Config> = StorageMap<_, Identity, u16, Vec<u16>, ValueQuery>;

    /// Consensus of each neuron, as a fraction of 65,535.
    #[pallet::storage]
    pub type Consensus<T: Config> = StorageMap<_, Identity, u16, Vec<u16>, ValueQuery>;

    /// Incentive of each neuron, as a fraction of 65,535.
    #[pallet::storage]
    pub type Incentive<T: Config> = StorageMap<_, Identity, u16, Vec<u16>, ValueQuery>;

    /// Dividends of each neuron, as a fraction of 65,535.
    #[pallet::storage]
    pub type Dividends<T: Config> = StorageMap<_, Identity, u16, Vec<u16>, ValueQuery>;

    /// Emission of each neuron in the last epoch, in rao of alpha.
    #[pallet::storage]
    pub type Emission<T: Config> = StorageMap<_, Identity, u16, Vec<u64>, ValueQuery>;

    /// Block in which each neuron last set weights.
    #[pallet::storage]
    pub type LastUpdate<T: Config> = StorageMap<_, Identity, u16, Vec<u64>, ValueQuery>;

    /// Trust of each neuron as a validator, as a fraction of 65,535.
    #[pallet::storage]
    pub type ValidatorTrust<T: Config> = StorageMap<_, Identity, u16, Vec<u16>, ValueQuery>;

    /// Pruning score of each neuron: the lowest is pruned first.
    #[pallet::storage]
    pub type PruningScores<T: Config> = StorageMap<_, Identity, u16, Vec<u16>, ValueQuery>;

    /// Whether each neuron may validate.
    #[pallet::storage]
    pub type ValidatorPermit<T: Config> = StorageMap<_, Identity, u16, Vec<bool>, ValueQuery>;

    /// Weights a neuron set: uids and shares of 65,535.
    #[pallet::storage]
    pub type Weights<T: Config> =
        StorageDoubleMap<_, Identity, u16, Identity, u16, Vec<(u16, u16)>, ValueQuery>;

    /// Bonds of a neuron: uids and shares of 65,535.
    #[pallet::storage]
    pub type Bonds<T: Config> =
        StorageDoubleMap<_, Identity, u16, Identity, u16, Vec<(u16, u16)>, ValueQuery>;

    /// Block in which a neuron was registered.
    #[pallet::storage]
    pub type BlockAtRegistration<T: Config> =
        StorageDoubleMap<_, Identity, u16, Identity, u16, u64, ValueQuery>;

    /// Where a hotkey serves its axon on a subnet.
    #[pallet::storage]
    pub type Axons<T: Config> = StorageDoubleMap<
        _,
        Identity,
        u16,
        Blake2_128Concat,
        AccountId,
        AxonInfo<AddedPort<T::Layout>>,
        OptionQuery,
    >;

    /// Where a hotkey serves its metrics on a subnet.
    #[pallet::storage]
    pub type Prometheus<T: Config> =
        StorageDoubleMap<_, Identity, u16, Blake2_128Concat, AccountId, PrometheusInfo, OptionQuery>;

    /// Identity of a coldkey.
    #[pallet::storage]
    pub type IdentitiesV2<T: Config> =
        StorageMap<_, Blake2_128Concat, AccountId, ChainIdentityV2, OptionQuery>;

    /// Identity of a subnet.
    #[pallet::storage]
    pub type SubnetIdentitiesV3<T: Config> =
        StorageMap<_, Blake2_128Concat, u16, SubnetIdentityV3, OptionQuery>;

    /// Stake a validator needs to set weights, in rao.
    #[pallet::storage]
    pub type StakeThreshold<T: Config> = StorageValue<_, u64, ValueQuery>;

    /// Epochs between committing and revealing weights.
    #[pallet::storage]
    pub type RevealPeriodEpochs<T: Config> = StorageMap<_, Twox64Concat, u16, u64, ValueQuery, ConstU64<1>>;

    /// Version of the commit and reveal scheme.
    #[pallet::storage]
    pub type CommitRevealWeightsVersion<T: Config> = StorageValue<_, u16, ValueQuery, ConstU16<4>>;

    /// Fewest neurons of a subnet that can be pruned.
    #[pallet::storage]
    pub type MinNonImmuneUids<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, ConstU16<10>>;

    /// Most mechanisms a subnet may have.
    #[pallet::storage]
    pub type MaxMechanismCount<T: Config> = StorageValue<_, u8, ValueQuery, ConstU8<2>>;

    /// How many mechanisms a subnet has.
    #[pallet::storage]
    pub type MechanismCountCurrent<T: Config> = StorageMap<_, Twox64Concat, u16, u8, ValueQuery, ConstU8<1>>;
}
