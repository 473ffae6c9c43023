//! When a websocket that nobody needs closes, and when it stays. Time is tokio's paused clock.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tensorwire_rpc::mock::{MockNode, Reply};
use tensorwire_rpc::{Builder, Client, Request, State};
use tokio::io::DuplexStream;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

const IDLE: Duration = Duration::from_secs(5);

async fn node() -> (MockNode, Builder) {
    let node = MockNode::builder()
        .result("ok", json!(1))
        .result("subscribe", json!("a"))
        .handle("slow", |_| Reply::from(json!(1)).after(10 * IDLE))
        .start()
        .await
        .unwrap();
    let dialled = node.clone();
    (node, Client::builder("ws://mock").dial_with(move || dialled.pipe()))
}

/// Dials whoever takes the other ends.
fn by_hand() -> (Builder, UnboundedReceiver<DuplexStream>) {
    let (sender, pipes) = unbounded_channel();
    let builder = Client::builder("ws://mock").dial_with(move || {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        sender.send(theirs).unwrap();
        ours
    });
    (builder, pipes)
}

#[tokio::test(start_paused = true)]
async fn an_idle_websocket_says_goodbye_and_the_next_call_opens_another() {
    let (builder, mut pipes) = by_hand();
    let server = tokio::spawn(async move {
        let mut heard = Vec::new();
        while let Some(pipe) = pipes.recv().await {
            let mut socket = tokio_tungstenite::accept_async(pipe).await.unwrap();
            while let Some(Ok(message)) = socket.next().await {
                if message.is_text() {
                    let id =
                        serde_json::from_str::<serde_json::Value>(message.to_text().unwrap()).unwrap()["id"]
                            .clone();
                    let answer = format!(r#"{{"jsonrpc":"2.0","id":{id},"result":1}}"#);
                    socket.send(Message::Text(answer.into())).await.unwrap();
                }
                heard.push(message.is_close());
            }
        }
        heard
    });
    let client = builder.connect().await.unwrap();
    client.request(Request::new("ok")).await.unwrap();
    tokio::time::sleep(IDLE - Duration::from_millis(10)).await;
    assert_eq!(client.state(), State::Open);
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!((client.state(), client.stats().idle_closes), (State::Idle, 1));
    assert!(client.last_error().is_none());
    client.request(Request::new("ok")).await.unwrap();
    let stats = client.stats();
    assert_eq!((stats.websockets_opened, stats.reconnects), (2, 0));
    client.close().await;
    drop(client);
    assert_eq!(server.await.unwrap(), [false, true, false, true], "a request, a close frame; twice");
}

#[tokio::test(start_paused = true)]
async fn a_websocket_in_use_stays_open() {
    let (node, builder) = node().await;
    let client = builder.connect().await.unwrap();
    client.request(Request::new("slow")).await.unwrap();
    for _ in 0..10 {
        tokio::time::sleep(IDLE * 9 / 10).await;
        client.request(Request::new("ok")).await.unwrap();
    }
    let subscription = client.subscribe(Request::new("subscribe"), "ok").await.unwrap();
    tokio::time::sleep(10 * IDLE).await;
    assert_eq!((node.connections(), client.state()), (1, State::Open));
    drop(subscription);
    tokio::time::sleep(2 * IDLE).await;
    assert_eq!((client.state(), client.stats().idle_closes), (State::Idle, 1));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_call_leaves_the_websocket_idle() {
    let (_node, builder) = node().await;
    let client = builder.connect().await.unwrap();
    let call = client.send(Request::new("slow"));
    tokio::time::sleep(2 * IDLE).await;
    assert_eq!(client.state(), State::Open);
    drop(call);
    tokio::time::sleep(IDLE + Duration::from_millis(10)).await;
    assert_eq!(client.state(), State::Idle);
}

#[tokio::test(start_paused = true)]
async fn a_websocket_told_to_stays_open_without_use() {
    let (node, builder) = node().await;
    let client = builder.idle_timeout(None).connect().await.unwrap();
    tokio::time::sleep(Duration::from_secs(3600)).await;
    client.request(Request::new("ok")).await.unwrap();
    assert_eq!((node.connections(), client.stats().idle_closes), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn g1_a_half_open_connection_is_found_by_a_ping() {
    let (builder, mut pipes) = by_hand();
    // The first connection swallows everything, the second answers.
    let server = tokio::spawn(async move {
        let first = tokio_tungstenite::accept_async(pipes.recv().await.unwrap()).await.unwrap();
        let mut second = tokio_tungstenite::accept_async(pipes.recv().await.unwrap()).await.unwrap();
        let request = second.next().await.unwrap().unwrap();
        let id = serde_json::from_str::<serde_json::Value>(request.to_text().unwrap()).unwrap()["id"].clone();
        let answer = format!(r#"{{"jsonrpc":"2.0","id":{id},"result":1}}"#);
        second.send(Message::Text(answer.into())).await.unwrap();
        let _ = second.next().await;
        drop(first);
    });
    let client = builder.ping_interval(Duration::from_secs(10)).connect().await.unwrap();
    let started = Instant::now();
    client.request(Request::new("read")).await.unwrap();
    assert_eq!(started.elapsed().as_secs(), 20);
    let stats = client.stats();
    assert_eq!((stats.pings, stats.reconnects, stats.replayed), (1, 1, 1));
    assert!(client.last_error().unwrap().to_string().contains("does not answer a ping"));
    drop(client);
    server.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_silent_node_that_answers_pings_is_left_alone() {
    let (node, builder) = node().await;
    let client = builder.ping_interval(Duration::from_secs(12)).connect().await.unwrap();
    client.request(Request::new("slow")).await.unwrap();
    let stats = client.stats();
    assert_eq!((stats.pings, stats.reconnects, node.connections()), (4, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_drips_in_is_a_sign_of_life() {
    let answer = format!(r#"{{"jsonrpc":"2.0","id":{{id}},"result":"{}"}}"#, "x".repeat(100));
    let drip = Reply::Drip(answer, 10, Duration::from_secs(4));
    let node = MockNode::builder().handle("drip", move |_| drip.clone()).start().await.unwrap();
    let dialled = node.clone();
    let builder = Client::builder("ws://mock").dial_with(move || dialled.pipe());
    let client = builder.ping_interval(Duration::from_secs(5)).connect().await.unwrap();
    assert_eq!(client.request(Request::new("drip")).await.unwrap().byte_len(), 102);
    assert_eq!((client.stats().pings, node.connections()), (0, 1));
}
