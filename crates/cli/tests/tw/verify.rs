//! `--verify`, against the local chain and a node that lies.

use serde_json::{Value, json};
use tensorwire_rpc::{
    Client, Request,
    mock::{MockNode, Reply},
};
use tokio::{runtime::Handle, task::block_in_place};

use crate::support::{DEVNET, SERVERS, at, devnet};

const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

const VERIFIABLE: [&[&str]; 7] = [
    &["query", "System", "Account", ALICE],
    &["query", "SubtensorModule", "Uids", "9", ALICE],
    &["balance", ALICE],
    &["map", "SubtensorModule", "Keys"],
    &["map", "SubtensorModule", "Keys", "9"],
    &["events"],
    &["block", "--author", "--events"],
];

#[test]
fn g24_a_verified_answer_is_the_answer() {
    for args in VERIFIABLE {
        for block in ["0", "2", "FINALIZED"] {
            let read = [&["--json", "--at", block], args].concat();
            let verified = [&["--verify"], read.as_slice()].concat();
            assert_eq!(devnet(&verified).succeeded(), devnet(&read).succeeded(), "{args:?} at {block}");
        }
    }
}

/// The local chain behind a node whose proofs lack their last node.
fn liar() -> MockNode {
    let url = DEVNET.url();
    SERVERS.block_on(async {
        let honest = Client::builder(url).connect().await.unwrap();
        let node = MockNode::start(move |method, params| {
            let request = Request::new(method.to_owned()).raw_params(params.to_string()).unwrap();
            let answer = block_in_place(|| Handle::current().block_on(honest.request(request)));
            let mut answer: Value = answer.unwrap().json().unwrap();
            if method == "state_getReadProof" {
                answer["proof"].as_array_mut().unwrap().pop();
            }
            Reply::Result(answer)
        });
        node.await.unwrap()
    })
}

#[test]
fn g24_a_node_that_lies_is_caught_and_nothing_is_shown() {
    let liar = liar();
    for args in VERIFIABLE {
        let verified = [&["--verify", "--at", "2"], args].concat();
        let error = at(&liar.url(), &verified).failed();
        assert!(error.contains("cannot be verified"), "{args:?}: {error}");
    }
    let told = at(&liar.url(), &["--json", "--at", "2", "query", "System", "Number"]);
    assert_eq!(told.json(), json!(2));
}

#[test]
fn g24_what_no_proof_covers_is_refused() {
    let refused: [&[&str]; 6] = [
        &["neurons", "--netuid", "1"],
        &["call", "Core", "version"],
        &["const", "Balances", "ExistentialDeposit"],
        &["metadata"],
        &["status"],
        &["rpc", "system_chain"],
    ];
    for args in refused {
        let error = devnet(&[&["--verify"], args].concat()).misused();
        assert!(error.contains("--verify"), "{error}");
    }
}
