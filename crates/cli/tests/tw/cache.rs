//! `tw runtime` and `tw cache`: what is kept between runs.

use std::{fs, path::Path};

use serde_json::{Value, json};
use tempfile::TempDir;
use tensorwire_devnet::Devnet;

use crate::support::{DEVNET, Ended, SERVERS, at, command, finish, tw};

/// Against the local chain, with a cache of the test's own.
fn cached(folder: &Path, args: &[&str]) -> Ended {
    let args = [&["--network", DEVNET.url()], args].concat();
    finish(command(&args).env("XDG_CACHE_HOME", folder).spawn().unwrap())
}

fn runtimes(listed: &Value) -> Vec<&Value> {
    listed.as_array().unwrap().iter().filter(|row| row["spec_version"].is_number()).collect()
}

fn genesis() -> String {
    at(DEVNET.url(), &["--json", "rpc", "chain_getBlockHash", "0"]).json().as_str().unwrap().to_owned()
}

#[test]
fn g17_a_runtime_comes_from_the_network_once_and_then_from_the_cache() {
    let folder = TempDir::new().unwrap();
    let cold = cached(folder.path(), &["--json", "runtime"]).json();
    let warm = cached(folder.path(), &["--json", "runtime"]).json();
    assert_eq!((&cold["source"], &warm["source"]), (&json!("network"), &json!("cache")));
    for key in ["spec_name", "spec_version", "transaction_version", "metadata_version", "fingerprint"] {
        assert!(!cold[key].is_null() && cold[key] == warm[key], "{key}: {cold} {warm}");
    }
    assert_eq!((&cold["spec_version"], &cold["executed_by"]), (&json!(393), &json!(null)));
    assert_eq!(cold["cache"], json!(folder.path().join("tensorwire")));

    let text = cached(folder.path(), &["runtime"]).succeeded();
    assert!(
        text.starts_with("node-subtensor 393\n") && text.contains("metadata from        cache"),
        "{text}"
    );
    let uncached = cached(folder.path(), &["--no-cache", "--json", "runtime"]).json();
    assert_eq!((&uncached["source"], &uncached["cache"]), (&json!("network"), &json!(null)));
}

#[test]
fn g9_the_block_that_carries_an_upgrade_has_two_runtimes() {
    let devnet = SERVERS.block_on(async {
        let devnet = Devnet::builder().subnets(1).neurons(1).upgrade_at(2).start().await.unwrap();
        devnet.produce_blocks(3).await.unwrap();
        devnet
    });
    let read = |block: &str| at(devnet.url(), &["--json", "--at", block, "runtime"]).json();
    let [before, carrying, after] = ["1", "2", "3"].map(read);
    assert_eq!((&before["spec_version"], &before["executed_by"]), (&json!(393), &json!(null)));
    assert_eq!((&carrying["spec_version"], &carrying["executed_by"]), (&json!(394), &json!(393)));
    assert_eq!((&after["spec_version"], &after["executed_by"]), (&json!(394), &json!(null)));
    assert!(before["fingerprint"] != after["fingerprint"]);
    let text = at(devnet.url(), &["--at", "2", "runtime"]).succeeded();
    assert!(text.contains("executed by          393"), "{text}");
}

#[test]
fn what_is_kept_is_listed_and_cleared() {
    let folder = TempDir::new().unwrap();
    let run = |args: &[&str]| cached(folder.path(), args);
    let location = folder.path().join("tensorwire");
    assert_eq!(run(&["--json", "cache", "list"]).json(), json!([]));
    let empty = run(&["cache", "list"]).succeeded();
    assert_eq!(empty, format!("nothing is kept in {}\n", location.display()));

    run(&["query", "System", "Number"]).succeeded();
    let listed = run(&["--json", "cache", "list"]).json();
    let rows = runtimes(&listed);
    assert_eq!(rows.len(), 1, "{listed}");
    assert_eq!((&rows[0]["genesis"], &rows[0]["spec_version"]), (&json!(genesis()), &json!(393)));
    let path = rows[0]["path"].as_str().unwrap();
    assert_eq!(rows[0]["bytes"], json!(fs::metadata(path).unwrap().len()));
    assert!(rows[0]["last_used"].as_u64().unwrap() > 1_700_000_000);
    let text = run(&["cache", "list"]).succeeded();
    assert!(text.starts_with("SPEC") || text.trim_start().starts_with("SPEC"), "{text}");
    assert!(text.contains(path) && text.contains("ago") && text.contains("in "), "{text}");

    // Other files stay, and so does what belongs to another chain.
    let mine = location.join("mine.txt");
    fs::write(&mine, "mine").unwrap();
    let other = format!("0x{}", "01".repeat(32));
    assert_eq!(run(&["--json", "cache", "clear", "--genesis", &other]).json(), json!([]));
    let removed = run(&["--json", "cache", "clear", "--genesis", &genesis()]).json();
    assert_eq!(runtimes(&removed).len(), 1);
    assert!(!Path::new(path).exists());
    let text = run(&["cache", "clear"]).succeeded();
    assert!(text.starts_with("removed ") && text.contains("from "), "{text}");
    assert_eq!(run(&["--json", "cache", "list"]).json(), json!([]));
    assert_eq!(fs::read_to_string(mine).unwrap(), "mine");
}

#[test]
fn the_cache_may_be_any_folder() {
    let (folder, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let named = folder.path().to_str().unwrap();
    at(DEVNET.url(), &["--cache", named, "query", "System", "Number"]).succeeded();
    let listed = tw(&["--cache", named, "--json", "cache", "list"]).json();
    assert_eq!(runtimes(&listed).len(), 1);
    let by_environment = command(&["--json", "cache", "list"])
        .env("TW_CACHE", named)
        .env("XDG_CACHE_HOME", other.path())
        .spawn();
    assert_eq!(finish(by_environment.unwrap()).json(), listed);

    let error = tw(&["--no-cache", "cache", "list"]).failed();
    assert!(error.contains("--no-cache"), "{error}");
    for place in ["", "http://127.0.0.1", "redis://:hunter2@127.0.0.1:port"] {
        let error = tw(&["--cache", place, "cache", "list"]).misused();
        assert!(error.contains("folder is expected") || error.contains("redis://"), "{error}");
    }
}

#[test]
fn a_damaged_entry_is_told_and_downloaded_again() {
    let folder = TempDir::new().unwrap();
    cached(folder.path(), &["query", "System", "Number"]).succeeded();
    let listed = cached(folder.path(), &["--json", "cache", "list"]).json();
    let path = runtimes(&listed)[0]["path"].as_str().unwrap().to_owned();
    let whole = fs::read(&path).unwrap();
    let mut damaged = whole.clone();
    damaged[1000] ^= 1;
    fs::write(&path, damaged).unwrap();

    let ended = cached(folder.path(), &["--json", "query", "System", "Number"]);
    assert_eq!((ended.code, ended.stdout.trim()), (Some(0), "3"));
    assert!(ended.stderr.contains(&path) && ended.stderr.contains("does not match"), "{}", ended.stderr);
    assert_eq!(fs::read(&path).unwrap(), whole);
}
