//! Waiting for blocks.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

mod support;

use std::time::Duration;

use support::{
    forks::{BEST, ForkNode, Forks},
    reader::SETTLED,
    state::specs,
};
use tensorwire_chain::ErrorKind;
use tokio::time::{sleep, timeout};

#[tokio::test(start_paused = true)]
async fn a_block_that_is_there_is_told_at_once() {
    let chain = Forks::new(10);
    let node = ForkNode::start(&chain, "node").await;
    let client = node.connect(|builder| builder).await;
    client.wait_for_block(1).await.unwrap();
    node.mock.reset_counts();
    for number in [0, 4, 10] {
        let header = client.wait_for_block(number).await.unwrap();
        assert_eq!(header.block(), chain.best()[number as usize]);
        assert_eq!(node.mock.request_count(), 2);
        node.mock.reset_counts();
    }
}

#[tokio::test(start_paused = true)]
async fn a_block_to_come_is_waited_for_without_asking() {
    let chain = Forks::new(10);
    let node = ForkNode::start(&chain, "node").await;
    let client = node.connect(|builder| builder.timeout(Duration::from_secs(3600))).await;
    let mut wait = Box::pin(client.wait_for_block(15));
    assert!(timeout(SETTLED, &mut wait).await.is_err());
    let before = node.mock.request_count();
    for _ in 11..15 {
        chain.grow(1);
        node.sync();
        assert!(timeout(Duration::from_secs(600), &mut wait).await.is_err());
    }
    assert_eq!(node.mock.request_count(), before);
    chain.grow(1);
    node.sync();
    assert_eq!(wait.await.unwrap().block(), chain.head());
    sleep(SETTLED).await;
    assert_eq!(node.mock.subscribers(BEST), 0, "nothing is left behind");
}

#[tokio::test(start_paused = true)]
async fn a_block_is_found_where_the_chain_runs_far_ahead_and_through_a_lost_websocket() {
    let chain = Forks::new(10);
    let node = ForkNode::start(&chain, "node").await;
    let client = node.connect(|builder| builder).await;
    let wait = tokio::spawn(async move { client.wait_for_block(15).await });
    sleep(SETTLED).await;
    node.mock.down();
    chain.grow(5_000);
    node.catch_up(0);
    node.mock.up();
    assert_eq!(wait.await.unwrap().unwrap().block(), chain.best()[15]);
}

#[tokio::test(start_paused = true)]
async fn the_handler_sees_every_block_from_the_height_on_until_it_has_enough() {
    let chain = Forks::new(10);
    let node = ForkNode::start(&chain, "node").await;
    let client = node.connect(|builder| builder).await;
    let wait = tokio::spawn(async move {
        let mut seen = Vec::new();
        let last = client.wait_for(12, |header| {
            seen.push(header.number);
            (header.number == 16).then_some(header.hash)
        });
        let last = last.await.unwrap();
        (seen, last)
    });
    sleep(SETTLED).await;
    chain.grow(4);
    node.sync();
    sleep(SETTLED).await;
    // Block 14 is replaced by one and another.
    chain.fork(1);
    node.sync();
    sleep(SETTLED).await;
    chain.grow(1);
    node.sync();
    assert_eq!(wait.await.unwrap(), (vec![12, 13, 14, 14, 15, 16], chain.best()[16].hash));
}

#[tokio::test(start_paused = true)]
async fn g1_an_outage_ends_the_wait_with_its_error() {
    if specs().is_none() {
        return;
    }
    let chain = Forks::new(10);
    let node = ForkNode::start(&chain, "node").await;
    let client = node.connect(|builder| builder.timeout(Duration::from_secs(20))).await;
    let mut wait = Box::pin(client.wait_for_block(15));
    assert!(timeout(SETTLED, &mut wait).await.is_err());
    node.mock.down();
    let error = timeout(Duration::from_secs(120), wait).await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
}
