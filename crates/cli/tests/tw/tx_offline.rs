//! `tw tx compose`, `sign` and `attach` on a machine without a network.

use std::{fs, path::PathBuf, sync::LazyLock};

use serde_json::{Value, json};
use sp_core::{Pair, sr25519};
use tensorwire_scale::{Era, Runtime};

use crate::support::{ALICE, BOB, Ended, FOLDER, METADATA, shared, tw, tw_reading};

const GENESIS: &str = "0x0101010101010101010101010101010101010101010101010101010101010101";
const BIRTH: &str = "1000:0x0202020202020202020202020202020202020202020202020202020202020202";

/// What composing takes beside a call.
const TERMS: [&str; 8] = ["--from", ALICE, "--genesis", GENESIS, "--nonce", "5", "--birth", BIRTH];

/// A payload of Alice's in a file.
static PAYLOAD: LazyLock<PathBuf> = LazyLock::new(|| file("payload.json", &transfer().to_string()));

fn file(name: &str, content: &str) -> PathBuf {
    let path = FOLDER.path().join(name);
    fs::write(&path, content).unwrap();
    path
}

/// With the metadata of the file. Nothing listens at that endpoint.
fn offline(args: &[&str]) -> Ended {
    let metadata = METADATA.to_str().unwrap();
    tw(&[&["--network", "ws://127.0.0.1:1", "tx"], args, &["--metadata", metadata]].concat())
}

fn compose(pallet: &str, call: &str, args: &str) -> Ended {
    offline(&[&["compose", pallet, call, "--args", args], &TERMS[..]].concat())
}

fn transfer() -> Value {
    compose("Balances", "transfer_keep_alive", &format!(r#"{{"dest": "{BOB}", "value": 1000}}"#)).json()
}

fn sign(payload: &str, key: &str) -> Ended {
    offline(&["sign", payload, "--from", key, "--yes"])
}

fn runtime() -> Runtime {
    let hex = fs::read_to_string(&*METADATA).unwrap();
    Runtime::from_metadata(&const_hex::decode(hex.trim()).unwrap()).unwrap()
}

#[test]
fn a_payload_is_composed_and_signed_without_a_node() {
    let payload = transfer();
    assert_eq!((payload["account"].as_str(), payload["nonce"].as_u64()), (Some(ALICE), Some(5)));
    assert_eq!(payload["genesis"], GENESIS);
    assert_eq!(payload["era"], json!({"mortal": {"period": 128, "phase": 1000 % 128}}));

    let signed = sign(PAYLOAD.to_str().unwrap(), "//Alice");
    assert_eq!(signed.code, Some(0), "{}", signed.stderr);
    for part in ["call       Balances.transfer_keep_alive", BOB, "value: 1000", "nonce      5", GENESIS] {
        assert!(signed.stderr.contains(part), "{part} is not in {}", signed.stderr);
    }
    let bytes = const_hex::decode(signed.stdout.trim()).unwrap();
    let extrinsic = runtime().decode_extrinsic(&bytes).unwrap();
    assert_eq!(extrinsic.signer().unwrap().to_string(), ALICE);
    assert_eq!((extrinsic.nonce(), extrinsic.era()), (Some(5), Some(Era::mortal(128, 1000))));
    assert!(extrinsic.call().is("Balances", "transfer_keep_alive"));
    assert_eq!(extrinsic.call().arguments().get("value").unwrap().as_u64(), Some(1000));
}

#[test]
fn arguments_come_by_name_or_by_position_or_on_stdin() {
    let by_name = transfer();
    let by_place = format!(r#"["{BOB}", 1000]"#);
    assert_eq!(compose("Balances", "transfer_keep_alive", &by_place).json(), by_name);
    let metadata = METADATA.to_str().unwrap();
    let words = ["tx", "compose", "Balances", "transfer_keep_alive", "--args", "-", "--metadata", metadata];
    assert_eq!(tw_reading(&[&words[..], &TERMS].concat(), &by_place).json(), by_name);
    let nothing =
        offline(&[&["compose", "SubtensorModule", "register_network"], &TERMS[..]].concat()).failed();
    assert!(nothing.contains("register_network(hotkey: AccountId32)"), "{nothing}");
}

#[test]
fn arguments_that_do_not_fit_are_told_with_the_expected_shape() {
    let shape = "Balances.transfer_keep_alive(dest: MultiAddress";
    let cases: [(&str, &[&str]); 7] = [
        (r#"{"dst": "x", "value": 1}"#, &["dst", shape]),
        (r#"{"des": "x", "value": 1}"#, &["did you mean dest? The call is", shape]),
        (r#"[1]"#, &["2", "1", shape]),
        (r#"{"dest": "5Grw", "value": 1}"#, &["5Grw", "dest", shape]),
        (r#"{"dest": "ADDRESS", "value": "much"}"#, &["much", "value", shape]),
        (r#"{"dest": "ADDRESS", "value": 18446744073709551616}"#, &["18446744073709551616", "value", shape]),
        (r#"{"dest": "ADDRESS", "value": -1}"#, &["-1", "value", shape]),
    ];
    for (args, parts) in cases {
        let error = compose("Balances", "transfer_keep_alive", &args.replace("ADDRESS", BOB)).failed();
        assert!(parts.iter().all(|part| error.contains(part)) && !error.contains("?."), "{args}: {error}");
    }
    let error = compose("Balances", "transfer_keep_alive", "{\"dest\": ").failed();
    assert!(error.contains("cannot be read as JSON"), "{error}");
    let error = compose("Balances", "transfer_keep_alive", "1000").failed();
    assert!(error.contains("--args takes a JSON object by names or a JSON array"), "{error}");
    let error = compose("Balances", "transfer_kep_alive", "[]").failed();
    assert!(error.contains("did you mean transfer_keep_alive"), "{error}");
    let error = compose("Balance", "transfer_keep_alive", "[]").failed();
    assert!(error.contains("did you mean Balances"), "{error}");
}

#[test]
fn an_extension_is_filled_by_its_name() {
    let with = |extension: &str| {
        let more = ["--tip", "5 rao", "--extension", extension];
        offline(&[&["compose", "System", "remark", "--args", "[\"0x00\"]"], &TERMS[..], &more].concat())
    };
    assert_eq!(with("ChargeTransactionPayment=5").json()["tip"], 5);
    let error = with("ChargeTransactionPayment=6").failed();
    assert!(error.contains("ChargeTransactionPayment"), "{error}");
    let error = with("ChargeTransactionPaymen=5").failed();
    assert!(error.contains("did you mean ChargeTransactionPayment"), "{error}");
}

#[test]
fn g6_an_era_is_asked_for_and_fits_its_first_block() {
    let era = |args: &[&str]| {
        let words = ["compose", "System", "remark", "--args", "[\"0x00\"]", "--from", ALICE];
        offline(&[&words[..], &["--genesis", GENESIS, "--nonce", "0"], args].concat())
    };
    // Nothing is immortal unless it is asked for.
    let error = era(&[]).failed();
    assert!(error.contains("--birth"), "{error}");
    let immortal = era(&["--era", "immortal"]).json();
    assert_eq!((immortal["era"].as_str(), immortal["birth"].as_str()), (Some("immortal"), Some(GENESIS)));
    assert!(era(&["--era", "immortal", "--birth", BIRTH]).failed().contains("immortal"));
    assert_eq!(era(&["--era", "40", "--birth", BIRTH]).json()["era"]["mortal"]["period"], 64);
    let error = era(&["--era", "65536", "--birth", BIRTH]).failed();
    assert!(error.contains("cannot begin with block 1000") && error.contains("992"), "{error}");
    for wrong in ["3", "65537", "-1", "for ever"] {
        assert!(era(&[&format!("--era={wrong}"), "--birth", BIRTH]).misused().contains("4 to 65536"));
    }
    assert!(era(&["--birth", "1000"]).misused().contains("1234:0x.."));
}

#[test]
fn g22_a_payload_that_lies_is_not_signed() {
    let honest = transfer();
    let lie = |field: &str, value: Value| {
        let mut payload = honest.clone();
        assert_ne!(std::mem::replace(&mut payload[field], value), payload[field], "{field}");
        let path = file(&format!("lie-{field}.json"), &payload.to_string());
        sign(path.to_str().unwrap(), "//Alice").failed()
    };
    for (field, value) in [
        ("nonce", json!(6)),
        ("tip", json!(1)),
        ("genesis", json!(BIRTH.trim_start_matches("1000:"))),
        ("era", json!("immortal")),
        ("birth", json!(GENESIS)),
        ("spec_version", json!(1)),
        ("account", json!(BOB)),
        ("payload", json!("0x00")),
        ("call", json!("0x0000")),
    ] {
        let error = lie(field, value);
        assert!(error.contains("holds no payload"), "{field}: {error}");
    }
    let error = sign(file("none.json", "{}").to_str().unwrap(), "//Alice").failed();
    assert!(error.contains("none.json holds no payload"), "{error}");
    let error = sign("/nonexistent/payload.json", "//Alice").failed();
    assert!(error.contains("cannot read /nonexistent/payload.json"), "{error}");
}

#[test]
fn a_payload_of_another_runtime_is_not_shown_by_this_ones_metadata() {
    let Some(metadata) = shared("metadata/finney-343-v15.scale") else { return };
    let payload = PAYLOAD.to_str().unwrap();
    let ended = tw(&["tx", "sign", payload, "--from", "//Alice", "--yes", "--metadata", &metadata]);
    let error = ended.failed();
    assert!(error.contains("spec"), "{error}");
}

#[test]
fn nothing_is_signed_unseen_unasked_or_by_another_key() {
    let payload = PAYLOAD.to_str().unwrap();
    let error = tw(&["tx", "sign", payload, "--from", "//Alice", "--yes"]).misused();
    assert!(error.contains("--metadata"), "{error}");
    let blind = tw(&["tx", "sign", payload, "--from", "//Alice", "--yes", "--blind"]);
    assert_eq!(blind.code, Some(0));
    assert!(blind.stderr.contains("not shown") && !blind.stderr.contains("Balances"), "{}", blind.stderr);

    let unasked = offline(&["sign", payload, "--from", "//Alice"]);
    assert_eq!((unasked.code, unasked.stdout.as_str()), (Some(1), ""));
    assert!(unasked.stderr.contains("error: nothing is signed") && unasked.stderr.contains("--yes"));

    let error = sign(payload, "//Bob").failed();
    assert!(error.contains(ALICE) && error.contains(BOB) && error.contains("//Bob"), "{error}");
    let address = sign(payload, ALICE);
    assert_eq!((address.code, address.stdout.as_str()), (Some(1), ""));
    assert!(address.stderr.contains("error: ") && address.stderr.contains(ALICE), "{}", address.stderr);
}

#[test]
fn a_signature_made_elsewhere_is_checked() {
    const KEY: &str = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";
    let payload = transfer();
    let bytes = const_hex::decode(payload["payload"].as_str().unwrap()).unwrap();
    let signature = sr25519::Pair::from_string(KEY, None).unwrap().sign(&bytes);
    let signature = const_hex::encode_prefixed([&[1], &signature.0[..]].concat());
    let file = PAYLOAD.to_str().unwrap();
    let signed = tw(&["--json", "tx", "attach", file, &signature]).json();
    let extrinsic = const_hex::decode(signed["extrinsic"].as_str().unwrap()).unwrap();
    let decoded = runtime().decode_extrinsic(&extrinsic).unwrap();
    assert_eq!(signed["hash"], const_hex::encode_prefixed(decoded.hash()));
    let other = format!("0x01{}", "00".repeat(64));
    let error = tw(&["tx", "attach", file, &other]).failed();
    assert!(error.contains("is none by") && error.contains(ALICE), "{error}");
    assert!(tw(&["tx", "attach", file, "0x01"]).misused().contains("64 more"));
    assert!(tw(&["tx", "attach", file, "01zz"]).misused().contains("hex"));
}
