//! Nodes that cannot be reached, and peers that are no nodes: one clear error each, and an end.

use std::{net::TcpListener, process::Command};

use serde_json::json;
use tensorwire_rpc::mock::{Greeting, MockBuilder, MockNode, Reply};

use crate::support::{DEVNET, SERVERS, at, command, finish};

const READ: [&str; 5] = ["--timeout", "2", "query", "System", "Number"];

fn node(builder: MockBuilder) -> MockNode {
    SERVERS.block_on(builder.start()).unwrap()
}

fn greeting(greeting: Greeting) -> String {
    let node = node(MockNode::builder().greeting(greeting));
    at(&node.url(), &READ).failed()
}

#[test]
fn a_refused_port() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = at(&format!("ws://127.0.0.1:{port}"), &READ).failed();
    assert!(error.contains("refused"), "{error}");
}

#[test]
fn an_unknown_host() {
    // No label of a name is longer than 63 characters: no resolver needs to be asked.
    let host = format!("{}.invalid", "a".repeat(64));
    assert!(at(&format!("ws://{host}:9944"), &READ).failed().contains(&host));
}

#[test]
fn what_is_no_url_names_the_networks() {
    for network in ["finny", "http://127.0.0.1", "ws://", "127.0.0.1:9944"] {
        let error = at(network, &READ).failed();
        assert!(error.contains("finney, test, archive"), "{network}: {error}");
    }
}

#[test]
fn what_is_no_url_is_quoted_without_its_secrets() {
    let error = at("ws://127.0.0.1:99999/token", &READ).failed();
    assert!(
        error.contains("--network ws://127.0.0.1:99999: not a URL") && !error.contains("token"),
        "{error}"
    );
    let error = at("ws://user:hunter2@127.0.0.1:99999", &READ).failed();
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn tls_to_a_plain_port() {
    let error = at(&DEVNET.url().replace("ws://", "wss://"), &READ).failed();
    assert!(error.contains("ws://"), "{error}");
}

#[test]
fn plain_to_a_tls_port() {
    // A TLS alert: unexpected message.
    let error = greeting(Greeting::Bytes(vec![0x15, 3, 3, 0, 2, 2, 10]));
    assert!(error.contains("wss://"), "{error}");
}

#[test]
fn g1_a_peer_that_never_answers_the_handshake() {
    greeting(Greeting::Silence);
}

#[test]
fn a_web_server_that_is_no_node() {
    for status in [404, 403, 429, 502] {
        let error = greeting(Greeting::Status(status));
        assert!(error.contains(&status.to_string()), "{error}");
    }
}

#[test]
fn a_peer_that_speaks_something_else() {
    greeting(Greeting::Bytes(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()));
}

#[test]
fn g1_a_websocket_that_speaks_no_json_rpc() {
    for junk in ["hello", "{}", "[1,2,3]", r#"{"jsonrpc":"2.0","id":null,"result":1}"#] {
        let node = node(MockNode::builder().otherwise(|_, _| Reply::Raw(junk.into())));
        let error = at(&node.url(), &READ).failed();
        assert!(error.contains("no answer") && error.contains("--timeout"), "{error}");
    }
}

#[test]
fn g1_a_node_that_is_silent() {
    let node = node(MockNode::builder().otherwise(|_, _| Reply::Silence));
    for read in [
        ["--timeout", "1", "neurons", "--all"].as_slice(),
        &["--timeout", "1", "neurons", "--netuid", "1"],
        &["--timeout", "1", "balance", crate::support::ALICE],
        &["--timeout", "1", "metadata"],
        &["--timeout", "1", "const", "System", "Version"],
        &["--timeout", "1", "call", "Core", "version"],
        &["--timeout", "1", "rpc", "system_health"],
        &["--timeout", "1", "--at", "FINALIZED", "query", "System", "Number"],
        &["--timeout", "1", "--at", "7", "query", "System", "Number"],
    ] {
        let error = at(&node.url(), read).failed();
        assert!(error.contains("--timeout"), "{read:?}: {error}");
    }
}

#[test]
fn a_node_that_hangs_up() {
    let node = node(MockNode::builder().otherwise(|_, _| Reply::Drop));
    at(&node.url(), &READ).failed();
}

#[test]
fn a_node_with_corrupt_metadata() {
    let hash = json!(format!("0x{}", "11".repeat(32)));
    for metadata in
        [json!("0x"), json!("0x6d657461"), json!("0x6d6574610effffffff"), json!("junk"), json!(null)]
    {
        let builder = MockNode::builder()
            .result("chain_getBlockHash", hash.clone())
            .result("chain_getHeader", json!({"number": "0x1", "parentHash": hash, "digest": {"logs": []}}))
            .result(
                "state_getRuntimeVersion",
                json!({"specName": "x", "specVersion": 1, "transactionVersion": 1}),
            )
            .result("state_getMetadata", metadata.clone())
            .otherwise(|_, _| Reply::error(-32601, "Method not found"));
        let error =
            at(&node(builder).url(), &["--no-cache", "--timeout", "5", "query", "System", "Number"]).failed();
        assert!(!error.contains("--timeout"), "{metadata}: {error}");
    }
}

#[test]
fn a_block_whose_state_is_gone_is_not_an_unknown_block() {
    let gone =
        |_: &str, _: &serde_json::Value| Reply::error(4003, "UnknownBlock: State already discarded for 0x11");
    let hash = format!("0x{}", "11".repeat(32));
    let node = node(MockNode::builder().result("chain_getBlockHash", json!(hash)).otherwise(gone));
    let error = at(&node.url(), &["--at", &hash, "query", "System", "Number"]).failed();
    assert!(error.contains("discarded") && error.contains("hint: --archive URL"), "{error}");
}

#[test]
fn an_error_leaves_stdout_empty_for_programs() {
    let genesis = json!(format!("0x{}", "11".repeat(32)));
    let node = MockNode::builder().result("chain_getBlockHash", genesis);
    let node = self::node(node.otherwise(|_, _| Reply::error(-32000, "out of order")));
    let error = at(&node.url(), &["--json", "rpc", "system_health"]).failed();
    assert!(error.contains("out of order") && error.contains("-32000"), "{error}");
}

#[test]
fn secrets_of_a_url_are_not_printed() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = at(&format!("ws://user:hunter2@127.0.0.1:{port}"), &READ).failed();
    assert!(!error.contains("hunter2"), "{error}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_with_130() {
    let node = node(MockNode::builder().otherwise(|_, _| Reply::Silence));
    let child = command(&["--network", &node.url(), "rpc", "system_health"]).spawn().unwrap();
    while node.request_count() == 0 {
        std::thread::yield_now();
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let ended = finish(child);
    assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.as_str()), (Some(130), "", ""));
}
