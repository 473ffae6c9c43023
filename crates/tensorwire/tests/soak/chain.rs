//! Chains, blocks and runtimes.

use std::future::ready;

use futures_util::stream::{self, StreamExt};
use tensorwire::{AccountId, Cache, Chain, Keypair, Value};
use tensorwire_rpc::Request;

use super::{Stage, meter, node};

/// What all runtimes in memory may take together, as documented, and a runtime and the work at it on top.
const RUNTIMES_LIMIT: i64 = (256 << 20) + (32 << 20);

/// What an open chain holds that has made transactions: its runtime, and the last few blocks that were looked at.
const OPEN_LIMIT: i64 = 8 << 20;

async fn connect(stage: &Stage, cache: Cache) -> Chain {
    Chain::builder(stage.nodes.node.as_str()).cache(cache).idle_timeout(None).connect().await.unwrap()
}

async fn read(chain: &Chain) {
    let at = chain.head().await.unwrap();
    at.query("System", "Account", [&AccountId([0xd4; 32])]).await.unwrap();
}

/// Blocks that are read at and forgotten.
pub async fn pins(stage: &Stage, times: usize) {
    if node::metadata().is_none() {
        return;
    }
    let chain = connect(stage, Cache::none()).await;
    for n in 0..times {
        read(&chain).await;
        if n.is_multiple_of(10) {
            chain.finalized().await.unwrap().hash().await.unwrap();
            // Its questions are on the wire when it goes.
            drop(chain.head().await.unwrap());
        }
    }
    chain.close().await;
}

/// Chains that are opened, with and without a cached runtime, read once, and closed or dropped.
pub async fn opened(stage: &Stage, times: usize) {
    if node::metadata().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for n in 0..times {
        let chain = connect(stage, Cache::folder(folder.path())).await;
        read(&chain).await;
        if n.is_multiple_of(2) {
            chain.close().await;
        }
    }
}

/// Streams of the local chain's heads, finalized blocks and a value, over forks and lost websockets.
pub async fn streams(stage: &Stage, times: usize) {
    let builder = Chain::builder(stage.nodes.devnet.as_str()).cache(Cache::none()).idle_timeout(None);
    let chain = builder.connect().await.unwrap();
    let stream = |n: usize| {
        let chain = &chain;
        async move {
            match n % 3 {
                0 => assert_eq!(chain.heads().take(3).filter(|item| ready(item.is_ok())).count().await, 3),
                1 => assert_eq!(chain.finalized_from(1).take(20).count().await, 20),
                _ => assert_eq!(chain.watch("System", "Number", ()).take(3).count().await, 3),
            }
        }
    };
    stream::iter(0..times).for_each_concurrent(8, stream).await;
    chain.close().await;
}

/// Transactions of one key, over forks and lost websockets: some are final when their handles go, some in a block, some
/// just sent.
pub async fn submissions(stage: &Stage, times: usize) {
    let before = meter::bytes();
    let builder = Chain::builder(stage.nodes.devnet.as_str()).cache(Cache::none()).idle_timeout(None);
    let chain = builder.connect().await.unwrap();
    let alice = Keypair::from_uri("//Alice").unwrap();
    let submit = |n: usize| {
        let (chain, alice) = (&chain, &alice);
        async move {
            let remark = chain.tx().call("System", "remark", [Value::from(n.to_le_bytes().to_vec())]);
            let submission = remark.sign_and_submit(alice).await.unwrap();
            match n % 4 {
                0 => drop(submission),
                1 => assert!(submission.in_block().await.unwrap().ok()),
                _ => assert!(submission.finalized().await.unwrap().ok()),
            }
        }
    };
    stream::iter(0..times).for_each_concurrent(8, submit).await;
    let held = meter::bytes() - before;
    assert!(held < OPEN_LIMIT, "{held} bytes after {times} submissions");
    chain.close().await;
}

/// Runtime upgrades, all seen through one handle: its runtimes stay within their bound and go with it.
pub async fn runtimes(stage: &Stage, times: usize) {
    if node::metadata().is_none() {
        println!("skipped: the real chain's metadata is not here");
        return;
    }
    let before = meter::bytes();
    let chain = connect(stage, Cache::none()).await;
    for _ in 0..times {
        let spec: u32 = stage.client.request(Request::new("soak_upgrade")).await.unwrap().json().unwrap();
        read(&chain).await;
        assert_eq!(chain.head().await.unwrap().runtime().await.unwrap().spec_version(), spec);
        let held = meter::bytes() - before;
        assert!(held < RUNTIMES_LIMIT, "{held} bytes");
    }
    chain.close().await;
}
