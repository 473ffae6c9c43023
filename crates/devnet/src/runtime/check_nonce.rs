//! The nonce check of Subtensor, which differs from FRAME's in one thing: an account that holds nothing may sign.
//! Hotkeys live by that, because setting weights costs nothing.

use std::fmt;

use frame_support::pallet_prelude::DecodeWithMemTracking;
use frame_system::RawOrigin;
use parity_scale_codec::{Decode, Encode};
use scale_info::TypeInfo;
use sp_runtime::{
    AccountId32, impl_tx_ext_default,
    traits::{DispatchInfoOf, Implication, TransactionExtension, ValidateResult},
    transaction_validity::{
        InvalidTransaction, TransactionSource, TransactionValidityError, ValidTransaction,
        ValidTransactionBuilder,
    },
};

use super::{Nonce, Runtime, RuntimeCall, RuntimeOrigin, System};

/// A nonce that has to be the account's next when the extrinsic is applied.
#[derive(Clone, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct CheckNonce(#[codec(compact)] pub Nonce);

impl fmt::Debug for CheckNonce {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CheckNonce({})", self.0)
    }
}

impl TransactionExtension<RuntimeCall> for CheckNonce {
    const IDENTIFIER: &'static str = "CheckNonce";
    type Implicit = ();
    /// The signer, if there is one.
    type Val = Option<AccountId32>;
    type Pre = ();

    impl_tx_ext_default!(RuntimeCall; weight);

    fn validate(
        &self,
        origin: RuntimeOrigin,
        _: &RuntimeCall,
        _: &DispatchInfoOf<RuntimeCall>,
        _: usize,
        _: Self::Implicit,
        _: &impl Implication,
        _: TransactionSource,
    ) -> ValidateResult<Self::Val, RuntimeCall> {
        let Ok(RawOrigin::Signed(signer)) = origin.clone().into() else {
            return Ok((ValidTransaction::default(), None, origin));
        };
        let next = System::account_nonce(&signer);
        if self.0 < next {
            return Err(InvalidTransaction::Stale.into());
        }
        let mut validity = ValidTransactionBuilder::default().and_provides((&signer, self.0));
        if self.0 > next {
            validity = validity.and_requires((&signer, self.0 - 1));
        }
        let validity = validity.build()?;
        Ok((validity, Some(signer), origin))
    }

    fn prepare(
        self,
        signer: Self::Val,
        _: &RuntimeOrigin,
        _: &RuntimeCall,
        _: &DispatchInfoOf<RuntimeCall>,
        _: usize,
    ) -> Result<Self::Pre, TransactionValidityError> {
        match signer {
            Some(signer) => frame_system::CheckNonce::<Runtime>::prepare_nonce_for_account(&signer, self.0),
            None => Ok(()),
        }
    }
}
