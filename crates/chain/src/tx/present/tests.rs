use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value as Json, json};
use tensorwire_rpc::{
    Client,
    mock::{MockNode, Reply},
};
use tokio::time::sleep;

use super::*;
use crate::{Cache, Header, header::Given};

const BEST: &str = "chain_newHead";
const FINALIZED: &str = "chain_finalizedHead";

/// What a header's digest says where the block carries an upgrade.
const UPGRADE: &str = "0x08";

/// Far above a trip of the scripted network.
const SETTLED: Duration = Duration::from_millis(50);

/// A node whose chain the test grows.
struct Node {
    mock: MockNode,
    blocks: Arc<Mutex<Blocks>>,
}

#[derive(Default)]
struct Blocks {
    best: Vec<(Json, BlockRef)>,
    finalized: usize,
    /// The spec version of the code that a block's state holds.
    specs: HashMap<Hash, u32>,
    made: u32,
}

impl Blocks {
    /// One more block, with the code of that version in its state.
    fn grow(&mut self, spec: u32) -> (Json, BlockRef) {
        let parent = self.best.last().map_or(Hash([0; 32]), |(_, parent)| parent.hash);
        let logs: &[&str] =
            if self.specs.get(&parent).is_some_and(|held| *held != spec) { &[UPGRADE] } else { &[] };
        self.made += 1;
        let header = json!({
            "number": format!("{:#x}", self.best.len()), "parentHash": parent, "digest": { "logs": logs },
            "stateRoot": format!("{:#066x}", self.made), "extrinsicsRoot": Hash([0; 32]),
        });
        let Given(Header { number, hash, .. }) = serde_json::from_value(header.clone()).unwrap();
        self.specs.insert(hash, spec);
        self.best.push((header, BlockRef { number, hash }));
        self.best.last().unwrap().clone()
    }
}

impl Node {
    /// A chain of eleven blocks, of which the last three are not final.
    async fn start() -> Self {
        let blocks = Arc::new(Mutex::new(Blocks::default()));
        (0..=10).for_each(|_| _ = blocks.lock().unwrap().grow(1));
        blocks.lock().unwrap().finalized = 7;
        let shared = blocks.clone();
        let mock = MockNode::builder()
            .subscription(BEST, "chain_subscribeNewHeads", "chain_unsubscribeNewHeads")
            .subscription(FINALIZED, "chain_subscribeFinalizedHeads", "chain_unsubscribeFinalizedHeads")
            .otherwise(move |method, params| {
                let blocks = shared.lock().unwrap();
                let hash = params[0].as_str().and_then(|hash| hash.parse::<Hash>().ok());
                let by_hash = |hash| blocks.best.iter().find(|(_, block)| Some(block.hash) == hash);
                match method {
                    "chain_getBlockHash" => {
                        let hash = |number: &Json| {
                            let block = blocks.best.get(number.as_u64().unwrap() as usize);
                            json!(block.map(|(_, block)| block.hash))
                        };
                        match params[0].as_array() {
                            Some(numbers) => numbers.iter().map(hash).collect::<Json>().into(),
                            None => hash(&params[0]).into(),
                        }
                    }
                    "chain_getFinalizedHead" => json!(blocks.best[blocks.finalized].1.hash).into(),
                    "chain_getHeader" if hash.is_none() => blocks.best.last().unwrap().0.clone().into(),
                    "chain_getHeader" => {
                        by_hash(hash).map_or(Json::Null, |(header, _)| header.clone()).into()
                    }
                    "state_getRuntimeVersion" => {
                        let spec = blocks.specs[&hash.unwrap_or(blocks.best.last().unwrap().1.hash)];
                        json!({ "specName": "scripted", "specVersion": spec, "transactionVersion": 1 }).into()
                    }
                    other => Reply::error(-32601, format!("Method not found: {other}")),
                }
            })
            .start()
            .await
            .unwrap();
        Self { mock, blocks }
    }

    async fn connect(&self) -> Chain {
        let node = self.mock.clone();
        let wire = Client::builder("ws://scripted").dial_with(move || node.pipe());
        let chain = Chain::builder(wire).cache(Cache::none()).connect().await.unwrap();
        chain.genesis().await.unwrap();
        sleep(SETTLED).await;
        self.mock.reset_counts();
        chain
    }

    /// The tip, from a node that tells its heads to whoever subscribes, as nodes do.
    async fn tip(&self, chain: &Chain) -> Result<Tip> {
        let tip = tokio::spawn({
            let chain = chain.clone();
            async move { chain.tip().await }
        });
        sleep(SETTLED).await;
        self.tell();
        tip.await.unwrap()
    }

    fn tell(&self) {
        let blocks = self.blocks.lock().unwrap();
        self.mock.push(BEST, blocks.best.last().unwrap().0.clone());
        self.mock.push(FINALIZED, blocks.best[blocks.finalized].0.clone());
    }

    /// The next block, told of.
    async fn grow(&self, spec: u32) -> BlockRef {
        let block = {
            let mut blocks = self.blocks.lock().unwrap();
            blocks.finalized += 1;
            blocks.grow(spec).1
        };
        self.tell();
        sleep(SETTLED).await;
        block
    }

    fn head(&self) -> BlockRef {
        self.blocks.lock().unwrap().best.last().unwrap().1
    }
}

#[tokio::test(start_paused = true)]
async fn the_present_costs_three_requests_and_then_none() {
    let node = Node::start().await;
    let chain = node.connect().await;
    let tip = node.tip(&chain).await.unwrap();
    assert_eq!((tip.best, tip.lag(), tip.version.spec_version), (node.head(), 3, 1));
    assert_eq!(node.mock.request_count(), 3, "{:?}", node.mock.requests());
    for _ in 0..100 {
        let head = node.grow(1).await;
        let tip = chain.tip().await.unwrap();
        assert_eq!((tip.best, tip.lag()), (head, 3));
    }
    assert_eq!(node.mock.request_count(), 3);
}

#[tokio::test(start_paused = true)]
async fn g9_the_block_that_carries_an_upgrade_holds_the_new_runtime() {
    let node = Node::start().await;
    let chain = node.connect().await;
    node.tip(&chain).await.unwrap();
    for spec in [1, 2, 2, 3, 4, 4] {
        let head = node.grow(spec).await;
        let tip = chain.tip().await.unwrap();
        assert_eq!((tip.best, tip.version.spec_version), (head, spec));
        assert!(tip.takes(spec, 1).is_ok());
        let error = tip.takes(spec + 1, 1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RuntimeChanged);
        assert!(tip.takes(spec, 2).is_err());
    }
    assert_eq!(node.mock.requests_of("state_getRuntimeVersion"), 4);
}

#[tokio::test(start_paused = true)]
async fn g9_an_upgrade_that_is_reorganised_away_is_forgotten() {
    let node = Node::start().await;
    let chain = node.connect().await;
    node.tip(&chain).await.unwrap();
    node.grow(1).await;
    node.grow(2).await;
    assert_eq!(chain.tip().await.unwrap().version.spec_version, 2);
    {
        let mut blocks = node.blocks.lock().unwrap();
        let length = blocks.best.len();
        blocks.best.truncate(length - 1);
        blocks.grow(1);
        blocks.grow(1);
    }
    node.tell();
    sleep(SETTLED).await;
    let tip = chain.tip().await.unwrap();
    assert_eq!((tip.best, tip.version.spec_version), (node.head(), 1));
}

#[tokio::test(start_paused = true)]
async fn after_a_silence_the_head_is_asked_for() {
    let node = Node::start().await;
    let chain = node.connect().await;
    let mut watching = chain.following().watch(chain.node());
    node.tip(&chain).await.unwrap();
    sleep(Duration::from_secs(61)).await;
    let before = node.mock.request_count();
    assert_eq!(chain.tip().await.unwrap().best, node.head());
    assert_eq!(node.mock.request_count(), before + 1);
    chain.tip().await.unwrap();
    assert_eq!(node.mock.request_count(), before + 1);
    // What was not told is not missed.
    sleep(Duration::from_secs(61)).await;
    node.blocks.lock().unwrap().grow(1);
    assert_eq!(node.tip(&chain).await.unwrap().best, node.head());
    assert_eq!(watching.now().unwrap().best, node.head());
}

#[tokio::test(start_paused = true)]
async fn a_tip_that_was_wrong_is_asked_for_once_more_however_many_say_so() {
    let node = Node::start().await;
    let chain = node.connect().await;
    let tip = node.tip(&chain).await.unwrap();
    for _ in 0..10 {
        chain.following().doubt(&tip);
    }
    node.grow(1).await;
    let again = node.tip(&chain).await.unwrap();
    assert_eq!(again.best, node.head());
    let subscriptions = node.mock.requests_of("chain_subscribeNewHeads");
    for _ in 0..10 {
        chain.following().doubt(&tip);
        assert_eq!(chain.tip().await.unwrap(), again);
    }
    assert_eq!((subscriptions, node.mock.requests_of("chain_subscribeNewHeads")), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn g11_nobody_follows_for_long_after_the_last_transaction() {
    let node = Node::start().await;
    let chain = node.connect().await;
    let watching = chain.following().watch(chain.node());
    node.tip(&chain).await.unwrap();
    sleep(Duration::from_secs(300)).await;
    assert_eq!((node.mock.subscribers(BEST), node.mock.subscribers(FINALIZED)), (1, 1), "it is watched");
    drop(watching);
    sleep(Duration::from_secs(121)).await;
    assert_eq!((node.mock.subscribers(BEST), node.mock.subscribers(FINALIZED)), (0, 0));
    assert_eq!(node.tip(&chain).await.unwrap().best, node.head());
}

#[tokio::test(start_paused = true)]
async fn g11_whoever_watches_does_not_keep_the_connection() {
    let node = Node::start().await;
    let chain = node.connect().await;
    let mut watching = chain.following().watch(chain.node());
    node.tip(&chain).await.unwrap();
    assert!(watching.now().is_some());
    drop(chain);
    assert!(watching.changed().await.is_err());
    sleep(SETTLED).await;
    assert_eq!(node.mock.open_connections(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_waited_for() {
    let node = Node::start().await;
    let chain = node.connect().await;
    let mut watching = chain.following().watch(chain.node());
    let tip = node.tip(&chain).await.unwrap();
    assert_eq!(watching.now(), Some(tip));
    node.mock.down();
    node.blocks.lock().unwrap().grow(1);
    sleep(Duration::from_secs(600)).await;
    let error = chain.tip().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
    node.mock.up();
    let told = async {
        loop {
            sleep(Duration::from_secs(1)).await;
            node.tell();
        }
    };
    let changed = tokio::select! {
        changed = watching.changed() => changed,
        () = told => unreachable!(),
    };
    assert_eq!(changed.unwrap().best, node.head());
}
