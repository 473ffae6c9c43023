//! Work on one websocket that stays open.

use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use tensorwire_rpc::{Client, ErrorKind, Lane, Request};

use super::{Stage, meter};

/// What an idle client may keep of its tables and buffers after a burst: those for about 4,000 calls.
const KEPT: i64 = 2 << 20;

/// Shorter than a late answer takes.
const SOON: Duration = Duration::from_millis(5);

/// Reads, 64 at a time.
pub async fn reads(stage: &Stage, times: usize) {
    let read = |n: usize| async move {
        let answer = stage.client.request(Request::new("echo").param(n)).await.unwrap();
        assert_eq!(answer.json::<[usize; 1]>().unwrap(), [n]);
    };
    stream::iter(0..times).for_each_concurrent(64, read).await;
}

/// Reads, 5,000 at a time, in both lanes.
pub async fn bursts(stage: &Stage, times: usize) {
    let client = Client::builder(&stage.nodes.node).connect().await.unwrap();
    let before = meter::bytes();
    for _ in 0..times.div_ceil(5_000) {
        let lane = |n| if n % 5 == 0 { Lane::Priority } else { Lane::Read };
        let calls = (0..5_000).map(|n| client.send(Request::new("echo").param(n).lane(lane(n))));
        for answer in join_all(calls).await {
            answer.unwrap();
        }
        let kept = meter::bytes() - before;
        assert!(kept < KEPT, "{kept} bytes are kept for the next burst");
    }
    client.close().await;
}

/// Reads that the node answers with an error.
pub async fn refusals(stage: &Stage, times: usize) {
    let read = |_| async {
        let error = stage.client.request(Request::new("fail")).await.unwrap_err();
        assert!(error.is_server(), "{error}");
    };
    stream::iter(0..times).for_each_concurrent(64, read).await;
}

/// Reads that are answered too late, or never.
pub async fn timeouts(stage: &Stage, times: usize) {
    let read = |n: usize| async move {
        let method = if n.is_multiple_of(2) { "silence" } else { "late" };
        let error = stage.client.request(Request::new(method).timeout(SOON)).await.unwrap_err();
        assert!(error.is_timeout(), "{error}");
    };
    stream::iter(0..times).for_each_concurrent(64, read).await;
}

/// Reads given up before they are written, and after; beside them one that is not.
pub async fn cancelled(stage: &Stage, times: usize) {
    let read = |_| async {
        drop(stage.client.send(Request::new("echo")));
        let written = stage.client.send(Request::new("late"));
        stage.client.request(Request::new("echo")).await.unwrap();
        drop(written);
    };
    stream::iter(0..times).for_each_concurrent(16, read).await;
}

async fn subscribe(client: &Client) -> tensorwire_rpc::Subscription {
    client.subscribe(Request::new("subscribe_tick"), "unsubscribe_tick").await.unwrap()
}

/// Subscriptions that are dropped after an item, or ended in form.
pub async fn subscriptions(stage: &Stage, times: usize) {
    let subscription = |n: usize| async move {
        let mut ticks = subscribe(&stage.client).await;
        ticks.next().await.unwrap().unwrap();
        if n.is_multiple_of(2) {
            ticks.unsubscribe().await.unwrap();
        }
    };
    stream::iter(0..times).for_each_concurrent(8, subscription).await;
}

/// Subscriptions whose consumer is too slow.
pub async fn lagging(stage: &Stage, times: usize) {
    let client = Client::builder(&stage.nodes.node).subscription_items(4).connect().await.unwrap();
    let subscription = |_| async {
        let mut ticks = subscribe(&client).await;
        let lagged = client.stats().lagged;
        // Only items lost by this subscription matter, and those of the others come no faster.
        while client.stats().lagged < lagged + 8 * 4 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let kinds =
            [ticks.next().await, ticks.next().await].map(|item| item.unwrap().err().map(|e| e.kind()));
        assert!(matches!(kinds, [Some(ErrorKind::Lagged(1..)), None]), "{kinds:?}");
    };
    stream::iter(0..times).for_each_concurrent(8, subscription).await;
    client.close().await;
}
