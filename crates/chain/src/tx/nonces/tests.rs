use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::FutureExt;
use serde_json::json;
use tensorwire_rpc::{
    Client,
    mock::{MockNode, Reply},
};
use tokio::time::{sleep, timeout};

use super::*;
use crate::{Cache, ErrorKind, Hash};

const ACCOUNT: AccountId = AccountId([7; 32]);
const ROUND_TRIP: Duration = Duration::from_millis(10);

/// A node that says how many transactions the account has made.
struct Node {
    mock: MockNode,
    next: Arc<AtomicU64>,
    /// Instead of an answer.
    refusal: Arc<Mutex<Option<Reply>>>,
}

impl Node {
    async fn start(next: u64) -> (Self, Chain) {
        let next = Arc::new(AtomicU64::new(next));
        let refusal = Arc::new(Mutex::new(None::<Reply>));
        let (says, refuses) = (next.clone(), refusal.clone());
        let mock = MockNode::builder()
            .round_trip(ROUND_TRIP)
            .result("chain_getBlockHash", json!(Hash([0x11; 32])))
            .handle("system_accountNextIndex", move |params| {
                assert_eq!(params[0], ACCOUNT.to_string());
                let refusal = refuses.lock().unwrap().clone();
                refusal.unwrap_or_else(|| json!(says.load(Ordering::Relaxed)).into())
            })
            .start()
            .await
            .unwrap();
        let node = Self { mock, next, refusal };
        let mock = node.mock.clone();
        let wire = Client::builder("ws://scripted").dial_with(move || mock.pipe());
        let chain = Chain::builder(wire).cache(Cache::none()).connect().await.unwrap();
        (node, chain)
    }

    fn reads(&self) -> u64 {
        self.mock.requests_of("system_accountNextIndex")
    }
}

async fn turn(chain: &Chain) -> Nonce {
    chain.nonces().turn(chain, ACCOUNT, Turn::Next).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn g5_the_chain_is_asked_once_while_transactions_are_made() {
    let (node, chain) = Node::start(40).await;
    for expected in 40..140 {
        let mut nonce = turn(&chain).await;
        assert_eq!(nonce.value(), expected);
        nonce.sent();
        nonce.accepted();
        drop(nonce);
        sleep(Duration::from_secs(12)).await;
    }
    assert_eq!(node.reads(), 1);
    // Another process may have used the key since.
    node.next.store(150, Ordering::Relaxed);
    sleep(Duration::from_secs(61)).await;
    assert_eq!((turn(&chain).await.value(), node.reads()), (150, 2));
}

#[tokio::test(start_paused = true)]
async fn g5_who_comes_first_goes_first_and_a_dropped_one_keeps_nobody() {
    let (_node, chain) = Node::start(0).await;
    let mut first = turn(&chain).await;
    first.sent();
    let mut waiting: Vec<_> = (0..6).map(|_| Box::pin(turn(&chain))).collect();
    for one in &mut waiting {
        assert!(one.now_or_never().is_none(), "one goes while another is unanswered");
    }
    drop(waiting.remove(0));
    drop(waiting.remove(2));
    first.accepted();
    for (expected, one) in (1..).zip(waiting) {
        let nonce = timeout(Duration::from_secs(1), one).await.expect("somebody is kept");
        assert_eq!(nonce.value(), expected);
        nonce.used();
    }
}

#[tokio::test(start_paused = true)]
async fn g5_a_refused_nonce_is_taken_by_the_next_and_an_unsent_one_too() {
    let (node, chain) = Node::start(3).await;
    let mut refused = turn(&chain).await;
    refused.sent();
    refused.refused();
    let unsent = turn(&chain).await;
    assert_eq!(unsent.value(), 3);
    drop(unsent);
    let (three, four, five) = (
        chain.nonces().reserve(&chain, ACCOUNT).await.unwrap(),
        chain.nonces().reserve(&chain, ACCOUNT).await.unwrap(),
        chain.nonces().reserve(&chain, ACCOUNT).await.unwrap(),
    );
    assert_eq!([three.value(), four.value(), five.value()], [3, 4, 5]);
    drop(four);
    assert_eq!(turn(&chain).await.value(), 4);
    assert_eq!(node.reads(), 1);
}

#[tokio::test(start_paused = true)]
async fn g5_another_process_with_the_same_key_is_noticed() {
    let (node, chain) = Node::start(3).await;
    let mut ours: Vec<_> = Vec::new();
    for _ in 0..5 {
        ours.push(chain.nonces().reserve(&chain, ACCOUNT).await.unwrap());
    }
    // It was faster with all of them.
    node.next.store(8, Ordering::Relaxed);
    for mut nonce in ours {
        nonce.sent();
        nonce.taken();
    }
    let mut behind = Box::pin(turn(&chain));
    assert!(behind.as_mut().now_or_never().is_none());
    let again = (0..5).map(|_| async {
        let mut nonce = chain.nonces().turn(&chain, ACCOUNT, Turn::Again).await.unwrap();
        nonce.sent();
        sleep(ROUND_TRIP).await;
        nonce.accepted();
        nonce.value()
    });
    let mut values = futures_util::future::join_all(again).await;
    values.sort_unstable();
    assert_eq!(values, [8, 9, 10, 11, 12]);
    assert_eq!((behind.await.value(), node.reads()), (13, 2));
}

#[tokio::test(start_paused = true)]
async fn g5_a_signer_that_takes_its_time_gets_a_nonce_of_now() {
    let (node, chain) = Node::start(3).await;
    turn(&chain).await.used();
    node.next.store(9, Ordering::Relaxed);
    let nonce = chain.nonces().turn(&chain, ACCOUNT, Turn::Fresh).await.unwrap();
    assert_eq!((nonce.value(), node.reads()), (9, 2));
}

#[tokio::test(start_paused = true)]
async fn g5_what_became_of_an_unknown_one_is_asked_of_the_chain() {
    let (node, chain) = Node::start(3).await;
    let mut nonce = turn(&chain).await;
    nonce.sent();
    drop(nonce);
    node.next.store(4, Ordering::Relaxed);
    let nonce = turn(&chain).await;
    assert_eq!((nonce.value(), node.reads()), (4, 2));
    nonce.dead();
    assert_eq!((turn(&chain).await.value(), node.reads()), (4, 3));
}

#[tokio::test(start_paused = true)]
async fn a_failure_to_ask_is_told_to_all_who_wait_and_to_nobody_after() {
    let (node, chain) = Node::start(3).await;
    *node.refusal.lock().unwrap() = Some(Reply::error(-32000, "not today"));
    let waiting = (0..20).map(|_| chain.nonces().turn(&chain, ACCOUNT, Turn::Next));
    for nonce in futures_util::future::join_all(waiting).await {
        assert_eq!(nonce.unwrap_err().kind(), ErrorKind::Server);
    }
    assert_eq!(node.reads(), 1);
    *node.refusal.lock().unwrap() = None;
    assert_eq!(turn(&chain).await.value(), 3);
}

#[tokio::test(start_paused = true)]
async fn g11_accounts_that_nobody_uses_are_forgotten() {
    let nonces = Nonces::default();
    let kept = nonces.hold(ACCOUNT, 3);
    for account in 0..10_000_u32 {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&account.to_le_bytes());
        drop(nonces.hold(AccountId(bytes), 1));
    }
    let queues = nonces.0.lock().unwrap();
    assert!(queues.by_account.len() < 200 && queues.by_account.contains_key(&ACCOUNT));
    drop(queues);
    drop(kept);
}

#[tokio::test(start_paused = true)]
async fn g5_who_signs_now_and_sends_later_waits_for_nobody() {
    let (_node, chain) = Node::start(3).await;
    let mut first = turn(&chain).await;
    first.sent();
    let mut waiting = Box::pin(turn(&chain));
    assert!(waiting.as_mut().now_or_never().is_none());
    let later = chain.nonces().reserve(&chain, ACCOUNT).now_or_never().expect("it waits").unwrap();
    assert_eq!(later.value(), 4);
    first.accepted();
    assert_eq!(waiting.await.value(), 5);
}

#[tokio::test(start_paused = true)]
async fn g5_one_that_replaces_another_leaves_it_its_nonce() {
    let (_node, chain) = Node::start(3).await;
    let mut first = turn(&chain).await;
    first.sent();
    first.accepted();
    drop(chain.nonces().hold(ACCOUNT, 3));
    assert_eq!(turn(&chain).await.value(), 4);
    let mut second = chain.nonces().hold(ACCOUNT, 3);
    second.sent();
    second.accepted();
    second.used();
    first.used();
    assert_eq!(turn(&chain).await.value(), 4);
}

#[tokio::test(start_paused = true)]
async fn g5_a_nonce_that_another_process_has_not_used_in_the_end_is_no_hole() {
    let (_node, chain) = Node::start(3).await;
    let mut first = turn(&chain).await;
    first.sent();
    first.taken();
    let again = chain.nonces().turn(&chain, ACCOUNT, Turn::Again).await.unwrap();
    assert_eq!(again.value(), 4);
    drop(again);
    // The node's pool has dropped the other process's transaction.
    tokio::time::advance(Duration::from_secs(61)).await;
    assert_eq!(turn(&chain).await.value(), 3);
}
