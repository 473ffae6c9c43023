//! How websockets end that nobody needs any more. Time is tokio's paused clock.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use serde_json::json;
use tensorwire_rpc::mock::{Connection, MockNode};
use tensorwire_rpc::{Client, Request};
use tokio::time::sleep;

async fn served() -> (MockNode, Client) {
    let node = MockNode::builder().result("ok", json!(1)).start().await.unwrap();
    let dialed = node.clone();
    let client = Client::builder("ws://mock").dial_with(move || dialed.pipe()).connect().await.unwrap();
    client.request(Request::new("ok")).await.unwrap();
    (node, client)
}

/// What the node saw of the end.
async fn end_of(node: &MockNode) -> (u64, Option<u16>, bool) {
    sleep(Duration::from_secs(2)).await;
    let Connection { close_frames, close_code, is_open, .. } = node.connection(0).unwrap();
    (close_frames, close_code, is_open)
}

const GOODBYE: (u64, Option<u16>, bool) = (1, Some(1000), false);

#[tokio::test(start_paused = true)]
async fn g11_closing_says_goodbye() {
    let (node, client) = served().await;
    client.close().await;
    assert_eq!(end_of(&node).await, GOODBYE);
}

#[tokio::test(start_paused = true)]
async fn g11_dropping_the_last_handle_says_goodbye() {
    let (node, client) = served().await;
    let clone = client.clone();
    drop(client);
    assert_eq!(end_of(&node).await, (0, None, true));
    drop(clone);
    assert_eq!(end_of(&node).await, GOODBYE);
}

#[tokio::test(start_paused = true)]
async fn g11_idling_says_goodbye() {
    let (node, client) = served().await;
    sleep(Duration::from_secs(6)).await;
    assert_eq!(end_of(&node).await, GOODBYE);
    drop(client);
}
