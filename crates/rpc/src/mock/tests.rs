//! What the scripted node promises to the tests that rely on it. Time is tokio's paused clock.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::*;

type Socket<S = DuplexStream> = WebSocketStream<S>;

async fn open<S: AsyncRead + AsyncWrite + Unpin>(io: S) -> Result<Socket<S>, tungstenite::Error> {
    client_async("ws://mock", io).await.map(|(socket, _)| socket)
}

async fn ask<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut Socket<S>, method: &str, params: Value) {
    let frame = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    socket.send(Message::text(frame.to_string())).await.unwrap();
}

/// The next text; `None` if the connection ended, an hour passed, or the frame was cut.
async fn hear<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut Socket<S>) -> Option<Value> {
    let message = timeout(Duration::from_secs(3600), socket.next()).await.ok()??;
    serde_json::from_str(message.ok()?.to_text().ok()?).ok()
}

fn echo() -> MockBuilder {
    MockNode::builder().handle("echo", |params| params.clone().into())
}

#[tokio::test(start_paused = true)]
async fn connections_are_greeted_in_turn_and_the_last_greeting_stays() {
    let busy = Greeting::http(429, &[("retry-after", "7")]);
    let node = echo().greetings([busy, Greeting::Drop, Greeting::Upgrade]).start().await.unwrap();
    let Err(tungstenite::Error::Http(refused)) = open(node.pipe()).await else { panic!("not refused") };
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (429, &"7".parse().unwrap()));
    assert!(open(node.pipe()).await.is_err());
    for _ in 0..2 {
        let mut socket = open(node.pipe()).await.unwrap();
        ask(&mut socket, "echo", json!([5])).await;
        assert_eq!(hear(&mut socket).await.unwrap()["result"], json!([5]));
    }
    assert_eq!(node.connections(), 4);
}

#[tokio::test]
async fn a_node_that_is_down_takes_nobody_and_comes_back_at_its_address() {
    let node = echo().start().await.unwrap();
    let tcp = || tokio::net::TcpStream::connect(node.address);
    let mut socket = open(node.pipe()).await.unwrap();
    let mut remote = open(tcp().await.unwrap()).await.unwrap();
    node.down();
    assert!(hear(&mut socket).await.is_none() && hear(&mut remote).await.is_none());
    assert!(open(node.pipe()).await.is_err());
    assert!(open(tcp().await.unwrap()).await.is_err());
    node.up();
    let mut socket = open(tcp().await.unwrap()).await.unwrap();
    // A restart that the connections have had no turn to notice ends them as well.
    node.down();
    node.up();
    assert!(hear(&mut socket).await.is_none());
    let mut socket = open(node.pipe()).await.unwrap();
    ask(&mut socket, "echo", json!([])).await;
    assert!(hear(&mut socket).await.is_some());
    assert_eq!((node.connections(), node.open_connections()), (4, 1));
}

#[tokio::test(start_paused = true)]
async fn a_connection_can_be_set_to_fail_after_so_many_requests() {
    let frame = r#"{"id":{id},"result":"0123456789"}"#.to_owned();
    let ends = [
        (Greeting::Until(2, Reply::Drop), false),
        (Greeting::Until(2, Reply::Cut(frame, 10)), false),
        (Greeting::Until(2, Reply::Freeze), true),
    ];
    for (greeting, stays_open) in ends {
        let node = echo().greeting(greeting).start().await.unwrap();
        let mut socket = open(node.pipe()).await.unwrap();
        for _ in 0..2 {
            ask(&mut socket, "echo", json!([])).await;
            assert!(hear(&mut socket).await.is_some());
        }
        ask(&mut socket, "echo", json!([])).await;
        assert!(hear(&mut socket).await.is_none());
        let seen = node.connection(0).unwrap();
        assert_eq!((seen.is_open, seen.requests, seen.frames_in, seen.frames_out), (stays_open, 3, 3, 2));
    }
}

#[tokio::test(start_paused = true)]
async fn a_half_open_connection_hears_all_and_says_nothing() {
    let node = echo().start().await.unwrap();
    let mut socket = open(node.pipe()).await.unwrap();
    tokio::task::yield_now().await;
    node.freeze();
    ask(&mut socket, "echo", json!([])).await;
    socket.send(Message::Ping("?".into())).await.unwrap();
    assert!(hear(&mut socket).await.is_none());
    let _ = socket.close(None).await;
    assert!(hear(&mut socket).await.is_none());
    let seen = node.connection(0).unwrap();
    assert_eq!((seen.requests, seen.pings, seen.close_frames, seen.is_open), (1, 1, 1, true));
    drop(socket);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(node.open_connections(), 0);
}

#[tokio::test(start_paused = true)]
async fn subscriptions_have_ids_of_their_own_and_can_be_closed() {
    let node = MockNode::builder().subscription("head", "subscribe", "unsubscribe").start().await.unwrap();
    let mut ids = Vec::new();
    let mut sockets = Vec::new();
    for number in 0..2 {
        let mut socket = open(node.pipe()).await.unwrap();
        ask(&mut socket, "subscribe", json!([number])).await;
        ids.push(hear(&mut socket).await.unwrap()["result"].clone());
        sockets.push(socket);
        assert_eq!(node.requests_on(number), [("subscribe".to_owned(), json!([number]))]);
    }
    assert_ne!(ids[0], ids[1]);
    assert_eq!(node.push("head", 7), 2);
    for (socket, id) in sockets.iter_mut().zip(&ids) {
        assert_eq!(hear(socket).await.unwrap()["params"], json!({ "subscription": id, "result": 7 }));
    }
    // Another connection's subscription is none of this one's.
    for (id, was_open) in [(&ids[0], false), (&ids[1], true), (&ids[1], false)] {
        ask(&mut sockets[1], "unsubscribe", json!([id])).await;
        assert_eq!(hear(&mut sockets[1]).await.unwrap()["result"], was_open);
    }
    drop(sockets.remove(0));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((node.subscribers("head"), node.push("head", 8)), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn an_endless_reply_ends_with_its_connection() {
    let item = Reply::Endless(Duration::from_secs(1), Box::new(Reply::notify("item", "a", 1)));
    let node = MockNode::start(move |_, _| item.clone()).await.unwrap();
    let mut socket = open(node.pipe()).await.unwrap();
    ask(&mut socket, "any", json!([])).await;
    for _ in 0..100 {
        assert!(hear(&mut socket).await.is_some());
    }
    drop(socket);
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(node.open_connections(), 0);
    let seen = node.connection(0).unwrap().frames_out;
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(node.connection(0).unwrap().frames_out, seen);
}
