use parity_scale_codec::{Compact, Decode, Encode};
use sp_core::{Pair, sr25519};
use tensorwire_devnet::Devnet;

use crate::client::{Client, item_key, params, small};

type Account = [u8; 32];
type Score = Compact<u16>;
type Axon = (u64, u32, u128, u16, u8, u8, u8, u8);
type Prometheus = (u64, u32, u128, u16, u8);

/// `NeuronInfoLite`, written down a second time from the real chain's metadata.
#[derive(Debug, Decode, Encode)]
#[allow(dead_code)]
struct NeuronInfoLite {
    hotkey: Account,
    coldkey: Account,
    uid: Compact<u16>,
    netuid: Compact<u16>,
    active: bool,
    axon_info: Axon,
    prometheus_info: Prometheus,
    stake: Vec<(Account, Compact<u64>)>,
    rank: Score,
    emission: Compact<u64>,
    incentive: Score,
    consensus: Score,
    trust: Score,
    validator_trust: Score,
    dividends: Score,
    last_update: Compact<u64>,
    validator_permit: bool,
    pruning_score: Score,
}

#[tokio::test]
async fn every_neuron_of_a_subnet_is_answered() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let neurons: Vec<NeuronInfoLite> = client.call("NeuronInfoRuntimeApi_get_neurons_lite", 2_u16).await;
    assert_eq!(neurons.len(), 16);
    for (uid, neuron) in (0..).zip(&neurons) {
        assert_eq!((neuron.uid.0, neuron.netuid.0), (uid, 2));
        assert_eq!(neuron.hotkey, public(devnet.hotkey_seed(2, uid)));
        assert_eq!(neuron.coldkey, public(devnet.coldkey_seed(uid)));
        assert_eq!(neuron.stake[0].0, neuron.coldkey);
        assert!(neuron.stake[0].1.0 > 0);
        assert_ne!(neuron.axon_info.3, 0, "it serves an axon");
    }
    assert!(neurons.iter().any(|neuron| neuron.validator_permit && neuron.dividends.0 > 0));
    assert!(neurons.iter().any(|neuron| !neuron.validator_permit && neuron.incentive.0 > 0));

    let one: Option<NeuronInfoLite> =
        client.call("NeuronInfoRuntimeApi_get_neuron_lite", (2_u16, 5_u16)).await;
    assert_eq!(one.unwrap().encode(), neurons[5].encode());
}

#[tokio::test]
async fn there_are_no_neurons_where_there_is_no_subnet() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    for netuid in [0_u16, 3] {
        let neurons: Vec<NeuronInfoLite> = client.call("NeuronInfoRuntimeApi_get_neurons_lite", netuid).await;
        assert!(neurons.is_empty());
    }
    let none: Option<NeuronInfoLite> =
        client.call("NeuronInfoRuntimeApi_get_neuron_lite", (1_u16, 16_u16)).await;
    assert!(none.is_none());
}

#[tokio::test]
async fn the_map_of_networks_lists_every_subnet() {
    let devnet = Devnet::builder().subnets(5).neurons(1).start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let prefix = item_key("SubtensorModule", "NetworksAdded");
    let keys: Vec<String> =
        client.request("state_getKeysPaged", params![crate::client::hex(&prefix), 1_000]).await;
    let netuids: Vec<u16> = keys
        .iter()
        .map(|key| u16::decode(&mut &crate::client::bytes(key)[prefix.len()..]).unwrap())
        .collect();
    assert_eq!(netuids, [1, 2, 3, 4, 5]);
    let total = client.storage(&item_key("SubtensorModule", "TotalNetworks"), None).await;
    assert_eq!(total, Some(vec![5, 0]));
}

fn public(seed: [u8; 32]) -> Account {
    sr25519::Pair::from_seed(&seed).public().0
}
