//! `tw watch`: a line for each block.

use serde_json::Value;
use tensorwire_devnet::Devnet;

use crate::{
    running::{Running, interrupt},
    status::nobody,
    support::{DEVNET, SERVERS, at, command, devnet, eventually, finish, json_lines},
};

/// A chain of its own, whose blocks are made by the test; the head is its own finalized block.
pub(crate) fn chain() -> Devnet {
    SERVERS.block_on(Devnet::builder().subnets(1).neurons(1).finality_lag(0).start()).unwrap()
}

pub(crate) fn produce(devnet: &Devnet, blocks: u32) -> String {
    hex(SERVERS.block_on(devnet.produce_blocks(blocks)).unwrap())
}

pub(crate) fn hex(hash: [u8; 32]) -> String {
    hash.iter().fold("0x".to_owned(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// The block's number and hash.
pub(crate) fn block(line: &str) -> (u64, &str) {
    let (number, hash) = line.split_once("  ").unwrap();
    (number.parse().unwrap(), hash)
}

#[test]
fn g3_heads_come_in_order_a_line_each() {
    let chain = chain();
    let watch = Running::start(&["--network", chain.url(), "watch", "heads"]);
    assert_eq!(block(&watch.line()), (0, hex(chain.genesis_hash()).as_str()));
    for number in 1..=3 {
        let hash = produce(&chain, 1);
        assert_eq!(block(&watch.line()), (number, hash.as_str()));
    }
    let last = produce(&chain, 20);
    let lines: Vec<_> = (0..20).map(|_| watch.line()).collect();
    let numbers: Vec<_> = lines.iter().map(|line| block(line).0).collect();
    assert_eq!(numbers, (4..24).collect::<Vec<_>>());
    assert_eq!(block(&lines[19]).1, last);
}

#[test]
fn g3_finalized_blocks_are_replayed_from_any_number_each_linked_to_the_one_before() {
    let chain = chain();
    produce(&chain, 200);
    let watch = Running::start(&[
        "--network",
        chain.url(),
        "--json",
        "watch",
        "finalized",
        "--from",
        "1",
        "--limit",
        "205",
    ]);
    let mut parent = Value::from(hex(chain.genesis_hash()));
    let mut follow = |number: u64| {
        let block = watch.json();
        assert_eq!((&block["event"], &block["number"]), (&"block".into(), &number.into()));
        assert_eq!(block["parent"], parent);
        parent = block["hash"].clone();
    };
    (1..=200).for_each(&mut follow);
    let last = produce(&chain, 5);
    (201..=205).for_each(&mut follow);
    assert_eq!(parent, last);
    assert_eq!(watch.end(), (Some(0), vec![], vec![]));
}

#[test]
fn a_limit_counts_blocks() {
    let lines = devnet(&["watch", "finalized", "--from", "1", "--limit", "2"]).succeeded();
    assert_eq!(lines.lines().map(|line| block(line).0).collect::<Vec<_>>(), [1, 2]);
    let lines = devnet(&["watch", "heads", "--limit", "1", "--json"]).succeeded();
    let blocks = json_lines(&lines);
    assert_eq!((blocks.len(), &blocks[0]["number"]), (1, &Value::from(3)));
    let keys: Vec<_> = blocks[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["event", "hash", "number", "parent"]);
}

#[test]
fn a_reader_who_has_enough_ends_it_quietly() {
    let chain = chain();
    let mut child = command(&["--network", chain.url(), "watch", "heads"]).spawn().unwrap();
    drop(child.stdout.take());
    // The present head is written to nobody.
    let ended = finish(child);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
}

#[cfg(unix)]
#[test]
fn a_signal_closes_the_websocket_and_ends_with_its_code() {
    let chain = chain();
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let watch = Running::start(&["--network", chain.url(), "watch", "heads"]);
        watch.line();
        assert_eq!(chain.stats().connections_open, 1);
        assert_eq!(watch.signal(signal), (Some(code), vec![], vec![]));
        eventually(|| chain.stats().connections_open == 0);
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_does_not_wait_for_a_reader_who_reads_no_more() {
    let chain = chain();
    // More than a pipe holds.
    produce(&chain, 600);
    let args = ["--network", chain.url(), "--json", "watch", "finalized", "--from", "0"];
    let mut child = command(&args).spawn().unwrap();
    let unread = child.stdout.take();
    let asked = std::cell::Cell::new(0);
    eventually(|| {
        chain.stats().requests > 8 && asked.replace(chain.stats().requests) == chain.stats().requests
    });
    assert!(interrupt(&child).success());
    let ended = finish(child);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(130), ""));
    drop(unread);
}

#[test]
fn a_watch_begins_at_whoever_can_be_reached() {
    let line = at(&nobody(), &["--fallback", DEVNET.url(), "watch", "heads", "--limit", "1"]).succeeded();
    assert_eq!(block(line.trim()).0, 3);
    let error = at(&nobody(), &["--timeout", "2", "watch", "heads"]).failed();
    assert!(error.contains("refused"), "{error}");
}
