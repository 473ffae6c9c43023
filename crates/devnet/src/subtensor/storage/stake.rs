//! Who owns what: hotkeys, stakes, the pools of each subnet.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod stake {
    /// The coldkey that owns a hotkey.
    #[pallet::storage]
    pub type Owner<T: Config> =
        StorageMap<_, Blake2_128Concat, AccountId, AccountId, ValueQuery, ZeroAccount>;

    /// The share a hotkey keeps of its nominators' dividends.
    #[pallet::storage]
    pub type Delegates<T: Config> =
        StorageMap<_, Blake2_128Concat, AccountId, u16, ValueQuery, ConstU16<11_796>>;

    /// The share a child hotkey keeps, per subnet.
    #[pallet::storage]
    pub type ChildkeyTake<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId, Identity, u16, u16, ValueQuery>;

    /// Children of a hotkey on a subnet, with their proportions.
    #[pallet::storage]
    pub type ChildKeys<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId, Identity, u16, Vec<(u64, AccountId)>, ValueQuery>;

    /// Parents of a hotkey on a subnet, with their proportions.
    #[pallet::storage]
    pub type ParentKeys<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId, Identity, u16, Vec<(u64, AccountId)>, ValueQuery>;

    /// Alpha dividends of a hotkey in the last epoch of a subnet.
    #[pallet::storage]
    pub type AlphaDividendsPerSubnet<T: Config> =
        StorageDoubleMap<_, Identity, u16, Blake2_128Concat, AccountId, u64, ValueQuery>;

    /// TAO issued by each block, in rao.
    #[pallet::storage]
    pub type BlockEmission<T: Config> = StorageValue<_, u64, ValueQuery, ConstU64<1_000_000_000>>;

    /// How many subnets may exist.
    #[pallet::storage]
    pub type SubnetLimit<T: Config> = StorageValue<_, u16, ValueQuery, ConstU16<128>>;

    /// All TAO issued, in rao.
    #[pallet::storage]
    pub type TotalIssuance<T: Config> = StorageValue<_, u64, ValueQuery>;

    /// All TAO staked, in rao.
    #[pallet::storage]
    pub type TotalStake<T: Config> = StorageValue<_, u64, ValueQuery>;

    /// Moving average of a subnet's alpha price.
    #[pallet::storage]
    pub type SubnetMovingPrice<T: Config> = StorageMap<_, Identity, u16, FixedI128, ValueQuery>;

    /// TAO ever traded in a subnet's pool.
    #[pallet::storage]
    pub type SubnetVolume<T: Config> = StorageMap<_, Identity, u16, u128, ValueQuery>;

    /// TAO in a subnet's pool.
    #[pallet::storage]
    pub type SubnetTAO<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;

    /// Alpha emitted into a subnet's pool by the last block.
    #[pallet::storage]
    pub type SubnetAlphaInEmission<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;

    /// Alpha emitted to a subnet's neurons by the last block.
    #[pallet::storage]
    pub type SubnetAlphaOutEmission<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;

    /// TAO emitted into a subnet's pool by the last block.
    #[pallet::storage]
    pub type SubnetTaoInEmission<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;

    /// Alpha in a subnet's pool.
    #[pallet::storage]
    pub type SubnetAlphaIn<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;

    /// Alpha of a subnet outside its pool.
    #[pallet::storage]
    pub type SubnetAlphaOut<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;

    /// Hotkeys on which a coldkey has stake.
    #[pallet::storage]
    pub type StakingHotkeys<T: Config> =
        StorageMap<_, Blake2_128Concat, AccountId, Vec<AccountId>, ValueQuery>;

    /// Hotkeys a coldkey owns.
    #[pallet::storage]
    pub type OwnedHotkeys<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, Vec<AccountId>, ValueQuery>;

    /// Alpha staked on a hotkey in a subnet.
    #[pallet::storage]
    pub type TotalHotkeyAlpha<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId, Identity, u16, u64, ValueQuery>;

    /// Shares that divide the alpha of a hotkey in a subnet.
    #[pallet::storage]
    pub type TotalHotkeyShares<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId, Identity, u16, FixedU128, ValueQuery>;

    /// Shares of a coldkey in the alpha of a hotkey, by hotkey, coldkey and subnet.
    #[pallet::storage]
    pub type Alpha<T: Config> = StorageNMap<
        _,
        (NMapKey<Blake2_128Concat, AccountId>, NMapKey<Blake2_128Concat, AccountId>, NMapKey<Identity, u16>),
        FixedU128,
        ValueQuery,
    >;

    /// Symbol of a subnet's token, UTF-8.
    #[pallet::storage]
    pub type TokenSymbol<T: Config> = StorageMap<_, Identity, u16, Vec<u8>, ValueQuery, DefaultTokenSymbol>;
}
