//! What upgrades of the real chain change. Skipped where the shared folder is absent.
#![allow(clippy::unwrap_used)]

use serde_json::json;
use std::path::PathBuf;
use tensorwire_scale::{ChangeKind, Diff, ItemChange, ItemKind, Runtime};

fn runtime(name: &str) -> Option<Runtime> {
    let shared = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/metadata"));
    let path = shared.join(name).with_extension("scale");
    let Ok(bytes) = std::fs::read(&path) else {
        eprintln!("skipped: {} is absent", path.display());
        return None;
    };
    Some(Runtime::from_metadata(&bytes).unwrap())
}

fn changes(diff: &Diff, item: ItemKind, change: ChangeKind) -> Vec<&str> {
    let wanted = |found: &&ItemChange| (found.item, found.change) == (item, change);
    diff.changes().iter().filter(wanted).map(|change| change.name.as_str()).collect()
}

#[test]
fn a_runtime_does_not_differ_from_itself() {
    for name in ["subtensor-218-v14", "finney-343-v15", "finney-393-v16"] {
        let (Some(one), Some(other)) = (runtime(name), runtime(name)) else { return };
        let diff = one.diff(&other);
        assert!(diff.is_empty(), "{diff}");
        assert!(diff.to_string().ends_with("nothing has changed"));
    }
}

#[test]
fn one_runtime_in_two_versions_of_metadata_is_the_same_runtime() {
    let (Some(v14), Some(v15)) = (runtime("subtensor-218-v14"), runtime("subtensor-218-v15")) else { return };
    let diff = v14.diff(&v15);
    let of_metadata =
        |change: &&ItemChange| !matches!(change.item, ItemKind::Version | ItemKind::Api | ItemKind::Method);
    assert_eq!(
        diff.changes().iter().filter(of_metadata).collect::<Vec<_>>(),
        Vec::<&ItemChange>::new(),
        "{diff}"
    );
    assert_eq!(changes(&diff, ItemKind::Version, ChangeKind::Changed), ["metadata_version"]);
}

#[test]
fn upgrades_of_the_real_chain_are_told() {
    let names = ["finney-343-v15", "finney-365-v16", "finney-393-v16"];
    for pair in names.windows(2) {
        let (Some(before), Some(after)) = (runtime(pair[0]), runtime(pair[1])) else { return };
        let diff = before.diff(&after);
        insta::assert_snapshot!(format!("diff-{}-{}", before.spec_version(), after.spec_version()), diff);

        // The other way about, what was added is removed.
        let back = after.diff(&before);
        for item in [ItemKind::Storage, ItemKind::Call, ItemKind::Event, ItemKind::Error, ItemKind::Pallet] {
            let sorted = |mut names: Vec<String>| {
                names.sort();
                names
            };
            let of = |diff, change| {
                sorted(changes(diff, item, change).iter().map(|name| (*name).to_owned()).collect())
            };
            assert_eq!(of(&diff, ChangeKind::Added), of(&back, ChangeKind::Removed));
            assert_eq!(of(&diff, ChangeKind::Changed), of(&back, ChangeKind::Changed));
        }
        // All that calls hold calls, and none of them changes with what they hold.
        assert!(!changes(&diff, ItemKind::Call, ChangeKind::Changed).contains(&"batch_all"), "{diff}");
    }
}

#[test]
fn a_difference_is_named_in_json_too() {
    let (Some(before), Some(after)) = (runtime("finney-343-v15"), runtime("finney-393-v16")) else { return };
    let diff = json!(before.diff(&after));
    assert_eq!(
        (&diff["before"], &diff["after"]),
        (&json!("node-subtensor 343"), &json!("node-subtensor 393"))
    );
    let changes = diff["changes"].as_array().unwrap();
    let version = json!({
        "item": "version",
        "name": "spec_version",
        "signature": "spec_version: 393",
        "change": "changed",
        "differences": [{ "what": "value", "before": "343", "after": "393" }],
    });
    assert!(changes.contains(&version));
    let call = changes.iter().find(|change| change["item"] == "call" && change["change"] == "added").unwrap();
    assert!(call["in"].is_string() && call.get("differences").is_none(), "{call}");
}
