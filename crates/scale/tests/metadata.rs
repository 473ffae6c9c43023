//! Runtimes of real chains. Tests that need files of the shared folder are skipped where there is none.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::json;
use std::{path::PathBuf, sync::Arc};
use tensorwire_scale::{AccountId, ApiMethod, Plan, Runtime, StorageEntry, TypeId, Value, hash};

const FILES: [(&str, u32, u32); 6] = [
    ("subtensor-218-v14", 14, 218),
    ("subtensor-218-v15", 15, 218),
    ("subtensor-293-v15", 15, 293),
    ("finney-343-v15", 15, 343),
    ("finney-365-v16", 16, 365),
    ("finney-393-v16", 16, 393),
];

const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

fn shared(path: &str) -> Option<Vec<u8>> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")).join(path);
    let bytes = std::fs::read(&path);
    if bytes.is_err() {
        eprintln!("skipped: {} is absent", path.display());
    }
    bytes.ok()
}

fn runtime(name: &str) -> Option<Runtime> {
    Some(Runtime::from_metadata(&shared(&format!("metadata/{name}.scale"))?).unwrap())
}

fn all_runtimes() -> impl Iterator<Item = Runtime> {
    FILES.iter().filter_map(|(name, ..)| runtime(name))
}

fn all_entries(runtime: &Runtime) -> impl Iterator<Item = &StorageEntry> {
    runtime.pallets().iter().flat_map(|pallet| pallet.storage())
}

#[test]
fn every_file_loads() {
    for (name, metadata_version, spec_version) in FILES {
        let Some(runtime) = runtime(name) else { continue };
        assert_eq!(runtime.metadata_version(), metadata_version, "{name}");
        assert_eq!(runtime.spec_version(), spec_version, "{name}");
        assert_eq!(runtime.spec_name(), "node-subtensor", "{name}");
        assert_eq!((runtime.transaction_version(), runtime.ss58_prefix()), (1, 42), "{name}");
        assert_eq!(runtime.pallet("SubtensorModule").unwrap().index(), 7, "{name}");
        let extensions: Vec<_> = runtime.extrinsic().extensions().iter().map(|e| e.identifier()).collect();
        assert_eq!(extensions[..2], ["CheckNonZeroSender", "CheckSpecVersion"], "{name}");
        assert_eq!(extensions.last(), Some(&"CheckMetadataHash"), "{name}");
        let extrinsic = runtime.extrinsic();
        for part in [extrinsic.address(), extrinsic.call(), extrinsic.signature()] {
            assert!(part.is_some(), "{name}");
        }
        assert!((200_000..20_000_000).contains(&runtime.memory()), "{name}: {} bytes", runtime.memory());
    }
}

#[test]
fn known_storage_keys_are_built() {
    let alice: AccountId = ALICE.parse().unwrap();
    let alice_key = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";
    let subtensor = "658faa385070e074c85bf6b568cf0555";
    let uids = const_hex::encode(hash::twox_128(b"Uids"));
    let keys = const_hex::encode(hash::twox_128(b"Keys"));
    for runtime in all_runtimes() {
        let key = |pallet: &str, item: &str, keys: &[Value]| {
            const_hex::encode(runtime.storage(pallet, item).unwrap().key(keys).unwrap())
        };
        let account = "26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9";
        let expected = format!("{account}de1e86a9a8c739864cf3cc5ec2bea59f{alice_key}");
        assert_eq!(key("System", "Account", &[alice.into()]), expected);
        assert_eq!(key("System", "Account", &[ALICE.into()]), expected);
        assert_eq!(
            key("Timestamp", "Now", &[]),
            "f0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb"
        );
        assert_eq!(
            key("SubtensorModule", "Uids", &[1u16.into(), alice.into()]),
            format!("{subtensor}{uids}0100de1e86a9a8c739864cf3cc5ec2bea59f{alice_key}")
        );
        assert_eq!(
            key("SubtensorModule", "Keys", &[1u16.into(), 258u16.into()]),
            format!("{subtensor}{keys}01000201")
        );
    }
}

/// A value of the type, read from made-up bytes: the first of many tries that holds one.
fn made_up(plan: &Plan, ty: TypeId, seed: &mut u64) -> Option<Value> {
    let mut random = || {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 56) as u8
    };
    (0..5_000).find_map(|attempt| {
        // Every other try has only bytes that are short lengths, variants and booleans.
        let byte = |byte: u8| if attempt % 2 == 0 { byte } else { [0, 1, 4][usize::from(byte % 3)] };
        let bytes: Vec<u8> = std::iter::repeat_with(|| byte(random())).take(400).collect();
        plan.decode_prefix(ty, &mut bytes.as_slice()).ok()
    })
}

#[test]
fn keys_read_back_from_every_storage_key() {
    let mut seed = 1;
    for runtime in all_runtimes() {
        for entry in all_entries(&runtime) {
            let keys: Option<Vec<_>> =
                entry.key_types().iter().map(|ty| made_up(runtime.plan(), *ty, &mut seed)).collect();
            let keys = keys.unwrap_or_else(|| panic!("no keys for {entry}"));
            let key = entry.key(&keys).unwrap_or_else(|error| panic!("{entry}: {error}"));
            let read = entry.keys_of(&key).unwrap_or_else(|error| panic!("{entry}: {error}"));
            let expected: Vec<_> = keys
                .into_iter()
                .zip(entry.hashers())
                .map(|(key, hasher)| hasher.keeps_key().then_some(key))
                .collect();
            assert_eq!(read, expected, "{entry}");
        }
    }
}

#[test]
fn every_default_and_every_constant_decodes() {
    for runtime in all_runtimes() {
        for entry in all_entries(&runtime) {
            let value = entry.decode(None).unwrap();
            if entry.is_optional() {
                assert!(value.is_none(), "{entry}");
            } else {
                let encoded = runtime.plan().encode(entry.value_type(), &value).unwrap();
                assert_eq!(encoded, entry.default_bytes(), "{entry}");
            }
        }
        for constant in runtime.pallets().iter().flat_map(|pallet| pallet.constants()) {
            let value = constant.value().unwrap();
            let encoded = runtime.plan().encode(constant.type_id(), &value).unwrap();
            assert_eq!(encoded, constant.bytes(), "{constant}");
        }
    }
}

#[test]
fn constants_have_their_known_values() {
    let Some(runtime) = runtime("finney-393-v16") else { return };
    let value = |pallet, name| runtime.constant(pallet, name).unwrap().value().unwrap().to_json();
    assert_eq!(value("Balances", "ExistentialDeposit"), json!(500));
    assert_eq!(value("System", "SS58Prefix"), json!(42));
    assert_eq!(value("System", "BlockHashCount"), json!(2400));
}

/// A method with the names and types of its parameters.
fn signature(runtime: &Runtime, method: &ApiMethod) -> String {
    let inputs = method.inputs().iter();
    let inputs: Vec<_> = inputs
        .map(|input| format!("{}: {}", input.name(), runtime.plan().type_name(input.type_id())))
        .collect();
    format!("{method}({})", inputs.join(", "))
}

#[test]
fn the_api_table_for_v14_equals_what_v15_describes() {
    let (Some(v14), Some(v15)) = (runtime("subtensor-218-v14"), runtime("subtensor-218-v15")) else { return };
    let mut seed = 7;
    let mut methods = 0;
    for known in v14.apis().iter().flat_map(|api| api.methods()) {
        let described = v15.api_method(known.api(), known.name()).unwrap();
        assert_eq!(signature(&v14, known), signature(&v15, described));
        let answer = made_up(v15.plan(), described.output(), &mut seed).unwrap();
        let bytes = v15.plan().encode(described.output(), &answer).unwrap();
        let same = v14.plan().decode(known.output(), &bytes).unwrap();
        assert_eq!(same.to_json(), answer.to_json(), "{known}");
        methods += 1;
    }
    assert!(methods > 20);
    for added in ["NeuronInfoLite", "Vec<u8>", "Option<u32>", "AccountId32"] {
        assert!(v14.plan().find_type(added).is_ok(), "{added}");
    }
    for api in v15.apis() {
        let of_subtensor =
            ["Neuron", "Subnet", "Delegate", "Stake"].iter().any(|part| api.name().starts_with(part));
        for method in api.methods().iter().filter(|_| of_subtensor) {
            assert!(v14.api_method(method.api(), method.name()).is_ok(), "{method}");
        }
    }
}

#[test]
fn v14_of_a_later_subtensor_gets_no_table_that_does_not_fit() {
    let Some(mut bytes) = shared("metadata/subtensor-218-v14.scale") else { return };
    let version = [b"8node-subtensor8node-subtensor".as_slice(), &[1, 0, 0, 0, 218]].concat();
    let at = bytes.windows(version.len()).position(|window| window == version).unwrap();
    bytes[at + version.len() - 1] = 219;
    let runtime = Runtime::from_metadata(&bytes).unwrap();
    assert_eq!(runtime.spec_version(), 219);
    assert!(runtime.api_method("AccountNonceApi", "account_nonce").is_ok());
    let error = runtime.api_method("NeuronInfoRuntimeApi", "get_neurons").unwrap_err();
    assert!(
        error.is_not_found() && error.to_string().contains("metadata describes runtime apis from V15 on"),
        "{error}"
    );
}

#[test]
fn an_account_is_taken_where_old_runtimes_want_its_bytes() {
    let Some(runtime) = runtime("subtensor-218-v14") else { return };
    let method = runtime.api_method("DelegateInfoRuntimeApi", "get_delegate").unwrap();
    let alice: AccountId = ALICE.parse().unwrap();
    assert_eq!(method.encode(&[alice.into()]).unwrap(), [&[0x80], alice.0.as_slice()].concat());
}

/// What a runtime of spec 218 answered on a chain of five small subnets.
fn answers_of_218() -> Vec<(String, Vec<u8>, Vec<u8>)> {
    let rows: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("metadata/subtensor-218-answers.json")).unwrap();
    let text = |row: &serde_json::Value, field: &str| row[field].as_str().unwrap().to_owned();
    let bytes = |row: &serde_json::Value, field: &str| const_hex::decode(text(row, field)).unwrap();
    rows.iter().map(|row| (text(row, "method"), bytes(row, "arguments"), bytes(row, "answer"))).collect()
}

#[test]
fn opaque_answers_of_old_runtimes_decode_to_what_they_hold() {
    let mut shown = Vec::new();
    for name in ["subtensor-218-v14", "subtensor-218-v15"] {
        let Some(runtime) = runtime(name) else { continue };
        for (method, arguments, answer) in answers_of_218() {
            let (api, method) = method.split_once('_').unwrap();
            let method = runtime.api_method(api, method).unwrap();
            let mut input = arguments.as_slice();
            let given: Vec<_> = method
                .inputs()
                .iter()
                .map(|input_type| runtime.plan().decode_prefix(input_type.type_id(), &mut input).unwrap())
                .collect();
            assert_eq!(method.encode(&given).unwrap(), arguments);
            let value = method.decode(&answer).unwrap_or_else(|error| panic!("{method} in {name}: {error}"));
            if name.ends_with("v14") && answer.len() < 300 {
                let json = serde_json::to_string(&value).unwrap();
                shown.push(format!("{method} 0x{}\n  {json}\n", const_hex::encode(&arguments)));
            }
        }
    }
    if !shown.is_empty() {
        insta::assert_snapshot!("answers-of-218", shown.concat());
    }
}

#[test]
fn a_real_answer_with_1024_neurons_decodes() {
    let (Some(runtime), Some(payload)) =
        (runtime("finney-343-v15"), shared("payloads/finney-343-neurons-lite-netuid1.hex"))
    else {
        return;
    };
    let answer = const_hex::decode(payload.trim_ascii()).unwrap();
    let method = runtime.api_method("NeuronInfoRuntimeApi", "get_neurons_lite").unwrap();
    let neurons = method.decode(&answer).unwrap();
    assert_eq!(neurons.len(), 1024);
    insta::assert_snapshot!("first-neuron-of-343", serde_json::to_string_pretty(&neurons[0]).unwrap());
}

#[test]
fn a_runtime_is_shared_between_threads() {
    let Some(runtime) = runtime("subtensor-218-v14") else { return };
    let runtime = Arc::new(runtime);
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let runtime = runtime.clone();
            std::thread::spawn(move || runtime.storage("System", "Account").unwrap().prefix().to_vec())
        })
        .collect();
    let prefixes: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert!(prefixes.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn truncated_metadata_of_a_real_chain_is_an_error() {
    let Some(bytes) = shared("metadata/subtensor-218-v14.scale") else { return };
    for length in (0..bytes.len()).step_by(4_999) {
        let error = Runtime::from_metadata(&bytes[..length]).unwrap_err().to_string();
        assert!(error.len() < 120 && !error.contains("could not decode"), "{length}: {error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn corrupt_metadata_of_a_real_chain_never_panics(
        file in 0..FILES.len(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let Some(mut bytes) = shared(&format!("metadata/{}.scale", FILES[file].0)) else { return Ok(()) };
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Ok(runtime) = Runtime::from_metadata(&bytes) {
            for entry in all_entries(&runtime) {
                let _ = entry.decode(None);
            }
        }
    }
}

#[test]
fn g15_no_runtime_api_of_subtensor_218_is_left_as_bytes() {
    // What these answer is bytes indeed.
    let bytes = ["SessionKeys.generate_session_keys", "EthereumRuntimeRPCApi.account_code_at"];
    let Some((v14, v15)) = runtime("subtensor-218-v14").zip(runtime("subtensor-218-v15")) else { return };
    let methods: Vec<_> = v15.apis().iter().flat_map(|api| api.methods()).collect();
    for method in &methods {
        let output = v15.plan().type_name(method.output());
        assert_eq!(output == "Vec<u8>", bytes.contains(&method.to_string().as_str()), "{method}");
        let own = ["DelegateInfo", "NeuronInfo", "SubnetInfo", "StakeInfo", "SubnetRegistration"];
        if own.iter().any(|name| method.api() == format!("{name}RuntimeApi")) {
            let same = v14.api_method(method.api(), method.name()).unwrap();
            assert_eq!(v14.plan().type_name(same.output()), output, "{method}");
        }
    }
    assert!(methods.len() > 50);
}
