//! The check of what a signer's device has read of the metadata, as FRAME's. FRAME compiles the digest in; here it is
//! a setting of the chain.

use frame_support::pallet_prelude::DecodeWithMemTracking;
use parity_scale_codec::{Decode, Encode};
use scale_info::TypeInfo;
use sp_runtime::{
    impl_tx_ext_default,
    traits::{Dispatchable, TransactionExtension},
    transaction_validity::{TransactionValidityError, UnknownTransaction},
};

use crate::engine::metadata_hash;

/// Signed with the digest of the metadata if the mode is enabled, so that a signature over another one is bad.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct CheckMetadataHash {
    mode: Mode,
}

/// Whether the digest is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum Mode {
    Disabled,
    Enabled,
}

impl<Call: Dispatchable> TransactionExtension<Call> for CheckMetadataHash {
    const IDENTIFIER: &'static str = "CheckMetadataHash";
    type Implicit = Option<[u8; 32]>;
    type Val = ();
    type Pre = ();

    fn implicit(&self) -> Result<Self::Implicit, TransactionValidityError> {
        match self.mode {
            Mode::Disabled => Ok(None),
            Mode::Enabled => metadata_hash().map(Some).ok_or_else(|| UnknownTransaction::CannotLookup.into()),
        }
    }

    impl_tx_ext_default!(Call; weight validate prepare);
}
