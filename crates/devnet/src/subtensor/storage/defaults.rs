//! Defaults that are not plain numbers.

use std::marker::PhantomData;

use frame_support::traits::Get;
use sp_runtime::AccountId32;

use crate::subtensor::layout::{Count, Layout};

/// The account of 32 zero bytes: the owner of what nobody owns.
pub struct ZeroAccount;

impl Get<AccountId32> for ZeroAccount {
    fn get() -> AccountId32 {
        AccountId32::new([0; 32])
    }
}

/// 0.7 and 0.9, as fractions of 65,535.
pub struct DefaultAlphaValues;

impl Get<(u16, u16)> for DefaultAlphaValues {
    fn get() -> (u16, u16) {
        (0xb333, 0xe666)
    }
}

/// A cursive small t.
pub struct DefaultTokenSymbol;

impl Get<Vec<u8>> for DefaultTokenSymbol {
    fn get() -> Vec<u8> {
        "\u{1d70f}".as_bytes().to_vec()
    }
}

/// 1,024, in the width that the layout has.
pub struct DefaultMinAllowedWeights<L>(PhantomData<L>);

impl<L: Layout> Get<Count<L>> for DefaultMinAllowedWeights<L> {
    fn get() -> Count<L> {
        1_024.into()
    }
}
