//! `tw metadata` down to calls, events, errors and types, and `tw metadata diff`.

use serde_json::json;

use crate::support::{DEVNET, FOLDER, METADATA, devnet, shared, tw};

fn metadata(args: &[&str]) -> crate::support::Ended {
    tw(&[&["metadata", "--metadata", METADATA.to_str().unwrap()], args].concat())
}

#[test]
fn calls_events_and_errors_are_shown_with_fields_and_docs() {
    let call = metadata(&["Balances", "transfer_keep_alive"]).succeeded();
    assert!(call.contains("call transfer_keep_alive, index 3"), "{call}");
    assert!(
        call.contains("dest: MultiAddress") && call.contains("Same as the [`transfer_allow_death`]"),
        "{call}"
    );
    let event = metadata(&["Balances", "Transfer", "--json"]).json();
    assert_eq!(event[0]["kind"], "event");
    assert_eq!(event[0]["docs"], "Transfer succeeded.");
    assert_eq!(event[0]["fields"][0], json!({ "name": "from", "type": "AccountId32" }));
    let error = metadata(&["Balances", "InsufficientBalance"]).succeeded();
    assert!(error.contains("error InsufficientBalance") && error.contains("Balance too low"), "{error}");

    let pallet = metadata(&["Balances"]).succeeded();
    assert!(pallet.contains("Transfer(from: AccountId32, to: AccountId32, amount: u64)"), "{pallet}");
    let pallet = metadata(&["Balances", "--json"]).json();
    let calls = pallet["calls"].as_array().unwrap();
    assert!(calls.iter().any(|call| call["name"] == "transfer_keep_alive" && call["index"] == 3));
    let overview = metadata(&["--json"]).json();
    let balances = overview["pallets"].as_array().unwrap().iter().find(|pallet| pallet["name"] == "Balances");
    assert_eq!(balances.unwrap()["calls"], calls.len());
}

#[test]
fn g19_a_mistyped_item_is_answered_with_the_nearest_and_the_runtime() {
    let error = metadata(&["Balances", "InsuficientBalance"]).failed();
    assert!(error.contains("did you mean InsufficientBalance"), "{error}");
    assert!(error.contains("Balances of node-subtensor "), "{error}");
}

#[test]
fn types_are_listed_and_shown() {
    let file = METADATA.to_str().unwrap();
    let types = |args: &[&str]| tw(&[&["metadata", "types", "--metadata", file], args].concat());
    let all = types(&["--json"]).json();
    let account =
        all.as_array().unwrap().iter().find(|ty| ty["path"] == "sp_core::crypto::AccountId32").unwrap();
    let by_id = types(&[&account["id"].to_string(), "--json"]).json();
    assert_eq!(by_id, types(&["AccountId32", "--json"]).json());
    assert_eq!((&by_id["name"], &by_id["scalar"]), (&json!("AccountId32"), &json!(true)));

    let record = types(&["EventRecord"]).succeeded();
    assert!(record.contains("phase: Phase") && record.contains("topics: Vec<H256>"), "{record}");
    let phase = types(&["Phase", "--json"]).json();
    assert_eq!(phase["variants"][0]["fields"][0]["type"], "u32");
    assert_eq!(types(&["Vec<EventRecord>", "--json"]).json()["elements"]["type"], "EventRecord");
    assert!(types(&[]).succeeded().contains("frame_system::EventRecord"));
    let error = types(&["EventRecrd"]).failed();
    assert!(error.contains("did you mean EventRecord") && error.contains("(node-subtensor "), "{error}");
}

#[test]
fn a_runtime_does_not_differ_from_itself_at_another_block() {
    let url = DEVNET.url();
    let diff = devnet(&["metadata", "diff", "1", "HEAD"]).succeeded();
    assert!(diff.contains(" -> ") && diff.contains("nothing has changed"), "{diff}");
    let file = METADATA.to_str().unwrap();
    let diff = tw(&["--network", url, "metadata", "diff", file, "finalized", "--json"]).json();
    // A node answers V14 to `state_getMetadata`, and is read in the newest version that it offers.
    let changes = diff["changes"].as_array().unwrap();
    assert!(
        changes.iter().all(|change| ["version", "api", "method"].contains(&change["item"].as_str().unwrap()))
    );
}

#[test]
fn what_an_upgrade_changes_is_told_from_files_without_a_node() {
    let (Some(old), Some(new)) =
        (shared("metadata/finney-343-v15.scale"), shared("metadata/finney-393-v16.scale"))
    else {
        return;
    };
    let text = tw(&["metadata", "diff", &old, &new]).succeeded();
    assert!(
        text.starts_with("node-subtensor 343 -> node-subtensor 393\n\n~ spec_version: 343 -> 393\n"),
        "{text}"
    );
    assert!(text.contains("\n+ pallet MevShield, index 30\n"), "{text}");
    assert!(text.contains("\n  - call faucet(block_number: u64, nonce: u64, work: Vec<u8>)\n"), "{text}");
    let diff = tw(&["--json", "metadata", "diff", &old, &new]).json();
    assert_eq!(diff["after"], "node-subtensor 393");
    let added =
        diff["changes"].as_array().unwrap().iter().find(|change| change["name"] == "add_stake_burn").unwrap();
    assert_eq!(
        (&added["in"], &added["item"], &added["change"]),
        (&json!("SubtensorModule"), &json!("call"), &json!("added"),)
    );
}

#[test]
fn sides_that_are_neither_file_nor_block_are_named() {
    let nowhere = ["--network", "ws://127.0.0.1:1"];
    let error = tw(&[&nowhere[..], &["metadata", "diff", "HEAD", "nosuchfile"]].concat()).failed();
    assert!(error.contains("nosuchfile is no file, and no block"), "{error}");
    let broken = FOLDER.path().join("100");
    std::fs::write(&broken, "no metadata").unwrap();
    let error =
        tw(&[&nowhere[..], &["metadata", "diff", "HEAD", broken.to_str().unwrap()]].concat()).failed();
    assert!(error.contains("holds no usable metadata"), "{error}");
    assert!(devnet(&["metadata", "diff", "HEAD", "999999"]).failed().contains("999999"));
    tw(&["metadata", "diff", "HEAD"]).misused();
    assert!(metadata(&["diff", "1", "2"]).failed().contains("without --metadata"));
    assert!(metadata(&["Balances", "types"]).failed().contains("looked up in Balances"));
    assert!(metadata(&["types"]).succeeded().contains("frame_system::EventRecord"));
    // Behind -- it is the name of a pallet.
    let error = devnet(&["metadata", "--", "diff"]).failed();
    assert!(error.contains("no pallet or runtime API is named \"diff\""), "{error}");
    assert!(devnet(&["metadata", "--json", "diff", "1", "2"]).json()["changes"].is_array());
}
