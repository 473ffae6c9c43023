//! Nothing a websocket says is believed before it has proven itself. Time is tokio's paused clock.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::json;
use tensorwire_rpc::mock::{MockBuilder, MockNode, Reply};
use tensorwire_rpc::{Answer, Builder, Client, ErrorKind, Lane, Replay, Request, State};
use tokio::time::{Instant, sleep};

const TIMEOUT: Duration = Duration::from_secs(10);
const MOMENT: Duration = Duration::from_secs(1);

/// A node whose answer to the proof is this.
fn script(proof: impl Fn() -> Reply + Send + Sync + 'static) -> MockBuilder {
    MockNode::builder()
        .handle("genesis", move |_| proof())
        .subscription("head", "subscribe", "unsubscribe")
        .handle("echo", |params| params.clone().into())
}

fn ours(answer: &Answer) -> Result<(), String> {
    match answer.raw() {
        "\"ours\"" => Ok(()),
        other => Err(format!("the genesis hash is {other}")),
    }
}

fn to(node: &MockNode) -> Builder {
    let node = node.clone();
    Client::builder("ws://mock")
        .timeout(TIMEOUT)
        .proof(Request::new("genesis"), ours)
        .dial_with(move || node.pipe())
}

fn methods(node: &MockNode) -> Vec<String> {
    node.requests().into_iter().map(|(method, _)| method).collect()
}

#[tokio::test(start_paused = true)]
async fn g4_answers_wait_for_the_proof_and_requests_do_not() {
    let node = script(|| Reply::from(json!("ours")).after(MOMENT)).start().await.unwrap();
    let client = to(&node).connect().await.unwrap();
    let started = Instant::now();
    let submission = Request::new("echo").param("once").replay(Replay::Never).lane(Lane::Priority);
    let submission = client.send(submission);
    let calls: Vec<_> = (0..3).map(|n| client.send(Request::new("echo").param(n))).collect();
    sleep(MOMENT / 2).await;
    assert_eq!(methods(&node), ["genesis", "echo", "echo", "echo"], "asked right behind the proof");
    assert_eq!((client.state(), client.stats().answers), (State::Connecting, 0));
    assert_eq!(client.stats().queued, 1, "what must not be sent twice waits");
    for (n, answer) in join_all(calls).await.into_iter().enumerate() {
        assert_eq!(answer.unwrap().json::<[usize; 1]>().unwrap(), [n]);
    }
    assert!(started.elapsed() >= MOMENT && client.state() == State::Open);
    submission.await.unwrap();
    assert_eq!(methods(&node).len(), 5);
}

#[tokio::test(start_paused = true)]
async fn g17_a_proof_costs_no_round_trip_of_its_own() {
    let node = script(|| json!("ours").into()).round_trip(MOMENT).start().await.unwrap();
    let client = to(&node).build().unwrap();
    client.request(Request::new("echo")).await.unwrap();
    assert_eq!((node.round_trips(), node.request_count()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn g4_items_that_come_before_the_proof_are_delivered_behind_it_in_order() {
    let node = script(|| Reply::from(json!("ours")).after(MOMENT)).start().await.unwrap();
    let client = to(&node).connect().await.unwrap();
    let mut subscribing = std::pin::pin!(client.subscribe(Request::new("subscribe"), "unsubscribe"));
    assert!((&mut subscribing).now_or_never().is_none());
    sleep(MOMENT / 2).await;
    for n in 0..10 {
        node.push("head", n);
    }
    let mut subscription = subscribing.await.unwrap();
    for n in 0..10 {
        assert_eq!(subscription.next().await.unwrap().unwrap().json::<u32>().unwrap(), n);
    }
    assert_eq!(client.stats().buffered_bytes, 0);
}

#[tokio::test(start_paused = true)]
async fn g4_a_refused_websocket_answers_nobody_and_the_next_call_tries_another() {
    let right = Arc::new(AtomicBool::new(false));
    let answer = Arc::clone(&right);
    let reply = move || json!(if answer.load(Ordering::Relaxed) { "ours" } else { "theirs" }).into();
    let node = script(reply).start().await.unwrap();
    let client = to(&node).build().unwrap();
    let calls = (0..3).map(|_| client.send(Request::new("echo")));
    let submission = client.send(Request::new("echo").replay(Replay::Never));
    for ended in join_all(calls.chain([submission])).await {
        let error = ended.unwrap_err();
        assert!(error.is_unproven(), "{error}");
        assert!(error.to_string().contains("the genesis hash is \"theirs\""), "{error}");
    }
    assert_eq!((client.state(), client.stats().answers, node.requests_of("echo")), (State::Refused, 0, 3));
    assert!(client.last_error().unwrap().is_unproven());
    sleep(MOMENT).await;
    assert_eq!((node.connections(), node.open_connections()), (1, 0), "closed, and nobody tries by himself");
    right.store(true, Ordering::Relaxed);
    client.request(Request::new("echo")).await.unwrap();
    assert_eq!((client.state(), node.connections()), (State::Open, 2));
}

#[tokio::test(start_paused = true)]
async fn g4_every_websocket_proves_itself_and_subscriptions_end_where_one_does_not() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let reply = move || match count.fetch_add(1, Ordering::Relaxed) {
        0 | 1 => json!("ours").into(),
        _ => json!("theirs").into(),
    };
    let node = script(reply).start().await.unwrap();
    let client = to(&node).connect().await.unwrap();
    let mut subscription = client.subscribe(Request::new("subscribe"), "unsubscribe").await.unwrap();
    node.disconnect();
    assert_eq!(subscription.next().await.unwrap().unwrap_err().kind(), ErrorKind::Gap);
    node.disconnect();
    assert_eq!(subscription.next().await.unwrap().unwrap_err().kind(), ErrorKind::Unproven);
    assert!(subscription.next().await.is_none());
    assert_eq!(asked.load(Ordering::Relaxed), 3);
}

#[tokio::test(start_paused = true)]
async fn a_proof_that_fails_is_a_failed_attempt_and_ends_no_call() {
    let faults = [
        Reply::error(-32000, "syncing"),
        Reply::Silence,
        Reply::Raw("{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":\"x}".into()),
    ];
    for fault in faults {
        let asked = AtomicUsize::new(0);
        let reply = move || match asked.fetch_add(1, Ordering::Relaxed) {
            0..5 => fault.clone(),
            _ => json!("ours").into(),
        };
        let node = script(reply).start().await.unwrap();
        let client = to(&node).connect_timeout(MOMENT).timeout(6 * TIMEOUT).connect().await.unwrap();
        client.request(Request::new("echo")).await.unwrap();
        let stats = client.stats();
        // More often than a request that kills its websocket: this is none.
        assert_eq!((stats.connect_failures, node.requests_of("echo"), stats.answers), (5, 6, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn g1_a_proof_never_answered_ends_calls_by_their_deadline() {
    let node = script(|| Reply::Silence).start().await.unwrap();
    let client = to(&node).connect().await.unwrap();
    let started = Instant::now();
    let impatient = client.send(Request::new("echo").timeout(2 * TIMEOUT).fail_fast());
    let error = client.request(Request::new("echo").timeout(3 * MOMENT)).await.unwrap_err();
    assert!(error.is_timeout() && started.elapsed().as_secs() == 3, "{error}");
    assert!(error.to_string().contains("has not answered the client's proof (the request was written)"));
    let error = impatient.await.unwrap_err();
    assert_eq!((error.kind(), started.elapsed().as_secs()), (ErrorKind::Timeout, TIMEOUT.as_secs()));
    assert!(error.to_string().contains("no answer to the client's proof within 10s"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn g11_what_is_held_back_before_the_proof_is_bounded() {
    let node = script(|| Reply::Silence).start().await.unwrap();
    let client = to(&node).max_buffered_bytes(10_000).connect().await.unwrap();
    let call = client.send(Request::new("echo"));
    for _ in 0..20 {
        sleep(MOMENT / 100).await;
        node.send_raw("x".repeat(1_000));
    }
    sleep(MOMENT / 100).await;
    assert!(client.stats().buffered_bytes <= 12_000);
    assert!(client.last_error().unwrap().to_string().contains("came before the proof's answer"));
    drop(call);
}

#[tokio::test(start_paused = true)]
async fn a_websocket_opened_for_nobody_proves_itself_too() {
    let node = script(|| json!("theirs").into()).start().await.unwrap();
    let client = to(&node).connect().await.unwrap();
    sleep(MOMENT).await;
    assert_eq!((client.state(), node.connections()), (State::Refused, 1));
}

#[tokio::test(start_paused = true)]
async fn a_proof_that_cannot_be_asked_is_refused_when_the_client_is_built() {
    let unwritable = std::collections::HashMap::from([(vec![1u8], 1)]);
    let builder = Client::builder("ws://mock").proof(Request::new("genesis").param(unwritable), ours);
    assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::Request);
}

#[tokio::test(start_paused = true)]
async fn g4_a_given_connection_that_is_refused_says_so_for_good() {
    let node = script(|| json!("theirs").into()).start().await.unwrap();
    let builder = Client::builder("ws://mock").proof(Request::new("genesis"), ours);
    let client = builder.over(node.pipe()).await.unwrap();
    assert_eq!(client.state(), State::Connecting);
    for _ in 0..2 {
        assert!(client.request(Request::new("echo")).await.unwrap_err().is_unproven());
    }
    assert_eq!(client.state(), State::Closed);
}

#[tokio::test(start_paused = true)]
async fn g4_a_node_that_closes_behind_the_wrong_proof_is_refused_and_one_that_closes_behind_a_refusal_is_left_alone()
 {
    let close = || Reply::Close(1008, "policy".into());
    let node = script(move || Reply::Many(vec![json!("theirs").into(), close()])).start().await.unwrap();
    let client = to(&node).build().unwrap();
    assert!(client.request(Request::new("echo")).await.unwrap_err().is_unproven());
    assert_eq!((client.state(), node.connections()), (State::Refused, 1));

    let limit = || Reply::error(-32029, "too many requests: try again in 3s");
    let asked = AtomicUsize::new(0);
    let node = script(move || match asked.fetch_add(1, Ordering::Relaxed) {
        0 => Reply::Many(vec![limit(), close()]),
        _ => json!("ours").into(),
    });
    let node = node.start().await.unwrap();
    let client = to(&node).build().unwrap();
    let started = Instant::now();
    client.request(Request::new("echo")).await.unwrap();
    assert!(started.elapsed().as_secs() >= 3 && node.connections() == 2, "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn g1_a_proof_overdue_on_a_silent_websocket_is_no_reason_to_spin() {
    let node = script(|| Reply::Freeze).start().await.unwrap();
    let client = to(&node).connect_timeout(4 * MOMENT).ping_interval(2 * MOMENT).connect().await.unwrap();
    assert!(client.request(Request::new("echo")).await.unwrap_err().is_timeout());
    assert!(client.stats().connect_failures > 0);
}

#[tokio::test(start_paused = true)]
async fn g10_a_probe_that_nobody_waits_for_any_more_holds_up_nobody() {
    let asked = AtomicUsize::new(0);
    let node = script(move || match asked.fetch_add(1, Ordering::Relaxed) {
        0 => Reply::error(-32029, "too many requests: try again in 1s"),
        1 => Reply::Silence,
        _ => json!("ours").into(),
    });
    let node = node.start().await.unwrap();
    let client = to(&node).idle_timeout(Some(MOMENT)).connect_timeout(6 * TIMEOUT).build().unwrap();
    let call = client.send(Request::new("echo"));
    sleep(5 * MOMENT / 2).await;
    drop(call);
    sleep(2 * MOMENT).await;
    assert_eq!((node.connections(), client.stats().idle_closes), (2, 1), "the probe went with its websocket");
    let started = Instant::now();
    client.request(Request::new("echo")).await.unwrap();
    assert!(started.elapsed() < 3 * MOMENT, "{:?}", started.elapsed());
}
