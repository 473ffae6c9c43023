//! `tw watch` over reorganisations, lost connections and lost nodes: no block is missing, none comes twice.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use serde_json::{Value, json};
use tensorwire_devnet::{Devnet, Ending};
use tensorwire_rpc::mock::{MockNode, Reply};

use crate::{
    running::Running,
    support::{FOLDER, SERVERS, at},
    watch::{block, chain, hex, produce},
};

/// The numbers of the next lines.
fn numbers(watch: &Running, count: u64) -> Vec<u64> {
    (0..count).map(|_| block(&watch.line()).0).collect()
}

fn stop(node: &Devnet) {
    SERVERS.block_on(node.stop_serving(Ending::Cut));
}

fn serve(node: &Devnet) {
    SERVERS.block_on(node.serve_again()).unwrap();
}

#[test]
fn g3_a_reorganisation_is_a_line_of_its_own() {
    let start = Devnet::builder().subnets(1).neurons(1).finality_lag(10).start();
    let chain = SERVERS.block_on(start).unwrap();
    let old = produce(&chain, 5);
    let ancestor = hex(chain.block_hash(3).unwrap());
    let text = Running::start(&["--network", chain.url(), "watch", "heads"]);
    let json = Running::start(&["--network", chain.url(), "watch", "heads", "--json"]);
    assert_eq!(block(&text.line()), (5, old.as_str()));
    assert_eq!(json.json()["hash"], old);

    let branch: Vec<_> = SERVERS.block_on(chain.fork(2, 3)).unwrap().into_iter().map(hex).collect();
    assert_eq!(text.line(), format!("reorg  from 5 ({old}) to 3 ({ancestor})"));
    let (from, to) = (json!({"number": 5, "hash": old}), json!({"number": 3, "hash": ancestor}));
    assert_eq!(json.json(), json!({"event": "reorg", "from": from, "to": to}));
    for (number, hash) in (4..).zip(&branch) {
        assert_eq!(block(&text.line()), (number, hash.as_str()));
        assert_eq!(json.json()["hash"], *hash);
    }
}

#[test]
fn g3_a_lost_connection_costs_no_line() {
    let chain = chain();
    let watch = Running::start(&["--network", chain.url(), "watch", "finalized"]);
    assert_eq!(numbers(&watch, 1), [0]);
    for first in [1, 4, 7] {
        SERVERS.block_on(chain.disconnect(Ending::Cut));
        produce(&chain, 3);
        assert_eq!(numbers(&watch, 3), [first, first + 1, first + 2]);
    }
    assert_eq!(watch.interrupt(), (Some(130), vec![], vec![]));
    assert!(chain.stats().connections_opened > 1);
}

#[test]
fn g3_an_outage_is_told_on_stderr_and_what_was_missed_is_filled_in() {
    for what in ["heads", "finalized"] {
        let chain = chain();
        let watch = Running::start(&["--network", chain.url(), "--timeout", "2", "watch", what]);
        assert_eq!(numbers(&watch, 1), [0]);
        stop(&chain);
        produce(&chain, 70);
        let complaint = watch.complaint();
        assert!(complaint.starts_with("connection lost: ") && complaint.contains(chain.url()), "{complaint}");
        serve(&chain);
        assert_eq!(watch.complaint(), "resumed");
        assert_eq!(numbers(&watch, 70), (1..=70).collect::<Vec<_>>());
        produce(&chain, 1);
        assert_eq!(numbers(&watch, 1), [71]);
        assert_eq!(watch.interrupt(), (Some(130), vec![], vec![]));
    }
}

/// A node with a head, which answers this to whoever subscribes, so many times.
fn refusing(refusal: Reply, times: usize) -> MockNode {
    let hash = format!("0x{}", "11".repeat(32));
    let header = json!({
        "number": "0x7", "parentHash": hash, "stateRoot": hash, "extrinsicsRoot": hash, "digest": {"logs": []},
    });
    let left = AtomicUsize::new(times);
    let node = MockNode::builder()
        .result("chain_getBlockHash", json!(hash))
        .result("chain_getHeader", header.clone())
        .handle("chain_subscribeNewHeads", move |_| {
            if left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok() {
                return refusal.clone();
            }
            let began = Reply::Raw(r#"{"jsonrpc":"2.0","id":{id},"result":"s"}"#.into());
            Reply::Many(vec![began, Reply::notify("chain_newHead", "s", header.clone())])
        })
        .start();
    SERVERS.block_on(node).unwrap()
}

#[test]
fn a_node_that_cannot_tell_of_heads_ends_the_watch_with_its_error() {
    let node = refusing(Reply::error(-32601, "Method not found"), usize::MAX);
    let error = at(&node.url(), &["watch", "heads"]).failed();
    assert!(error.contains("Method not found") && error.contains(&node.url()), "{error}");
}

#[test]
fn a_refusal_is_told_once_and_the_recovery_after_it() {
    for refusal in [(-32603, "Internal error"), (-32006, "Too many subscriptions on the connection")] {
        let node = refusing(Reply::error(refusal.0, refusal.1), 6);
        let watch = Running::start(&["--network", &node.url(), "watch", "heads", "--limit", "1"]);
        let complaint = watch.complaint();
        assert!(complaint.contains(refusal.1) && complaint.contains(&node.url()), "{complaint}");
        assert_eq!(numbers(&watch, 1), [7]);
        assert_eq!(watch.end(), (Some(0), vec![], vec!["resumed".to_owned()]));
    }
}

#[test]
fn g3_another_endpoint_takes_over_and_no_block_is_missing() {
    for what in ["heads", "finalized"] {
        let one = chain();
        let other = SERVERS.block_on(one.another().start()).unwrap();
        let watch = Running::start(&["--network", one.url(), "--fallback", other.url(), "watch", what]);
        assert_eq!(numbers(&watch, 1), [0]);
        stop(&one);
        produce(&one, 5);
        assert_eq!(numbers(&watch, 5), [1, 2, 3, 4, 5]);
        serve(&one);
        stop(&other);
        produce(&one, 5);
        assert_eq!(numbers(&watch, 5), [6, 7, 8, 9, 10]);
        assert_eq!(watch.interrupt(), (Some(130), vec![], vec![]));
    }
}

#[test]
fn g4_an_endpoint_of_another_chain_does_not_take_over() {
    let chain = chain();
    let other = SERVERS.block_on(Devnet::builder().subnets(1).neurons(1).seed(7).start()).unwrap();
    produce(&other, 9);
    let watch = Running::start(&[
        "--network",
        chain.url(),
        "--fallback",
        other.url(),
        "--timeout",
        "2",
        "watch",
        "finalized",
    ]);
    assert_eq!(numbers(&watch, 1), [0]);
    stop(&chain);
    // An outage as any other, and not one line is of the other chain.
    assert!(watch.complaint().starts_with("connection lost: "));
    serve(&chain);
    produce(&chain, 3);
    assert_eq!(watch.complaint(), "resumed");
    assert_eq!(numbers(&watch, 1), [1]);
    assert_eq!(watch.interrupt().0, Some(130));
}

/// A node in a process of its own, whose chain goes on by itself, and its URL.
fn node(port: &str, args: &[&str]) -> (Running, String) {
    let small =
        ["devnet", "--json", "--port", port, "--subnets", "1", "--neurons", "1", "--block-time", "0.05"];
    let node = Running::start(&[&small, args].concat());
    let url = node.json()["url"].as_str().unwrap().to_owned();
    (node, url)
}

/// A watch whose lines are held against each other.
struct Linked {
    watch: Running,
    head: Value,
    number: u64,
    reorganisations: u64,
}

impl Linked {
    fn start(url: &str, args: &[&str]) -> Self {
        let watch =
            Running::start(&[&["--network", url, "--json", "--timeout", "5", "watch"], args].concat());
        let first = watch.json();
        let (head, number) = (first["hash"].clone(), first["number"].as_u64().unwrap());
        Self { watch, head, number, reorganisations: 0 }
    }

    /// Reads on until that block: each is the child of the one before, or comes after a `reorg` to its parent.
    fn until(&mut self, number: u64) {
        while self.number < number {
            let line = self.watch.json();
            if line["event"] == "reorg" {
                assert_eq!(
                    (&line["from"]["hash"], &line["from"]["number"]),
                    (&self.head, &self.number.into())
                );
                self.number = line["to"]["number"].as_u64().unwrap();
                self.head = line["to"]["hash"].clone();
                self.reorganisations += 1;
                continue;
            }
            assert_eq!((&line["parent"], &line["number"]), (&self.head, &(self.number + 1).into()), "{line}");
            self.number += 1;
            self.head = line["hash"].clone();
        }
    }
}

#[cfg(unix)]
#[test]
fn g3_a_node_that_is_stopped_and_started_again_costs_no_line() {
    let state = FOLDER.path().join("restarted.bin");
    let args = ["--state", state.to_str().unwrap(), "--finality-lag", "2"];
    let (mut running, url) = node("0", &args);
    let port = url.rsplit(':').next().unwrap().to_owned();
    let mut heads = Linked::start(&url, &["heads"]);
    let mut finalized = Linked::start(&url, &["finalized", "--from", "1"]);
    for round in 1..=3 {
        let height = heads.number.max(finalized.number) + 5;
        heads.until(height);
        finalized.until(height);
        assert_eq!(running.interrupt().0, Some(0), "round {round}");
        running = node(&port, &args).0;
    }
    let height = heads.number + 5;
    heads.until(height);
    finalized.until(height);
    assert_eq!(finalized.reorganisations, 0);
}

#[test]
fn g3_a_node_full_of_faults_costs_no_line() {
    let (_node, url) =
        node("0", &["--fault", "drop-every=15,delay=0..5", "--fork-every", "4", "--finality-lag", "6"]);
    let mut heads = Linked::start(&url, &["heads"]);
    let mut finalized = Linked::start(&url, &["finalized", "--from", "1"]);
    heads.until(100);
    finalized.until(100);
    assert_eq!(finalized.reorganisations, 0);
    assert!(heads.reorganisations > 0, "there are forks");
}

#[test]
fn g10_a_node_that_refuses_is_named_with_what_helps() {
    let (_node, url) = node("0", &["--fault", "429=600"]);
    let read = ["--timeout", "5", "query", "System", "Number"];
    let error = at(&url, &read).failed();
    assert!(error.contains("429") && error.contains("hint: wait 600 seconds, or name another"), "{error}");
    let other = crate::support::DEVNET.url();
    assert_eq!(at(&url, &[&["--fallback", other], &read[..]].concat()).succeeded(), "3\n");
    let ended = at(&url, &["--fallback", other, "--timeout", "5", "--json", "status"]).json();
    assert_eq!((&ended[0]["state"], &ended[1]["state"]), (&json!("banned"), &json!("ready")), "{ended}");
}

#[test]
fn g10_a_node_that_allows_one_request_a_second_is_ready() {
    let (_node, url) = node("0", &["--fault", "limit=1"]);
    let row = &at(&url, &["--json", "status"]).json()[0];
    assert!(row["state"] == "ready" && row["finalized"].is_number() && row["bans"] != 0, "{row}");
}
