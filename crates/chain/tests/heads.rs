//! G3: streams of heads miss nothing and repeat nothing, whatever happens to the wire and to the chain.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

mod support;

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use fastrand::Rng;
use futures_util::FutureExt;
use serde_json::json;
use support::forks::{BEST, ForkNode, Forks, Replay};
use tensorwire_chain::{ErrorKind, HeadEvent, Heads};
use tensorwire_rpc::mock::{Greeting, Reply};
use tokio::{task::JoinHandle, time::sleep};

/// Time enough for everything that is under way.
const SETTLED: Duration = Duration::from_secs(5);

/// A consumer that is always ready.
struct Reader {
    replay: Arc<Mutex<Replay>>,
    errors: Arc<Mutex<Vec<ErrorKind>>>,
    task: JoinHandle<()>,
}

impl Reader {
    fn of(mut heads: Heads) -> Self {
        let (replay, errors) = (Arc::<Mutex<Replay>>::default(), Arc::<Mutex<Vec<_>>>::default());
        let task = tokio::spawn({
            let (replay, errors) = (replay.clone(), errors.clone());
            async move {
                while let Some(item) = heads.next().await {
                    match item {
                        Ok(event) => replay.lock().unwrap().apply(event),
                        Err(error) => {
                            eprintln!("told: {error:?}");
                            errors.lock().unwrap().push(error.kind());
                        }
                    }
                }
            }
        });
        Self { replay, errors, task }
    }

    fn replay(&self) -> MutexGuard<'_, Replay> {
        self.replay.lock().unwrap()
    }

    fn errors(&self) -> Vec<ErrorKind> {
        self.errors.lock().unwrap().clone()
    }
}

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
async fn an_outage_is_told_once_in_every_timeout_and_lived_through() {
    for endpoints in [1, 2] {
        let chain = Forks::new(10);
        let (node, other) =
            (ForkNode::start(&chain, "node.a").await, ForkNode::start(&chain, "other.b").await);
        let client = node
            .connect(|builder| {
                let builder = builder.timeout(Duration::from_secs(60));
                if endpoints == 2 { builder.fallback(other.wire()) } else { builder }
            })
            .await;
        let (best, finalized) = (Reader::of(client.heads()), Reader::of(client.finalized_heads()));
        sleep(SETTLED).await;
        node.mock.down();
        other.mock.down();
        sleep(Duration::from_secs(50)).await;
        assert!(best.errors().is_empty() && finalized.errors().is_empty());
        sleep(Duration::from_secs(560)).await;
        for errors in [best.errors(), finalized.errors()] {
            assert!((8..=11).contains(&errors.len()), "{endpoints} endpoints: {errors:?}");
            assert!(errors.iter().all(|kind| *kind == ErrorKind::Connection), "{errors:?}");
        }
        chain.grow(100);
        chain.finalize_behind(3);
        node.catch_up(0);
        node.mock.up();
        sleep(Duration::from_secs(60)).await;
        assert_eq!(best.replay().blocks, chain.best()[10..]);
        assert_eq!(finalized.replay().blocks, chain.best()[..=107]);
    }
}

#[tokio::test(start_paused = true)]
async fn g10_a_back_fill_gets_through_at_one_request_a_second() {
    let chain = Forks::new(100);
    chain.finalize_behind(0);
    let node = ForkNode::start(&chain, "node").await;
    node.view().limit = Some(1);
    let client = node.connect(|builder| builder).await;
    let stream = Reader::of(client.finalized_from(0));
    for _ in 0..100 {
        sleep(Duration::from_secs(10)).await;
        if stream.replay().last() == Some(chain.head()) {
            break;
        }
    }
    assert_eq!(stream.replay().blocks, chain.best());
    assert!(stream.errors().is_empty(), "{:?}", stream.errors());
}

#[tokio::test(start_paused = true)]
async fn g10_best_heads_catch_up_at_one_request_a_second() {
    let chain = Forks::new(10);
    let node = ForkNode::start(&chain, "node").await;
    let client = node.connect(|builder| builder).await;
    let best = Reader::of(client.heads());
    sleep(SETTLED).await;
    node.mock.reset_counts();
    node.view().limit = Some(1);
    chain.grow(201);
    node.sync();
    sleep(Duration::from_secs(600)).await;
    assert_eq!(best.replay().blocks, chain.best()[10..]);
    // 200 headers and 4 lists.
    assert!(node.mock.request_count() <= 3 * 204, "{} requests", node.mock.request_count());
    assert!(best.errors().is_empty(), "{:?}", best.errors());
}

#[tokio::test(start_paused = true)]
async fn g10_old_finalized_blocks_are_told_as_they_come() {
    let chain = Forks::new(200);
    chain.finalize_behind(0);
    let node = ForkNode::start(&chain, "node").await;
    node.view().limit = Some(1);
    let client = node.connect(|builder| builder).await;
    let stream = Reader::of(client.finalized_from(0));
    sleep(Duration::from_secs(60)).await;
    assert!((10..64).contains(&stream.replay().blocks.len()), "{}", stream.replay().blocks.len());
    sleep(Duration::from_secs(600)).await;
    assert_eq!(stream.replay().blocks, chain.best());
    assert!(node.mock.request_count() <= 3 * 205, "{} requests", node.mock.request_count());
    assert!(stream.errors().is_empty(), "{:?}", stream.errors());
}

#[tokio::test(start_paused = true)]
async fn g3_connections_that_carry_four_answers_suffice() {
    for finalized in [false, true] {
        let chain = Forks::new(10);
        chain.finalize_behind(0);
        let node = ForkNode::greeting(&chain, "node", Greeting::Until(4, Reply::Drop)).await;
        let client = node.connect(|builder| builder).await;
        let stream = Reader::of(if finalized { client.finalized_heads() } else { client.heads() });
        sleep(SETTLED).await;
        node.mock.reset_counts();
        chain.grow(201);
        chain.finalize_behind(0);
        node.sync();
        sleep(Duration::from_secs(3600)).await;
        assert_eq!(stream.replay().blocks, chain.best()[10..]);
        // Two answers of each connection are its proof and the subscription. At first 64 headers are asked for together,
        // on four connections.
        let (requests, needed) = (node.mock.request_count(), 2 * 204);
        assert!(requests <= 3 * needed + 4 * 64, "{requests} requests");
        assert!(stream.errors().is_empty(), "{:?}", stream.errors());
    }
}

#[tokio::test(start_paused = true)]
async fn a_subscription_to_an_unknown_method_ends_the_stream_with_the_error() {
    let chain = Forks::new(10);
    let node = ForkNode::start(&chain, "node").await;
    node.view().refusal = Some(Reply::error(-32601, "Method not found"));
    let client = node.connect(|builder| builder).await;
    for mut stream in [client.heads(), client.finalized_from(3)] {
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Server);
        assert!(error.to_string().contains("ws://node") && error.to_string().contains("Method not found"));
        assert!(stream.next().await.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_head_that_is_none_ends_the_stream_with_the_error() {
    for junk in [json!(null), json!({"number": "0x1"}), json!("0x11")] {
        let chain = Forks::new(10);
        let node = ForkNode::start(&chain, "node").await;
        let client = node.connect(|builder| builder).await;
        let best = Reader::of(client.heads());
        sleep(SETTLED).await;
        for lives in [true, true, false] {
            chain.grow(1);
            node.sync();
            sleep(SETTLED).await;
            node.mock.push(BEST, junk.clone());
            sleep(SETTLED).await;
            if !lives {
                node.mock.push(BEST, junk.clone());
                sleep(SETTLED).await;
            }
            assert_eq!(best.task.is_finished(), !lives);
        }
        assert_eq!(best.errors(), [ErrorKind::Protocol; 4]);
        assert_eq!(best.replay().blocks, chain.best()[10..]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_node_refuses_is_told_at_once_then_once_in_every_timeout_and_asked_for_ever_less() {
    let internal = || Reply::error(-32603, "Internal error");
    let begins = |ends: &str| {
        let frame = |rest: &str| Reply::Raw(format!(r#"{{"jsonrpc":"2.0",{rest}}}"#));
        let ended = format!(r#""method":"chain_newHead","params":{{"subscription":"s","error":{ends}}}"#);
        Reply::Many(vec![frame(r#""id":{id},"result":"s""#), frame(&ended)])
    };
    for (refusal, kind) in [
        (internal(), ErrorKind::Server),
        (Reply::error(-32006, "Too many subscriptions on the connection"), ErrorKind::Limit),
        (begins(r#"{"code":-32603,"message":"Internal error"}"#), ErrorKind::Server),
        (begins(r#""the node is going away""#), ErrorKind::Server),
    ] {
        let chain = Forks::new(10);
        let node = ForkNode::start(&chain, "node").await;
        node.view().refusal = Some(refusal);
        let client = node.connect(|builder| builder.timeout(Duration::from_secs(60))).await;
        let best = Reader::of(client.heads());
        sleep(SETTLED).await;
        assert_eq!(best.errors(), [kind]);
        sleep(Duration::from_secs(600)).await;
        let errors = best.errors();
        assert!((8..=11).contains(&errors.len()) && errors.iter().all(|error| *error == kind), "{errors:?}");
        let asked = node.mock.requests_of("chain_subscribeNewHeads");
        // One attempt is made on up to four websockets where subscriptions are too many.
        assert!((60..300).contains(&asked), "{asked} attempts");
        node.view().refusal = None;
        sleep(Duration::from_secs(11)).await;
        assert_eq!(best.replay().blocks, chain.best()[10..]);
        // What goes wrong after that is told at once.
        node.view().refusal = Some(internal());
        node.mock.disconnect();
        sleep(SETTLED).await;
        assert_eq!(best.errors().len(), errors.len() + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn streams_of_a_closed_chain_end() {
    let chain = Forks::new(10);
    let node = ForkNode::start(&chain, "node").await;
    let other = ForkNode::start(&chain, "other").await;
    for endpoints in [1, 2] {
        let client = node
            .connect(|builder| if endpoints == 2 { builder.fallback(other.wire()) } else { builder })
            .await;
        let (best, finalized) = (Reader::of(client.heads()), Reader::of(client.finalized_from(1000)));
        sleep(SETTLED).await;
        client.close().await;
        sleep(SETTLED).await;
        for reader in [best, finalized] {
            assert!(reader.task.is_finished(), "{endpoints} endpoints");
            assert_eq!(reader.errors(), [ErrorKind::Connection]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn g4_a_stream_of_another_chain_is_an_error_and_ends() {
    let (chain, other) = (Forks::new(10), Forks::new(10));
    let node = ForkNode::start(&chain, "node").await;
    let client = node.connect(|builder| builder.genesis(other.best()[3].hash)).await;
    let mut heads = client.heads();
    assert_eq!(heads.next().await.unwrap().unwrap_err().kind(), ErrorKind::WrongChain);
    for _ in 0..2 {
        assert!(heads.next().await.is_none());
    }
    assert_eq!(node.mock.subscribers(BEST), 0);
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
