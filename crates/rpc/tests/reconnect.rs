//! A client outlives its websocket. Time is tokio's paused clock.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tensorwire_rpc::mock::{MockBuilder, MockNode, Reply};
use tensorwire_rpc::{Builder, Client, ErrorKind, Lane, Replay, Request, State};
use tokio::time::Instant;

const TIMEOUT: Duration = Duration::from_secs(10);

/// A node that answers `ok`, echoes `echo`, and drops the connection on anything else.
fn script() -> MockBuilder {
    MockNode::builder()
        .result("ok", json!("fine"))
        .handle("echo", |params| params.clone().into())
        .handle("silence", |_| Reply::Silence)
        .otherwise(|_, _| Reply::Drop)
        .round_trip(Duration::from_millis(10))
}

fn to(node: &MockNode) -> Builder {
    let node = node.clone();
    Client::builder("ws://mock").timeout(TIMEOUT).dial_with(move || node.pipe())
}

/// An endpoint that cannot be reached for the first `failures` attempts; and how often it was tried.
fn unreachable(node: &MockNode, failures: usize) -> (Builder, Arc<AtomicUsize>) {
    let (node, dials) = (node.clone(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&dials);
    let builder = Client::builder("ws://mock").timeout(TIMEOUT).dial_with(move || {
        match counted.fetch_add(1, Ordering::Relaxed) < failures {
            true => tokio::io::duplex(64).0,
            false => node.pipe(),
        }
    });
    (builder, dials)
}

#[tokio::test(start_paused = true)]
async fn g1_a_read_is_answered_over_the_next_websocket_within_one_deadline() {
    let asked = AtomicUsize::new(0);
    let node = script()
        .handle("read", move |_| match asked.fetch_add(1, Ordering::Relaxed) {
            0 => Reply::Drop,
            _ => json!(7).into(),
        })
        .start()
        .await
        .unwrap();
    let client = to(&node).connect().await.unwrap();
    let started = Instant::now();
    assert_eq!(client.request(Request::new("read")).await.unwrap().raw(), "7");
    assert!(started.elapsed() <= TIMEOUT);
    let stats = client.stats();
    assert_eq!((stats.websockets_opened, stats.reconnects, stats.replayed), (2, 1, 1));
    assert_eq!((node.connections(), node.requests_of("read")), (2, 2));
    assert!(client.last_error().unwrap().is_disconnected());
    assert_eq!(client.state(), State::Open);
}

#[tokio::test(start_paused = true)]
async fn g1_replays_share_the_deadline_of_the_call() {
    let node = script().handle("read", |_| Reply::Silence).start().await.unwrap();
    let client = to(&node).connect().await.unwrap();
    let started = Instant::now();
    let call = client.send(Request::new("read"));
    let cut = async {
        for _ in 0..3 {
            tokio::time::sleep(TIMEOUT / 4).await;
            node.disconnect();
        }
    };
    let (ended, ()) = tokio::join!(call, cut);
    let error = ended.unwrap_err();
    assert!(error.is_timeout() && error.may_have_run(), "{error}");
    assert!(error.to_string().contains("written 4 times"), "{error}");
    assert!(started.elapsed() < TIMEOUT + Duration::from_millis(10));
}

#[tokio::test(start_paused = true)]
async fn g2_a_request_not_to_be_sent_twice_is_sent_once() {
    let node = script().start().await.unwrap();
    let client = to(&node).connect().await.unwrap();
    let request = Request::new("submit").param("0x01").param(2).lane(Lane::Priority).replay(Replay::Never);
    let error = client.request(request).await.unwrap_err();
    assert!(error.is_fate_unknown() && error.may_have_run(), "{error}");
    assert_eq!((error.kind(), error.sent()), (ErrorKind::FateUnknown, Some(r#"["0x01",2]"#)));
    client.request(Request::new("ok")).await.unwrap();
    assert_eq!((node.requests_of("submit"), node.connections()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn g2_a_request_never_written_waits_for_the_websocket_of_either_kind() {
    let node = script().start().await.unwrap();
    let (builder, dials) = unreachable(&node, 3);
    let client = builder.build().unwrap();
    assert_eq!((client.state(), dials.load(Ordering::Relaxed)), (State::Idle, 0));
    let calls = [Replay::Safe, Replay::Never].map(|replay| client.send(Request::new("ok").replay(replay)));
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    let stats = client.stats();
    assert_eq!((stats.connect_failures, stats.websockets_opened, stats.reconnects), (3, 1, 0));
    assert_eq!((stats.replayed, node.requests_of("ok")), (0, 2));
}

#[tokio::test(start_paused = true)]
async fn g1_a_request_that_kills_websockets_ends() {
    let node = script().start().await.unwrap();
    let client = to(&node).timeout(Duration::from_secs(3600)).connect().await.unwrap();
    let error = client.request(Request::new("killer")).await.unwrap_err();
    assert!(error.is_disconnected() && error.may_have_run());
    assert!(error.to_string().contains("written 4 times"), "{error}");
    assert_eq!((node.requests_of("killer"), client.stats().replayed), (4, 3));
    assert_eq!((client.stats().in_flight, client.stats().queued), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn g1_an_answer_too_large_is_asked_for_again_and_then_named() {
    let node = script().result("large", json!("x".repeat(100_000))).start().await.unwrap();
    let client = to(&node).max_response_bytes(65_536).connect().await.unwrap();
    let error = client.request(Request::new("large")).await.unwrap_err();
    assert_eq!((error.kind(), node.requests_of("large")), (ErrorKind::TooLarge, 4));
    client.request(Request::new("ok")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_was_written_is_written_again_in_its_order_before_what_waited() {
    let node = script().start().await.unwrap();
    let client = to(&node).in_flight(3).connect().await.unwrap();
    let calls: Vec<_> = (0..6).map(|n| client.send(Request::new("silence").param(n))).collect();
    let (written, waiting) = calls.split_at(3);
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!((client.stats().in_flight, client.stats().queued), (3, 3));
    node.disconnect();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(client.stats().replayed, 3);
    let params = || node.requests().into_iter().map(|(_, params)| params[0].as_u64().unwrap());
    assert_eq!(params().collect::<Vec<_>>(), [0, 1, 2, 0, 1, 2]);
    let _ = (written, waiting);
}

#[tokio::test(start_paused = true)]
async fn g1_a_cancelled_call_is_not_sent_again_and_nobody_reconnects_for_it() {
    let node = script().start().await.unwrap();
    let client = to(&node).connect().await.unwrap();
    let call = client.send(Request::new("silence"));
    tokio::time::sleep(Duration::from_millis(20)).await;
    drop(call);
    node.disconnect();
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!((node.connections(), node.request_count()), (1, 1));
    assert_eq!(client.state(), State::Idle);
    client.request(Request::new("ok")).await.unwrap();
    assert_eq!((node.connections(), client.stats().reconnects), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn g1_a_call_that_finds_no_endpoint_says_why() {
    let node = script().start().await.unwrap();
    let (builder, dials) = unreachable(&node, usize::MAX);
    let client = builder.build().unwrap();
    let started = Instant::now();
    let error = client.request(Request::new("ok")).await.unwrap_err();
    assert_eq!(started.elapsed().as_secs(), TIMEOUT.as_secs());
    assert!(error.is_timeout() && !error.may_have_run());
    let text = error.to_string();
    assert!(text.starts_with("ok at ws://mock: no answer within 10s: the endpoint could not be reached: "));
    assert!(text.ends_with("(the request was not written)"), "{text}");
    assert_eq!(client.stats().connect_failures as usize, dials.load(Ordering::Relaxed));
    assert_eq!(client.last_error().unwrap().kind(), ErrorKind::Handshake);
}

#[tokio::test(start_paused = true)]
async fn attempts_on_a_dead_endpoint_become_rare() {
    let node = script().start().await.unwrap();
    let (builder, dials) = unreachable(&node, usize::MAX);
    let client = builder.build().unwrap();
    let call = client.request(Request::new("ok").timeout(Duration::from_secs(3600)));
    assert!(call.await.unwrap_err().is_timeout());
    // An attempt every 5 s on the average, once the wait has grown; every 10 s at the most.
    let dials = dials.load(Ordering::Relaxed);
    assert!((360..1200).contains(&dials), "{dials}");
}

#[tokio::test(start_paused = true)]
async fn g1_who_has_another_endpoint_need_not_wait_for_this_one() {
    let node = script().start().await.unwrap();
    let (builder, dials) = unreachable(&node, 8);
    let client = builder.build().unwrap();
    let started = Instant::now();
    let error = client.request(Request::new("ok").fail_fast()).await.unwrap_err();
    assert_eq!((error.kind(), error.method()), (ErrorKind::Handshake, Some("ok")));
    assert_eq!(dials.load(Ordering::Relaxed), 1);
    // Somebody patient keeps the client trying; meanwhile the others hear at once.
    let patient = client.send(Request::new("ok").timeout(Duration::from_secs(600)));
    let mut refused = 0;
    while let State::Waiting { .. } = client.state() {
        let error = client.request(Request::new("ok").fail_fast()).await.unwrap_err();
        refused += u32::from(error.kind() == ErrorKind::Handshake);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert!(refused > 0 && started.elapsed() < Duration::from_secs(600));
    patient.await.unwrap();
    client.request(Request::new("ok").fail_fast()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn g1_an_impatient_call_ends_with_its_websocket_and_is_not_resent() {
    let node = script().start().await.unwrap();
    let client = to(&node).connect().await.unwrap();
    let error = client.request(Request::new("killer").fail_fast()).await.unwrap_err();
    assert!(error.is_disconnected() && error.may_have_run());
    client.request(Request::new("ok")).await.unwrap();
    assert_eq!(node.requests_of("killer"), 1);
}

#[tokio::test(start_paused = true)]
async fn closing_ends_a_client_that_connects_or_waits() {
    let node = script().start().await.unwrap();
    // One dial that hangs, and an endpoint that refuses.
    let hanging = Client::builder("ws://mock").dial_with({
        let open = std::sync::Mutex::new(Vec::new());
        move || {
            let (ours, theirs) = tokio::io::duplex(64);
            open.lock().unwrap().push(theirs);
            ours
        }
    });
    for builder in [hanging, unreachable(&node, usize::MAX).0] {
        let client = builder.build().unwrap();
        let call = client.send(Request::new("ok"));
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert!(matches!(client.state(), State::Connecting | State::Waiting { .. }));
        let started = Instant::now();
        client.close().await;
        assert!(started.elapsed() <= Duration::from_secs(1));
        assert_eq!(call.await.unwrap_err().kind(), ErrorKind::Closed);
        assert_eq!(client.request(Request::new("ok")).await.unwrap_err().kind(), ErrorKind::Closed);
        assert_eq!(client.state(), State::Closed);
    }
}

#[tokio::test(start_paused = true)]
async fn g11_no_task_is_left_behind() {
    let node = script().start().await.unwrap();
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let idle = to(&node).build().unwrap();
    let open = to(&node).connect().await.unwrap();
    open.request(Request::new("ok")).await.unwrap();
    let waiting = unreachable(&node, usize::MAX).0.build().unwrap();
    let call = waiting.send(Request::new("ok"));
    tokio::time::sleep(Duration::from_secs(1)).await;
    // Three clients, and the node's side of one websocket.
    assert_eq!(tasks(), before + 4);
    drop((idle, open, waiting, call));
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(tasks(), before);
}

#[tokio::test(start_paused = true)]
async fn g11_requests_waiting_for_answers_are_bounded_in_bytes() {
    let node = script().start().await.unwrap();
    let client = to(&node).max_queued_bytes(10_000).connect().await.unwrap();
    let large = || Request::new("silence").param("x".repeat(4_000));
    let kept = [client.send(large()), client.send(large())];
    let error = client.request(large()).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_run()), (ErrorKind::Overloaded, false));
    client.request(Request::new("ok")).await.unwrap();
    drop(kept);
    client.request(Request::new("echo").param("x".repeat(9_000))).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn g1_a_thousand_losses_lose_no_read() {
    let node = script().start().await.unwrap();
    let client = to(&node).connect().await.unwrap();
    for n in 0..1000 {
        let mut calls: Vec<_> = (0..4).map(|k| client.send(Request::new("echo").param(4 * n + k))).collect();
        if n % 2 == 0 {
            tokio::task::yield_now().await;
        }
        node.disconnect();
        for (k, call) in calls.drain(..).enumerate() {
            assert_eq!(call.await.unwrap().json::<[usize; 1]>().unwrap(), [4 * n + k]);
        }
    }
    let stats = client.stats();
    assert_eq!((stats.in_flight, stats.queued, stats.errors, stats.late_answers), (0, 0, 0, 0));
    assert!(stats.reconnects > 900, "{}", stats.reconnects);
}

#[test]
fn settings_that_make_no_sense_are_named() {
    let builder = || Client::builder("ws://127.0.0.1:1");
    let zero = Duration::ZERO;
    let refused = [
        (builder().timeout(zero), "timeout"),
        (builder().connect_timeout(zero), "connect_timeout"),
        (builder().ping_interval(zero), "ping_interval"),
        (builder().idle_timeout(Some(zero)), "idle_timeout"),
        (builder().in_flight(0), "in_flight"),
        (builder().max_subscriptions(0), "max_subscriptions"),
        (builder().subscription_items(0), "subscription_items"),
        (builder().max_response_bytes(0), "max_response_bytes"),
    ];
    for (builder, setting) in refused {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains(setting), "{error}");
    }
    assert!(builder().build().unwrap_err().to_string().contains("no tokio runtime"));
}
