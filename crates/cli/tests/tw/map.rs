//! Maps, against a local chain and scripted nodes.

use std::io::{BufRead, BufReader};

use serde_json::json;
use tensorwire_devnet::Devnet;
use tensorwire_rpc::mock::{MockNode, Reply};

use crate::support::{SERVERS, at, command, devnet, finish, json_lines};

#[test]
fn a_map_is_an_entry_a_line() {
    let text = devnet(&["map", "SubtensorModule", "Keys", "1"]).succeeded();
    assert_eq!(text.lines().count(), 4, "{text}");
    assert!(text.starts_with("1 0: 5"), "{text}");
    let entries = json_lines(&devnet(&["--json", "map", "SubtensorModule", "Keys", "1"]).succeeded());
    for (uid, entry) in entries.iter().enumerate() {
        assert_eq!(entry["keys"], json!([1, uid]));
        let value = devnet(&["--json", "query", "SubtensorModule", "Keys", "1", &uid.to_string()]).json();
        assert_eq!(entry["value"], value);
    }
    let all = json_lines(&devnet(&["--json", "map", "SubtensorModule", "Keys"]).succeeded());
    assert_eq!(all.len(), 8);
    assert_eq!(all[..4], entries);
    assert_eq!(devnet(&["map", "SubtensorModule", "Keys", "9"]).succeeded(), "", "nothing is there");
}

#[test]
fn g16_a_listing_is_limited_and_taken_up_again() {
    let keys = |args: &[&str]| {
        let args = [&["--json", "map", "SubtensorModule", "Keys"], args].concat();
        json_lines(&devnet(&args).succeeded())
    };
    let all = keys(&[]);
    assert_eq!(keys(&["--limit", "3"]), all[..3]);
    assert_eq!(keys(&["--page-size", "3"]), all);
    assert_eq!(keys(&["--limit", "0"]).len(), 0);
    let raw = keys(&["--raw", "--limit", "3"]);
    let last = raw[2]["key"].as_str().unwrap();
    assert_eq!(keys(&["--start-key", last]), all[3..]);
    assert_eq!(keys(&["--raw", "--keys-only", "--limit", "3"])[2], json!({"key": last}));
    assert_eq!(keys(&["--keys-only"])[7], json!({"keys": all[7]["keys"]}));
    let text = devnet(&["map", "SubtensorModule", "Keys", "2", "--keys-only"]).succeeded();
    assert_eq!(text, "2 0\n2 1\n2 2\n2 3\n");
    let value = devnet(&["rpc", "state_getStorage", last]).succeeded();
    assert_eq!(raw[2]["value"], json!(value.trim()));
}

#[test]
fn g19_a_map_that_is_asked_for_wrongly_says_what_to_do() {
    let cases: [(&[&str], &str); 6] = [
        (&["map", "SubtensorModule", "TotalNetworks"], "one value and no map: query it"),
        (
            &["map", "SubtensorModule", "TotalNetworks", "--raw", "--keys-only"],
            "one value and no map: query it",
        ),
        (&["map", "SubtensorModule", "Tempo", "1"], "is one value: query it"),
        (&["map", "SubtensorModule", "Tempo", "1", "2"], "a map with 1 key ("),
        (&["map", "SubtensorModule", "Tempos"], "did you mean Tempo"),
        (
            &["query", "SubtensorModule", "Keys", "1"],
            "1 given: list it with query_map (`tw map`), or give all its keys",
        ),
    ];
    for (args, expected) in cases {
        let error = devnet(args).failed();
        assert!(error.contains(expected), "{args:?}: {error}");
    }
    let error = devnet(&["map", "SubtensorModule", "Tempo", "--start-key", "0x26aa"]).failed();
    assert!(
        error.contains("the start key 0x26aa is none of the entries of SubtensorModule.Tempo"),
        "{error}"
    );
    for (option, value, expected) in
        [("--page-size", "1001", "1001"), ("--page-size", "0", "0"), ("--start-key", "26aa", "hexadecimal")]
    {
        let error = devnet(&["map", "SubtensorModule", "Tempo", option, value]).misused();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn what_does_not_decode_is_told_on_stderr_and_by_the_exit_code() {
    let chain = SERVERS.block_on(Devnet::builder().subnets(1).neurons(6).start()).unwrap();
    let node = SERVERS.block_on(cutting_values(chain.url())).unwrap();
    let listed = at(&node.url(), &["--json", "map", "SubtensorModule", "Keys"]);
    assert_eq!((listed.code, json_lines(&listed.stdout).len()), (Some(1), 5));
    let lines: Vec<_> = listed.stderr.lines().collect();
    assert!(lines[0].contains("SubtensorModule.Keys") && lines[0].contains("0x"), "{}", listed.stderr);
    assert_eq!(lines[1..], ["error: 1 of 6 entries do not decode"]);
    let listed = at(&node.url(), &["--json", "map", "SubtensorModule", "Keys", "--ignore-errors"]);
    assert_eq!(json_lines(&listed.succeeded()).len(), 5);
}

/// A node that asks another one, and cuts the third of several values.
async fn cutting_values(url: &str) -> std::io::Result<MockNode> {
    let client = tensorwire_rpc::Client::builder(url).build().unwrap();
    MockNode::start(move |method, params| {
        let request = params.as_array().into_iter().flatten().cloned();
        let request =
            request.fold(tensorwire_rpc::Request::new(method.to_owned()), tensorwire_rpc::Request::param);
        let client = client.clone();
        let answer = std::thread::spawn(move || SERVERS.handle().block_on(client.request(request)));
        match answer.join().unwrap() {
            Ok(answer) => {
                let mut answer: serde_json::Value = answer.json().unwrap();
                if method == "state_queryStorageAt" && params[0].as_array().is_some_and(|keys| keys.len() > 5)
                {
                    answer[0]["changes"][2][1] = json!("0x01");
                }
                answer.into()
            }
            Err(error) => Reply::error(-32000, error.to_string()),
        }
    })
    .await
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_listing_that_nobody_reads() {
    let chain = SERVERS.block_on(Devnet::builder().subnets(8).neurons(256).start()).unwrap();
    let args = ["--network", chain.url(), "--json", "map", "SubtensorModule", "Keys"];
    let mut child = command(&args).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert!(line.starts_with("{\"keys\":[1,0],\"value\":\"5"), "{line}");
    assert!(crate::running::interrupt(&child).success());
    let ended = finish(child);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(130), ""));
    drop(stdout);
}
