//! `tw scale` and `tw metadata --metadata`: no node is needed.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{
    ALICE, ALICE_HEX, FOLDER, METADATA, finish, scale, scale_lines, shared, tw, tw_reading,
};

const ACCOUNT_PREFIX: &str = "0x26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9";

#[test]
fn bytes_decode_to_the_bare_json_value() {
    assert_eq!(scale("decode", &["--type", "u32", "0x2a000000"]).succeeded(), "42\n");
    assert_eq!(scale("decode", &["--type", "u32", "2a000000"]).succeeded(), "42\n");
    assert_eq!(scale("decode", &["--type", "AccountId32", ALICE_HEX]).json(), json!(ALICE));
    assert_eq!(scale("decode", &["--type", "sp_core::crypto::AccountId32", ALICE_HEX]).json(), json!(ALICE));
    assert_eq!(scale("decode", &["--type", "u64", "ffffffffffffffff"]).json(), json!("18446744073709551615"));
}

#[test]
fn values_encode_to_bare_hex() {
    assert_eq!(scale("encode", &["--type", "u32", "42"]).succeeded(), "0x2a000000\n");
    assert_eq!(scale("encode", &["--type", "u32", "42", "--json"]).json(), json!("0x2a000000"));
    assert_eq!(
        scale("encode", &["--type", "AccountId32", ALICE]).succeeded().trim(),
        format!("0x{ALICE_HEX}")
    );
    let address = scale("encode", &["--type", "MultiAddress", ALICE]).succeeded();
    assert_eq!(address.trim(), format!("0x00{ALICE_HEX}"));
    let widest = "340282366920938463463374607431768211455";
    assert_eq!(
        scale("encode", &["--type", "u128", widest]).succeeded().trim(),
        format!("0x{}", "ff".repeat(16))
    );
}

#[test]
fn a_nested_call_makes_the_round_trip() {
    let call = r#"{"Utility":{"batch":{"calls":[{"System":{"remark":{"remark":"0x0102"}}}]}}}"#;
    let hex = scale("encode", &["--type", "RuntimeCall", call]).succeeded();
    let back = scale("decode", &["--type", "RuntimeCall", hex.trim()]).json();
    assert_eq!(back, serde_json::from_str::<Value>(call).unwrap());
}

#[test]
fn a_dash_reads_stdin() {
    let file = METADATA.to_str().unwrap();
    let decode = ["scale", "decode", "--metadata", file, "--type", "u16", "-"];
    assert_eq!(tw_reading(&decode, " 0x0100\n").succeeded(), "1\n");
    let encode = ["scale", "encode", "--metadata", file, "--type", "u16", "-"];
    assert_eq!(tw_reading(&encode, "1\n").succeeded(), "0x0100\n");
}

#[test]
fn bad_bytes_and_values_are_named() {
    let cases: [(&str, &[&str], &[&str]); 9] = [
        ("decode", &["--type", "u32", "0x2a00"], &["2 are left"]),
        ("decode", &["--type", "u32", "0x2a000000ff"], &["left over", "u32"]),
        ("decode", &["--type", "u32", "0x2a0"], &["not hex"]),
        ("decode", &["--type", "AcountId32", "0x"], &["AcountId32", "did you mean AccountId32"]),
        ("decode", &["--type", "1000000", "0x"], &["no type 1000000"]),
        ("encode", &["--type", "u16", "70000"], &["70000", "u16", "65535"]),
        ("encode", &["--type", "u16", "abc"], &["expected u16", "abc"]),
        ("encode", &["--type", "AccountId32", "5Grw"], &["5Grw"]),
        ("encode", &["--type", "u16", "1.5"], &["u16", "1.5"]),
    ];
    for (command, args, expected) in cases {
        let error = scale(command, args).failed();
        assert!(expected.iter().all(|part| error.contains(part)), "{args:?}: {error}");
    }
}

#[test]
fn an_address_of_another_network_is_refused_with_both_prefixes() {
    let polkadot = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5";
    let error = scale("encode", &["--type", "AccountId32", polkadot]).failed();
    assert!(error.contains("prefix 0") && error.contains("expected 42") && error.contains(ALICE), "{error}");
}

#[test]
fn what_is_meant_as_json_is_not_taken_for_text() {
    for value in ["{\"System\": ", "[1, 2", "[5Grw]", " {a}"] {
        let error = scale("encode", &["--type", "RuntimeCall", value]).failed();
        assert!(error.contains(value.trim()) && error.contains("line 1 column"), "{error}");
        let error = scale("key", &["System", "Account", value]).failed();
        assert!(error.contains("cannot be read as JSON"), "{error}");
        // Nothing listens there: the error comes before connecting.
        let error = tw(&["--network", "ws://127.0.0.1:1", "rpc", "system_health", value]).failed();
        assert!(error.contains("cannot be read as JSON"), "{error}");
    }
}

#[test]
fn a_key_given_twice_is_an_error() {
    let call =
        format!(r#"{{"Balances":{{"transfer_allow_death":{{"value":5,"value":6,"dest":"{ALICE}"}}}}}}"#);
    let error = scale("encode", &["--type", "RuntimeCall", &call]).failed();
    assert!(error.contains(r#"the key "value" occurs twice"#), "{error}");
    let line = format!(r#"{{"type":"RuntimeCall","value":{call}}}"#);
    assert!(scale_lines("encode", &[], &line).stdout.contains("occurs twice"));
}

#[test]
fn calls_within_calls_make_the_round_trip_as_deep_as_they_decode() {
    let Some(file) = shared("metadata/finney-393-v16.scale") else { return };
    let codec = ["--metadata", &file, "--type", "RuntimeCall", "-"];
    let run = |command, text: &str| tw_reading(&[&["scale", command][..], &codec].concat(), text).succeeded();
    for depth in [1, 32, 42] {
        let hex = format!("0x{}000000\n", "0b0004".repeat(depth));
        assert_eq!(run("encode", &run("decode", &hex)), hex);
    }
}

#[cfg(unix)]
#[test]
fn the_examples_of_the_help_run_as_they_stand() {
    let Some(metadata) = shared("metadata/finney-393-v16.scale") else { return };
    let folder = FOLDER.path().join("examples");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::copy(metadata, folder.join("metadata.hex")).unwrap();
    std::fs::write(folder.join("answer.hex"), "0x00").unwrap();
    let mut ran = 0;
    for name in ["scale", "scale decode", "scale encode", "scale key", "metadata"] {
        let args: Vec<_> = name.split(' ').chain(["--help"]).collect();
        let help = tw(&args).succeeded();
        let (_, examples) = help.split_once("Examples:\n").unwrap();
        for example in examples.replace("\\\n", "").lines().filter(|line| line.contains("--metadata")) {
            // Not every machine has a jq.
            let example = example.split(" | jq").next().unwrap();
            let script = format!("tw() {{ '{}' \"$@\"; }}\n{example}", env!("CARGO_BIN_EXE_tw"));
            let mut shell = std::process::Command::new("sh");
            shell.args(["-c", &script]).current_dir(&folder).stdin(Stdio::null());
            let ended = finish(shell.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
            assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{example}");
            assert!(!ended.stdout.is_empty(), "{example}");
            ran += 1;
        }
    }
    assert_eq!(ran, 14);
}

#[test]
fn storage_keys_are_those_of_the_chain() {
    assert_eq!(
        scale("key", &["System", "Account", ALICE]).succeeded().trim(),
        format!("{ACCOUNT_PREFIX}de1e86a9a8c739864cf3cc5ec2bea59f{ALICE_HEX}")
    );
    assert_eq!(scale("key", &["--prefix", "System", "Account"]).succeeded().trim(), ACCOUNT_PREFIX);
    assert_eq!(scale("key", &["--prefix", "System", "Account", "--json"]).json(), json!(ACCOUNT_PREFIX));
}

#[test]
fn wrong_keys_are_named_with_what_is_expected() {
    let cases: [(&[&str], &[&str]); 5] = [
        (&["System", "Account"], &["System.Account", "1 key", "AccountId32", "0 given"]),
        (&["System", "Account", ALICE, "1"], &["1 key", "2 given"]),
        (&["SubtensorModule", "Uids", "abc", ALICE], &["expected u16", "abc", "key 1"]),
        (&["System", "Acount", ALICE], &["Acount", "did you mean Account?"]),
        (&["Sytem", "Account", ALICE], &["Sytem", "did you mean System?"]),
    ];
    for (args, expected) in cases {
        let error = scale("key", args).failed();
        assert!(expected.iter().all(|part| error.contains(part)), "{args:?}: {error}");
    }
}

#[test]
fn metadata_is_read_in_every_form_people_keep_it_in() {
    let hex = std::fs::read_to_string(&*METADATA).unwrap();
    let answer = format!(r#"{{"jsonrpc":"2.0","result":"{}","id":1}}"#, hex.trim());
    let raw = const_hex::decode(hex.trim()).unwrap();
    for (name, content) in [("raw", raw), ("answer.json", answer.into_bytes())] {
        let path = FOLDER.path().join(name);
        std::fs::write(&path, content).unwrap();
        let path = path.to_str().unwrap();
        let key = tw(&["scale", "key", "--metadata", path, "--prefix", "System", "Account"]).succeeded();
        assert_eq!(key.trim(), ACCOUNT_PREFIX);
    }
}

#[test]
fn corrupt_metadata_is_one_clear_error() {
    let raw = const_hex::decode(std::fs::read_to_string(&*METADATA).unwrap().trim()).unwrap();
    let trailing = [&raw[..], b"more"].concat();
    let cases: [(&str, &[u8]); 5] = [
        ("empty", b""),
        ("text", b"not metadata at all"),
        ("version", b"meta\x0a\x00\x00"),
        ("truncated", &raw[..raw.len() / 2]),
        ("trailing", &trailing),
    ];
    for (name, content) in cases {
        let path = FOLDER.path().join(name);
        std::fs::write(&path, content).unwrap();
        let path = path.to_str().unwrap();
        for args in
            [["metadata", "--metadata", path].as_slice(), &["scale", "key", "--metadata", path, "A", "B"]]
        {
            assert!(tw(args).failed().contains(path), "{name}");
        }
    }
    let error = tw(&["metadata", "--metadata", "/no/such/file"]).failed();
    assert!(error.contains("cannot read /no/such/file"), "{error}");
}

#[test]
fn metadata_of_a_file_is_shown_at_every_level() {
    let file = METADATA.to_str().unwrap();
    let metadata = |args: &[&str]| tw(&[&["metadata", "--metadata", file], args].concat());
    assert!(metadata(&[]).succeeded().contains("SubtensorModule"));
    assert!(metadata(&["System"]).succeeded().contains("Account(AccountId32): AccountInfo"));
    let item = metadata(&["System", "Account"]).succeeded();
    assert!(item.contains("hashed by Blake2_128Concat") && item.contains(ACCOUNT_PREFIX), "{item}");
    assert!(metadata(&["Balances", "ExistentialDeposit"]).succeeded().contains("value: 500"));
    assert!(metadata(&["Balances", "transfer_keep_alive"]).succeeded().contains("dest: MultiAddress"));
    let found = metadata(&["System", "Account", "--json"]).json();
    assert_eq!(found[0]["kind"], "storage");
    assert_eq!(found[0]["keys"][0], json!({"type": "AccountId32", "hasher": "Blake2_128Concat"}));
    let error = metadata(&["Sistem"]).failed();
    assert!(error.contains("did you mean System?") && error.contains("hint: `tw metadata`"), "{error}");
    let error = metadata(&["Balances", "transfer_keepalive"]).failed();
    assert!(error.contains("did you mean transfer_keep_alive"), "{error}");
}

#[test]
fn the_real_chain_decodes_and_encodes() {
    let Some(file) = shared("metadata/finney-343-v15.scale") else { return };
    let Some(payload) = shared("payloads/finney-343-neurons-lite-netuid1.hex") else { return };
    let payload = std::fs::read_to_string(payload).unwrap();
    let ty = "Vec<NeuronInfoLite>";
    let codec = ["--metadata", &file, "--type", ty, "-"];
    let decoded = tw_reading(&[&["scale", "decode"][..], &codec].concat(), &payload).succeeded();
    let neurons: Value = serde_json::from_str(&decoded).unwrap();
    assert!(neurons.as_array().unwrap().iter().all(|neuron| neuron["netuid"] == 1));
    let encoded = tw_reading(&[&["scale", "encode"][..], &codec].concat(), &decoded).succeeded();
    assert_eq!(encoded.trim().trim_start_matches("0x"), payload.trim().trim_start_matches("0x"));
}
