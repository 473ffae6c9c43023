//! Subscriptions against the scripted node.
#![allow(clippy::unwrap_used)]

use futures_util::StreamExt;
use serde_json::json;
use tensorwire_rpc::mock::{MockNode, Reply};
use tensorwire_rpc::{Client, ErrorKind, Request, Subscription};

async fn subscribed(subscribe: Reply) -> (MockNode, Client, Subscription) {
    let node = MockNode::builder()
        .handle("subscribe", move |_| subscribe.clone())
        .result("unsubscribe", json!(true))
        .result("ok", json!(1))
        .start()
        .await
        .unwrap();
    let client = Client::builder("ws://mock").subscription_items(4).over(node.pipe()).await.unwrap();
    let subscription = client.subscribe(Request::new("subscribe"), "unsubscribe").await.unwrap();
    (node, client, subscription)
}

#[tokio::test]
async fn items_arrive_in_order_whatever_the_id_is() {
    for id in [json!("EMoZ3fSEgX3Cgn1e"), json!(17)] {
        let early = Reply::Many(vec![Reply::notify("head", id.clone(), 1), id.clone().into()]);
        let (node, _client, mut subscription) = subscribed(early).await;
        node.notify("head", id.clone(), 2);
        node.notify("head", json!("other"), 0);
        node.notify("head", id, 3);
        for expected in 1..=3 {
            assert_eq!(subscription.next().await.unwrap().unwrap().json::<u32>().unwrap(), expected);
        }
        subscription.unsubscribe().await.unwrap();
        assert_eq!(node.requests_of("unsubscribe"), 1);
    }
}

#[tokio::test]
async fn dropping_a_subscription_unsubscribes_by_its_id() {
    let (node, client, subscription) = subscribed(json!("a").into()).await;
    drop(subscription);
    // The lanes take turns: after two reads the unsubscribe request is out.
    for _ in 0..2 {
        client.request(Request::new("ok")).await.unwrap();
    }
    assert!(node.requests().contains(&("unsubscribe".to_owned(), json!(["a"]))));
    assert_eq!(client.stats().subscriptions, 0);
}

#[tokio::test]
async fn a_slow_consumer_is_told_and_goes_on() {
    let (node, client, mut subscription) = subscribed(json!("a").into()).await;
    for n in 0..10 {
        node.notify("head", "a", n);
    }
    client.request(Request::new("ok")).await.unwrap();
    let lagged = subscription.next().await.unwrap().unwrap_err();
    assert_eq!((lagged.kind(), lagged.is_lagged()), (ErrorKind::Lagged(6), true));
    let rest: Vec<u32> =
        subscription.by_ref().take(4).map(|item| item.unwrap().json::<u32>().unwrap()).collect().await;
    assert_eq!(rest, [6, 7, 8, 9]);
}

#[tokio::test]
async fn a_lost_websocket_is_the_last_item() {
    let (node, _client, mut subscription) = subscribed(json!("a").into()).await;
    node.notify("head", "a", 1);
    node.disconnect();
    assert!(subscription.next().await.unwrap().is_ok());
    assert!(subscription.next().await.unwrap().unwrap_err().is_disconnected());
    assert!(subscription.next().await.is_none());
}

#[tokio::test]
async fn a_subscription_the_node_ends_says_why() {
    let (node, _client, mut subscription) = subscribed(json!("a").into()).await;
    let params = r#"{"subscription":"a","error":{"code":-32000,"message":"lagging"}}"#;
    node.send_raw(format!(r#"{{"jsonrpc":"2.0","method":"head","params":{params}}}"#));
    let error = subscription.next().await.unwrap().unwrap_err();
    assert_eq!(error.server_error().unwrap().message, "lagging");
    assert!(subscription.next().await.is_none());
}

#[tokio::test]
async fn a_refused_subscription_is_the_nodes_error() {
    let node = MockNode::start(|_, _| Reply::error(-32601, "Method not found")).await.unwrap();
    let client = node.client().await.unwrap();
    let error = client.subscribe(Request::new("subscribe"), "unsubscribe").await.unwrap_err();
    assert_eq!((error.server_error().unwrap().code, error.method()), (-32601, Some("subscribe")));
}

#[tokio::test]
async fn a_subscription_keeps_its_websocket_open() {
    let (node, client, mut subscription) = subscribed(json!("a").into()).await;
    drop(client);
    node.notify("head", "a", 1);
    assert!(subscription.next().await.unwrap().is_ok());
}
