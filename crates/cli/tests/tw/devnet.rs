//! `tw devnet`: what goes wrong on demand, and a chain that outlives its process.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::support::{FOLDER, at, command, finish, tw};

/// Far above what a small chain takes to make a few blocks.
const BOUND: Duration = Duration::from_secs(60);

/// A small chain in a process of its own, and where it is served.
fn serve(args: &[&str]) -> (Child, String) {
    let small = ["--json", "devnet", "--subnets", "1", "--neurons", "2", "--block-time", "0.01"];
    let mut child = command(&[&small, args].concat()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let served: Value = serde_json::from_str(&line).unwrap();
    (child, served["url"].as_str().unwrap().to_owned())
}

fn ask(url: &str, args: &[&str]) -> Value {
    at(url, &[&["--json", "rpc"], args].concat()).json()
}

fn best(url: &str) -> u32 {
    let header = ask(url, &["chain_getHeader"]);
    u32::from_str_radix(header["number"].as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

/// Waits until the chain is as high as this.
fn reach(url: &str, number: u32) {
    let start = Instant::now();
    while best(url) < number {
        assert!(start.elapsed() < BOUND, "no block {number}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_wrong_fault_is_told_with_all_that_there_are() {
    let error = tw(&["devnet", "--fault", "lose-reply=10,loose-reply=10"]).misused();
    assert!(error.contains("loose-reply") && error.contains("lose-reply=N"), "{error}");
    let error = tw(&["devnet", "--fault", "limit=1:never"]).misused();
    assert!(error.contains("close-1008") && error.contains("-32029"), "{error}");
    let help = tw(&["devnet", "--help"]).succeeded();
    for fault in [
        "drop-every=N",
        "delay=MS[..MS]",
        "lose-reply=N",
        "null-id[=N]",
        "429[=RETRY_AFTER]",
        "limit=RPS[:SHAPE]",
        "close=CODE[:N]",
        "freeze-head",
        "lag=N",
        "half-open",
    ] {
        assert!(help.lines().any(|line| line.trim_start().starts_with(fault)), "{fault} in {help}");
    }
    let error = tw(&["devnet", "--block-time", "0", "--fork-every", "5"]).failed();
    assert!(error.contains("--block-time"), "{error}");
}

#[test]
fn a_chain_spec_takes_no_settings_of_another_genesis_and_wants_a_wasm_executor() {
    for setting in ["--subnets", "--neurons", "--seed", "--upgrade-at"] {
        let error = tw(&["devnet", "--spec", "chain.json", setting, "1"]).misused();
        assert!(error.contains("--spec") && error.contains(setting), "{error}");
    }
    let error = tw(&["devnet", "--spec", "absent/chain.json", "--port", "0"]).failed();
    let hint = if cfg!(feature = "wasm") { "cannot begin with the chain spec" } else { "--features wasm" };
    assert!(error.contains("absent/chain.json") && error.contains(hint), "{error}");
}

#[cfg(unix)]
#[test]
fn faults_pruning_and_forks_come_from_options() {
    let (mut child, url) =
        serve(&["--port", "0", "--fault", "lag=2,delay=1", "--pruning", "3", "--fork-every", "4"]);
    reach(&url, 10);
    let first = ask(&url, &["chain_getBlockHash", "1"]);
    let pruned = at(&url, &["rpc", "state_getStorage", "0x00", first.as_str().unwrap()]).failed();
    assert!(pruned.contains("already discarded"), "{pruned}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn g9_upgrades_come_at_the_blocks_that_are_named() {
    let (mut child, url) = serve(&["--port", "0", "--upgrade-at", "2,4"]);
    reach(&url, 5);
    for (number, spec_version) in [("1", 393), ("2", 394), ("3", 394), ("4", 395), ("5", 395)] {
        let hash = ask(&url, &["chain_getBlockHash", number]);
        let version = ask(&url, &["state_getRuntimeVersion", hash.as_str().unwrap()]);
        assert_eq!(version["specVersion"], spec_version, "{number}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(tw(&["devnet", "--upgrade-at", "0"]).misused().contains("--upgrade-at"));
}

#[cfg(unix)]
#[test]
fn a_chain_goes_on_after_its_process_was_ended_in_any_way() {
    let file = FOLDER.path().join("chain.bin");
    let file = file.to_str().unwrap();
    let (mut child, url) = serve(&["--port", "0", "--state", file]);
    let port = url.rsplit(':').next().unwrap().to_owned();
    let genesis = ask(&url, &["chain_getBlockHash", "0"]);
    let mut kept = Vec::new();
    for signal in ["-TERM", "-INT", "-KILL"] {
        let height = kept.len() as u32 + 3;
        reach(&url, height);
        kept.resize(height as usize, Value::Null);
        let last = ask(&url, &["chain_getBlockHash", &height.to_string()]);
        kept.push(last);
        let pid = child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        let ended = finish(child);
        assert_eq!(ended.code, if signal == "-KILL" { None } else { Some(0) }, "{}", ended.stderr);

        let (next, again) = serve(&["--port", &port, "--state", file]);
        child = next;
        assert_eq!(again, url);
        assert_eq!(ask(&url, &["chain_getBlockHash", "0"]), genesis);
        for (number, hash) in kept.iter().enumerate().filter(|(_, hash)| !hash.is_null()) {
            assert_eq!(&ask(&url, &["chain_getBlockHash", &number.to_string()]), hash, "{signal}");
        }
    }
    let other = ["devnet", "--port", "0", "--subnets", "2", "--neurons", "2", "--state", file];
    assert!(tw(&other).failed().contains("another process uses it"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(tw(&other).failed().contains("another genesis"));
}
