//! A session crosses upgrades of the runtime: whatever it reads, of whichever block, decodes and is right.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::TryStreamExt;
use parity_scale_codec::{Compact, Encode};
use serde_json::{Value as Json, json};
use sp_core::{Pair, blake2_256, sr25519};
use tensorwire::{
    AccountId, At, AxonInfo, BlockId, Cache, Hash, Receipt, Runtime, Subtensor, Value, blocking, rpc::Request,
};
use tensorwire_devnet::Devnet;
use tokio::{sync::Semaphore, task::JoinSet, time::timeout};

const NETUID: u16 = 1;
const NEURONS: u16 = 4;
const UID: u16 = 2;
const READERS: usize = 100;

/// The blocks that carry an upgrade: to the second layout, back to the first, and two that follow each other.
const CARRIERS: [u64; 4] = [4, 8, 11, 12];
const LAST: u64 = 15;

/// The spec version of the runtime that executed a block.
fn executed(number: u64) -> u32 {
    393 + CARRIERS.iter().filter(|carrier| **carrier < number).count() as u32
}

/// The spec version of the runtime whose code a block's state holds.
fn held(number: u64) -> u32 {
    executed(number + 1)
}

/// Whether a runtime is one of the second layout: pallets have changed places in it, and types are others.
fn is_second(spec_version: u32) -> bool {
    spec_version.is_multiple_of(2)
}

fn port(spec_version: u32, above: u16) -> Option<u64> {
    is_second(spec_version).then_some(u64::from(8_000 + NETUID + above))
}

/// A local chain that makes a block when told, and what is known of it.
struct Local {
    devnet: Devnet,
    hotkeys: Vec<AccountId>,
    bob: AccountId,
}

impl Local {
    async fn start() -> Self {
        let builder = Devnet::builder().subnets(NETUID).neurons(NEURONS);
        let builder = CARRIERS.iter().fold(builder, |builder, number| builder.upgrade_at(*number as u32));
        let devnet = builder.start().await.unwrap();
        let hotkey = |uid| sr25519::Pair::from_seed(&devnet.hotkey_seed(NETUID, uid)).public().0;
        let hotkeys = (0..NEURONS).map(|uid| AccountId(hotkey(uid))).collect();
        let bob = AccountId(devnet.dev_account("Bob").unwrap());
        Self { devnet, hotkeys, bob }
    }

    async fn connect(&self) -> Subtensor {
        Subtensor::builder(self.devnet.url()).cache(Cache::none()).connect().await.unwrap()
    }

    /// Makes the next block. In it Bob batches a call that succeeds and one that fails, both of a pallet that moves.
    async fn produce(&self, subtensor: &Subtensor) {
        let number = self.devnet.best().0 + 1;
        let proxy = |call: &str, delay: u32| {
            let delegate = json!({ "Id": AccountId(self.devnet.dev_account("Dave").unwrap()) });
            json!({ "Proxy": { call: { "delegate": delegate, "proxy_type": "Any", "delay": delay } } })
        };
        let calls = [proxy("add_proxy", number), proxy("remove_proxy", 1_000)];
        let batch = json!({ "Utility": { "batch": { "calls": calls } } });
        // By its hash: a head that others are asking for may be the one before.
        let best = subtensor.at(Hash(self.devnet.best().1)).await.unwrap();
        let runtime = best.runtime().await.unwrap();
        let extrinsic = self.sign(&runtime, number - 1, batch);
        let request = Request::new("author_submitExtrinsic").hex_param(&extrinsic);
        let _: Hash = subtensor.request(request).await.unwrap().json().unwrap();
        self.devnet.produce_block().await.unwrap();
    }

    /// An immortal extrinsic of the version 4, by Bob.
    fn sign(&self, runtime: &Runtime, nonce: u32, call: Json) -> Vec<u8> {
        const BOB: &str = "//Bob";
        const PHRASE: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
        let pair = sr25519::Pair::from_string(&format!("{PHRASE}{BOB}"), None).unwrap();
        let plan = runtime.plan();
        let call = plan.encode(plan.find_type("RuntimeCall").unwrap(), &Value::from(call)).unwrap();
        let extensions = (0_u8, Compact(nonce), Compact(0_u64), 0_u8).encode();
        let versions = (runtime.spec_version(), runtime.transaction_version());
        let genesis = self.devnet.genesis_hash();
        let implicit = (versions, genesis, genesis, None::<[u8; 32]>).encode();
        let payload = [&call[..], &extensions, &implicit].concat();
        let signature =
            if payload.len() > 256 { pair.sign(&blake2_256(&payload)) } else { pair.sign(&payload) };
        let signed = (0x84_u8, 0_u8, pair.public().0, 1_u8, signature.0).encode();
        [signed, extensions, call].concat().encode()
    }

    /// Which block an `At` is asked for: ends of the chain, blocks about an upgrade, any other.
    fn block(&self, turn: usize) -> BlockId {
        let best = u64::from(self.devnet.best().0);
        let about = CARRIERS.map(|carrier| [carrier - 1, carrier, carrier + 1]).into_iter().flatten();
        match turn % 4 {
            0 => BlockId::Head,
            1 => BlockId::Finalized,
            2 => about.filter(|number| *number <= best).nth(turn / 4 % 12).unwrap_or(best).into(),
            _ => (turn as u64 / 4 % (best + 1)).into(),
        }
    }
}

/// Far above what anything here takes: what never comes fails its test instead of stopping the run.
const BOUND: Duration = Duration::from_secs(300);

/// How many questions `ask` knows.
const QUESTIONS: usize = 9;

/// Asks one question of a block, and holds the answer against what is known.
async fn ask(local: &Local, at: &At, question: usize) {
    let number = at.number().await.unwrap();
    let (executed, held) = (executed(number), held(number));
    let hotkey = &local.hotkeys[usize::from(UID)];
    match question % QUESTIONS {
        0 => {
            assert_eq!(at.executed_by().await.unwrap().spec_version(), executed, "block {number}");
            assert_eq!(at.runtime().await.unwrap().spec_version(), held, "block {number}");
        }
        // A number that is wider in the second layout; the default, where there is none.
        1 => {
            let netuids = [(NETUID,), (7,)];
            let counts = at.query_many("SubtensorModule", "MinAllowedWeights", netuids).await.unwrap();
            assert_eq!(counts, [Value::from(1), Value::from(1_024)], "block {number}");
        }
        // A struct with more fields in the second layout.
        2 => {
            let axon = at.query("SubtensorModule", "Axons", (NETUID, hotkey)).await.unwrap();
            let ports = ["quic_port", "metrics_port"].map(|name| axon[name].as_u64());
            assert_eq!(axon["port"].as_u64(), Some(8_001), "block {number}");
            assert_eq!(ports, [port(executed, 1), port(executed, 2)], "block {number}");
        }
        3 => {
            let axon: Option<AxonInfo> =
                at.query_as("SubtensorModule", "Axons", (NETUID, hotkey)).await.unwrap();
            let axon = axon.unwrap();
            assert_eq!((axon.port, axon.ip_type, axon.version), (8_001, 4, 10_005_000), "block {number}");
        }
        4 => {
            let entries: Vec<_> =
                at.query_map_as::<AxonInfo>("SubtensorModule", "Axons", NETUID).try_collect().await.unwrap();
            assert!(entries.iter().all(|entry| entry.value.port == 8_001), "block {number}");
            assert_eq!(entries.len(), usize::from(NEURONS), "block {number}");
        }
        // A constant and the storage of a pallet that moves.
        5 => {
            let most = at.constant("Proxy", "MaxProxies").await.unwrap();
            assert_eq!(most.as_u64(), Some(if is_second(held) { 32 } else { 20 }), "block {number}");
            let proxies = at.query("Proxy", "Proxies", (&local.bob,)).await.unwrap();
            assert_eq!(proxies[0].len() as u64, number, "block {number}");
        }
        6 => {
            let neurons = at.neurons_lite(NETUID).await.unwrap();
            let hotkeys: Vec<_> = neurons.iter().map(|neuron| neuron.hotkey).collect();
            assert_eq!(hotkeys, local.hotkeys, "block {number}");
            // Between the upgrade and the migration the new runtime reads a state of the other layout: where it expects
            // more bytes FRAME gives it no axon, where it expects fewer it takes the first ones.
            let expected = if executed != held && is_second(held) { 0 } else { 8_001 };
            for axon in neurons.iter().map(|neuron| &neuron.axon_info) {
                assert_eq!(axon.port, expected, "block {number}");
                assert!(executed != held || (axon.ip_type, axon.placeholder1) == (4, 0), "block {number}");
            }
        }
        7 => {
            let api = "NeuronInfoRuntimeApi";
            let neuron = at.call(api, "get_neuron_lite", (NETUID, UID)).await.unwrap();
            let expected = if executed == held { port(held, 1) } else { is_second(held).then_some(0) };
            assert_eq!(neuron["axon_info"]["quic_port"].as_u64(), expected, "block {number}");
            assert_eq!(neuron["hotkey"].as_account().as_ref(), Some(hotkey), "block {number}");
        }
        _ => what_happened(at, number).await,
    }
}

/// Asks for a block's extrinsics and events: they are told by the runtime that executed it.
async fn what_happened(at: &At, number: u64) {
    let block = at.block_with_events().await.unwrap();
    assert_eq!(block.header.number, number);
    let [inherent, batch, upgrade @ ..] = &block.extrinsics[..] else {
        assert_eq!((number, block.extrinsics.len()), (0, 0));
        return;
    };
    let call = |extrinsic: &Receipt| extrinsic.decoded().unwrap().call().clone();
    assert!(inherent.ok() && call(inherent).is("Timestamp", "set"), "block {number}");

    let (utility, proxy) = if is_second(executed(number)) { (16, 11) } else { (11, 16) };
    assert!(call(batch).is("Utility", "batch"), "block {number}: {batch:?}");
    assert_eq!(call(batch).index(), (utility, 0), "block {number}");
    let delay = &call(batch).arguments()["calls"][0].to_string();
    assert!(delay.contains("add_proxy") && delay.contains(&format!("delay: {number}")), "{delay}");
    let index = |pallet, name| {
        let event = batch.events().iter().find(|event| event.is(pallet, name));
        event.unwrap_or_else(|| panic!("block {number}: no {pallet}.{name} in {batch:?}")).index().0
    };
    let told = (index("Proxy", "ProxyAdded"), index("Utility", "BatchInterrupted"));
    assert_eq!(told, (proxy, utility), "block {number}");
    let error = batch.error().unwrap();
    assert_eq!((error.pallet(), error.name()), (Some("Proxy"), "NotFound"), "block {number}");

    let carries = executed(number) != held(number);
    assert_eq!(upgrade.len(), usize::from(carries), "block {number}");
    for upgrade in upgrade {
        assert!(upgrade.ok() && call(upgrade).is("Sudo", "sudo_unchecked_weight"), "block {number}");
        assert!(upgrade.events().iter().any(|event| event.is("System", "CodeUpdated")), "block {number}");
    }
    let events = at.events().await.unwrap();
    let of_extrinsics = block.extrinsics.iter().flat_map(Receipt::events);
    assert_eq!(events.len(), of_extrinsics.count() + block.events.len(), "block {number}");
}

/// The runtimes that were met, by spec version.
#[derive(Default)]
struct Met(Mutex<HashMap<u32, Arc<Runtime>>>);

impl Met {
    /// Each runtime is loaded once, however many ask for it.
    async fn check(&self, at: &At) {
        for runtime in [at.runtime().await.unwrap(), at.executed_by().await.unwrap()] {
            let mut met = self.0.lock().unwrap();
            let first = met.entry(runtime.spec_version()).or_insert_with(|| runtime.clone());
            assert!(Arc::ptr_eq(first, &runtime), "{} was loaded twice", runtime.spec_version());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g9_a_hundred_readers_cross_upgrades_without_a_failed_decode() {
    timeout(BOUND, cross()).await.expect("the readers end");
}

async fn cross() {
    let local = Arc::new(Local::start().await);
    let subtensor = local.connect().await;
    let met = Arc::new(Met::default());
    let reads = Arc::new(Semaphore::new(0));
    let mut readers: JoinSet<()> = (0..READERS)
        .map(|reader| read(reader, local.clone(), subtensor.clone(), met.clone(), reads.clone()))
        .collect();
    for thread in 0..2 {
        let local = local.clone();
        readers.spawn_blocking(move || read_blocking(thread, &local));
    }
    for _ in 1..=LAST {
        local.produce(&subtensor).await;
        // Between two blocks there are as many reads as readers.
        tokio::select! {
            enough = reads.acquire_many(READERS as u32) => enough.unwrap().forget(),
            Some(failed) = readers.join_next(), if u64::from(local.devnet.best().0) < LAST => failed.unwrap(),
        }
    }
    while let Some(reader) = readers.join_next().await {
        reader.unwrap();
    }

    // The session that has crossed them, and one that comes later, read every block.
    for subtensor in [subtensor, local.connect().await] {
        for number in 0..=LAST {
            let at = subtensor.at(number).await.unwrap();
            for question in 0..QUESTIONS {
                ask(&local, &at, question).await;
            }
        }
        assert_eq!(subtensor.stats().websockets_opened, 1);
    }
    assert_eq!(met.0.lock().unwrap().len(), CARRIERS.len() + 1);
}

/// Reads until the last block is there, each question at least once.
async fn read(reader: usize, local: Arc<Local>, subtensor: Subtensor, met: Arc<Met>, reads: Arc<Semaphore>) {
    let mut turn = reader;
    while u64::from(local.devnet.best().0) < LAST || turn < reader + QUESTIONS {
        let at = subtensor.at(local.block(turn)).await.unwrap();
        ask(&local, &at, turn).await;
        met.check(&at).await;
        reads.add_permits(1);
        turn += 1;
    }
}

/// The same by the blocking facade, with a client of its own, until it has seen the last block.
fn read_blocking(mut turn: usize, local: &Local) {
    let builder = Subtensor::builder(local.devnet.url()).cache(Cache::none());
    let subtensor = blocking::Subtensor::build(builder).unwrap();
    let hotkey = &local.hotkeys[usize::from(UID)];
    loop {
        let at = subtensor.at(local.block(turn)).unwrap();
        let number = at.number().unwrap();
        assert_eq!(at.executed_by().unwrap().spec_version(), executed(number));
        assert_eq!(at.runtime().unwrap().spec_version(), held(number));
        let count = at.query("SubtensorModule", "MinAllowedWeights", (NETUID,)).unwrap();
        assert_eq!(count.as_u64(), Some(1), "block {number}");
        let axon = at.query("SubtensorModule", "Axons", (NETUID, hotkey)).unwrap();
        assert_eq!(axon["metrics_port"].as_u64(), port(executed(number), 2), "block {number}");
        assert_eq!(at.neurons_lite(NETUID).unwrap().len(), usize::from(NEURONS), "block {number}");
        if number == LAST {
            return;
        }
        turn += 1;
    }
}

#[tokio::test]
async fn g9_a_watch_goes_on_over_upgrades() {
    let local = Local::start().await;
    let subtensor = local.connect().await;
    let axon = (NETUID, &local.hotkeys[usize::from(UID)]);
    let mut axons = subtensor.watch("SubtensorModule", "Axons", axon);
    let mut counts = subtensor.watch("SubtensorModule", "MinAllowedWeights", (NETUID,));
    let mut numbers = subtensor.watch("System", "Number", ());
    for watch in [&mut axons, &mut counts, &mut numbers] {
        watch.next().await.unwrap().unwrap();
    }
    for number in 1..=LAST {
        local.produce(&subtensor).await;
        assert_eq!(numbers.next().await.unwrap().unwrap().value.as_u64(), Some(number));
        // The block after an upgrade changes the state.
        if executed(number) != executed(number - 1) {
            let axon = axons.next().await.unwrap().unwrap();
            assert_eq!(axon.block, subtensor.at(number).await.unwrap().hash().await.unwrap());
            assert_eq!(axon.value["quic_port"].as_u64(), port(executed(number), 1), "block {number}");
            assert_eq!(axon.value["port"].as_u64(), Some(8_001), "block {number}");
            assert_eq!(counts.next().await.unwrap().unwrap().value.as_u64(), Some(1), "block {number}");
        }
    }
}

#[tokio::test]
async fn g11_runtimes_in_memory_stay_bounded_over_upgrades_and_go_with_the_chain() {
    const UPGRADES: u32 = 50;
    const MEMORY: usize = 256 << 20;
    let local = Local::start().await;
    let subtensor = local.connect().await;
    let mut met = Vec::new();
    for upgrade in 1..=UPGRADES {
        local.devnet.upgrade().await.unwrap();
        let runtime = subtensor.head().await.unwrap().runtime().await.unwrap();
        assert_eq!(runtime.spec_version(), 393 + upgrade);
        met.push((Arc::downgrade(&runtime), runtime.memory()));
    }
    // One for each spec version, and no second one when it is asked for again.
    let alive: Vec<_> =
        met.iter().filter_map(|(runtime, memory)| Some((runtime.upgrade()?, memory))).collect();
    assert!(alive.iter().map(|(_, memory)| **memory).sum::<usize>() <= MEMORY);
    for (number, (runtime, _)) in (1_u64..).zip(&alive) {
        let again = subtensor.at(number).await.unwrap().runtime().await.unwrap();
        assert!(Arc::ptr_eq(runtime, &again), "block {number}");
    }
    drop(alive);
    subtensor.close().await;
    drop(subtensor);
    // What the chain had begun in the background ends as well.
    let gone = async {
        while met.iter().any(|(runtime, _)| runtime.strong_count() > 0) {
            tokio::task::yield_now().await;
        }
    };
    timeout(BOUND, gone).await.expect("a runtime outlives its chain");
}
