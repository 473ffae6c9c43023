//! The pallet's errors, at the real chain's indices. Those it never returns are left out.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod errors {
    #[pallet::error]
    pub enum Error<T> {
        /// The address is neither of version 4 nor of version 6.
        #[codec(index = 1)]
        InvalidIpType,
        /// The address cannot be reached from outside.
        #[codec(index = 2)]
        InvalidIpAddress,
        /// The port is 0.
        #[codec(index = 3)]
        InvalidPort,
        /// The hotkey has no uid on this subnet.
        #[codec(index = 4)]
        HotKeyNotRegisteredInSubNet,
        /// No coldkey owns this hotkey.
        #[codec(index = 5)]
        HotKeyAccountNotExists,
        /// The hotkey is registered on no subnet.
        #[codec(index = 6)]
        HotKeyNotRegisteredInNetwork,
        /// Another coldkey owns this hotkey.
        #[codec(index = 7)]
        NonAssociatedColdKey,
        /// The stake is smaller than what is to be removed.
        #[codec(index = 9)]
        NotEnoughStakeToWithdraw,
        /// The stake is below the threshold for setting weights.
        #[codec(index = 10)]
        NotEnoughStakeToSetWeights,
        /// The balance does not cover the amount.
        #[codec(index = 12)]
        NotEnoughBalanceToStake,
        /// The neuron may not validate.
        #[codec(index = 15)]
        NeuronNoValidatorPermit,
        /// There are not as many weights as uids.
        #[codec(index = 16)]
        WeightVecNotEqualSize,
        /// A uid comes twice.
        #[codec(index = 17)]
        DuplicateUids,
        /// A uid is not on this subnet.
        #[codec(index = 18)]
        UidVecContainInvalidOne,
        /// There are fewer weights than the subnet asks for.
        #[codec(index = 19)]
        WeightVecLengthIsLow,
        /// The subnet accepts no more registrations in this block.
        #[codec(index = 20)]
        TooManyRegistrationsThisBlock,
        /// The hotkey has a uid on this subnet already.
        #[codec(index = 21)]
        HotKeyAlreadyRegisteredInSubNet,
        /// A weight is above the subnet's limit.
        #[codec(index = 26)]
        MaxWeightExceeded,
        /// The last weights of this neuron are too recent.
        #[codec(index = 28)]
        SettingWeightsTooFast,
        /// The version key is below the subnet's.
        #[codec(index = 29)]
        IncorrectWeightVersionKey,
        /// The last announcement of this neuron is too recent.
        #[codec(index = 30)]
        ServingRateLimitExceeded,
        /// There are more uids than neurons.
        #[codec(index = 31)]
        UidsLengthExceedUidsInSubNet,
        /// The subnet accepts no registrations.
        #[codec(index = 36)]
        SubNetRegistrationDisabled,
        /// The root is joined in another way.
        #[codec(index = 41)]
        RegistrationNotPermittedOnRootSubnet,
        /// Every neuron is immune, and there is no free uid.
        #[codec(index = 47)]
        NoNeuronIdAvailable,
        /// Weights of this subnet have to be committed first.
        #[codec(index = 52)]
        CommitRevealEnabled,
        /// There is no such subnet.
        #[codec(index = 75)]
        SubnetNotExists,
        /// The amount is below the smallest stake.
        #[codec(index = 81)]
        AmountTooLow,
        /// The subnet's token cannot be traded yet.
        #[codec(index = 93)]
        SubtokenDisabled,
        /// No more subnets may be registered.
        #[codec(index = 115)]
        SubnetLimitReached,
        /// The balance does not cover the price of a subnet.
        #[codec(index = 116)]
        CannotAffordLockCost,
    }
}
