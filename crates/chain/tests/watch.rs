//! G3: a watched storage item is never silently stale.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

mod support;

use std::time::Duration;

use fastrand::Rng;
use futures_util::FutureExt;
use support::{
    forks::{BEST, ForkNode, Forks, VALUES},
    state::{OLDER_SPEC, SPEC, specs},
};
use tensorwire_chain::{Change, ErrorKind, Watch};
use tokio::time::sleep;

/// Time enough for everything that is under way.
const SETTLED: Duration = Duration::from_secs(5);

fn tempo(change: &Change) -> u64 {
    change.value.as_u64().unwrap()
}

/// The changes that are there once all is quiet, as tempo and gap.
async fn settled(watch: &mut Watch) -> Vec<(u64, bool)> {
    let mut changes = Vec::new();
    while let Ok(change) = tokio::time::timeout(SETTLED, watch.next()).await {
        let change = change.unwrap().unwrap();
        changes.push((tempo(&change), change.gap));
    }
    changes
}

macro_rules! start {
    () => {{
        if specs().is_none() {
            return;
        }
        let chain = Forks::new(10);
        let node = ForkNode::start(&chain, "node").await;
        let client = node.connect(|builder| builder).await;
        (chain, node, client)
    }};
}

#[tokio::test(start_paused = true)]
async fn the_present_value_comes_first_then_every_change_at_no_request() {
    let (chain, node, client) = start!();
    let mut watch = client.watch("SubtensorModule", "Tempo", [1u16]);
    let first = watch.next().await.unwrap().unwrap();
    assert_eq!((tempo(&first), first.block, first.gap), (100, chain.head().hash, false));
    let before = node.mock.request_count();
    for value in 1..=50 {
        chain.set_tempo(value);
        chain.grow(1);
        node.sync();
        let change = watch.next().await.unwrap().unwrap();
        assert_eq!((tempo(&change), change.block, change.gap), (value.into(), chain.head().hash, false));
        // Blocks that do not change it say nothing.
        chain.grow(1);
        node.sync();
        assert!(settled(&mut watch).await.is_empty());
    }
    assert_eq!(node.mock.request_count(), before);
    drop(watch);
    sleep(SETTLED).await;
    assert_eq!((node.mock.subscribers(VALUES), node.mock.subscribers(BEST)), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_watch_asks_nothing_before_it_is_polled() {
    let (_chain, node, client) = start!();
    sleep(SETTLED).await;
    let before = node.mock.request_count();
    let mut watch = client.watch("SubtensorModule", "Tempo", [1u16]);
    sleep(SETTLED).await;
    assert_eq!(node.mock.request_count(), before);
    assert!(watch.next().now_or_never().is_none());
}

#[tokio::test(start_paused = true)]
async fn g3_a_reconnect_is_a_gap_with_the_present_value() {
    let (chain, node, client) = start!();
    let mut watch = client.watch("SubtensorModule", "Tempo", [1u16]);
    assert_eq!(settled(&mut watch).await, [(100, false)]);
    node.mock.down();
    chain.set_tempo(7);
    chain.grow(3);
    node.catch_up(0);
    node.mock.up();
    let changes = settled(&mut watch).await;
    assert_eq!(changes.first(), Some(&(7, true)), "{changes:?}");
    chain.set_tempo(8);
    chain.grow(1);
    node.sync();
    assert_eq!(settled(&mut watch).await, [(8, false)]);
}

#[tokio::test(start_paused = true)]
async fn g3_a_value_that_a_reorganisation_brings_back_is_told() {
    let (chain, node, client) = start!();
    let mut watch = client.watch("SubtensorModule", "Tempo", [1u16]);
    assert_eq!(settled(&mut watch).await, [(100, false)]);
    chain.set_tempo(7);
    chain.grow(1);
    node.sync();
    assert_eq!(settled(&mut watch).await, [(7, false)]);
    // The block that changed it is gone; the one in its place says nothing of it.
    chain.set_tempo(100);
    chain.fork(1);
    node.sync();
    assert_eq!(settled(&mut watch).await, [(100, true)]);
    assert_eq!((node.mock.subscribers(VALUES), node.mock.subscribers(BEST)), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn g9_values_are_read_with_the_runtime_that_wrote_them() {
    let (chain, node, client) = start!();
    chain.set_code(OLDER_SPEC);
    chain.grow(2);
    node.sync();
    let mut watch = client.watch("SubtensorModule", "Tempo", [1u16]);
    assert_eq!(settled(&mut watch).await, [(100, false)]);
    node.mock.reset_counts();
    // The block that carries the upgrade: its state is the old runtime's.
    chain.set_code(SPEC);
    chain.set_tempo(1);
    chain.grow(1);
    node.sync();
    assert_eq!(settled(&mut watch).await, [(1, false)]);
    assert_eq!(node.mock.requests_of("state_getRuntimeVersion"), 0);
    chain.set_tempo(2);
    chain.grow(1);
    node.sync();
    assert_eq!(settled(&mut watch).await, [(2, false)]);
    assert_eq!(node.mock.requests_of("state_getRuntimeVersion"), 1, "the new runtime is taken over");
}

#[tokio::test(start_paused = true)]
async fn g9_a_watch_that_begins_at_the_block_of_an_upgrade_reads_it_with_the_parents_runtime() {
    let (chain, node, client) = start!();
    chain.set_code(OLDER_SPEC);
    chain.grow(2);
    chain.set_code(SPEC);
    chain.grow(1);
    node.sync();
    let mut watch = client.watch("SubtensorModule", "Tempo", [1u16]);
    assert_eq!(settled(&mut watch).await, [(100, false)]);
    let requests = node.mock.requests();
    let version = requests.iter().rfind(|(method, _)| method == "state_getRuntimeVersion");
    let parent = serde_json::json!(chain.best()[chain.head().number as usize - 1].hash);
    assert_eq!(version.unwrap().1[0], parent);
}

#[tokio::test(start_paused = true)]
async fn what_the_runtime_does_not_have_ends_the_watch_with_its_error() {
    let (_chain, _node, client) = start!();
    for (item, keys, kind) in [
        ("Tempoo", vec![1u16], ErrorKind::NotFound),
        ("Tempo", vec![], ErrorKind::Invalid),
        ("Tempo", vec![1, 2], ErrorKind::Invalid),
    ] {
        let mut watch = client.watch("SubtensorModule", item, keys);
        let error = watch.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.to_string().contains(item), "{error}");
        for _ in 0..2 {
            assert!(watch.next().await.is_none());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_value_that_does_not_decode_ends_the_watch_with_its_error() {
    let (chain, node, client) = start!();
    let mut watch = client.watch("SubtensorModule", "Tempo", [1u16]);
    assert_eq!(settled(&mut watch).await, [(100, false)]);
    let mut change = chain.state(chain.head().hash).present(chain.head().hash);
    change["changes"][0][1] = "0x01".into();
    node.mock.push(VALUES, change);
    assert_eq!(watch.next().await.unwrap().unwrap_err().kind(), ErrorKind::Decode);
    assert!(watch.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_watch_of_a_closed_chain_ends() {
    let (_chain, _node, client) = start!();
    let mut watch = client.watch("SubtensorModule", "Tempo", [1u16]);
    assert_eq!(settled(&mut watch).await, [(100, false)]);
    client.close().await;
    assert_eq!(watch.next().await.unwrap().unwrap_err().kind(), ErrorKind::Connection);
    assert!(watch.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn g3_after_any_weather_the_watched_value_is_that_of_the_head() {
    weather(1).await;
    weather(2).await;
}

async fn weather(endpoints: usize) {
    if specs().is_none() {
        return;
    }
    let chain = Forks::new(10);
    let mut nodes = Vec::new();
    for index in 0..endpoints {
        nodes.push(ForkNode::start(&chain, &format!("node{index}.example{index}")).await);
    }
    let others: Vec<_> = nodes[1..].iter().map(ForkNode::wire).collect();
    let client =
        nodes[0].connect(|builder| others.iter().fold(builder, |b, wire| b.fallback(wire.clone()))).await;
    let mut rng = Rng::with_seed(1);
    let mut watch = client.watch("SubtensorModule", "Tempo", [1u16]);
    let mut value = settled(&mut watch).await.pop().unwrap().0;
    for _ in 0..100 {
        for _ in 0..rng.usize(1..8) {
            chain.set_tempo(rng.u16(..3));
            if rng.u8(..3) == 0 {
                chain.fork(rng.usize(1..5))
            } else {
                chain.grow(1)
            }
            for node in &nodes {
                match rng.u8(..6) {
                    // Lost on the way; the next word of the head shows that something is missing.
                    0 => node.catch_up(0),
                    1 => node.mock.disconnect(),
                    _ => node.sync(),
                }
            }
            sleep(Duration::from_millis(rng.u64(..200))).await;
        }
        nodes.iter().for_each(ForkNode::sync);
        if let Some((last, _)) = settled(&mut watch).await.pop() {
            value = last;
        }
        assert_eq!(value, u64::from(chain.state(chain.head().hash).tempo));
    }
}
