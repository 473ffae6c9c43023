//! Hyperparameters and registration state of each subnet.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod hyperparameters {
    /// Blocks between two announcements of an axon.
    #[pallet::storage]
    pub type ServingRateLimit<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery, ConstU64<50>>;

    /// Steepness of the consensus curve.
    #[pallet::storage]
    pub type Rho<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, ConstU16<10>>;

    /// Steepness of the liquid alpha curve, in thousandths.
    #[pallet::storage]
    pub type AlphaSigmoidSteepness<T: Config> =
        StorageMap<_, Identity, u16, i16, ValueQuery, ConstI16<1_000>>;

    /// Majority of stake that makes a consensus, as a fraction of 65,535.
    #[pallet::storage]
    pub type Kappa<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, ConstU16<32_767>>;

    /// Registrations in the current adjustment interval.
    #[pallet::storage]
    pub type RegistrationsThisInterval<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery>;

    /// Registrations by work in the current adjustment interval.
    #[pallet::storage]
    pub type POWRegistrationsThisInterval<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery>;

    /// Burned registrations in the current adjustment interval.
    #[pallet::storage]
    pub type BurnRegistrationsThisInterval<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery>;

    /// Fewest uids a subnet may be trimmed to.
    #[pallet::storage]
    pub type MinAllowedUids<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, ConstU16<64>>;

    /// Most neurons a subnet may have.
    #[pallet::storage]
    pub type MaxAllowedUids<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, ConstU16<256>>;

    /// Blocks in which a new neuron cannot be pruned.
    #[pallet::storage]
    pub type ImmunityPeriod<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, ConstU16<4_096>>;

    /// Blocks without weights after which a validator is inactive.
    #[pallet::storage]
    pub type ActivityCutoff<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, ConstU16<5_000>>;

    /// Largest share one weight may have, as a fraction of 65,535.
    #[pallet::storage]
    pub type MaxWeightsLimit<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, ConstU16<65_535>>;

    /// Version key that weights have to carry at least.
    #[pallet::storage]
    pub type WeightsVersionKey<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;

    /// Fewest weights a validator may set.
    #[pallet::storage]
    pub type MinAllowedWeights<T: Config> =
        StorageMap<_, Identity, u16, Count<T::Layout>, ValueQuery, DefaultMinAllowedWeights<T::Layout>>;

    /// Most validators a subnet may have.
    #[pallet::storage]
    pub type MaxAllowedValidators<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, ConstU16<128>>;

    /// Blocks between two adjustments of the burn and the difficulty.
    #[pallet::storage]
    pub type AdjustmentInterval<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, ConstU16<100>>;

    /// Factor of the bonds' moving average, in millionths.
    #[pallet::storage]
    pub type BondsMovingAverage<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery, ConstU64<900_000>>;

    /// Penalty of bonds out of consensus, as a fraction of 65,535.
    #[pallet::storage]
    pub type BondsPenalty<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, ConstU16<65_535>>;

    /// Whether a miner's new registration resets the bonds to it.
    #[pallet::storage]
    pub type BondsResetOn<T: Config> = StorageMap<_, Identity, u16, bool, ValueQuery>;

    /// Blocks between two settings of weights.
    #[pallet::storage]
    pub type WeightsSetRateLimit<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery, ConstU64<100>>;

    /// Length of the validators' pruning moving average.
    #[pallet::storage]
    pub type ValidatorPruneLen<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery, ConstU64<1>>;

    /// Exponent of the scaling law, in hundredths.
    #[pallet::storage]
    pub type ScalingLawPower<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, ConstU16<50>>;

    /// Registrations an adjustment interval aims for.
    #[pallet::storage]
    pub type TargetRegistrationsPerInterval<T: Config> =
        StorageMap<_, Identity, u16, u16, ValueQuery, ConstU16<2>>;

    /// Weight of the old value in an adjustment, as a fraction of 2^64.
    #[pallet::storage]
    pub type AdjustmentAlpha<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;

    /// Whether weights have to be committed before they are revealed.
    #[pallet::storage]
    pub type CommitRevealWeightsEnabled<T: Config> =
        StorageMap<_, Identity, u16, bool, ValueQuery, ConstBool<true>>;

    /// Price of a burned registration, in rao.
    #[pallet::storage]
    pub type Burn<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery, ConstU64<100_000_000>>;

    /// Difficulty of a registration by work.
    #[pallet::storage]
    pub type Difficulty<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery, ConstU64<10_000_000>>;

    /// Lowest burn, in rao.
    #[pallet::storage]
    pub type MinBurn<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery, ConstU64<500_000>>;

    /// Highest burn, in rao.
    #[pallet::storage]
    pub type MaxBurn<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery, ConstU64<100_000_000_000>>;

    /// Lowest difficulty.
    #[pallet::storage]
    pub type MinDifficulty<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery, ConstU64<10_000_000>>;

    /// Highest difficulty.
    #[pallet::storage]
    pub type MaxDifficulty<T: Config> =
        StorageMap<_, Identity, u16, u64, ValueQuery, ConstU64<4_611_686_018_427_387_903>>;

    /// Block of the last adjustment.
    #[pallet::storage]
    pub type LastAdjustmentBlock<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;

    /// Registrations in the current block.
    #[pallet::storage]
    pub type RegistrationsThisBlock<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery>;

    /// Blocks in which the moving price halves its distance.
    #[pallet::storage]
    pub type EMAPriceHalvingBlocks<T: Config> =
        StorageMap<_, Identity, u16, u64, ValueQuery, ConstU64<201_600>>;

    /// Rao recycled by registrations.
    #[pallet::storage]
    pub type RAORecycledForRegistration<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;

    /// Blocks between two rate limited transactions of a key.
    #[pallet::storage]
    pub type TxRateLimit<T: Config> = StorageValue<_, u64, ValueQuery, ConstU64<1_000>>;

    /// Whether liquid alpha is on.
    #[pallet::storage]
    pub type LiquidAlphaOn<T: Config> = StorageMap<_, Blake2_128Concat, u16, bool, ValueQuery>;

    /// Whether the third version of Yuma consensus is on.
    #[pallet::storage]
    pub type Yuma3On<T: Config> = StorageMap<_, Blake2_128Concat, u16, bool, ValueQuery>;

    /// Low and high alpha of liquid alpha, as fractions of 65,535.
    #[pallet::storage]
    pub type AlphaValues<T: Config> =
        StorageMap<_, Identity, u16, (u16, u16), ValueQuery, DefaultAlphaValues>;

    /// Whether a subnet's token can be traded.
    #[pallet::storage]
    pub type SubtokenEnabled<T: Config> = StorageMap<_, Identity, u16, bool, ValueQuery>;

    /// How many of the owner's neurons cannot be pruned.
    #[pallet::storage]
    pub type ImmuneOwnerUidsLimit<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, ConstU16<1>>;
}
