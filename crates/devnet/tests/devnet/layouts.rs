//! What an upgrade changes in the runtime and in the state.

use parity_scale_codec::{Compact, Decode, Encode};
use sp_core::{Pair, blake2_128, sr25519};
use tensorwire_devnet::Devnet;

use crate::{
    client::{Client, bytes, dev, hex, item_key, params, small, transfer},
    metadata::{Side, v16},
};

type Account = [u8; 32];
type FirstAxon = (u64, u32, u128, u16, u8, u8, u8, u8);
type SecondAxon = (u64, u32, u128, u16, u16, u8, u8, u8, u8, u16);

fn hotkey(devnet: &Devnet, uid: u16) -> Account {
    sr25519::Pair::from_seed(&devnet.hotkey_seed(1, uid)).public().0
}

fn axon_key(hotkey: &Account) -> Vec<u8> {
    let item = item_key("SubtensorModule", "Axons");
    [&item[..], &1_u16.encode(), &blake2_128(hotkey), hotkey].concat()
}

fn min_allowed_weights_key() -> Vec<u8> {
    [item_key("SubtensorModule", "MinAllowedWeights"), 1_u16.encode()].concat()
}

/// Decodes all of the bytes.
fn whole<T: Decode>(bytes: &[u8]) -> T {
    let mut input = bytes;
    let value = T::decode(&mut input).unwrap();
    assert!(input.is_empty(), "{} bytes are left", input.len());
    value
}

#[tokio::test]
async fn g9_two_pallets_change_places_and_types_change() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let carrier = devnet.upgrade().await.unwrap();
    let mut layouts = Vec::new();
    for at in [devnet.genesis_hash(), carrier] {
        let metadata: Option<Vec<u8>> =
            client.call_at(Some(at), "Metadata_metadata_at_version", 16_u32).await;
        let metadata = v16(&metadata.unwrap());
        let side = |name: &str| -> Vec<String> {
            let side = Side::of(&metadata, name);
            let facts = [side.storage(), side.calls(), side.events(), side.constants()];
            let index = side.pallet.index;
            facts.into_iter().flatten().map(|fact| format!("{name}[{index}] {fact:?}")).collect()
        };
        let names: Vec<String> = metadata.pallets.iter().map(|pallet| pallet.name.clone()).collect();
        let facts: Vec<String> = names.iter().flat_map(|name| side(name)).collect();
        layouts.push(facts);
    }
    let (first, second) = (&layouts[0], &layouts[1]);
    let changed: Vec<&String> = first.iter().filter(|fact| !second.contains(fact)).collect();
    let unmoved: Vec<&&String> = changed
        .iter()
        .filter(|fact| !fact.starts_with("Utility[11]") && !fact.starts_with("Proxy[16]"))
        .collect();
    let expected = [
        "SubtensorModule[7] (\"Axons\"",
        "SubtensorModule[7] (\"MinAllowedWeights\"",
        "System[0] (\"Version\"",
    ];
    assert_eq!(unmoved.len(), expected.len(), "{unmoved:#?}");
    for name in expected {
        assert!(unmoved.iter().any(|fact| fact.starts_with(name)), "{name} in {unmoved:#?}");
    }
    for moved in ["Utility[16]", "Proxy[11]"] {
        assert!(second.iter().any(|fact| fact.starts_with(moved)), "{moved}");
    }
    let max_proxies =
        |facts: &[String]| facts.iter().find(|fact| fact.contains("MaxProxies")).cloned().unwrap();
    assert!(max_proxies(first).contains("[20, 0, 0, 0]"));
    assert!(max_proxies(second).contains("[32, 0, 0, 0]"));
}

#[tokio::test]
async fn g9_the_state_changes_in_the_block_after_the_upgrade() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let hotkey = hotkey(&devnet, 3);
    let (axon, count) = (axon_key(&hotkey), min_allowed_weights_key());
    let read = async |key: &[u8], at| client.storage(key, Some(at)).await.unwrap();
    let genesis = devnet.genesis_hash();
    let before: FirstAxon = whole(&read(&axon, genesis).await);

    let carrier = devnet.upgrade().await.unwrap();
    assert_eq!(whole::<FirstAxon>(&read(&axon, carrier).await), before);
    assert_eq!(whole::<u16>(&read(&count, carrier).await), 1);

    let after = devnet.produce_block().await.unwrap();
    let (block, version, ip, port, ip_type, protocol, one, two) = before;
    let grown: SecondAxon = (block, version, ip, port, port + 1, ip_type, protocol, one, two, port + 2);
    assert_eq!(whole::<SecondAxon>(&read(&axon, after).await), grown);
    assert_eq!(whole::<u32>(&read(&count, after).await), 1);

    // And back: the layouts take turns.
    let back = devnet.upgrade().await.unwrap();
    assert_eq!(whole::<SecondAxon>(&read(&axon, back).await), grown);
    let last = devnet.produce_block().await.unwrap();
    assert_eq!(whole::<FirstAxon>(&read(&axon, last).await), before);
    assert_eq!(whole::<u16>(&read(&count, last).await), 1);
    for (at, old) in [(genesis, true), (carrier, true), (after, false), (back, false), (last, true)] {
        assert_eq!(read(&axon, at).await.len(), if old { 34 } else { 38 });
    }
}

#[tokio::test]
async fn g9_the_new_runtime_answers_calls_with_the_new_field() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let hotkey = hotkey(&devnet, 3);
    let neuron = async |at| -> Option<Vec<u8>> {
        let answer: String = client
            .request("state_call", params!["NeuronInfoRuntimeApi_get_neuron_lite", "0x01000300", at])
            .await;
        bytes(&answer).strip_prefix(&[1]).map(<[u8]>::to_vec)
    };
    let carrier = hex(devnet.upgrade().await.unwrap());
    let after = hex(devnet.produce_block().await.unwrap());
    type Head = (Account, Account, Compact<u16>, Compact<u16>, bool);
    let first = neuron(hex(devnet.genesis_hash())).await.unwrap();
    let (head, axon) = <(Head, FirstAxon)>::decode(&mut &first[..]).unwrap();
    assert_eq!((head.0, axon.3), (hotkey, 8_001));
    let second = neuron(after).await.unwrap();
    assert_eq!(second.len(), first.len() + 4);
    let (head, axon) = <(Head, SecondAxon)>::decode(&mut &second[..]).unwrap();
    assert_eq!((head.0, axon.3, axon.4, axon.9), (hotkey, 8_001, 8_002, 8_003));
    // At the block that carries the upgrade the new runtime finds a state that is not its own: no axon, as FRAME has it.
    let between = neuron(carrier).await.unwrap();
    assert_eq!(between.len(), second.len());
    let (head, axon) = <(Head, SecondAxon)>::decode(&mut &between[..]).unwrap();
    assert_eq!((head.0, axon), (hotkey, SecondAxon::default()));
}

#[tokio::test]
async fn calls_of_the_new_runtime_are_at_their_new_places() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    devnet.upgrade().await.unwrap();
    let bob = devnet.dev_account("Bob").unwrap();
    let submit = "author_submitExtrinsic";
    // Utility.batch, at 16 now; at 11 it would be Proxy.proxy.
    let batch = ([16_u8, 0], vec![Raw(transfer(&bob, 1_000)), Raw(transfer(&bob, 2_000))]).encode();
    let old = client.sign(&dev("Charlie"), 0, &batch);
    let (code, message) = client.error(submit, params![old]).await;
    assert_eq!((code, &message[..]), (1_010, "Invalid Transaction"));
    let new = client.sign_for(394, &dev("Charlie"), 0, &batch);
    let _: String = client.request(submit, params![new]).await;
    devnet.produce_block().await.unwrap();
    assert_eq!(client.free_balance(&bob).await, 1_000_000_000_003_000);
}

/// Bytes that are encoded already.
struct Raw(Vec<u8>);

impl Encode for Raw {
    fn encode_to<T: parity_scale_codec::Output + ?Sized>(&self, output: &mut T) {
        output.write(&self.0);
    }
}
