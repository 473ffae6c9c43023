//! Reads that are checked by proofs, of a node that lies.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

mod liar;
mod maps;

use futures_util::future::try_join_all;
use liar::Liar;
use serde_json::{Value as Json, json};
use tensorwire::{
    AccountId, At, BlockId, Cache, ErrorKind, Hash, Result, RuntimeCall, Subtensor, Value, blocking,
    rpc::Request,
};
use tensorwire_devnet::Devnet;

const PROOF: &str = "state_getReadProof";
const NOBODY: AccountId = AccountId([9; 32]);

async fn devnet() -> Devnet {
    Devnet::builder().subnets(2).neurons(8).start().await.unwrap()
}

fn alice(devnet: &Devnet) -> AccountId {
    AccountId(devnet.dev_account("Alice").unwrap())
}

fn caught<T: std::fmt::Debug>(answer: Result<T>) -> String {
    let error = answer.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unverified, "{error}");
    error.to_string()
}

async fn account_key(at: &At, account: AccountId) -> Vec<u8> {
    at.runtime().await.unwrap().storage("System", "Account").unwrap().key(&[(&account).into()]).unwrap()
}

/// The block, its header and runtime known: what follows is of the storage alone.
async fn warm(liar: &Liar, at: &At) -> At {
    liar.is_honest();
    let verified = at.verified();
    verified.executed_by().await.unwrap();
    verified.number().await.unwrap();
    verified
}

async fn free(at: &At, account: AccountId) -> Result<Value> {
    Ok(at.query("System", "Account", [&account]).await?["data"]["free"].clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g24_verified_reads_say_what_others_say_and_cost_no_more_but_a_header() {
    let devnet = devnet().await;
    devnet.produce_blocks(3).await.unwrap();
    let liar = Liar::before(&devnet).await;
    let subtensor = liar.connect().await;
    for block in [BlockId::Head, BlockId::Finalized, BlockId::Number(0), BlockId::Number(2)] {
        let told = subtensor.at(block).await.unwrap();
        let verified = warm(&liar, &told).await;
        assert_eq!(verified.hash().await.unwrap(), told.hash().await.unwrap());
        told.executed_by().await.unwrap();
        liar.node.reset_counts();

        for account in [alice(&devnet), NOBODY] {
            assert_eq!(free(&verified, account).await.unwrap(), free(&told, account).await.unwrap());
        }
        assert_eq!((liar.node.requests_of(PROOF), liar.node.requests_of("chain_getHeader")), (2, 0));
        assert_eq!(verified.number().await.unwrap(), told.number().await.unwrap());
        assert_eq!(verified.netuids().await.unwrap(), [1, 2]);
        for uids in [0..8, 8..9] {
            let keys = || uids.clone().map(|uid| (1u16, uid as u16));
            assert_eq!(
                verified.query_many("SubtensorModule", "Keys", keys()).await.unwrap(),
                told.query_many("SubtensorModule", "Keys", keys()).await.unwrap()
            );
        }
        assert_eq!(
            verified.verified().balance(&alice(&devnet)).await.unwrap(),
            told.balance(&alice(&devnet)).await.unwrap()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g24_reads_that_begin_together_share_a_proof() {
    let devnet = devnet().await;
    let liar = Liar::before(&devnet).await;
    let at = liar.connect().await.head().await.unwrap().verified();
    at.runtime().await.unwrap();
    liar.node.reset_counts();
    let keys = (0..1000u16).map(|uid| at.query("SubtensorModule", "Keys", (1u16, uid)));
    let values = try_join_all(keys).await.unwrap();
    assert_eq!(values.len(), 1000);
    assert_eq!(liar.node.requests_of("chain_getHeader"), 1);
    assert_eq!((liar.node.requests_of(PROOF), liar.node.request_count()), (4, 5));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g24_a_value_or_an_absence_that_is_not_the_state_s_is_caught() {
    let devnet = devnet().await;
    devnet.produce_blocks(2).await.unwrap();
    let liar = Liar::before(&devnet).await;
    let subtensor = liar.connect().await;
    let at = subtensor.at(2u32).await.unwrap();
    let block = at.hash().await.unwrap();
    let (present, absent) = (account_key(&at, alice(&devnet)).await, account_key(&at, NOBODY).await);
    for (account, key) in [(alice(&devnet), &present), (NOBODY, &absent)] {
        let truth = free(&at, account).await.unwrap();
        let nodes = liar.nodes(std::slice::from_ref(key), block).await;
        assert!(nodes.len() > 2);
        let mut lies = vec![Vec::new(), vec![vec![0]], vec![nodes[0].clone()]];
        for place in 0..nodes.len() {
            let mut fewer = nodes.clone();
            let mut node = fewer.remove(place);
            lies.push(fewer.clone());
            // A byte of the value, or of a hash, or of what says which is where.
            for byte in [0, node.len() / 2, node.len() - 1] {
                node[byte] ^= 1;
                lies.push([fewer.as_slice(), &[node.clone()]].concat());
                node[byte] ^= 1;
            }
            let short = node[..node.len() - 1].to_vec();
            lies.push([fewer.as_slice(), &[short]].concat());
        }
        // The true proof of another key.
        lies.push(
            liar.nodes(&[if key == &present { &absent } else { &present }].map(Vec::clone), block).await,
        );
        // The true proof of another block.
        let genesis = Hash(devnet.genesis_hash());
        lies.push(liar.nodes(std::slice::from_ref(key), genesis).await);
        for lie in lies {
            let verified = warm(&liar, &at).await;
            liar.shows(lie);
            let message = caught(free(&verified, account).await);
            for named in ["storage key 0x", &block.to_string(), &liar.node.url()] {
                assert!(message.contains(named), "{message}");
            }
        }
        // What is true stays so, however often it is said and whatever is said besides.
        let repeated = [nodes.as_slice(), &nodes, &[vec![], vec![7; 100]]].concat();
        let verified = warm(&liar, &at).await;
        liar.shows(repeated.into_iter().rev().collect());
        assert_eq!(free(&verified, account).await.unwrap(), truth);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g24_a_header_of_another_block_is_caught() {
    let devnet = devnet().await;
    devnet.produce_blocks(2).await.unwrap();
    let liar = Liar::before(&devnet).await;
    let subtensor = liar.connect().await;
    let at = subtensor.head().await.unwrap();
    let before = Request::new("chain_getHeader").param(devnet.block_hash(1).map(Hash));
    let before = liar.truth(before).await;
    let key = account_key(&at, alice(&devnet)).await;
    let proof = liar.nodes(&[key], Hash(devnet.block_hash(1).unwrap())).await;
    let proof: Vec<_> = proof.iter().map(const_hex::encode_prefixed).collect();

    // Of a block before, with all that belongs to it.
    liar.lies_of_all(move |method, answer| match method {
        "chain_getHeader" => *answer = before.clone(),
        PROOF => answer["proof"] = json!(proof),
        _ => {}
    });
    assert!(caught(free(&at.verified(), alice(&devnet)).await).contains("header"));
    caught(at.verified().number().await);
    // Of a state that the node has made up.
    type Change = fn(&mut Json);
    let changes: [Change; 4] = [
        |header| header["stateRoot"] = json!(Hash([1; 32])),
        |header| header["parentHash"] = json!(Hash([1; 32])),
        |header| header["number"] = json!("0x7"),
        |header| header["digest"]["logs"] = json!(["0x0801"]),
    ];
    for change in changes {
        liar.lies("chain_getHeader", change);
        caught(free(&at.verified(), alice(&devnet)).await);
    }
    liar.lies("chain_getHeader", |header| *header = Json::Null);
    let unknown = free(&at.verified(), alice(&devnet)).await.unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::UnknownBlock);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g24_what_is_no_proof_is_caught() {
    let devnet = devnet().await;
    let liar = Liar::before(&devnet).await;
    let at = liar.connect().await.head().await.unwrap();
    for answer in [
        json!(null),
        json!({}),
        json!([]),
        json!({"proof": "0x00"}),
        json!({"proof": [0]}),
        json!({"proof": ["0x0"]}),
    ] {
        let verified = warm(&liar, &at).await;
        liar.lies(PROOF, move |said| *said = answer.clone());
        caught(free(&verified, alice(&devnet)).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g24_a_liar_is_passed_over_for_an_honest_node() {
    let devnet = devnet().await;
    let liar = Liar::before(&devnet).await;
    let subtensor =
        Subtensor::builder(liar.node.url().as_str()).cache(Cache::none()).fallback(devnet.url()).connect();
    let subtensor = subtensor.await.unwrap();
    let at = subtensor.at(Hash(devnet.genesis_hash())).await.unwrap();
    let truth = free(&at, alice(&devnet)).await.unwrap();
    liar.shows(Vec::new());
    assert_eq!(free(&at.verified(), alice(&devnet)).await.unwrap(), truth);
    liar.lies("chain_getHeader", |header| header["stateRoot"] = json!(Hash([1; 32])));
    assert_eq!(free(&at.verified(), alice(&devnet)).await.unwrap(), truth);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g24_what_cannot_be_proven_is_refused() {
    let devnet = devnet().await;
    let liar = Liar::before(&devnet).await;
    let at = liar.connect().await.head().await.unwrap().verified();
    at.runtime().await.unwrap();
    liar.node.reset_counts();
    let refused = at.neurons_lite(1).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Invalid);
    assert!(refused.to_string().contains("cannot be verified"), "{refused}");
    for refused in at.call_many([RuntimeCall::new("Core", "version", ())]).await {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Invalid);
    }
    assert_eq!(liar.node.request_count(), 0);
    assert_eq!(at.constant("Balances", "ExistentialDeposit").await.unwrap(), Value::from(500u64));
}

#[test]
fn g24_blocking_reads_are_verified_too() {
    let async_runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (devnet, liar) = async_runtime.block_on(async {
        let devnet = devnet().await;
        let liar = Liar::before(&devnet).await;
        (devnet, liar)
    });
    let subtensor = Subtensor::builder(liar.node.url().as_str()).cache(Cache::none());
    let at = blocking::Subtensor::build(subtensor).unwrap().head().unwrap();
    let verified = at.verified();
    assert_eq!(verified.balance(&alice(&devnet)).unwrap(), at.balance(&alice(&devnet)).unwrap());
    liar.shows(Vec::new());
    caught(at.verified().balance(&alice(&devnet)));
}
