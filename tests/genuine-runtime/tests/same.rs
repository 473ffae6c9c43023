//! Both hosts answer the same: all storage, all runtime APIs, all metadata at the genesis, then blocks of the same
//! extrinsics with their events, and all storage after them.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use std::{collections::BTreeMap, fmt::Debug, path::Path};

use serde_json::json;
use sp_core::Pair;
use tensorwire::{Cache, Chain, Hash, Value, rpc::Request};
use tensorwire_devnet::Devnet;
use tensorwire_genuine_runtime::{
    apis,
    chopsticks::Chopsticks,
    metadata,
    signed::{call, dev, sign},
    specs, storage,
};

/// What differs although both are right: they have another genesis hash, and another clock.
const NOT_THE_SAME: [(&str, &str); 9] = [
    ("EthereumRuntimeRPCApi.pending_block", "has the state root, which chopsticks does not compute"),
    ("System.BlockHash", "chopsticks names its genesis 0x4545..45"),
    ("System.ParentHash", "as above"),
    ("RandomnessCollectiveFlip.RandomMaterial", "as above"),
    ("System.Digest", "has the slot, and hashes"),
    ("Timestamp.Now", "each has its own clock"),
    ("Aura.CurrentSlot", "follows the clock"),
    ("Ethereum.CurrentBlock", "has the time"),
    ("Ethereum.BlockHash", "hash of the above"),
];

#[tokio::test(flavor = "multi_thread")]
async fn spec_218() {
    same("218").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn spec_218_seeded() {
    same("218-seeded").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn spec_293() {
    same("293").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn spec_293_seeded() {
    same("293-seeded").await;
}

async fn same(spec: &'static str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("chopsticks");
    let Some(chopsticks) = Chopsticks::start(spec, &folder).await else { return };
    let devnet = Devnet::builder().spec(specs::file(spec).unwrap()).start().await.unwrap();
    let ours = connect(devnet.url()).await;
    let theirs = connect(chopsticks.url()).await;
    let genesis = [&ours, &theirs].map(|chain| chain.genesis());
    let [our_genesis, their_genesis] = genesis;
    let (our_genesis, their_genesis) = (our_genesis.await.unwrap(), their_genesis.await.unwrap());

    let all = storage::keys(&ours, our_genesis).await.unwrap();
    assert_eq!(all, storage::keys(&theirs, their_genesis).await.unwrap(), "{spec}: keys");
    let here = storage::read(&ours, our_genesis).await.unwrap();
    let there = storage::read(&theirs, their_genesis).await.unwrap();
    println!("{spec}: {} items, {} entries", here.len(), here.values().map(Vec::len).sum::<usize>());
    equal(spec, "storage of the genesis", &here, &there);

    let here = apis::call(&ours, our_genesis).await.unwrap();
    let there = apis::call(&theirs, their_genesis).await.unwrap();
    let answered = here.values().filter(|answer| answer.is_some()).count();
    println!("{spec}: {} runtime calls, {answered} answered", here.len());
    equal(spec, "runtime calls at the genesis", &here, &there);

    let here = metadata::all(&ours, our_genesis).await.unwrap();
    let there = metadata::all(&theirs, their_genesis).await.unwrap();
    println!("{spec}: metadata {:?}", here.keys());
    equal(spec, "metadata", &here, &there);
    assert!(here.len() >= 2, "{spec}: V14 and V15");
    let first = here.values().next().unwrap();
    assert!(here.values().all(|other| other == first), "{spec}: the versions describe the same");

    blocks(spec, &devnet, &ours, &theirs).await;
}

async fn connect(url: &str) -> Chain {
    Chain::builder(url).cache(Cache::none()).connect().await.unwrap()
}

/// A block of extrinsics on each, on blocks without: a genesis that was seeded has the hash of another chain's until
/// there is one. Two of the extrinsics fail.
async fn blocks(spec: &str, devnet: &Devnet, ours: &Chain, theirs: &Chain) {
    build(theirs).await;
    let height = theirs.head().await.unwrap().number().await.unwrap();
    devnet.produce_blocks(height as u32).await.unwrap();
    submit(ours).await;
    submit(theirs).await;
    let here = Hash(devnet.produce_block().await.unwrap());
    let there = build(theirs).await;

    let (our_outcomes, our_events) = what_happened(ours, here).await;
    let (their_outcomes, their_events) = what_happened(theirs, there).await;
    println!("{spec}: {our_outcomes:?}");
    assert_eq!(our_outcomes.values().filter(|outcome| outcome.is_some()).count(), 2, "{spec}: failures");
    equal(spec, "events", &our_events, &their_events);
    equal(spec, "extrinsics", &our_outcomes, &their_outcomes);
    let here = storage::read(ours, here).await.unwrap();
    let there = storage::read(theirs, there).await.unwrap();
    equal(spec, "storage after the blocks", &here, &there);
}

/// Lets chopsticks make a block of what is in its pool.
async fn build(chain: &Chain) -> Hash {
    chain.request(Request::new("dev_newBlock").param(json!({ "count": 1 }))).await.unwrap().json().unwrap()
}

async fn submit(chain: &Chain) {
    let at = chain.head().await.unwrap();
    let runtime = at.runtime().await.unwrap();
    let genesis = chain.genesis().await.unwrap();
    let bob = dev("Bob").public().0;
    let to_bob = |rao: u64| [Value::variant("Id", [Value::from(bob)]), Value::from(rao)];
    let remark = [Value::from(b"tensorwire".to_vec())];
    let register = [Value::from(99_u16), Value::from(bob)];
    let calls = [
        ("Alice", call(&runtime, "Balances", "transfer_keep_alive", to_bob(5_000_000))),
        ("Bob", call(&runtime, "System", "remark_with_event", remark)),
        ("Charlie", call(&runtime, "Balances", "transfer_keep_alive", to_bob(u64::MAX))),
        ("Dave", call(&runtime, "SubtensorModule", "burned_register", register)),
    ];
    for (name, call) in calls {
        let account = at.query("System", "Account", [dev(name).public().0]).await.unwrap();
        let nonce = account.get("nonce").and_then(Value::as_u64).unwrap() as u32;
        let extrinsic = sign(&runtime, genesis.0, &dev(name), nonce, &call);
        chain.request(Request::new("author_submitExtrinsic").hex_param(&extrinsic)).await.unwrap();
    }
}

/// The errors of the signed extrinsics, by signer and call, and the events by the signer they belong to.
type Happened = (BTreeMap<String, Option<String>>, BTreeMap<String, Vec<String>>);

async fn what_happened(chain: &Chain, block: Hash) -> Happened {
    let at = chain.at(block).await.unwrap();
    let runtime = at.executed_by().await.unwrap();
    // Not by `At::block`, which checks the root of the extrinsics: chopsticks makes one up.
    let served = chain.request(Request::new("chain_getBlock").param(block)).await.unwrap();
    let served: serde_json::Value = served.json().unwrap();
    let extrinsics = served["block"]["extrinsics"].as_array().unwrap().iter();
    let bytes = extrinsics.map(|extrinsic| const_hex::decode(extrinsic.as_str().unwrap()).unwrap());
    let names: Vec<_> = bytes
        .map(|bytes| {
            let extrinsic = runtime.decode_extrinsic(&bytes).unwrap();
            let signer = extrinsic.signer().map_or("nobody".to_owned(), |signer| signer.to_string());
            format!("{signer} {}.{}", extrinsic.call().pallet(), extrinsic.call().name())
        })
        .collect();
    let mut errors: BTreeMap<_, _> = names.iter().map(|name| (name.clone(), None)).collect();
    let mut events: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for event in at.events().await.unwrap() {
        let cause = event.phase().extrinsic().map_or("the block", |position| &names[position as usize]);
        if event.is("System", "ExtrinsicFailed") {
            let error = runtime.dispatch_error(event.fields().get("dispatch_error").unwrap());
            errors.insert(cause.to_owned(), Some(error.to_string()));
        }
        let told = format!("{}.{} {}", event.pallet(), event.name(), event.fields());
        events.entry(cause.to_owned()).or_default().push(told);
    }
    (errors, events)
}

/// Fails with what differs, of the first few.
fn equal<T: PartialEq + Debug>(
    spec: &str,
    what: &str,
    ours: &BTreeMap<String, T>,
    theirs: &BTreeMap<String, T>,
) {
    let names = ours.keys().chain(theirs.keys().filter(|name| !ours.contains_key(*name)));
    let differ = names.filter(|name| ours.get(*name) != theirs.get(*name));
    let told: Vec<_> = differ
        .filter(|name| !NOT_THE_SAME.iter().any(|(excluded, _)| name.starts_with(excluded)))
        .map(|name| {
            format!("{name}\n  ours: {}\n  theirs: {}", short(ours.get(name)), short(theirs.get(name)))
        })
        .collect();
    assert!(told.is_empty(), "{spec}: {what}: {} differ\n{}", told.len(), told.join("\n"));
}

fn short(value: impl Debug) -> String {
    let text = format!("{value:?}");
    text.chars().take(600).collect()
}
