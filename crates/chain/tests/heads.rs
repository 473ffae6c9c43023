//! G3: streams of heads miss nothing and repeat nothing, whatever happens to the wire and to the chain.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

mod support;

use std::time::Duration;

use fastrand::Rng;
use futures_util::FutureExt;
use serde_json::json;
use support::{
    forks::{BEST, ForkNode, Forks, Replay},
    reader::{Reader, SETTLED},
};
use tensorwire_chain::{ErrorKind, HeadEvent};
use tokio::time::sleep;

#[tokio::test(start_paused = true)]
async fn a_stream_asks_nothing_before_it_is_polled_and_nothing_stays_open_after_it() {
    let chain = Forks::new(10);
    let node = ForkNode::start(&chain, "node").await;
    let client = node.connect(|builder| builder).await;
    client.genesis().await.unwrap();
    let before = node.mock.request_count();
    let mut heads = client.heads();
    sleep(SETTLED).await;
    assert_eq!(node.mock.request_count(), before);
    assert!(heads.next().now_or_never().is_none());
    let Some(Ok(HeadEvent::Block(header))) = heads.next().await else { panic!("no block") };
    assert_eq!(header.block(), chain.head());
    assert_eq!((node.mock.request_count(), node.mock.subscribers(BEST)), (before + 1, 1));
    drop(heads);
    sleep(SETTLED).await;
    assert_eq!((node.mock.request_count(), node.mock.subscribers(BEST)), (before + 2, 0));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_while_nothing_is_missing() {
    let chain = Forks::new(10);
    chain.finalize_behind(3);
    let node = ForkNode::start(&chain, "node").await;
    let client = node.connect(|builder| builder).await;
    let (best, finalized) = (Reader::of(client.heads()), Reader::of(client.finalized_heads()));
    sleep(SETTLED).await;
    let before = node.mock.request_count();
    for _ in 0..100 {
        chain.grow(1);
        chain.finalize_behind(3);
        node.sync();
        sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(node.mock.request_count(), before);
    assert_eq!(best.replay().blocks, chain.best()[10..]);
    let finalized_number = chain.finalized().number as usize;
    assert_eq!(finalized.replay().blocks, chain.best()[7..=finalized_number]);
}

#[tokio::test(start_paused = true)]
async fn g3_lost_notifications_are_filled_in_two_round_trips_for_64_blocks() {
    let chain = Forks::new(10);
    let node = ForkNode::start(&chain, "node").await;
    let client = node.connect(|builder| builder).await;
    let best = Reader::of(client.heads());
    sleep(SETTLED).await;
    for (gap, trips) in [(1, 2), (64, 2), (100, 4), (1023, 32)] {
        node.mock.reset_counts();
        chain.grow(gap + 1);
        node.sync();
        sleep(SETTLED).await;
        assert_eq!(best.replay().last(), Some(chain.head()));
        assert_eq!(node.mock.round_trips(), trips, "a gap of {gap}");
        assert_eq!(node.mock.requests_of("chain_getHeader"), gap as u64);
    }
    assert_eq!(best.replay().blocks, chain.best()[10..]);
    assert!(best.errors().is_empty() && best.replay().reorgs == 0);
}

#[tokio::test(start_paused = true)]
async fn g3_reorganisations_are_told_and_the_new_branch_follows() {
    let chain = Forks::new(10);
    let node = ForkNode::start(&chain, "node").await;
    let client = node.connect(|builder| builder).await;
    let best = Reader::of(client.heads());
    sleep(SETTLED).await;
    // Below the first block of the stream, among those told, and with blocks missing besides.
    for (depth, grown, lost) in [(3, 5, false), (2, 3, false), (4, 0, true), (1, 70, true)] {
        chain.fork(depth);
        if !lost {
            node.sync();
            sleep(SETTLED).await;
        }
        chain.grow(grown);
        node.sync();
        sleep(SETTLED).await;
        assert_eq!(best.replay().last(), Some(chain.head()));
    }
    let replay = best.replay();
    assert_eq!(replay.reorgs, 4);
    assert_eq!(replay.blocks, chain.best()[replay.blocks[0].number as usize..]);
    assert!(best.errors().is_empty());
}

#[tokio::test(start_paused = true)]
async fn g3_a_node_that_changes_its_branch_during_a_back_fill_is_followed() {
    let chain = Forks::new(10);
    let node = ForkNode::start(&chain, "node").await;
    let client = node.connect(|builder| builder).await;
    let best = Reader::of(client.heads());
    sleep(SETTLED).await;
    for _ in 0..20 {
        chain.grow(30);
        node.sync();
        // The list of hashes, or the headers, are asked for just now.
        sleep(Duration::from_millis(12)).await;
        chain.fork(4);
        node.catch_up(0);
    }
    sleep(SETTLED).await;
    node.announce();
    sleep(SETTLED).await;
    let replay = best.replay();
    assert_eq!(replay.blocks, chain.best()[replay.blocks[0].number as usize..]);
    assert!(best.errors().is_empty());
}

#[tokio::test(start_paused = true)]
async fn g3_a_slow_consumer_loses_no_finalized_block_and_is_told_what_it_lost_of_the_best_ones() {
    let chain = Forks::new(10);
    let node = ForkNode::start(&chain, "node").await;
    let client = node.connect(|builder| builder).await;
    let (mut best, mut finalized) = (client.heads(), client.finalized_heads());
    let (mut all, mut final_ones) = (Replay::default(), Replay::default());
    all.apply(best.next().await.unwrap().unwrap());
    final_ones.apply(finalized.next().await.unwrap().unwrap());
    for _ in 0..3000 {
        chain.grow(1);
        chain.finalize_behind(0);
        node.sync();
        sleep(Duration::from_millis(1)).await;
    }
    while final_ones.last() != Some(chain.head()) {
        final_ones.apply(finalized.next().await.unwrap().unwrap());
    }
    assert_eq!(final_ones.blocks, chain.best()[..]);
    while all.last() != Some(chain.head()) {
        all.apply(best.next().await.unwrap().unwrap());
    }
    assert_eq!(all.lagged.len(), 1);
    assert!(all.lagged[0] > 1024);
}

#[tokio::test(start_paused = true)]
async fn g3_finalized_blocks_are_replayed_from_any_number_on() {
    let chain = Forks::new(2000);
    chain.finalize_behind(5);
    let node = ForkNode::start(&chain, "node").await;
    let client = node.connect(|builder| builder).await;
    for from in [0, 1, 500, 1990, 1995, 1996, 2010] {
        let stream = Reader::of(client.finalized_from(from));
        sleep(SETTLED).await;
        let told =
            |until: u64| chain.best()[(from as usize).min(until as usize + 1)..=until as usize].to_vec();
        assert_eq!(stream.replay().blocks, told(chain.finalized().number), "from {from}");
        // A node finalizes in jumps.
        chain.grow(30);
        chain.finalize_behind(5);
        node.sync();
        sleep(SETTLED).await;
        assert_eq!(stream.replay().blocks, told(chain.finalized().number), "from {from}");
        assert!(stream.errors().is_empty());
        stream.task.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn g3_finality_that_is_reverted_ends_the_stream_with_an_error() {
    let chain = Forks::new(20);
    chain.finalize_behind(0);
    let node = ForkNode::start(&chain, "node").await;
    let client = node.connect(|builder| builder).await;
    let stream = Reader::of(client.finalized_heads());
    sleep(SETTLED).await;
    chain.revert(3);
    chain.grow(5);
    chain.finalize_behind(0);
    node.view().finalized = 0;
    node.sync();
    sleep(SETTLED).await;
    assert!(stream.task.is_finished(), "an error, and the end");
    stream.task.await.unwrap();
    let errors = stream.errors.lock().unwrap().clone();
    assert_eq!(errors, [ErrorKind::Protocol]);
    assert_eq!(stream.replay.lock().unwrap().blocks.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn g14_blocks_that_one_endpoint_lacks_come_from_the_archive() {
    let chain = Forks::new(200);
    chain.finalize_behind(2);
    let (synced, archive) =
        (ForkNode::start(&chain, "synced").await, ForkNode::start(&chain, "archive").await);
    synced.view().first_block = 150;
    let client = synced.connect(|builder| builder.archive(archive.wire())).await;
    let stream = Reader::of(client.finalized_from(100));
    sleep(SETTLED).await;
    assert_eq!(stream.replay().blocks, chain.best()[100..=198]);
    assert!(stream.errors().is_empty());
    stream.task.abort();

    let alone = synced.connect(|builder| builder).await;
    let mut stream = alone.finalized_from(100);
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownBlock);
    synced.view().first_block = 0;
    chain.grow(1);
    synced.sync();
    let Some(Ok(HeadEvent::Block(header))) = stream.next().await else { panic!("the stream goes on") };
    assert_eq!(header.number, 100);
}

#[tokio::test(start_paused = true)]
async fn a_header_that_is_not_the_one_asked_for_is_an_error_and_is_not_told() {
    let chain = Forks::new(10);
    let node = ForkNode::start(&chain, "node").await;
    let client = node.connect(|builder| builder).await;
    let best = Reader::of(client.heads());
    sleep(SETTLED).await;
    node.view().lie = Some(json!({
        "number": "0xb", "parentHash": chain.head().hash, "stateRoot": chain.head().hash,
        "extrinsicsRoot": chain.head().hash, "digest": {"logs": []},
    }));
    chain.grow(2);
    node.sync();
    sleep(SETTLED).await;
    assert_eq!(best.errors(), [ErrorKind::Protocol]);
    node.view().lie = None;
    chain.grow(1);
    node.sync();
    sleep(SETTLED).await;
    assert_eq!(best.replay().blocks, chain.best()[10..]);
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_has_gone_silent_is_noticed() {
    let chain = Forks::new(10);
    let node = ForkNode::start(&chain, "node").await;
    let client = node.connect(|builder| builder.timeout(Duration::from_secs(60))).await;
    let best = Reader::of(client.heads());
    sleep(SETTLED).await;
    chain.grow(5);
    // The node has the blocks, but does not say so.
    node.catch_up(0);
    sleep(Duration::from_secs(70)).await;
    assert_eq!(best.replay().blocks, chain.best()[10..]);
    assert_eq!(node.mock.requests_of("chain_subscribeNewHeads"), 2, "the subscription is taken for dead");
}

#[tokio::test(start_paused = true)]
async fn g3_an_endpoint_that_lags_takes_over_and_nothing_is_told_twice() {
    let chain = Forks::new(50);
    chain.finalize_behind(3);
    let (first, second) =
        (ForkNode::start(&chain, "first.a").await, ForkNode::start(&chain, "second.b").await);
    let client = first.connect(|builder| builder.fallback(second.wire())).await;
    let (best, finalized) = (Reader::of(client.heads()), Reader::of(client.finalized_heads()));
    sleep(SETTLED).await;
    for _ in 0..20 {
        chain.grow(1);
        chain.finalize_behind(3);
        first.sync();
        second.sync();
        sleep(Duration::from_secs(1)).await;
    }
    // The second one stays three blocks behind, on a branch that the chain leaves.
    chain.fork(2);
    second.catch_up(4);
    first.sync();
    sleep(SETTLED).await;
    first.mock.down();
    sleep(SETTLED).await;
    assert_eq!(best.replay().last(), Some(chain.head()), "nothing goes back");
    chain.grow(2);
    chain.finalize_behind(3);
    second.sync();
    sleep(SETTLED).await;
    assert_eq!(best.replay().blocks, chain.best()[50..]);
    assert_eq!(finalized.replay().blocks, chain.best()[47..=chain.finalized().number as usize]);
    assert_eq!(best.replay().reorgs, 1);
    assert!(best.errors().is_empty() && finalized.errors().is_empty());
}

/// One, or as many as `TENSORWIRE_SEEDS` says.
fn seeds() -> std::ops::Range<u64> {
    0..std::env::var("TENSORWIRE_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(1)
}

/// 500 blocks with forks and finality, and 1,000 disconnects, at as many endpoints.
async fn weather(seed: u64, endpoints: usize) {
    eprintln!("seed {seed}");
    let mut rng = Rng::with_seed(seed);
    let chain = Forks::new(20);
    chain.finalize_behind(4);
    let mut nodes = Vec::new();
    for index in 0..endpoints {
        nodes.push(ForkNode::start(&chain, &format!("node{index}.example{index}")).await);
    }
    let others: Vec<_> = nodes[1..].iter().map(ForkNode::wire).collect();
    let client =
        nodes[0].connect(|builder| others.iter().fold(builder, |b, wire| b.fallback(wire.clone()))).await;
    let (best, finalized) = (Reader::of(client.heads()), Reader::of(client.finalized_from(0)));
    let mut disconnects = 0;
    while chain.best().len() < 520 {
        if rng.u8(..5) == 0 {
            chain.fork(rng.usize(1..5))
        } else {
            chain.grow(rng.usize(1..3))
        }
        chain.finalize_behind(rng.usize(5..10));
        for node in &nodes {
            node.catch_up(if rng.u8(..4) == 0 { rng.usize(..6) } else { 0 });
            if rng.u8(..4) > 0 {
                node.announce();
            }
        }
        while disconnects < 1000 && disconnects < 2 * chain.best().len() {
            disconnects += 1;
            let node = rng.choice(&nodes).unwrap();
            match rng.u8(..10) {
                0 => node.mock.down(),
                _ => node.mock.disconnect(),
            }
            sleep(Duration::from_millis(rng.u64(..2500))).await;
            node.mock.up();
        }
        sleep(Duration::from_millis(rng.u64(..400))).await;
    }
    let connections: u64 = nodes.iter().map(|node| node.mock.connections()).sum();
    assert_eq!(disconnects, 1000);
    assert!(connections > 300, "{connections} websockets were lost");
    for _ in 0..3 {
        sleep(Duration::from_secs(40)).await;
        chain.grow(1);
        chain.finalize_behind(4);
        nodes.iter().for_each(ForkNode::sync);
    }
    sleep(SETTLED).await;
    assert_eq!(finalized.replay().blocks, chain.best()[..=chain.finalized().number as usize]);
    let replay = best.replay();
    assert_eq!(replay.blocks, chain.best()[replay.blocks[0].number as usize..]);
    assert!(replay.reorgs > 0 && replay.lagged.is_empty());
    assert_eq!((best.errors(), finalized.errors()), (Vec::new(), Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn g3_a_thousand_disconnects_at_one_endpoint_lose_and_repeat_nothing() {
    for seed in seeds() {
        weather(seed, 1).await;
    }
}

#[tokio::test(start_paused = true)]
async fn g3_a_thousand_disconnects_at_three_endpoints_lose_and_repeat_nothing() {
    for seed in seeds() {
        weather(seed, 3).await;
    }
}
