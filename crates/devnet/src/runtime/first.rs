//! The runtime a chain begins with, laid out as the real chain's.

#[path = "each/apis.rs"]
pub(crate) mod apis;
#[path = "each/config.rs"]
mod config;
#[path = "each/extrinsic.rs"]
mod extrinsic;
#[path = "each/proxy_filter.rs"]
mod proxy_filter;

use extrinsic::Block;

/// The types of what the pallet stores and tells.
pub(crate) type Layout = crate::subtensor::layout::First;

/// How many proxies an account may have.
const MAX_PROXIES: u32 = 20;

#[frame_support::runtime]
mod construct {
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask,
        RuntimeViewFunction
    )]
    pub struct Runtime;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    #[runtime::pallet_index(2)]
    pub type Timestamp = pallet_timestamp;
    #[runtime::pallet_index(5)]
    pub type Balances = pallet_balances;
    #[runtime::pallet_index(6)]
    pub type TransactionPayment = pallet_transaction_payment;
    #[runtime::pallet_index(7)]
    pub type SubtensorModule = crate::subtensor;
    #[runtime::pallet_index(11)]
    pub type Utility = pallet_utility;
    #[runtime::pallet_index(12)]
    pub type Sudo = pallet_sudo;
    #[runtime::pallet_index(13)]
    pub type Multisig = pallet_multisig;
    #[runtime::pallet_index(16)]
    pub type Proxy = pallet_proxy;
}
