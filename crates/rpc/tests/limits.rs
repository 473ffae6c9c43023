//! Endpoints that limit the rate of requests: a call waits its turn within its deadline, or fails at once. Time is tokio's
//! paused clock.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tensorwire_rpc::mock::{Greeting, MockBuilder, MockNode, Reply};
use tensorwire_rpc::{Client, ErrorKind, Lane, Replay, Request, State};
use tokio::time::Instant;

/// How long a scripted node bans whoever asks too much.
const BAN: Duration = Duration::from_secs(5);

/// One way to refuse, as endpoints do it.
fn shapes() -> Vec<(&'static str, Reply)> {
    let error = |code, message: &str, data: Value| Reply::Error {
        code,
        message: message.to_owned(),
        data: (!data.is_null()).then_some(data),
    };
    let policy = json!({ "policy": { "retry_after": BAN.as_secs() } });
    vec![
        ("-32005 with a policy", error(-32005, "Limit reached", policy.clone())),
        ("-32004 with a policy", error(-32004, "Limit reached", policy)),
        ("-32029 in words", error(-32029, "Too many requests, try again in 5s", Value::Null)),
        ("-32029 without a word", error(-32029, "", Value::Null)),
        ("-32999", error(-32999, "RPC rate limit exceeded", Value::Null)),
        ("-32009", error(-32009, "Server is busy, try again later", Value::Null)),
        ("close 1008 in words", Reply::Close(1008, "rate limit: try again in 5s".to_owned())),
        ("close 1008", Reply::Close(1008, String::new())),
        ("close 1013", Reply::Close(1013, String::new())),
    ]
}

/// What a node that bans has seen, shared with its script.
#[derive(Default)]
struct Seen {
    accepted: u64,
    refused: u64,
    /// Requests that came during a ban, by ban.
    during: Vec<u64>,
    banned_until: Option<Instant>,
    last: Option<Instant>,
}

/// A node that answers so many requests, then bans once for [`BAN`], and answers all from then on.
fn banning(after: u64, refusal: Reply) -> (MockBuilder, Arc<Mutex<Seen>>) {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let shared = Arc::clone(&seen);
    let builder = MockNode::builder().round_trip(Duration::from_millis(10)).otherwise(move |_, params| {
        let mut seen = shared.lock().unwrap();
        let now = Instant::now();
        if seen.banned_until.is_none() && seen.accepted == after {
            seen.banned_until = Some(now + BAN);
            seen.during.push(0);
            seen.refused += 1;
            return refusal.clone();
        }
        if seen.banned_until.is_some_and(|until| now < until) {
            *seen.during.last_mut().unwrap() += 1;
            seen.refused += 1;
            return refusal.clone();
        }
        seen.accepted += 1;
        params.clone().into()
    });
    (builder, seen)
}

/// A node that answers one request in `gap` and refuses all that come sooner.
fn one_in(gap: Duration, refusal: Reply) -> (MockBuilder, Arc<Mutex<Seen>>) {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let shared = Arc::clone(&seen);
    let builder = MockNode::builder().otherwise(move |_, params| {
        let mut seen = shared.lock().unwrap();
        let now = Instant::now();
        if seen.last.is_some_and(|last| now < last + gap) {
            seen.refused += 1;
            return refusal.clone();
        }
        seen.last = Some(now);
        seen.accepted += 1;
        params.clone().into()
    });
    (builder, seen)
}

async fn client_of(builder: MockBuilder) -> (MockNode, Client) {
    let node = builder.start().await.unwrap();
    let dialled = node.clone();
    let client = Client::builder("ws://mock").dial_with(move || dialled.pipe()).build().unwrap();
    (node, client)
}

fn stated(limit: u64, seconds: u64) -> Reply {
    let data = Some(json!({ "limit": limit, "period": seconds }));
    Reply::Error { code: -32029, message: "Too many requests".to_owned(), data }
}

#[tokio::test(start_paused = true)]
async fn g10_a_ban_of_any_shape_is_waited_out_with_one_probe() {
    for (name, refusal) in shapes() {
        let (builder, seen) = banning(3, refusal);
        let (_node, client) = client_of(builder).await;
        for n in 0..3 {
            client.request(Request::new("before").param(n)).await.unwrap();
        }
        // The refused one and those that come after it all get their answers.
        let refused = client.send(Request::new("during").param("first"));
        while seen.lock().unwrap().refused == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(
            matches!(client.state(), State::Banned { retry_in } if !retry_in.is_zero()),
            "{name}: {:?}",
            client.state()
        );
        let later: Vec<_> = (0..10).map(|n| client.send(Request::new("during").param(n))).collect();
        assert_eq!(refused.await.unwrap().raw(), "[\"first\"]", "{name}");
        for (n, answer) in join_all(later).await.into_iter().enumerate() {
            assert_eq!(answer.unwrap().raw(), format!("[{n}]"), "{name}");
        }
        let seen = seen.lock().unwrap();
        // Where nothing is said the ban is found by probes, after one second and two more.
        let probes = if name.contains("words") || name.contains("policy") { 0 } else { 2 };
        assert_eq!(seen.during[0], probes, "{name}: requests during the ban");
        let stats = client.stats();
        assert_eq!(stats.rate_limited, seen.refused, "{name}");
        assert_eq!((stats.in_flight, stats.queued, stats.errors), (0, 0, 0), "{name}");
        assert_eq!(client.state(), State::Open, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn g10_a_refused_handshake_is_waited_out() {
    for status in [403, 429, 503] {
        let refused = Greeting::http(status, &[("retry-after", "5")]);
        let script = MockNode::builder().result("ok", json!(1)).greetings([refused, Greeting::Upgrade]);
        let (node, client) = client_of(script).await;
        let started = Instant::now();
        let calls = join_all((0..10).map(|_| client.send(Request::new("ok")))).await;
        assert!(calls.iter().all(Result::is_ok), "{status}");
        assert_eq!((started.elapsed().as_secs(), node.connections()), (5, 2), "{status}");
        assert_eq!((client.stats().rate_limited, client.stats().connect_failures), (1, 1), "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn g10_attempts_to_connect_become_rarer_while_they_are_refused() {
    let (node, client) = client_of(MockNode::builder().greeting(Greeting::Status(429))).await;
    let error = client.request(Request::new("ok").timeout(Duration::from_secs(100))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    // After 0, 1, 3, 7, 15, 31 and 63 seconds, and what the backoff adds; the next would be too late.
    assert!((6..=7).contains(&node.connections()), "{}", node.connections());
}

#[tokio::test(start_paused = true)]
async fn g10_what_cannot_be_in_time_fails_at_once_and_says_when_to_come_back() {
    let (builder, _) = banning(0, shapes()[0].1.clone());
    let (node, client) = client_of(builder).await;
    let short = Duration::from_secs(2);
    let started = Instant::now();
    let patient = client.send(Request::new("patient").replay(Replay::Never));
    let queued = client.send(Request::new("hurried").timeout(short));
    // Both are refused; only the patient one waits.
    let error = queued.await.unwrap_err();
    assert_eq!(started.elapsed().as_millis(), 10, "at the refusal, not at the deadline");
    let check = |error: tensorwire_rpc::Error| {
        assert!(error.is_rate_limited() && !error.may_have_run(), "{error}");
        assert_eq!((error.method(), error.endpoint()), (Some("hurried"), Some("ws://mock")));
        let wait = error.retry_after().unwrap();
        assert!(wait <= BAN && wait > BAN - Duration::from_millis(100), "{wait:?}");
    };
    check(error);
    check(client.request(Request::new("hurried").timeout(short)).await.unwrap_err());
    check(client.request(Request::new("hurried").fail_fast()).await.unwrap_err());
    assert_eq!(started.elapsed().as_millis(), 10);
    assert_eq!(patient.await.unwrap().raw(), "[]");
    // A refusal means that it was not run: it may be asked again.
    assert_eq!((node.requests_of("patient"), node.requests_of("hurried")), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn g10_a_refused_request_that_must_fail_fast_is_told_so() {
    let (builder, _) = banning(0, shapes()[2].1.clone());
    let (node, client) = client_of(builder).await;
    let error = client.request(Request::new("ok").fail_fast()).await.unwrap_err();
    assert!(error.is_rate_limited() && !error.may_have_run(), "{error}");
    assert_eq!(
        error.to_string(),
        "ok at ws://mock: the endpoint limits requests, there is no turn within 5.0s; it said: Too many requests, try \
         again in 5s (code -32029) (the endpoint refused to run the request)"
    );
    assert_eq!((error.retry_after(), node.requests_of("ok")), (Some(BAN), 1));
    let script = MockNode::builder().greeting(Greeting::http(429, &[("retry-after", "5")]));
    let (_node, client) = client_of(script).await;
    let error = client.request(Request::new("ok").fail_fast()).await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimited, Some(BAN)));
    assert!(error.to_string().contains("HTTP 429"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn g10_a_stated_rate_is_kept_to_after_one_refusal() {
    let second = Duration::from_secs(1);
    let (builder, seen) = one_in(second, stated(1, 1));
    let (node, client) = client_of(builder).await;
    let started = Instant::now();
    // What a validator asks in every round: three requests, one after the other.
    for _ in 0..20 {
        for method in ["chain_getHeader", "state_call", "author_submitExtrinsic"] {
            client.request(Request::new(method)).await.unwrap();
        }
    }
    let seen = seen.lock().unwrap();
    assert_eq!((seen.accepted, seen.refused), (60, 1));
    assert!(started.elapsed() <= 62 * second, "{:?}", started.elapsed());
    assert_eq!(node.connections(), 1);
}

#[tokio::test(start_paused = true)]
async fn g10_a_rate_of_which_nothing_is_said_is_found() {
    for (name, refusal) in [
        ("an error", Reply::error(-32999, "RPC rate limit exceeded")),
        ("a close", Reply::Close(1008, String::new())),
    ] {
        let second = Duration::from_secs(1);
        let (builder, seen) = one_in(second, refusal);
        let (_node, client) = client_of(builder).await;
        let started = Instant::now();
        for _ in 0..60 {
            client.request(Request::new("ok")).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        let seen = seen.lock().unwrap();
        assert!(seen.refused <= 10, "{name}: {} refusals", seen.refused);
        assert!(started.elapsed() <= 120 * second, "{name}: {:?}", started.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn g10_a_stated_rate_tells_who_is_too_late() {
    let (builder, seen) = one_in(Duration::from_secs(1), stated(1, 1));
    let (_node, client) = client_of(builder).await;
    client.request(Request::new("ok")).await.unwrap();
    client.request(Request::new("ok")).await.unwrap();
    let started = Instant::now();
    let timeout = Duration::from_secs(10);
    let calls = join_all((0..100).map(|n| client.send(Request::new("ok").param(n).timeout(timeout)))).await;
    let served = calls.iter().filter(|call| call.is_ok()).count();
    assert!((9..=11).contains(&served), "{served}");
    assert!(started.elapsed() <= timeout);
    assert!(calls[..served].iter().all(Result::is_ok), "in order");
    for error in calls.into_iter().filter_map(Result::err) {
        assert!(
            error.is_rate_limited() && error.retry_after().unwrap() >= timeout - Duration::from_secs(1),
            "{error}"
        );
    }
    assert_eq!(seen.lock().unwrap().refused, 1);
}

#[tokio::test(start_paused = true)]
async fn g10_a_priority_request_takes_the_next_turn() {
    let (builder, _) = one_in(Duration::from_secs(1), stated(1, 1));
    let (node, client) = client_of(builder).await;
    client.request(Request::new("read")).await.unwrap();
    client.request(Request::new("read")).await.unwrap();
    let reads: Vec<_> = (0..20).map(|_| client.send(Request::new("read"))).collect();
    let submit = client.send(Request::new("submit").lane(Lane::Priority));
    let again = client.send(Request::new("submit").lane(Lane::Priority));
    again.await.unwrap();
    submit.await.unwrap();
    let order: Vec<String> = node.requests().into_iter().map(|(method, _)| method).collect();
    // Two answered, one refused, and none of the twenty before both submissions.
    assert_eq!(order, ["read", "read", "read", "submit", "submit"]);
    drop(reads);
}

#[tokio::test(start_paused = true)]
async fn g10_a_probe_that_is_given_up_makes_room_for_another() {
    for (name, reply) in [("silent", Reply::Silence), ("dropped", Reply::Drop)] {
        let (builder, _) = banning(0, Reply::error(-32029, "try again in 5s"));
        let reply = Arc::new(Mutex::new(Some(reply)));
        // The first to come after the ban is never answered.
        let builder = builder.handle("probe", move |_| match reply.lock().unwrap().take() {
            Some(reply) => reply,
            None => json!(1).into(),
        });
        let (node, client) = client_of(builder).await;
        let refused = client.send(Request::new("ok"));
        tokio::time::sleep(Duration::from_millis(100)).await;
        let probe = client.send(Request::new("probe").lane(Lane::Priority).timeout(Duration::from_secs(8)));
        let answer = probe.await;
        assert_eq!(answer.is_ok(), name == "dropped", "{name}");
        refused.await.unwrap();
        assert_eq!(node.requests_of("ok"), 2, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn g10_a_probe_whose_reply_is_lost_holds_up_nobody_for_long() {
    let (builder, _) = banning(0, Reply::error(-32029, "try again in 5s"));
    let (node, client) = client_of(builder.handle("lost", |_| Reply::Silence)).await;
    let refused = client.send(Request::new("ok"));
    tokio::time::sleep(Duration::from_millis(100)).await;
    let started = Instant::now();
    let lost = client.send(Request::new("lost").lane(Lane::Priority));
    refused.await.unwrap();
    // The ban, and how long a probe is waited for.
    assert_eq!((started.elapsed().as_secs(), node.requests_of("ok")), (14, 2));
    assert!(lost.await.unwrap_err().is_timeout());
}

#[tokio::test(start_paused = true)]
async fn g10_a_proof_is_the_probe() {
    let (builder, seen) = banning(2, Reply::Close(1008, "try again in 5s".to_owned()));
    let node = builder.start().await.unwrap();
    let dialled = node.clone();
    let client = Client::builder("ws://mock")
        .dial_with(move || dialled.pipe())
        .proof(Request::new("proof"), |_| Ok(()))
        .build()
        .unwrap();
    client.request(Request::new("ok")).await.unwrap();
    let calls = join_all((0..5).map(|_| client.send(Request::new("ok")))).await;
    assert!(calls.iter().all(Result::is_ok));
    let seen = seen.lock().unwrap();
    // Those of the burst, and nothing else before the ban was over.
    assert_eq!((seen.refused, seen.during[0], node.requests_of("proof")), (5, 4, 2));
    let methods: Vec<String> = node.requests().into_iter().map(|(method, _)| method).collect();
    assert_eq!(methods[7], "proof");
}

#[tokio::test(start_paused = true)]
async fn g10_an_idle_client_remembers_the_ban() {
    let (builder, seen) = banning(0, Reply::error(-32029, "try again in 5s"));
    let node = builder.start().await.unwrap();
    let dialled = node.clone();
    let client = Client::builder("ws://mock")
        .dial_with(move || dialled.pipe())
        .idle_timeout(Some(Duration::from_secs(1)))
        .build()
        .unwrap();
    assert!(client.request(Request::new("ok").fail_fast()).await.unwrap_err().is_rate_limited());
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!((node.open_connections(), client.stats().idle_closes), (0, 1));
    let started = Instant::now();
    client.request(Request::new("ok")).await.unwrap();
    assert!(started.elapsed() >= Duration::from_millis(2900), "{:?}", started.elapsed());
    assert_eq!(seen.lock().unwrap().during[0], 0);
}

#[tokio::test(start_paused = true)]
async fn g10_a_flow_of_submissions_leaves_a_turn_for_reads() {
    let (builder, _) = one_in(Duration::from_secs(1), stated(1, 1));
    let (_node, client) = client_of(builder).await;
    // One request beside another, to learn the rate.
    let learned = join_all((0..2).map(|n| client.send(Request::new("echo").param(n)))).await;
    assert!(learned.iter().all(Result::is_ok), "{learned:?}");
    let submission = || Request::new("echo").replay(Replay::Never).lane(Lane::Priority);
    let flow = async {
        let mut calls = Vec::new();
        for _ in 0..80 {
            calls.push(client.send(submission()));
            tokio::time::sleep(Duration::from_millis(900)).await;
        }
    };
    let (read, ()) = tokio::join!(client.request(Request::new("echo").param("read")), flow);
    assert!(read.is_ok(), "{read:?}");
}
