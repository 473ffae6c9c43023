//! The reads, against a local chain.

use serde_json::{Value, json};
use tensorwire_devnet::Devnet;

use crate::support::{ALICE, BOB, DEVNET, FOLDER, SERVERS, at, command, devnet, finish};

#[test]
fn neurons_of_a_subnet() {
    let text = devnet(&["neurons", "--netuid", "1"]).succeeded();
    assert!(text.starts_with("UID") && text.contains("HOTKEY"), "{text}");
    assert!(text.ends_with("4 neurons in subnet 1 at block 3\n"), "{text}");
    let neurons = devnet(&["--json", "neurons", "--netuid", "1"]).json();
    assert_eq!(neurons.as_array().unwrap().len(), 4);
    for (uid, neuron) in neurons.as_array().unwrap().iter().enumerate() {
        assert_eq!((&neuron["uid"], &neuron["netuid"]), (&json!(uid), &json!(1)));
    }
}

#[test]
fn full_neurons_have_weights() {
    let neurons = devnet(&["--json", "neurons", "--netuid", "2", "--full"]).json();
    assert!(neurons[0]["weights"].is_array() && neurons[0]["bonds"].is_array());
    assert!(devnet(&["neurons", "--netuid", "2", "--full"]).succeeded().contains("4 neurons"));
}

#[test]
fn neurons_of_all_subnets() {
    let text = devnet(&["neurons", "--all"]).succeeded();
    assert!(text.starts_with("NETUID") && text.ends_with("8 neurons in 2 subnets at block 3\n"), "{text}");
    let subnets = devnet(&["--json", "neurons", "--all"]).json();
    let shape: Vec<_> =
        subnets.as_array().unwrap().iter().map(|subnet| (&subnet["netuid"], &subnet["neurons"])).collect();
    assert_eq!(shape.len(), 2);
    assert_eq!((shape[0].0, shape[1].0), (&json!(1), &json!(2)));
    assert_eq!(shape[1].1, &devnet(&["--json", "neurons", "--netuid", "2"]).json());
}

#[test]
fn an_absent_subnet_is_an_error_that_says_which_there_are() {
    let error = devnet(&["neurons", "--netuid", "9"]).failed();
    assert!(error.contains("no subnet 9") && error.contains("1 to 2"), "{error}");
}

#[test]
fn balances_of_several_accounts() {
    let text = devnet(&["balance", ALICE]).succeeded();
    assert!(text.contains(ALICE) && text.contains("τ1000000.000000000"), "{text}");
    let zero = "0x0000000000000000000000000000000000000000000000000000000000000007";
    let balances = devnet(&["--json", "balance", ALICE, zero, ALICE]).json();
    assert_eq!(
        balances[0],
        json!({"address": ALICE, "free": 1_000_000_000_000_000_u64, "reserved": 0, "frozen": 0, "nonce": 0})
    );
    assert_eq!(balances[1]["free"], 0);
    assert_eq!(balances[2], balances[0]);
}

#[test]
fn bad_addresses_are_refused_before_connecting() {
    let polkadot = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5";
    for (address, expected) in
        [("5Grw", "5Grw"), (polkadot, "prefix 0, expected 42"), ("0x12", "64 hexadecimal")]
    {
        // Nothing listens there: a connection would fail otherwise.
        let error = at("ws://127.0.0.1:1", &["balance", ALICE, address]).misused();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn queries_take_keys_as_text_and_json() {
    assert_eq!(devnet(&["query", "System", "Number"]).succeeded(), "3\n");
    let account = devnet(&["--json", "query", "System", "Account", ALICE]).json();
    assert_eq!(account["data"]["free"], 1_000_000_000_000_000_u64);
    let quoted = format!("\"{ALICE}\"");
    assert_eq!(devnet(&["--json", "query", "System", "Account", &quoted]).json(), account);
    assert!(devnet(&["query", "System", "Account", ALICE]).succeeded().contains("free: 1000000000000000"));
    let hotkey = devnet(&["--json", "query", "SubtensorModule", "Keys", "1", "2"]).json();
    let uid = devnet(&["--json", "query", "SubtensorModule", "Uids", "1", hotkey.as_str().unwrap()]).json();
    assert_eq!(uid, 2);
    assert_eq!(devnet(&["--json", "query", "SubtensorModule", "Uids", "1", BOB_KEY]).json(), Value::Null);
}

/// Bob's public key: hex is a key as well.
const BOB_KEY: &str = "0x8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48";

#[test]
fn the_known_address_of_bob_is_his_key() {
    let balances = devnet(&["--json", "balance", BOB_KEY]).json();
    assert_eq!(balances[0]["address"], BOB);
}

#[test]
fn runtime_apis_constants_and_node_methods() {
    let neuron = devnet(&["--json", "call", "NeuronInfoRuntimeApi", "get_neuron_lite", "1", "0"]).json();
    assert_eq!(neuron, devnet(&["--json", "neurons", "--netuid", "1"]).json()[0]);
    assert!(devnet(&["call", "Core", "version"]).succeeded().contains("spec_name: \"node-subtensor\""));
    assert_eq!(devnet(&["const", "Balances", "ExistentialDeposit"]).succeeded(), "500\n");
    assert_eq!(devnet(&["--json", "const", "Balances", "ExistentialDeposit"]).json(), 500);
    let genesis = devnet(&["rpc", "chain_getBlockHash", "0"]).succeeded();
    assert_eq!(genesis.trim(), const_hex::encode_prefixed(DEVNET.genesis_hash()));
    let header = devnet(&["--json", "rpc", "chain_getHeader", genesis.trim()]).json();
    assert_eq!(header["number"], "0x0");
}

#[test]
fn every_way_to_name_a_block() {
    let number = |at: &str| devnet(&["--json", "--at", at, "query", "System", "Number"]).json();
    assert_eq!(number("HEAD"), 3);
    assert_eq!(number("head"), 3);
    assert_eq!(number("FINALIZED"), 2);
    assert_eq!(number("1"), 1);
    let hash = devnet(&["rpc", "chain_getBlockHash", "2"]).succeeded();
    assert_eq!(number(hash.trim()), 2);
    let error = devnet(&["--at", "99", "query", "System", "Number"]).failed();
    assert!(error.contains("99"), "{error}");
    let nowhere = format!("0x{}", "0".repeat(64));
    let error = devnet(&["--at", &nowhere, "query", "System", "Number"]).failed();
    assert_eq!(error, format!("error: {} has no block {nowhere}\n", DEVNET.url()));
    let error = devnet(&["--at", "yesterday", "query", "System", "Number"]).misused();
    assert!(error.contains("yesterday"), "{error}");
}

#[test]
fn unknown_names_are_errors_with_the_nearest() {
    let cases: [(&[&str], &str); 8] = [
        (&["query", "Sytem", "Account", ALICE], "System"),
        (&["query", "System", "Acount", ALICE], "Account"),
        (&["const", "Balances", "ExistentialDeposits"], "ExistentialDeposit"),
        (&["call", "NeuronInfoRuntimeApis", "get_neuron", "1", "0"], "NeuronInfoRuntimeApi"),
        (&["call", "NeuronInfoRuntimeApi", "get_neuron_light", "1", "0"], "get_neuron_lite"),
        (&["metadata", "Sytem"], "System"),
        (&["metadata", "System", "Acount"], "Account"),
        (&["metadata", "NeuronInfoRuntimeApi", "get_neuron_light"], "get_neuron_lite"),
    ];
    for (args, nearest) in cases {
        let error = devnet(args).failed();
        assert!(error.contains("hint: `tw metadata` lists"), "{args:?}: {error}");
        assert!(error.contains("did you mean") && error.contains(nearest), "{args:?}: {error}");
    }
}

#[test]
fn wrong_arguments_are_errors_with_the_expected_types() {
    let cases: [(&[&str], &[&str]); 5] = [
        (&["query", "System", "Account"], &["1 key", "AccountId32", "0 given"]),
        (&["query", "System", "Number", "1"], &["without keys", "1 given"]),
        (&["query", "SubtensorModule", "Keys", "1", "-1"], &["u16", "-1"]),
        (&["call", "NeuronInfoRuntimeApi", "get_neuron_lite", "1"], &["uid: u16", "2 arguments", "1 given"]),
        (&["call", "NeuronInfoRuntimeApi", "get_neuron_lite", "1", "many"], &["u16", "many"]),
    ];
    for (args, expected) in cases {
        let error = devnet(args).failed();
        assert!(expected.iter().all(|part| error.contains(part)), "{args:?}: {error}");
    }
}

#[test]
fn the_nodes_own_errors_are_passed_on() {
    let error = devnet(&["rpc", "system_helth"]).failed();
    assert!(error.contains("-32601") && error.contains("did you mean system_health"), "{error}");
    assert!(error.contains("hint: `tw rpc rpc_methods`"), "{error}");
    let error = devnet(&["rpc", "no_such_method"]).failed();
    assert!(error.contains("no_such_method") && error.contains("-32601"), "{error}");
    let error = devnet(&["--json", "rpc", "chain_getHeader", "not a hash"]).failed();
    assert!(error.contains("chain_getHeader"), "{error}");
}

#[test]
fn subscriptions_are_refused_before_connecting() {
    for method in [
        "chain_subscribeNewHeads",
        "state_subscribeStorage",
        "author_submitAndWatchExtrinsic",
        "transactionWatch_v1_submitAndWatch",
        "chainHead_v1_follow",
    ] {
        let error = at("ws://127.0.0.1:1", &["rpc", method]).failed();
        assert!(error.contains(method) && error.contains("subscription"), "{error}");
    }
}

#[test]
fn the_network_may_come_from_the_environment() {
    let mut command = command(&["--json", "query", "System", "Number"]);
    let ended = finish(command.env("TW_NETWORK", DEVNET.url()).spawn().unwrap());
    assert_eq!(ended.json(), 3);
}

#[test]
fn g17_a_corrupt_cache_file_is_fetched_again() {
    let cache = FOLDER.path().join("corrupt-cache");
    let run = |no_cache: bool| {
        let mut args = vec!["--network", DEVNET.url(), "--json", "const", "Balances", "ExistentialDeposit"];
        args.extend(no_cache.then_some("--no-cache"));
        finish(command(&args).env("XDG_CACHE_HOME", &cache).spawn().unwrap())
    };
    assert_eq!(run(true).json(), 500);
    assert!(!cache.exists());
    assert_eq!(run(false).json(), 500);
    let files = metadata_files(&cache);
    assert_eq!(files.len(), 1);
    let good = std::fs::read(&files[0]).unwrap();
    for bad in [b"junk".to_vec(), Vec::new(), [&good[..good.len() - 1], b"!"].concat()] {
        std::fs::write(&files[0], bad).unwrap();
        let ended = run(false);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "500\n"));
        assert!(ended.stderr.contains("ignoring the cache entry"), "{}", ended.stderr);
        assert!(std::fs::read(&files[0]).unwrap() == good, "the file is whole again");
    }
}

fn metadata_files(cache: &std::path::Path) -> Vec<std::path::PathBuf> {
    let folders = std::fs::read_dir(cache.join("tensorwire")).unwrap().map(|entry| entry.unwrap().path());
    let files =
        folders.flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    files.filter(|file| file.extension().is_some_and(|extension| extension == "scale")).collect()
}

#[test]
fn the_block_number_is_asked_for_only_if_it_is_shown() {
    let devnet = SERVERS.block_on(Devnet::builder().subnets(1).neurons(1).start()).unwrap();
    let headers_asked = |args: &[&str]| {
        let args = [&["--network", devnet.url()], args].concat();
        let ended = finish(command(&args).env("RUST_LOG", "tensorwire::frames=trace").spawn().unwrap());
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        ended.stderr.matches(r#""chain_getHeader""#).count()
    };
    for which in [["--netuid", "1"].as_slice(), &["--all"]] {
        // Of the head the number comes with the hash.
        let args = [&["--at", "FINALIZED", "neurons"], which].concat();
        assert_eq!(headers_asked(&args), 1, "{which:?}");
        assert_eq!(headers_asked(&[&args[..], &["--json"]].concat()), 0, "{which:?}");
    }
}

#[test]
fn all_subnets_are_read_over_one_websocket() {
    let start = Devnet::builder().subnets(3).neurons(2).start();
    let devnet = SERVERS.block_on(start).unwrap();
    at(devnet.url(), &["--json", "neurons", "--all"]).json();
    assert_eq!(devnet.stats().connections_opened, 1);
}
