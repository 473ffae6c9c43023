//! Streams of heads while nodes refuse, ration or drop: what is told, and that they go on.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

mod support;

use std::time::Duration;

use serde_json::json;
use support::{
    forks::{BEST, ForkNode, Forks},
    reader::{Reader, SETTLED},
};
use tensorwire_chain::ErrorKind;
use tensorwire_rpc::mock::{Greeting, Reply};
use tokio::time::sleep;

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
