//! The nonce check of Subtensor, which differs from FRAME's in one thing: an account that holds nothing may sign.
//! Hotkeys live by that, because setting weights costs nothing.

use std::fmt;

use frame_support::{dispatch::DispatchInfo, pallet_prelude::DecodeWithMemTracking};
use frame_system::{Config, Pallet};
use parity_scale_codec::{Decode, Encode};
use scale_info::TypeInfo;
use sp_runtime::{
    impl_tx_ext_default,
    traits::{
        AsSystemOriginSigner, DispatchInfoOf, DispatchOriginOf, Dispatchable, Implication, One,
        TransactionExtension, ValidateResult,
    },
    transaction_validity::{
        InvalidTransaction, TransactionSource, TransactionValidityError, ValidTransaction,
        ValidTransactionBuilder,
    },
};

/// A nonce that has to be the account's next when the extrinsic is applied.
#[derive(Clone, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[scale_info(skip_type_params(T))]
pub struct CheckNonce<T: Config>(#[codec(compact)] pub T::Nonce);

impl<T: Config> fmt::Debug for CheckNonce<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CheckNonce({:?})", self.0)
    }
}

impl<T> TransactionExtension<T::RuntimeCall> for CheckNonce<T>
where
    T: Config<
            RuntimeCall: Dispatchable<
                Info = DispatchInfo,
                RuntimeOrigin: AsSystemOriginSigner<T::AccountId> + Clone,
            >,
        > + Send
        + Sync,
{
    const IDENTIFIER: &'static str = "CheckNonce";
    type Implicit = ();
    /// The signer, if there is one.
    type Val = Option<T::AccountId>;
    type Pre = ();

    impl_tx_ext_default!(T::RuntimeCall; weight);

    fn validate(
        &self,
        origin: DispatchOriginOf<T::RuntimeCall>,
        _: &T::RuntimeCall,
        _: &DispatchInfoOf<T::RuntimeCall>,
        _: usize,
        _: Self::Implicit,
        _: &impl Implication,
        _: TransactionSource,
    ) -> ValidateResult<Self::Val, T::RuntimeCall> {
        let Some(signer) = origin.as_system_origin_signer().cloned() else {
            return Ok((ValidTransaction::default(), None, origin));
        };
        let next = Pallet::<T>::account_nonce(&signer);
        if self.0 < next {
            return Err(InvalidTransaction::Stale.into());
        }
        let mut validity = ValidTransactionBuilder::default().and_provides((&signer, self.0));
        if self.0 > next {
            validity = validity.and_requires((&signer, self.0 - One::one()));
        }
        let validity = validity.build()?;
        Ok((validity, Some(signer), origin))
    }

    fn prepare(
        self,
        signer: Self::Val,
        _: &DispatchOriginOf<T::RuntimeCall>,
        _: &T::RuntimeCall,
        _: &DispatchInfoOf<T::RuntimeCall>,
        _: usize,
    ) -> Result<Self::Pre, TransactionValidityError> {
        match signer {
            Some(signer) => frame_system::CheckNonce::<T>::prepare_nonce_for_account(&signer, self.0),
            None => Ok(()),
        }
    }
}
