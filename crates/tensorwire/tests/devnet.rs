//! Whole flows against the local chain.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use std::collections::BTreeSet;

use futures_util::{TryStreamExt, future::try_join_all};
use serde_json::json;
use tensorwire::{
    AccountId, Balance, BlockId, Cache, ErrorKind, FromScale, Hash, StorageQuery, Subtensor, blocking,
    rpc::Request,
};
use tensorwire_devnet::Devnet;

const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
const BOB: &str = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";

async fn devnet(subnets: u16, neurons: u16) -> Devnet {
    Devnet::builder().subnets(subnets).neurons(neurons).start().await.unwrap()
}

async fn connect(devnet: &Devnet) -> Subtensor {
    Subtensor::builder(devnet.url()).cache(Cache::none()).connect().await.unwrap()
}

#[tokio::test]
async fn all_neurons_come_over_one_websocket_in_a_request_each() {
    let devnet = devnet(8, 16).await;
    let subtensor = connect(&devnet).await;
    subtensor.head().await.unwrap().runtime().await.unwrap();
    let before = subtensor.stats().requests;

    let at = subtensor.head().await.unwrap();
    let netuids = at.netuids().await.unwrap();
    let subnets = try_join_all(netuids.iter().map(|netuid| at.neurons_lite(*netuid))).await.unwrap();

    assert_eq!(netuids, (1..=8).collect::<Vec<_>>());
    for (netuid, neurons) in netuids.iter().zip(&subnets) {
        assert!(neurons.iter().all(|neuron| neuron.netuid == *netuid));
        assert_eq!(neurons.iter().map(|neuron| neuron.uid).collect::<Vec<_>>(), (0..16).collect::<Vec<_>>());
    }
    let stats = subtensor.stats();
    // The head is two requests, the netuids are two (257 keys), and each subnet is one.
    assert_eq!((stats.requests - before, stats.websockets_opened), (2 + 2 + 8, 1));
    assert_eq!(devnet.stats().connections_opened, 1);
}

#[tokio::test]
async fn typed_neurons_say_what_the_untyped_answer_says() {
    let devnet = devnet(2, 8).await;
    let at = connect(&devnet).await.head().await.unwrap();
    let lite = at.neurons_lite(1).await.unwrap();
    let value = at.call("NeuronInfoRuntimeApi", "get_neurons_lite", [1u16]).await.unwrap();
    assert_eq!(json!(lite), value.to_json());

    let full = at.neurons(2).await.unwrap();
    let value = at.call("NeuronInfoRuntimeApi", "get_neurons", [2u16]).await.unwrap();
    assert_eq!(json!(full), value.to_json());
    assert!(full.iter().any(|neuron| !neuron.weights.is_empty()), "some validator has set weights");
    assert_eq!(at.neuron(2, 3).await.unwrap().as_ref(), full.get(3));
    assert_eq!(at.neuron(2, 8).await.unwrap(), None);
    assert!(at.neurons_lite(9).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_hotkey_has_its_uid_and_no_other() {
    let devnet = devnet(2, 8).await;
    let at = connect(&devnet).await.head().await.unwrap();
    let neurons = at.neurons_lite(1).await.unwrap();
    let hotkeys: BTreeSet<_> = neurons.iter().map(|neuron| neuron.hotkey).collect();
    assert_eq!(hotkeys.len(), 8);
    for neuron in &neurons {
        assert_eq!(at.uid_for_hotkey(1, &neuron.hotkey).await.unwrap(), Some(neuron.uid));
    }
    assert_eq!(at.uid_for_hotkey(1, &AccountId([9; 32])).await.unwrap(), None);
}

#[tokio::test]
async fn subnets_are_counted_and_found_beyond_one_request_of_netuids() {
    let devnet = devnet(300, 1).await;
    let at = connect(&devnet).await.head().await.unwrap();
    assert_eq!(at.total_subnets().await.unwrap(), 300);
    assert_eq!(at.netuids().await.unwrap(), (1..=300).collect::<Vec<_>>());
    assert!(at.subnet_exists(300).await.unwrap());
    assert!(!at.subnet_exists(0).await.unwrap());
    assert!(!at.subnet_exists(301).await.unwrap());
}

#[tokio::test]
async fn balances_come_in_the_order_asked() {
    let devnet = devnet(1, 1).await;
    let at = connect(&devnet).await.head().await.unwrap();
    let (alice, bob, nobody) = (ALICE.parse().unwrap(), BOB.parse().unwrap(), AccountId([7; 32]));
    let balances = at.balances(&[nobody, alice, bob, alice]).await.unwrap();
    assert_eq!(balances[0], Balance::ZERO);
    assert_eq!(balances[1], at.balance(&alice).await.unwrap());
    assert_eq!(balances[1], balances[3]);
    assert!(balances[1] >= Balance::from_tao(1_000_000).unwrap());

    let account = at.query("System", "Account", [&alice]).await.unwrap();
    assert_eq!(account["data"]["free"].as_u64(), Some(balances[1].rao()));
}

#[tokio::test]
async fn g13_an_at_stays_at_its_block_while_the_chain_goes_on() {
    let devnet = devnet(1, 1).await;
    let subtensor = connect(&devnet).await;
    let first = subtensor.head().await.unwrap();
    let number = first.number().await.unwrap();
    devnet.produce_blocks(3).await.unwrap();

    assert_eq!(first.query("System", "Number", ()).await.unwrap().as_u64(), Some(number));
    let head = subtensor.head().await.unwrap();
    assert_eq!(head.number().await.unwrap(), number + 3);
    let again = subtensor.at(first.hash().await.unwrap()).await.unwrap();
    assert_eq!(again.number().await.unwrap(), number);
    let by_number = subtensor.at(BlockId::Number(number + 1)).await.unwrap();
    assert_eq!(by_number.query("System", "Number", ()).await.unwrap().as_u64(), Some(number + 1));
    let beyond = subtensor.at(1_000_000u64).await.unwrap();
    assert_eq!(beyond.hash().await.unwrap_err().kind(), ErrorKind::NotYetImported);
    subtensor.finalized().await.unwrap().number().await.unwrap();
}

#[tokio::test]
async fn constants_and_runtime_calls_need_no_type_known_beforehand() {
    let devnet = devnet(1, 1).await;
    let subtensor = connect(&devnet).await;
    let at = subtensor.head().await.unwrap();
    assert_eq!(at.constant("Balances", "ExistentialDeposit").await.unwrap().as_u64(), Some(500));
    let version = at.call("Core", "version", ()).await.unwrap();
    assert_eq!(version["spec_name"].as_str(), Some("node-subtensor"));
    let properties = subtensor.properties().await.unwrap();
    assert_eq!(properties.ss58_format, Some(42));
}

/// A type of a user's, who depends on nothing but this crate.
#[derive(Debug, PartialEq, FromScale)]
#[scale(crate = "tensorwire::scale")]
struct References {
    providers: u32,
    nonce: u32,
}

#[tokio::test]
async fn a_type_of_ones_own_is_derived_and_read() {
    let devnet = devnet(1, 1).await;
    let at = connect(&devnet).await.head().await.unwrap();
    let alice: AccountId = ALICE.parse().unwrap();
    let read = at.query_as::<References>("System", "Account", [&alice]).await.unwrap().unwrap();
    let value = at.query("System", "Account", [&alice]).await.unwrap();
    let number = |field: &str| value[field].as_u64().unwrap() as u32;
    assert_eq!(read, References { providers: number("providers"), nonce: number("nonce") });
    assert_eq!(read.providers, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g12_the_blocking_facade_works_inside_an_async_runtime_and_from_many_threads() {
    let devnet = devnet(4, 8).await;
    let subtensor =
        blocking::Subtensor::build(Subtensor::builder(devnet.url()).cache(Cache::none())).unwrap();
    let at = subtensor.head().unwrap();
    let netuids = at.netuids().unwrap();
    let neurons: usize = std::thread::scope(|scope| {
        let readers: Vec<_> =
            netuids.iter().map(|netuid| scope.spawn(|| at.neurons_lite(*netuid).unwrap().len())).collect();
        readers.into_iter().map(|reader| reader.join().unwrap()).sum()
    });
    assert_eq!(neurons, 32);
    assert_eq!(
        at.balance(&ALICE.parse().unwrap()).unwrap(),
        at.account(&ALICE.parse().unwrap()).unwrap().data.free
    );
    let name = subtensor.request(Request::new("system_chain")).unwrap().json::<String>().unwrap();
    assert_eq!(name, subtensor.properties().unwrap().chain);
    let keys = at.query_map("SubtensorModule", "Keys", [1_u16]).keys().raw();
    let expected = (0..8_u16).map(|uid| at.storage_key("SubtensorModule", "Keys", (1_u16, uid)).unwrap());
    assert_eq!(keys.map(Result::unwrap).collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    assert_eq!(subtensor.stats().websockets_opened, 1);
    subtensor.close().unwrap();
}

#[tokio::test]
async fn g12_one_task_may_block_on_any_number_of_reads() {
    let devnet = Devnet::builder().subnets(1).neurons(1).start();
    // The local chain needs a runtime that is not blocked.
    let (url, stop) = (std::sync::mpsc::channel(), tokio::sync::oneshot::channel::<()>());
    let chain = std::thread::spawn(move || {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let devnet = devnet.await.unwrap();
            url.0.send(devnet.url().to_owned()).unwrap();
            let _ = stop.1.await;
        });
    });
    let url = url.1.recv().unwrap();
    let subtensor =
        blocking::Subtensor::build(Subtensor::builder(url.as_str()).cache(Cache::none())).unwrap();
    let at = subtensor.head().unwrap();
    for _ in 0..300 {
        at.total_subnets().unwrap();
    }
    drop(stop.0);
    chain.join().unwrap();
}

#[tokio::test]
async fn g16_a_map_is_a_stream_and_for_threads_an_iterator() {
    let devnet = devnet(2, 20).await;
    let at = connect(&devnet).await.head().await.unwrap();
    let hotkeys: Vec<_> = at.neurons_lite(2).await.unwrap().iter().map(|neuron| neuron.hotkey).collect();
    let entries: Vec<_> = at.query_map("SubtensorModule", "Keys", [2u16]).try_collect().await.unwrap();
    let by_uid: Vec<_> =
        entries.iter().map(|entry| (entry.keys[1].as_u64(), entry.value.as_account())).collect();
    assert_eq!(by_uid, (0..).map(Some).zip(hotkeys.iter().copied().map(Some)).collect::<Vec<_>>());

    let url = devnet.url().to_owned();
    let waiting = tokio::task::spawn_blocking(move || {
        let subtensor = blocking::Subtensor::build(Subtensor::builder(url.as_str()).cache(Cache::none()))?;
        let at = subtensor.head()?;
        let map = || at.query_map("SubtensorModule", "Keys", 2u16);
        let raw: Vec<_> = map().raw().limit(5).collect::<Result<_, _>>()?;
        let (key, value) = raw[4].clone();
        assert_eq!(key, at.storage_key("SubtensorModule", "Keys", (2u16, 4u16))?);
        assert_eq!(at.storage_raw([key.clone()])?, [Some(value)]);
        assert_eq!(map().start_key(key).count(), 15);
        let keys: Vec<_> = map().keys().collect::<Result<_, _>>()?;
        assert!(keys.iter().map(|keys| keys[1].as_u64()).eq((0..20).map(Some)));
        assert_eq!(at.query_by_uid("Keys", 2)?.len(), 20);
        map().collect::<Result<Vec<_>, _>>()
    });
    assert_eq!(waiting.await.unwrap().unwrap(), entries);
}

#[tokio::test]
async fn closing_ends_the_websocket() {
    let devnet = devnet(1, 1).await;
    let subtensor = connect(&devnet).await;
    let at = subtensor.head().await.unwrap();
    at.total_subnets().await.unwrap();
    subtensor.close().await;
    assert!(at.query("System", "Number", ()).await.unwrap_err().is_connection());
    for _ in 0..200 {
        if devnet.stats().connections_open == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the websocket is still open");
}

#[tokio::test]
async fn several_values_are_watched_by_one_subscription() {
    let devnet = devnet(1, 1).await;
    let subtensor = connect(&devnet).await;
    subtensor.head().await.unwrap().executed_by().await.unwrap();
    let mut watch = subtensor.watch_many([
        StorageQuery::new("Timestamp", "Now", ()),
        StorageQuery::new("SubtensorModule", "Tempo", [1u16]),
        StorageQuery::new("System", "Number", ()),
    ]);
    let mut first = Vec::new();
    for _ in 0..3 {
        first.push(watch.next().await.unwrap().unwrap());
    }
    assert_eq!(first.iter().map(|change| change.item).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!((first[0].value.as_u64(), first[2].value.as_u64()), (Some(0), Some(0)));
    let before = subtensor.stats().requests;
    for number in 1..=3_u64 {
        let hash = Hash(devnet.produce_block().await.unwrap());
        // The tempo stays.
        let now = watch.next().await.unwrap().unwrap();
        let height = watch.next().await.unwrap().unwrap();
        assert_eq!((now.item, height.item, height.value.as_u64()), (0, 2, Some(number)));
        assert_eq!((now.block, height.block, now.gap, height.gap), (hash, hash, false, false));
    }
    assert_eq!(subtensor.stats().requests, before);
}
