//! G15: `--types`, for metadata that names types and does not describe them, and in the place of what it describes.

use std::{fs, path::PathBuf};

use serde_json::json;

use crate::support::{ALICE, FOLDER, devnet, tw};

/// V13 metadata of one pallet, Bank, with one item, Total: a plain `Sum`.
const METADATA: &str = "0x6d6574610d041042616e6b011042616e6b0414546f74616c01000c53756d\
                        10000000000000000000000400";

const DEFINITIONS: &str = "\
global:
  types:
    Sum: {low: u16, high: u16}
forSpec:
  - range: [8, null]
    types:
      Sum: {whole: u32}
";

fn file(name: &str, content: &str) -> String {
    let path: PathBuf = FOLDER.path().join(name);
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn g15_old_metadata_is_listed_and_decodes_with_definitions() {
    let (metadata, types) = (file("v13.hex", METADATA), file("bank.yaml", DEFINITIONS));
    let files = ["--metadata", &metadata, "--types", &types, "--spec-version", "7"];
    let listed = tw(&[&["--json", "metadata"], &files[..]].concat()).json();
    assert_eq!(listed["pallets"][0]["name"], json!("Bank"));
    assert!(tw(&[&["metadata", "Bank", "Total"], &files[..]].concat()).succeeded().contains("Sum"));
    let decode = |spec_version: &str| {
        let files = ["--metadata", &metadata, "--types", &types, "--spec-version", spec_version];
        tw(&[&["scale", "decode", "--type", "Sum", "0x01000200"], &files[..]].concat()).json()
    };
    assert_eq!(decode("7"), json!({"low": 1, "high": 2}));
    assert_eq!(decode("8"), json!({"whole": 131_073}));

    let error = tw(&["metadata", "--metadata", &metadata, "--types", &types]).failed();
    assert!(error.contains("metadata V13 does not say its spec version, and none was given"), "{error}");
    let error = tw(&["metadata", "--metadata", &metadata]).failed();
    assert!(
        error.contains("metadata V13 needs type definitions") && error.contains("tw --types FILE"),
        "{error}"
    );
}

#[test]
fn g15_a_mistake_in_a_file_is_told_with_its_line() {
    let mistaken = file("mistaken.yaml", "global:\n  types:\n    Sum: Vec<u8\n");
    let error = devnet(&["query", "System", "Number", "--types", &mistaken]).failed();
    assert!(error.contains("mistaken.yaml:3: \"Vec<u8\" is no type: a `>` is missing"), "{error}");
    let mistaken = file("mistaken.json", "{\"types\": {\n\"Sum\": {\"type\": \"struct\"}}}");
    let error = devnet(&["query", "System", "Number", "--types", &mistaken]).failed();
    assert!(error.contains("mistaken.json:2: \"type_mapping\" is missing"), "{error}");
    let error = devnet(&["query", "System", "Number", "--types", "types.toml"]).failed();
    assert!(error.contains("types are read from .yaml, .yml or .json"), "{error}");
}

#[test]
fn g15_overrides_take_the_place_of_the_chains_own_types() {
    let overrides = file(
        "overrides.json",
        r#"{"types": {"AccountData": {"type": "struct", "type_mapping":
            [["gold", "u64"], ["silver", "u64"], ["bronze", "u64"], ["flags", "u128"]]}}}"#,
    );
    let query = ["--json", "query", "System", "Account", ALICE];
    let plain = devnet(&query).json();
    let replaced = devnet(&[&query, &["--types", &overrides][..]].concat()).json();
    assert!(!plain["data"]["free"].is_null());
    assert_eq!(replaced["data"]["gold"], plain["data"]["free"]);
    assert!(replaced["data"]["free"].is_null());
}
