use serde::Serialize;
use tensorwire_chain::FromScale;

use crate::Balance;

/// An account as `System.Account` holds it (`frame_system::AccountInfo`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, FromScale)]
#[non_exhaustive]
pub struct AccountInfo {
    /// How many extrinsics the account has signed.
    pub nonce: u32,
    /// Its balances (`pallet_balances::AccountData`).
    pub data: AccountData,
}

/// The balances of an account. All in rao.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, FromScale)]
#[non_exhaustive]
pub struct AccountData {
    /// What the account holds and may spend, but for what is frozen.
    pub free: Balance,
    /// What is set aside, for deposits.
    pub reserved: Balance,
    /// What must stay of the free balance.
    pub frozen: Balance,
}
