//! `tw status`, and the options that name endpoints.

use std::net::TcpListener;

use serde_json::{Value, json};
use tensorwire_devnet::Devnet;
use tensorwire_rpc::mock::{MockNode, Reply};

use crate::support::{DEVNET, Ended, SERVERS, at, devnet, tw};

/// A URL where nobody listens.
pub(crate) fn nobody() -> String {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    format!("ws://127.0.0.1:{port}")
}

fn rows(ended: &Ended) -> Vec<Value> {
    serde_json::from_str(&ended.stdout).unwrap()
}

#[test]
fn a_ready_endpoint_has_a_row() {
    let table = devnet(&["status"]).succeeded();
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(lines.len(), 2, "{table}");
    let headings = ["ENDPOINT", "ROLE", "STATE", "LATENCY", "HEAD", "LAG", "FINALIZED", "BANS"];
    assert!(headings.iter().all(|heading| lines[0].contains(heading)), "{table}");
    let cells: Vec<_> = lines[1].split_whitespace().collect();
    assert_eq!(cells[..3], [DEVNET.url(), "primary", "ready"], "{table}");
    assert_eq!(cells[4..], ["ms", "3", "0", "2", "1", "0", "0"], "{table}");
}

#[test]
fn for_programs_it_is_an_array_with_times_in_milliseconds() {
    let row = &devnet(&["--json", "status"]).json()[0];
    assert!(row["latency_ms"].is_number() && row["head_age_ms"].is_number(), "{row}");
    for (key, value) in [
        ("endpoint", json!(DEVNET.url())),
        ("role", json!("primary")),
        ("state", json!("ready")),
        ("detail", json!(null)),
        ("head", json!(3)),
        ("lag", json!(0)),
        ("finalized", json!(2)),
        ("oldest_state", json!(1)),
        ("pruned_below", json!(null)),
        ("in_flight", json!(0)),
        ("bans", json!(0)),
        ("retry_in_ms", json!(null)),
    ] {
        assert_eq!(row[key], value, "{key} of {row}");
    }
}

#[test]
fn one_ready_endpoint_of_several_is_enough() {
    let dead = nobody();
    let args = ["--fallback", DEVNET.url(), "--json", "status", "--archive", DEVNET.url()];
    let rows = at(&dead, &args).json();
    let shape: Vec<_> = rows.as_array().unwrap().iter().map(|row| (&row["role"], &row["state"])).collect();
    assert_eq!(
        shape,
        [
            (&json!("primary"), &json!("down")),
            (&json!("fallback"), &json!("ready")),
            (&json!("archive"), &json!("ready"))
        ]
    );
    assert!(rows[0]["detail"].as_str().unwrap().contains("refused"), "{rows}");
    let text = at(&dead, &["--fallback", DEVNET.url(), "status"]).succeeded();
    assert!(text.lines().last().unwrap().starts_with(&format!("{dead}: ")), "{text}");
}

#[test]
fn no_ready_endpoint_is_a_failure_that_shows_them_all() {
    let ended = at(&nobody(), &["--fallback", &nobody(), "--json", "status"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), "error: no endpoint is ready\n"));
    assert_eq!(rows(&ended).len(), 2);
}

#[test]
fn g1_a_silent_endpoint_delays_the_others_no_longer_than_the_timeout() {
    let silent = SERVERS.block_on(MockNode::start(|_, _| Reply::Silence)).unwrap();
    let ended = at(&silent.url(), &["--fallback", DEVNET.url(), "--timeout", "2", "--json", "status"]);
    let rows = ended.json();
    assert!(rows[0]["state"] != "ready" && rows[0]["detail"].is_string(), "{rows}");
    assert_eq!(rows[1]["state"], "ready");
}

#[test]
fn g4_an_endpoint_of_another_chain_is_refused_by_name() {
    let other = SERVERS.block_on(Devnet::builder().subnets(1).neurons(1).seed(7).start()).unwrap();
    let ended = at(DEVNET.url(), &["--fallback", other.url(), "--json", "status"]);
    let rows = ended.json();
    let states: Vec<_> = rows.as_array().unwrap().iter().map(|row| row["state"].as_str().unwrap()).collect();
    // Whoever answers first says which chain it is.
    let refused = states.iter().position(|state| *state == "wrong_chain").unwrap();
    assert_eq!(states[1 - refused], "ready");
    let detail = rows[refused]["detail"].as_str().unwrap();
    assert!(
        detail.contains(rows[refused]["endpoint"].as_str().unwrap()) && detail.contains("genesis"),
        "{detail}"
    );
}

#[test]
fn reads_go_to_whoever_can_be_reached() {
    for args in [["--fallback", DEVNET.url()], ["--archive", DEVNET.url()]] {
        let query = [&args[..], &["--json", "query", "System", "Number"]].concat();
        assert_eq!(at(&nobody(), &query).json(), 3);
    }
}

#[test]
fn an_endpoint_that_is_no_url_is_told_with_its_option() {
    for (option, url, expected) in [
        ("--fallback", "127.0.0.1:9944", "--fallback: "),
        ("--archive", "http://127.0.0.1", "--archive: http://127.0.0.1"),
        ("--fallback", "ws://127.0.0.1:99999/token", "--fallback ws://127.0.0.1:99999: not a URL"),
        ("--archive", "ws://user:token@127.0.0.1:99999", "--archive: not a URL"),
    ] {
        for command in [["status"].as_slice(), &["query", "System", "Number"]] {
            let args = [&["--fallback", DEVNET.url(), option, url], command].concat();
            let error = devnet(&args).failed();
            assert!(error.contains(expected) && !error.contains("token"), "{url}: {error}");
        }
    }
}

#[test]
fn credentials_of_endpoints_are_not_printed() {
    let secret = |url: &str| url.replace("ws://", "ws://user:hunter2@");
    let (ready, dead) = (secret(DEVNET.url()), secret(&nobody()));
    for json in [["--json"].as_slice(), &[]] {
        let args = [&["--network", &dead, "--fallback", &dead, "--archive", &ready, "status"], json].concat();
        let ended = tw(&args);
        assert_eq!(ended.code, Some(0));
        assert!(!ended.stdout.contains("hunter2") && !ended.stderr.contains("hunter2"), "{}", ended.stdout);
        let args = [&["--network", &dead, "--fallback", &dead, "query", "System", "Number"], json].concat();
        assert!(!tw(&args).failed().contains("hunter2"));
    }
    let mut help = crate::support::command(&["--help"]);
    let help = crate::support::finish(help.env("TW_NETWORK", &ready).spawn().unwrap());
    assert!(!help.succeeded().contains("hunter2"));
}

#[test]
fn g23_no_log_level_prints_credentials() {
    let url = format!("{}/?key=t0k3n55t0k3n55t0k3n55", DEVNET.url().replace("ws://", "ws://user:hunter2@"));
    let mut command = crate::support::command(&["--network", &url, "rpc", "system_chain"]);
    let ended = crate::support::finish(command.env("RUST_LOG", "trace").spawn().unwrap());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("tensorwire::frames"));
    for secret in ["hunter2", "t0k3n55", "dXNlcjpodW50ZXIy"] {
        assert!(!ended.stderr.contains(secret), "{secret}: {}", ended.stderr);
    }
}
