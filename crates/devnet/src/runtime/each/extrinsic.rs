//! What an extrinsic of the runtime is, and what executes blocks of them.

use frame_system::{
    CheckGenesis, CheckMortality, CheckNonZeroSender, CheckSpecVersion, CheckTxVersion, CheckWeight,
};
use pallet_transaction_payment::ChargeTransactionPayment;
use sp_runtime::{MultiAddress, MultiSignature, generic};

use super::{AllPalletsWithSystem, Runtime, RuntimeCall};
use crate::runtime::{
    AccountId, Header,
    check_metadata_hash::CheckMetadataHash,
    check_nonce::CheckNonce,
    extensions::{
        CheckShieldedTxValidity, DrandPriority, SubtensorTransactionExtension, SudoTransactionExtension,
    },
};

pub(super) type Block = generic::Block<Header, UncheckedExtrinsic>;
pub(super) type UncheckedExtrinsic = generic::UncheckedExtrinsic<
    MultiAddress<AccountId, ()>,
    RuntimeCall,
    MultiSignature,
    TransactionExtensions,
>;

/// Subtensor's transaction extensions, nested as there because a tuple holds twelve.
type TransactionExtensions = (
    (
        CheckNonZeroSender<Runtime>,
        CheckSpecVersion<Runtime>,
        CheckTxVersion<Runtime>,
        CheckGenesis<Runtime>,
        CheckMortality<Runtime>,
        CheckNonce<Runtime>,
        CheckWeight<Runtime>,
    ),
    (
        ChargeTransactionPayment<Runtime>,
        SudoTransactionExtension,
        CheckShieldedTxValidity,
        SubtensorTransactionExtension,
        DrandPriority,
    ),
    CheckMetadataHash,
);

pub(super) type Executive = frame_executive::Executive<
    Runtime,
    Block,
    frame_system::ChainContext<Runtime>,
    Runtime,
    AllPalletsWithSystem,
>;
