//! Transactions.

mod anchor;
mod nonces;
mod present;
mod stale;

pub(crate) use nonces::Nonces;
pub(crate) use present::Following;
