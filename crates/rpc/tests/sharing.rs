//! One handle, many threads; what reaches the socket, and when it closes.
#![allow(clippy::unwrap_used)]

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tensorwire_rpc::mock::{MockNode, Reply};
use tensorwire_rpc::{Client, ErrorKind, Request};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

#[test]
fn handles_may_go_anywhere() {
    fn anywhere<T: Send + Sync + Unpin + 'static>() {}
    anywhere::<Client>();
    anywhere::<tensorwire_rpc::Call>();
    anywhere::<tensorwire_rpc::Subscription>();
    anywhere::<tensorwire_rpc::Error>();
    fn sendable<T: Send>(_: T) {}
    sendable(Client::connect("ws://127.0.0.1:1"));
    assert_eq!(size_of::<tensorwire_rpc::Error>(), size_of::<usize>());
}

/// Callers on runtimes, and none, of their own: the websocket is served by the runtime that opened it.
#[test]
fn g12_ten_thousand_calls_from_64_threads_all_answer() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (node, client) = runtime.block_on(async {
        let node = MockNode::start(|_, params| params.clone().into()).await.unwrap();
        let client = Client::connect(&node.url()).await.unwrap();
        (node, client)
    });
    let answered = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for thread in 0..64u64 {
            let (client, answered) = (client.clone(), &answered);
            scope.spawn(move || {
                let calls = (0..157u64).map(|n| client.send(Request::new("echo").param(1000 * thread + n)));
                let calls: Vec<_> = calls.collect();
                let answers =
                    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(join_all(calls));
                for (n, answer) in (0..).zip(answers) {
                    assert_eq!(answer.unwrap().json::<[u64; 1]>().unwrap(), [1000 * thread + n]);
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(answered.into_inner(), 64 * 157);
    assert_eq!((node.connections(), node.request_count()), (1, 64 * 157));
    assert_eq!((client.stats().in_flight, client.stats().buffered_bytes), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn g12_cancelling_from_many_tasks_loses_nobody_elses_answer() {
    let node = MockNode::start(|_, params| params.clone().into()).await.unwrap();
    let client = Client::builder(&node.url()).in_flight(16).connect().await.unwrap();
    let tasks = (0..100u64).map(|task| {
        let client = client.clone();
        tokio::spawn(async move {
            for n in 0..50 {
                let kept = client.send(Request::new("echo").param(task).param(n));
                let dropped = client.send(Request::new("echo").param("dropped"));
                if n % 2 == 0 {
                    tokio::task::yield_now().await;
                }
                drop(dropped);
                assert_eq!(kept.await.unwrap().json::<[u64; 2]>().unwrap(), [task, n]);
            }
        })
    });
    for ended in join_all(tasks).await {
        ended.unwrap();
    }
    let stats = client.stats();
    assert_eq!((stats.in_flight, stats.queued, stats.buffered_bytes, stats.unknown_ids), (0, 0, 0, 0));
    assert_eq!(stats.answers + stats.cancelled, 100 * 50 * 2);
}

/// A pipe that counts what is written to it.
struct Counting<S> {
    inner: S,
    writes: Arc<AtomicU64>,
    flushes: Arc<AtomicU64>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Counting<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counting<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.writes.fetch_add(1, Ordering::Relaxed);
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.flushes.fetch_add(1, Ordering::Relaxed);
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[tokio::test]
async fn requests_queued_together_share_one_write() {
    let node = MockNode::start(|_, _| json!(1).into()).await.unwrap();
    let (writes, flushes) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
    let pipe = Counting { inner: node.pipe(), writes: Arc::clone(&writes), flushes: Arc::clone(&flushes) };
    let client = Client::builder("ws://mock").over(pipe).await.unwrap();
    client.request(Request::new("first")).await.unwrap();
    let before = (writes.load(Ordering::Relaxed), flushes.load(Ordering::Relaxed));
    let calls: Vec<_> = (0..1000).map(|n| client.send(Request::new("state_getStorage").param(n))).collect();
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    let counts = (writes.load(Ordering::Relaxed) - before.0, flushes.load(Ordering::Relaxed) - before.1);
    assert!(counts.0 <= 3 && counts.1 <= 3, "{counts:?}");
}

#[tokio::test]
async fn a_call_dropped_before_its_turn_never_reaches_the_node() {
    let node = MockNode::builder()
        .handle("slow", |_| Reply::from(json!(1)).after(Duration::from_millis(20)))
        .result("ok", json!(1))
        .start()
        .await
        .unwrap();
    let client = Client::builder("ws://mock").in_flight(1).over(node.pipe()).await.unwrap();
    let slow = client.send(Request::new("slow"));
    let dropped = client.send(Request::new("dropped"));
    let ok = client.send(Request::new("ok"));
    drop(dropped);
    slow.await.unwrap();
    ok.await.unwrap();
    assert_eq!((node.requests_of("dropped"), node.request_count()), (0, 2));
}

#[tokio::test]
async fn g11_a_dropped_call_frees_its_slot() {
    let node =
        MockNode::builder().result("ok", json!(1)).otherwise(|_, _| Reply::Silence).start().await.unwrap();
    let client = Client::builder("ws://mock").in_flight(1).over(node.pipe()).await.unwrap();
    for _ in 0..100 {
        let lost = client.send(Request::new("lost"));
        tokio::task::yield_now().await;
        drop(lost);
        client.request(Request::new("ok")).await.unwrap();
    }
    assert_eq!((client.stats().in_flight, client.stats().queued), (0, 0));
}

#[tokio::test]
async fn an_endless_timeout_is_a_timeout_like_any() {
    let node = MockNode::start(|_, _| json!(1).into()).await.unwrap();
    let builder = Client::builder("ws://mock").timeout(Duration::MAX).connect_timeout(Duration::MAX);
    let client = builder.over(node.pipe()).await.unwrap();
    client.request(Request::new("ok")).await.unwrap();
}

#[tokio::test]
async fn closing_ends_calls_and_says_goodbye() {
    let node = MockNode::start(|_, _| Reply::Silence).await.unwrap();
    let client = Client::connect(&node.url()).await.unwrap();
    let call = client.send(Request::new("lost"));
    client.clone().close().await;
    assert_eq!(call.await.unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(client.request(Request::new("late")).await.unwrap_err().kind(), ErrorKind::Closed);
    client.close().await;
}

#[tokio::test]
async fn dropping_the_last_handle_closes_the_websocket() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let socket = tokio_tungstenite::accept_async(listener.accept().await.unwrap().0).await.unwrap();
        futures_util::StreamExt::collect::<Vec<_>>(socket).await
    });
    let client = Client::connect(&url).await.unwrap();
    let call = client.send(Request::new("never answered"));
    drop(client);
    tokio::task::yield_now().await;
    drop(call);
    let heard: Vec<_> = server.await.unwrap().into_iter().map(Result::unwrap).collect();
    assert!(heard.last().unwrap().is_close(), "{heard:?}");
}

#[test]
fn g1_calls_end_when_the_runtime_of_their_websocket_does() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let client = runtime.block_on(async {
        let node = MockNode::start(|_, _| Reply::Silence).await.unwrap();
        node.client().await.unwrap()
    });
    let call = client.send(Request::new("lost"));
    drop(runtime);
    let other = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert!(other.block_on(call).unwrap_err().is_disconnected());
    assert!(other.block_on(client.request(Request::new("late"))).unwrap_err().is_disconnected());
    other.block_on(client.close());
}
