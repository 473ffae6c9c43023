//! Stand-ins for Subtensor's own transaction extensions: the same identifiers at the same places, no bytes, no rules.

use frame_support::pallet_prelude::DecodeWithMemTracking;
use parity_scale_codec::{Decode, Encode};
use scale_info::TypeInfo;
use sp_runtime::{
    impl_tx_ext_default,
    traits::{Dispatchable, TransactionExtension},
};

macro_rules! stand_in {
    ($name:ident) => {
        /// A stand-in for the real chain's extension of this name.
        #[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
        pub struct $name;

        impl<Call: Dispatchable> TransactionExtension<Call> for $name {
            const IDENTIFIER: &'static str = stringify!($name);
            type Implicit = ();
            type Val = ();
            type Pre = ();

            impl_tx_ext_default!(Call; weight validate prepare);
        }
    };
}

stand_in!(SudoTransactionExtension);
stand_in!(CheckShieldedTxValidity);
stand_in!(SubtensorTransactionExtension);
stand_in!(DrandPriority);
