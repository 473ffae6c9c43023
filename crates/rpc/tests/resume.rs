//! Subscriptions outlive their websocket. Time is tokio's paused clock.
#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use serde_json::json;
use tensorwire_rpc::mock::{MockBuilder, MockNode, Reply};
use tensorwire_rpc::{Builder, Client, ErrorKind, Replay, Request, State, Subscription};
use tokio::time::sleep;

const TIMEOUT: Duration = Duration::from_secs(10);
const MOMENT: Duration = Duration::from_secs(1);

fn script() -> MockBuilder {
    MockNode::builder()
        .subscription("head", "subscribe", "unsubscribe")
        .result("ok", json!(1))
        .round_trip(Duration::from_millis(10))
}

fn to(node: &MockNode) -> Builder {
    let node = node.clone();
    Client::builder("ws://mock").timeout(TIMEOUT).dial_with(move || node.pipe())
}

async fn subscribed(client: &Client) -> Subscription {
    client.subscribe(Request::new("subscribe").param("all"), "unsubscribe").await.unwrap()
}

/// The next item: its text, or the kind of the error; `None` after the last.
async fn next(subscription: &mut Subscription) -> Option<Result<String, ErrorKind>> {
    let item = subscription.next().await?;
    Some(item.map(|answer| answer.raw().to_owned()).map_err(|error| error.kind()))
}

/// The first subscribe request is answered by `a`, later ones in the way given.
fn then(later: Reply) -> MockBuilder {
    let asked = AtomicUsize::new(0);
    MockNode::builder()
        .handle("subscribe", move |_| match asked.fetch_add(1, Ordering::Relaxed) {
            0 => json!("a").into(),
            _ => later.clone(),
        })
        .result("unsubscribe", json!(true))
        .result("ok", json!(1))
}

#[tokio::test(start_paused = true)]
async fn g3_a_subscription_goes_on_after_a_gap_it_tells_of() {
    let node = script().start().await.unwrap();
    let client = to(&node).connect().await.unwrap();
    let mut subscription = subscribed(&client).await;
    for lost in 0..3 {
        assert_eq!(node.push("head", 2 * lost), 1);
        sleep(MOMENT).await;
        node.disconnect();
        sleep(MOMENT).await;
        assert_eq!(node.push("head", 2 * lost + 1), 1);
        assert_eq!(next(&mut subscription).await, Some(Ok((2 * lost).to_string())), "unread items stay");
        assert_eq!(next(&mut subscription).await, Some(Err(ErrorKind::Gap)));
        assert_eq!(next(&mut subscription).await, Some(Ok((2 * lost + 1).to_string())));
    }
    let stats = client.stats();
    assert_eq!((stats.gaps, stats.reconnects, stats.replayed, stats.subscriptions), (3, 3, 0, 1));
    let requests = node.requests();
    assert!(requests.iter().all(|(method, params)| method == "subscribe" && params[0] == "all"));
    subscription.unsubscribe().await.unwrap();
    assert_eq!((node.subscribers("head"), node.requests_of("unsubscribe")), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn g3_losses_that_nobody_reads_between_are_one_gap() {
    let node = script().start().await.unwrap();
    let client = to(&node).connect().await.unwrap();
    let mut subscription = subscribed(&client).await;
    for _ in 0..5 {
        node.disconnect();
        // Longer than any wait before an attempt.
        sleep(40 * MOMENT).await;
        assert_eq!(node.subscribers("head"), 1);
    }
    node.push("head", 1);
    assert_eq!(next(&mut subscription).await, Some(Err(ErrorKind::Gap)));
    assert_eq!(next(&mut subscription).await, Some(Ok("1".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn g3_a_gap_among_dropped_items_is_told_all_the_same() {
    let node = script().start().await.unwrap();
    let client = to(&node).subscription_items(2).connect().await.unwrap();
    let mut subscription = subscribed(&client).await;
    node.push("head", 0);
    sleep(MOMENT).await;
    node.disconnect();
    sleep(MOMENT).await;
    for n in 1..=3 {
        node.push("head", n);
    }
    sleep(MOMENT).await;
    let expected = [Err(ErrorKind::Lagged(2)), Err(ErrorKind::Gap), Ok("2".to_owned()), Ok("3".to_owned())];
    for item in expected {
        assert_eq!(next(&mut subscription).await, Some(item));
    }
}

#[tokio::test(start_paused = true)]
async fn all_subscriptions_come_back_on_one_websocket() {
    let node = script().start().await.unwrap();
    let client = to(&node).connect().await.unwrap();
    let mut subscriptions = Vec::new();
    for _ in 0..50 {
        subscriptions.push(subscribed(&client).await);
    }
    node.reset_counts();
    node.disconnect();
    sleep(MOMENT).await;
    assert_eq!((node.subscribers("head"), node.round_trips(), client.stats().reconnects), (50, 1, 1));
    node.push("head", 7);
    for subscription in &mut subscriptions {
        assert_eq!(next(subscription).await, Some(Err(ErrorKind::Gap)));
        assert_eq!(next(subscription).await, Some(Ok("7".to_owned())));
    }
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_cannot_be_opened_again_ends() {
    let refusals = [
        (Reply::error(-32000, "no more"), ErrorKind::Server),
        (Reply::Silence, ErrorKind::Timeout),
        (Reply::Drop, ErrorKind::Disconnected),
    ];
    for (reply, kind) in refusals {
        let node = then(reply).start().await.unwrap();
        let client = to(&node).connect().await.unwrap();
        let mut subscription = subscribed(&client).await;
        node.notify("head", "a", 1);
        sleep(MOMENT).await;
        node.disconnect();
        assert_eq!(next(&mut subscription).await, Some(Ok("1".to_owned())));
        let started = tokio::time::Instant::now();
        assert_eq!(next(&mut subscription).await, Some(Err(kind)));
        assert!(started.elapsed() <= TIMEOUT + Duration::from_millis(10));
        assert_eq!(next(&mut subscription).await, None);
        assert_eq!(client.stats().subscriptions, 0);
        client.request(Request::new("ok")).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_subscription_dropped_while_it_is_opened_again_leaves_nothing_open() {
    let late = Reply::Result(json!("b")).after(MOMENT);
    let node = then(late).start().await.unwrap();
    let client = to(&node).connect().await.unwrap();
    let subscription = subscribed(&client).await;
    node.disconnect();
    sleep(MOMENT / 2).await;
    assert_eq!(node.requests_of("subscribe"), 2);
    drop(subscription);
    sleep(2 * MOMENT).await;
    assert_eq!(node.requests().last().unwrap(), &("unsubscribe".to_owned(), json!(["b"])));
    assert_eq!((client.stats().subscriptions, client.stats().gaps), (0, 0));
    sleep(TIMEOUT).await;
    assert_eq!(client.state(), State::Idle);
}

#[tokio::test(start_paused = true)]
async fn a_subscription_dropped_without_a_websocket_opens_none() {
    let node = script().start().await.unwrap();
    let client = to(&node).connect().await.unwrap();
    let (dropped, ended) = (subscribed(&client).await, subscribed(&client).await);
    node.down();
    sleep(MOMENT).await;
    drop(dropped);
    ended.unsubscribe().await.unwrap();
    node.up();
    sleep(10 * TIMEOUT).await;
    assert_eq!((node.open_connections(), node.requests_of("unsubscribe")), (0, 0));
    assert_eq!((client.state(), client.stats().subscriptions), (State::Idle, 0));
}

#[tokio::test(start_paused = true)]
async fn g2_a_watched_submission_is_not_sent_again() {
    let node = script().start().await.unwrap();
    let client = to(&node).connect().await.unwrap();
    let request = Request::new("subscribe").param("0x01").replay(Replay::Never);
    let mut watch = client.subscribe(request, "unsubscribe").await.unwrap();
    node.push("head", "ready");
    sleep(MOMENT).await;
    node.disconnect();
    assert_eq!(next(&mut watch).await, Some(Ok("\"ready\"".to_owned())));
    let error = watch.next().await.unwrap().unwrap_err();
    assert!(error.is_fate_unknown() && error.may_have_run(), "{error}");
    assert_eq!((error.sent(), error.method()), (Some(r#"["0x01"]"#), Some("subscribe")));
    assert!(watch.next().await.is_none());
    sleep(MOMENT).await;
    assert_eq!((node.requests_of("subscribe"), client.state()), (1, State::Idle));
}

#[tokio::test(start_paused = true)]
async fn a_subscribe_request_lost_with_its_websocket_is_made_again() {
    let asked = AtomicUsize::new(0);
    let node = MockNode::builder()
        .handle("subscribe", move |_| match asked.fetch_add(1, Ordering::Relaxed) {
            0 => Reply::Drop,
            _ => json!("a").into(),
        })
        .start()
        .await
        .unwrap();
    let client = to(&node).connect().await.unwrap();
    let mut subscription = subscribed(&client).await;
    node.notify("head", "a", 1);
    assert_eq!(next(&mut subscription).await, Some(Ok("1".to_owned())), "nothing was missed: no gap");
}

#[tokio::test(start_paused = true)]
async fn an_unsubscribe_request_lost_with_its_websocket_is_fulfilled() {
    let node = then(Reply::Silence).handle("unsubscribe", |_| Reply::Drop).start().await.unwrap();
    let client = to(&node).connect().await.unwrap();
    subscribed(&client).await.unsubscribe().await.unwrap();
    assert_eq!((node.requests_of("unsubscribe"), node.connections()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_unsubscribe_request_whose_caller_goes_reaches_the_node() {
    let node = then(Reply::Silence).handle("silence", |_| Reply::Silence).start().await.unwrap();
    let client = to(&node).connect().await.unwrap();
    let subscription = subscribed(&client).await;
    {
        let mut ending = std::pin::pin!(subscription.unsubscribe());
        assert!((&mut ending).now_or_never().is_none());
        assert_eq!(client.stats().queued, 1);
    }
    sleep(MOMENT).await;
    assert_eq!(node.requests_of("unsubscribe"), 1);
}

#[tokio::test(start_paused = true)]
async fn g3_a_subscription_of_who_has_another_endpoint_ends_with_its_websocket() {
    let node = script().start().await.unwrap();
    let client = to(&node).connect().await.unwrap();
    let request = Request::new("subscribe").fail_fast();
    let mut subscription = client.subscribe(request, "unsubscribe").await.unwrap();
    node.push("head", 1);
    sleep(MOMENT).await;
    node.disconnect();
    assert_eq!(next(&mut subscription).await, Some(Ok("1".into())), "what came before the loss");
    assert_eq!(next(&mut subscription).await, Some(Err(ErrorKind::Disconnected)));
    assert_eq!(next(&mut subscription).await, None);
    assert_eq!(node.requests_of("subscribe"), 1);
}
