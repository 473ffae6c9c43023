//! Subtensor's own runtime APIs, as far as the chain answers them.

use parity_scale_codec::Codec;
use sp_runtime::AccountId32;

use crate::subtensor::rpc_info::{
    neuron_info::{NeuronInfo, NeuronInfoLite},
    stake_info::StakeInfo,
    subnet_info::{SubnetHyperparams, SubnetInfo, SubnetInfov2},
};

sp_api::decl_runtime_apis! {
    /// The neurons of a subnet.
    pub trait NeuronInfoRuntimeApi<AddedPort>
    where
        AddedPort: Codec,
    {
        fn get_neurons(netuid: u16) -> Vec<NeuronInfo<AccountId32, AddedPort>>;
        fn get_neuron(netuid: u16, uid: u16) -> Option<NeuronInfo<AccountId32, AddedPort>>;
        fn get_neurons_lite(netuid: u16) -> Vec<NeuronInfoLite<AccountId32, AddedPort>>;
        fn get_neuron_lite(netuid: u16, uid: u16) -> Option<NeuronInfoLite<AccountId32, AddedPort>>;
    }

    /// The subnets and their hyperparameters.
    pub trait SubnetInfoRuntimeApi {
        fn get_subnet_info(netuid: u16) -> Option<SubnetInfo<AccountId32>>;
        fn get_subnets_info() -> Vec<Option<SubnetInfo<AccountId32>>>;
        fn get_subnet_info_v2(netuid: u16) -> Option<SubnetInfov2<AccountId32>>;
        fn get_subnets_info_v2() -> Vec<Option<SubnetInfov2<AccountId32>>>;
        fn get_subnet_hyperparams(netuid: u16) -> Option<SubnetHyperparams>;
    }

    /// Stakes, by who holds them.
    pub trait StakeInfoRuntimeApi {
        fn get_stake_info_for_coldkey(coldkey_account: AccountId32) -> Vec<StakeInfo<AccountId32>>;
        fn get_stake_info_for_coldkeys(
            coldkey_accounts: Vec<AccountId32>,
        ) -> Vec<(AccountId32, Vec<StakeInfo<AccountId32>>)>;
        fn get_stake_info_for_hotkey_coldkey_netuid(
            hotkey_account: AccountId32,
            coldkey_account: AccountId32,
            netuid: u16,
        ) -> Option<StakeInfo<AccountId32>>;
    }

    /// What registering a subnet costs, in rao.
    pub trait SubnetRegistrationRuntimeApi {
        fn get_network_registration_cost() -> u64;
    }
}
