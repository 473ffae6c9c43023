//! The runtime: FRAME's own pallets and `SubtensorModule`, at Subtensor's indices and with its parameters.

pub(crate) mod apis;
mod check_nonce;
mod code;
mod config;
mod extensions;
mod proxy_type;
mod runtime_apis;

use frame_metadata_hash_extension::CheckMetadataHash;
use frame_system::{
    CheckGenesis, CheckMortality, CheckNonZeroSender, CheckSpecVersion, CheckTxVersion, CheckWeight,
};
use pallet_transaction_payment::ChargeTransactionPayment;
use sp_runtime::{AccountId32, MultiAddress, MultiSignature, generic, traits::BlakeTwo256};

use check_nonce::CheckNonce;
pub(crate) use code::Code;
pub(crate) use config::MINIMUM_PERIOD;
use extensions::{
    CheckShieldedTxValidity, DrandPriority, SubtensorTransactionExtension, SudoTransactionExtension,
};

pub(crate) type AccountId = sp_runtime::AccountId32;
pub(crate) type Balance = u64;
pub(crate) type BlockNumber = u32;
pub(crate) type Nonce = u32;
pub(crate) type Hash = sp_core::H256;
pub(crate) type Header = generic::Header<BlockNumber, BlakeTwo256>;
pub(crate) type Block = generic::Block<Header, UncheckedExtrinsic>;
pub(crate) type UncheckedExtrinsic = generic::UncheckedExtrinsic<
    MultiAddress<AccountId32, ()>,
    RuntimeCall,
    MultiSignature,
    TransactionExtensions,
>;

/// Subtensor's transaction extensions, nested as there because a tuple holds twelve.
pub(crate) type TransactionExtensions = (
    (
        CheckNonZeroSender<Runtime>,
        CheckSpecVersion<Runtime>,
        CheckTxVersion<Runtime>,
        CheckGenesis<Runtime>,
        CheckMortality<Runtime>,
        CheckNonce,
        CheckWeight<Runtime>,
    ),
    (
        ChargeTransactionPayment<Runtime>,
        SudoTransactionExtension,
        CheckShieldedTxValidity,
        SubtensorTransactionExtension,
        DrandPriority,
    ),
    CheckMetadataHash<Runtime>,
);

type Executive = frame_executive::Executive<
    Runtime,
    Block,
    frame_system::ChainContext<Runtime>,
    Runtime,
    AllPalletsWithSystem,
>;

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
