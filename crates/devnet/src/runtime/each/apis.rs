//! The runtime APIs the runtime answers. What this file generates is the one way into it: `api::dispatch`.

// The macro repeats the runtime's name.
#![allow(clippy::use_self)]

use frame_support::traits::Get;
use pallet_transaction_payment::{FeeDetails, RuntimeDispatchInfo};
use sp_core::OpaqueMetadata;
use sp_inherents::{CheckInherentsResult, InherentData};
use sp_runtime::{
    AccountId32, ApplyExtrinsicResult, ExtrinsicInclusionMode,
    traits::Block as BlockT,
    transaction_validity::{TransactionSource, TransactionValidity},
};
use sp_version::RuntimeVersion;

use super::{
    Block, InherentDataExt, Layout, Runtime, RuntimeCall, SubtensorModule, System, TransactionPayment,
    config::Version, extrinsic::Executive,
};
use crate::{
    runtime::{Balance, Nonce, runtime_apis},
    subtensor::{
        NetworkLastLockCost,
        layout::AddedPort,
        rpc_info::{
            neuron_info::{NeuronInfo, NeuronInfoLite},
            stake_info::StakeInfo,
            subnet_info::{SubnetHyperparams, SubnetInfo, SubnetInfov2},
        },
    },
};

sp_api::impl_runtime_apis! {
    impl sp_api::Core<Block> for Runtime {
        fn version() -> RuntimeVersion {
            Version::get()
        }

        fn execute_block(block: Block) {
            Executive::execute_block(block);
        }

        fn initialize_block(header: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
            Executive::initialize_block(header)
        }
    }

    impl sp_api::Metadata<Block> for Runtime {
        fn metadata() -> OpaqueMetadata {
            OpaqueMetadata::new(Self::metadata().into())
        }

        fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
            Self::metadata_at_version(version)
        }

        fn metadata_versions() -> Vec<u32> {
            Self::metadata_versions()
        }
    }

    impl sp_block_builder::BlockBuilder<Block> for Runtime {
        fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
            Executive::apply_extrinsic(extrinsic)
        }

        fn finalize_block() -> <Block as BlockT>::Header {
            Executive::finalize_block()
        }

        fn inherent_extrinsics(data: InherentData) -> Vec<<Block as BlockT>::Extrinsic> {
            data.create_extrinsics()
        }

        fn check_inherents(block: Block, data: InherentData) -> CheckInherentsResult {
            data.check_extrinsics(&block)
        }
    }

    impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
        fn validate_transaction(
            source: TransactionSource,
            tx: <Block as BlockT>::Extrinsic,
            block_hash: <Block as BlockT>::Hash,
        ) -> TransactionValidity {
            Executive::validate_transaction(source, tx, block_hash)
        }
    }

    impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId32, Nonce> for Runtime {
        fn account_nonce(account: AccountId32) -> Nonce {
            System::account_nonce(account)
        }
    }

    impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentApi<Block, Balance> for Runtime {
        fn query_info(uxt: <Block as BlockT>::Extrinsic, len: u32) -> RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_info(uxt, len)
        }

        fn query_fee_details(uxt: <Block as BlockT>::Extrinsic, len: u32) -> FeeDetails<Balance> {
            TransactionPayment::query_fee_details(uxt, len)
        }

        fn query_weight_to_fee(weight: sp_runtime::Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }

        fn query_length_to_fee(length: u32) -> Balance {
            TransactionPayment::length_to_fee(length)
        }
    }

    impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentCallApi<Block, Balance, RuntimeCall> for Runtime {
        fn query_call_info(call: RuntimeCall, len: u32) -> RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_call_info(call, len)
        }

        fn query_call_fee_details(call: RuntimeCall, len: u32) -> FeeDetails<Balance> {
            TransactionPayment::query_call_fee_details(call, len)
        }

        fn query_weight_to_fee(weight: sp_runtime::Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }

        fn query_length_to_fee(length: u32) -> Balance {
            TransactionPayment::length_to_fee(length)
        }
    }

    impl runtime_apis::NeuronInfoRuntimeApi<Block, AddedPort<Layout>> for Runtime {
        fn get_neurons(netuid: u16) -> Vec<NeuronInfo<AccountId32, AddedPort<Layout>>> {
            SubtensorModule::get_neurons(netuid)
        }

        fn get_neuron(netuid: u16, uid: u16) -> Option<NeuronInfo<AccountId32, AddedPort<Layout>>> {
            SubtensorModule::get_neuron(netuid, uid)
        }

        fn get_neurons_lite(netuid: u16) -> Vec<NeuronInfoLite<AccountId32, AddedPort<Layout>>> {
            SubtensorModule::get_neurons_lite(netuid)
        }

        fn get_neuron_lite(netuid: u16, uid: u16) -> Option<NeuronInfoLite<AccountId32, AddedPort<Layout>>> {
            SubtensorModule::get_neuron_lite(netuid, uid)
        }
    }

    impl runtime_apis::SubnetInfoRuntimeApi<Block> for Runtime {
        fn get_subnet_info(netuid: u16) -> Option<SubnetInfo<AccountId32>> {
            SubtensorModule::get_subnet_info(netuid)
        }

        fn get_subnets_info() -> Vec<Option<SubnetInfo<AccountId32>>> {
            SubtensorModule::get_subnets_info()
        }

        fn get_subnet_info_v2(netuid: u16) -> Option<SubnetInfov2<AccountId32>> {
            SubtensorModule::get_subnet_info_v2(netuid)
        }

        fn get_subnets_info_v2() -> Vec<Option<SubnetInfov2<AccountId32>>> {
            SubtensorModule::get_subnets_info_v2()
        }

        fn get_subnet_hyperparams(netuid: u16) -> Option<SubnetHyperparams> {
            SubtensorModule::get_subnet_hyperparams(netuid)
        }
    }

    impl runtime_apis::StakeInfoRuntimeApi<Block> for Runtime {
        fn get_stake_info_for_coldkey(coldkey_account: AccountId32) -> Vec<StakeInfo<AccountId32>> {
            SubtensorModule::get_stake_info_for_coldkey(coldkey_account)
        }

        fn get_stake_info_for_coldkeys(
            coldkey_accounts: Vec<AccountId32>,
        ) -> Vec<(AccountId32, Vec<StakeInfo<AccountId32>>)> {
            let info = |coldkey: AccountId32| {
                (coldkey.clone(), SubtensorModule::get_stake_info_for_coldkey(coldkey))
            };
            coldkey_accounts.into_iter().map(info).collect()
        }

        fn get_stake_info_for_hotkey_coldkey_netuid(
            hotkey_account: AccountId32,
            coldkey_account: AccountId32,
            netuid: u16,
        ) -> Option<StakeInfo<AccountId32>> {
            SubtensorModule::get_stake_info(hotkey_account, coldkey_account, netuid)
        }
    }

    impl runtime_apis::SubnetRegistrationRuntimeApi<Block> for Runtime {
        fn get_network_registration_cost() -> u64 {
            NetworkLastLockCost::<Runtime>::get()
        }
    }
}
