//! `tw tx --outbox`: what was sent is known, however the one who sent it ended.

use std::{fs, process::Command};

use tensorwire_devnet::{Devnet, Fault, Step};

use crate::{
    running::Running,
    support::{ALICE, BOB, at, command, eventually, finish},
    watch::{chain, produce},
};

const TRANSFER: [&str; 7] = ["tx", "Balances", "transfer_keep_alive", "--from", "//Alice", "--yes", "--args"];

fn transfer(devnet: &Devnet, outbox: &str) -> Vec<String> {
    let args = format!(r#"{{"dest": "{BOB}", "value": 1000}}"#);
    let words = TRANSFER.into_iter().chain([&*args, "--outbox", outbox, "--network", devnet.url()]);
    words.map(str::to_owned).collect()
}

fn words(owned: &[String]) -> Vec<&str> {
    owned.iter().map(String::as_str).collect()
}

fn hash(json: &serde_json::Value) -> [u8; 32] {
    const_hex::decode_to_array(json.as_str().unwrap()).unwrap()
}

/// Whether the file knows of the one transaction of Alice's that was sent, and the pool has it.
fn is_sent(devnet: &Devnet, file: &str) -> bool {
    let Ok(text) = fs::read_to_string(file) else { return false };
    let Some((_, json)) = text.lines().next().and_then(|line| line.split_once(' ')) else { return false };
    let Ok(record) = serde_json::from_str::<serde_json::Value>(json) else { return false };
    devnet.in_pool(hash(&record["sending"]["hash"]))
}

/// Sends, is killed once the node has taken it, and asks afterwards.
fn g2_killed(faults: Vec<Fault>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("outbox");
    let file = file.to_str().unwrap();
    let devnet = chain();
    devnet.set_faults(faults);
    let running = Running::start(&words(&transfer(&devnet, file)));
    eventually(|| is_sent(&devnet, file));
    running.signal("-KILL");
    devnet.set_faults([]);

    let undecided = at(devnet.url(), &["--json", "tx", "outbox", file, "--patience", "1"]);
    assert_eq!(undecided.code, Some(3), "{}", undecided.stderr);
    let told: serde_json::Value = serde_json::from_str(&undecided.stdout).unwrap();
    assert_eq!((&told[0]["state"], &told[0]["account"]), (&"unknown".into(), &ALICE.into()));

    produce(&devnet, 6);
    let told = at(devnet.url(), &["--json", "tx", "outbox", file]).json();
    assert_eq!(told.as_array().unwrap().len(), 1);
    assert_eq!((&told[0]["state"], &told[0]["receipt"]["ok"]), (&"finalized".into(), &true.into()), "{told}");
    assert_eq!(devnet.inclusions(hash(&told[0]["hash"])).len(), 1);

    let ended = at(devnet.url(), &["tx", "outbox", file]);
    assert_eq!(ended.succeeded(), "nothing is unfinished at this chain\n");
}

#[test]
fn g2_killed_after_the_node_has_taken_it() {
    g2_killed(Vec::new());
}

#[test]
fn g2_killed_between_submit_and_answer() {
    let method = "author_submitAndWatchExtrinsic".to_owned();
    g2_killed(vec![Fault::Cut { method, nth: 1, step: Step::Done }]);
}

#[test]
fn g2_a_transaction_that_has_ended_is_struck_out() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("outbox");
    let file = file.to_str().unwrap();
    let devnet = chain();
    let running = Running::start(&words(&transfer(&devnet, file)));
    eventually(|| is_sent(&devnet, file));
    produce(&devnet, 6);
    let (code, _, complaints) = running.end();
    assert_eq!(code, Some(0), "{complaints:?}");
    assert_eq!(at(devnet.url(), &["--json", "tx", "outbox", file]).json(), serde_json::json!([]));
}

#[cfg(unix)]
#[test]
fn g2_nothing_is_sent_where_the_disk_is_full() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("outbox");
    let devnet = chain();
    // No file may grow; the shell's word that the signal of that is ignored passes on to what it becomes.
    let tw = command(&[]).get_program().to_owned();
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""]).arg(tw).arg("--no-cache");
    shell.args(transfer(&devnet, file.to_str().unwrap()));
    shell.stdin(std::process::Stdio::null());
    let output = shell.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("the outbox") && stderr.contains("too large"), "{stderr}");
    let pending = at(devnet.url(), &["--json", "rpc", "author_pendingExtrinsics"]).json();
    assert_eq!(pending, serde_json::json!([]));
    assert_eq!(fs::read(&file).unwrap(), b"");
}

#[test]
fn an_outbox_that_cannot_be_is_one_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let devnet = chain();
    let error = |file: &str| finish(command(&words(&transfer(&devnet, file))).spawn().unwrap()).failed();
    let missing = folder.path().join("no folder").join("outbox");
    let told = error(missing.to_str().unwrap());
    assert!(told.contains("the outbox") && told.contains("no folder"), "{told}");
    let told = error(folder.path().to_str().unwrap());
    assert!(told.contains("the outbox"), "{told}");
    let other = folder.path().join("other");
    fs::write(&other, "another file\n").unwrap();
    let told = error(other.to_str().unwrap());
    assert!(told.contains("line 1"), "{told}");
    assert_eq!(fs::read(&other).unwrap(), b"another file\n");
    let told = at(devnet.url(), &["tx", "outbox", missing.to_str().unwrap()]).failed();
    assert!(told.contains("there is no outbox"), "{told}");
}
