//! What is composed and signed here, the genuine runtimes accept, in both hosts; and what they say of it is read back.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use std::path::Path;

use serde_json::{Value as Json, json};
use tensorwire::{Cache, Chain, ErrorKind, Event, Runtime, Transaction, Value};
use tensorwire_devnet::Devnet;
use tensorwire_genuine_runtime::host::Host;
use tensorwire_wallet::Keypair;

fn key(name: &str) -> Keypair {
    Keypair::from_uri(&format!("//{name}")).unwrap()
}

fn address(name: &str) -> String {
    key(name).account().to_string()
}

/// A call, who signs it, and what has to come of it.
struct Step {
    signer: &'static str,
    pallet: &'static str,
    name: &'static str,
    arguments: Json,
    /// An event, or an error.
    expected: Result<&'static str, &'static str>,
}

fn step(
    signer: &'static str,
    (pallet, name): (&'static str, &'static str),
    arguments: Json,
    expected: Result<&'static str, &'static str>,
) -> Step {
    Step { signer, pallet, name, arguments, expected }
}

/// A call within another.
fn nested(pallet: &str, name: &str, arguments: Json) -> Json {
    json!({ pallet: { name: arguments } })
}

fn transfer(to: &str, rao: u64) -> Json {
    json!({ "dest": address(to), "value": rao })
}

/// Makes one block of these and checks each.
async fn execute(host: &Host, spec: &str, steps: Vec<Step>) -> Vec<Vec<Event>> {
    let transaction = |step: &Step| {
        (key(step.signer), host.chain().tx().call(step.pallet, step.name, step.arguments.clone()))
    };
    let happened = host.execute(steps.iter().map(transaction).collect()).await;
    let mut events = Vec::new();
    for (Step { signer, pallet, name, expected, .. }, happened) in steps.into_iter().zip(happened) {
        let what = format!("{spec}: {pallet}.{name} by {signer}");
        let happened = happened.unwrap_or_else(|error| panic!("{what}: {error}"));
        match expected {
            Ok(event) => {
                assert_eq!(happened.error, None, "{what}");
                let told = |told: &Event| format!("{}.{}", told.pallet(), told.name()) == event;
                assert!(happened.events.iter().any(told), "{what}: {:?}", happened.events);
            }
            Err(error) => {
                let failed = happened.error.as_deref().unwrap_or("it succeeded");
                assert!(failed.starts_with(error), "{what}: {failed}");
            }
        }
        events.push(happened.events);
    }
    events
}

/// Whether the runtime has this call.
fn has(runtime: &Runtime, pallet: &str, name: &str) -> bool {
    let pallet = runtime.pallets().iter().find(|found| found.name() == pallet);
    pallet.is_some_and(|pallet| pallet.calls().iter().any(|call| &*call.name == name))
}

/// A subnet is registered; a neuron on it, which then has stake, an axon and weights. Beside that others fail.
async fn accepts(host: Host, spec: &str) {
    let runtime = host.chain().head().await.unwrap().runtime().await.unwrap();
    let module = "SubtensorModule";
    let sudo = |calls: Vec<Json>| {
        let batch = nested("Utility", "batch_all", json!({ "calls": calls }));
        step("Alice", ("Sudo", "sudo"), json!({ "call": batch }), Ok("Sudo.Sudid"))
    };
    let admin = |name: &str, arguments: Json| nested("AdminUtils", name, arguments);
    execute(&host, spec, vec![sudo(vec![admin("sudo_set_network_rate_limit", json!([0]))])]).await;

    let mut register = json!({ "hotkey": address("Alice//hot") });
    if spec.starts_with("218") {
        register["mechid"] = json!(1);
    }
    let registered =
        step("Alice", (module, "register_network"), register, Ok("SubtensorModule.NetworkAdded"));
    let events = execute(&host, spec, vec![registered]).await.remove(0);
    let added = events.iter().find(|event| event.is(module, "NetworkAdded")).unwrap();
    let netuid = added.fields().get(0).and_then(Value::as_u64).unwrap();

    let mut settings = vec![
        admin("sudo_set_weights_set_rate_limit", json!([netuid, 0])),
        admin("sudo_set_commit_reveal_weights_enabled", json!([netuid, false])),
        admin("sudo_set_network_registration_allowed", json!([netuid, true])),
    ];
    if has(&runtime, "AdminUtils", "sudo_set_subtoken_enabled") {
        settings.push(admin("sudo_set_subtoken_enabled", json!([netuid, true])));
    }
    execute(&host, spec, vec![sudo(settings)]).await;

    let hotkey = address("Charlie//hot");
    let burned = |netuid| json!({ "netuid": netuid, "hotkey": hotkey });
    let batch = [transfer("Bob", 1_000), transfer("Bob", u64::MAX)]
        .map(|arguments| nested("Balances", "transfer_keep_alive", arguments));
    let transfers = ("Balances", "transfer_keep_alive");
    let steps = vec![
        step("Charlie", (module, "burned_register"), burned(netuid), Ok("SubtensorModule.NeuronRegistered")),
        step("Alice", transfers, transfer("Bob", 5_000_000), Ok("Balances.Transfer")),
        step("Dave", (module, "burned_register"), burned(999), Err("SubtensorModule.SubNetworkDoesNotExist")),
        step("Eve", transfers, transfer("Bob", u64::MAX), Err("Arithmetic.Underflow")),
        step("Ferdie", transfers, transfer("Nobody", 1), Err("Token.BelowMinimum")),
        step("Bob", ("Utility", "batch"), json!({ "calls": batch }), Err("Arithmetic.Underflow")),
    ];
    let events = execute(&host, spec, steps).await;
    let registered = events[0].iter().find(|event| event.is(module, "NeuronRegistered")).unwrap();
    let uid = registered.fields().get(1).and_then(Value::as_u64).unwrap();
    assert!(
        events[5].iter().any(|event| event.is("Utility", "ItemCompleted")),
        "{spec}: the first succeeded"
    );

    let stake = json!({ "hotkey": hotkey, "netuid": netuid, "amount_staked": 5_000_000_000_u64 });
    let axon = json!({
        "netuid": netuid, "version": 1, "ip": 134_744_072, "port": 8_091, "ip_type": 4,
        "protocol": 0, "placeholder1": 0, "placeholder2": 0,
    });
    let weights = json!({ "netuid": netuid, "dests": [uid], "weights": [65_535], "version_key": 0 });
    let steps = vec![
        step("Charlie", (module, "add_stake"), stake, Ok("SubtensorModule.StakeAdded")),
        step("Charlie//hot", (module, "serve_axon"), axon, Ok("SubtensorModule.AxonServed")),
        step("Charlie//hot", (module, "set_weights"), weights, Ok("SubtensorModule.WeightsSet")),
    ];
    execute(&host, spec, steps).await;
    let at = host.chain().head().await.unwrap();
    let read = async |item: &str, keys: Vec<Value>| at.query(module, item, keys).await.unwrap();
    let axon = read("Axons", vec![netuid.into(), key("Charlie//hot").account().into()]).await;
    assert_eq!(axon.get("port").and_then(Value::as_u64), Some(8_091), "{spec}");
    let weights = read("Weights", vec![netuid.into(), uid.into()]).await;
    assert_eq!(weights.to_string(), format!("[({uid}, 65535)]"), "{spec}");
}

async fn in_the_devnet(spec: &str) {
    if let Some(host) = Host::devnet(spec).await {
        accepts(host, spec).await;
    }
}

/// Half of the specs, each runtime once: chopsticks takes its time.
async fn under_chopsticks(spec: &'static str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("chopsticks");
    if let Some(host) = Host::chopsticks(spec, &folder).await {
        accepts(host, spec).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn spec_218_in_the_devnet() {
    in_the_devnet("218").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn spec_218_seeded_in_the_devnet() {
    in_the_devnet("218-seeded").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn spec_293_in_the_devnet() {
    in_the_devnet("293").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn spec_293_seeded_in_the_devnet() {
    in_the_devnet("293-seeded").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn spec_218_under_chopsticks() {
    under_chopsticks("218").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn spec_293_seeded_under_chopsticks() {
    under_chopsticks("293-seeded").await;
}

/// A transfer.
fn transaction(chain: &Chain) -> Transaction {
    chain.tx().call("Balances", "transfer_keep_alive", transfer("Bob", 1_000))
}

/// Spec 218 has no such extension, and the wasm of 293 that there is was built without the hash.
#[tokio::test(flavor = "multi_thread")]
async fn a_genuine_runtime_without_a_metadata_hash_says_so() {
    let Some(host) = Host::devnet("293").await else { return };
    let hash = host.chain().head().await.unwrap().metadata_hash().await.unwrap();
    let transaction = transaction(host.chain()).metadata_hash(hash);
    let refusal = host.execute(vec![(key("Alice"), transaction)]).await.remove(0).unwrap_err();
    assert_eq!(refusal.kind(), ErrorKind::Rejected, "{refusal}");
    assert!(refusal.to_string().contains("CannotLookup"), "{refusal}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_devnets_runtime_takes_its_metadata_hash_and_no_other() {
    let builder = || Devnet::builder().subnets(1).neurons(1);
    let connect =
        async |devnet: &Devnet| Chain::builder(devnet.url()).cache(Cache::none()).connect().await.unwrap();
    let without = builder().start().await.unwrap();
    let hash = connect(&without).await.head().await.unwrap().metadata_hash().await.unwrap();
    let devnet = builder().metadata_hash(hash).start().await.unwrap();
    let chain = connect(&devnet).await;
    let refusal =
        transaction(&chain).metadata_hash([7; 32]).sign_and_submit(&key("Alice")).await.unwrap_err();
    assert!(refusal.to_string().contains("BadProof"), "{refusal}");
    let submission = transaction(&chain).metadata_hash(hash).sign_and_submit(&key("Alice")).await.unwrap();
    devnet.produce_block().await.unwrap();
    assert!(submission.in_block().await.unwrap().ok());
}
