//! Misbehaving nodes: every call ends within its deadline, and the rest goes on. Time is tokio's paused clock.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tensorwire_rpc::mock::{Greeting, MockNode, Reply};
use tensorwire_rpc::{Client, Error, ErrorKind, Replay, Request};
use tokio::time::Instant;

const TIMEOUT: Duration = Duration::from_secs(5);

/// A client with a short timeout, of a node that answers `ok` and meets `fault` with a fault.
async fn faulty(fault: Reply) -> (MockNode, Client) {
    let node = MockNode::builder()
        .result("ok", json!("fine"))
        .handle("fault", move |_| fault.clone())
        .round_trip(Duration::from_millis(10))
        .start()
        .await
        .unwrap();
    let client = Client::builder("ws://mock").timeout(TIMEOUT).over(node.pipe()).await.unwrap();
    (node, client)
}

/// What a node can do in place of an answer.
fn faults() -> Vec<(&'static str, Reply)> {
    let answer = format!(r#"{{"jsonrpc":"2.0","id":{{id}},"result":"{}"}}"#, "x".repeat(1000));
    let item = || Box::new(Reply::notify("item", "nobody's", 1));
    vec![
        ("silence", Reply::Silence),
        ("an unknown id", Reply::under_id("4000000000", 1)),
        ("an id that is null", Reply::under_id("null", 1)),
        ("an id that is a string", Reply::under_id("\"1\"", 1)),
        ("an id that is negative", Reply::under_id("-1", 1)),
        ("junk", Reply::Raw("junk".to_owned())),
        ("endless notifications", Reply::Endless(Duration::from_millis(1), item())),
        (
            "endless answers",
            Reply::Endless(Duration::from_millis(1), Box::new(Reply::under_id("4000000000", 1))),
        ),
        ("a dripping answer", Reply::Drip(answer, 1, Duration::from_millis(100))),
        ("a half-open connection", Reply::Freeze),
    ]
}

#[tokio::test(start_paused = true)]
async fn g1_whatever_the_node_does_a_call_ends_at_its_deadline_and_says_how_far_it_got() {
    for (name, fault) in faults() {
        let (_node, client) = faulty(fault).await;
        let started = Instant::now();
        let error = client.request(Request::new("fault")).await.unwrap_err();
        assert!(error.is_timeout() && error.may_have_run(), "{name}: {error}");
        assert_eq!(started.elapsed().as_secs(), TIMEOUT.as_secs(), "{name}");
        let text = "fault at ws://mock: no answer within 5s (the request was written)";
        assert_eq!(error.to_string(), text, "{name}");
        assert_eq!(client.stats().in_flight, 0, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn g1_whatever_the_node_does_cancelling_frees_the_slot_at_once() {
    for (name, fault) in faults() {
        let node = MockNode::start(move |_, _| fault.clone()).await.unwrap();
        let client = Client::builder("ws://mock").in_flight(1).over(node.pipe()).await.unwrap();
        let mut calls: Vec<_> = (0..3).map(|_| client.send(Request::new("fault"))).collect();
        while node.request_count() == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!((client.stats().in_flight, client.stats().queued), (1, 2), "{name}");
        let started = Instant::now();
        drop(calls.remove(0));
        assert_eq!((client.stats().in_flight, client.stats().queued), (0, 2), "{name}");
        while client.stats().in_flight == 0 {
            tokio::task::yield_now().await;
        }
        drop(calls);
        assert_eq!((client.stats().in_flight, client.stats().queued), (0, 0), "{name}");
        assert_eq!(started.elapsed(), Duration::ZERO, "{name}");
    }
}

/// Expects the faulty call to time out at its deadline, and other calls to be answered before and after.
async fn times_out_alone(fault: Reply) -> (MockNode, Client) {
    let (node, client) = faulty(fault).await;
    let started = Instant::now();
    let lost = client.send(Request::new("fault"));
    assert_eq!(client.request(Request::new("ok")).await.unwrap().raw(), "\"fine\"");
    let error = lost.await.unwrap_err();
    assert!(error.is_timeout() && error.may_have_run(), "{error}");
    assert_eq!((error.method(), error.endpoint()), (Some("fault"), Some("ws://mock")));
    assert_eq!(started.elapsed().as_secs(), TIMEOUT.as_secs());
    assert_eq!(client.request(Request::new("ok")).await.unwrap().raw(), "\"fine\"");
    assert_eq!(client.stats().in_flight, 0);
    (node, client)
}

#[tokio::test(start_paused = true)]
async fn g1_a_lost_reply_ends_by_its_deadline() {
    times_out_alone(Reply::Silence).await;
}

#[tokio::test(start_paused = true)]
async fn g1_a_lost_reply_beside_a_lively_subscription_ends_by_its_deadline() {
    let item = Reply::notify("item", "a", 1);
    let items = (1..100).map(|n| item.clone().after(Duration::from_millis(100 * n)));
    let mut replies = vec![Reply::Result(json!("a"))];
    replies.extend(items);
    let (node, client) = faulty(Reply::Silence).await;
    let lively = MockNode::builder()
        .handle("subscribe", move |_| Reply::Many(replies.clone()))
        .handle("fault", |_| Reply::Silence)
        .start()
        .await
        .unwrap();
    drop((node, client));
    let client = Client::builder("ws://mock").timeout(TIMEOUT).over(lively.pipe()).await.unwrap();
    let mut subscription = client.subscribe(Request::new("subscribe"), "unsubscribe").await.unwrap();
    let mut lost = client.send(Request::new("fault"));
    let mut items = 0;
    let error = loop {
        tokio::select! {
            ended = &mut lost => break ended.unwrap_err(),
            item = subscription.next() => items += u32::from(item.unwrap().is_ok()),
        }
    };
    assert!(error.is_timeout());
    assert!((45..=50).contains(&items), "{items}");
}

#[tokio::test(start_paused = true)]
async fn g1_replies_to_other_ids_only_end_by_the_deadline() {
    let (_node, client) = times_out_alone(Reply::under_id("4000000000", 1)).await;
    assert_eq!(client.stats().unknown_ids, 1);
}

#[tokio::test(start_paused = true)]
async fn g1_an_error_with_id_null_ends_no_call_but_its_own_by_deadline() {
    let frame = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}"#;
    let (_node, client) = times_out_alone(Reply::Raw(frame.to_owned())).await;
    assert_eq!(client.stats().unknown_ids, 1);
}

#[tokio::test(start_paused = true)]
async fn g1_junk_is_counted_and_the_connection_goes_on() {
    let junk = ["junk", "", "[]", "{", r#"{"jsonrpc":"2.0"}"#].map(|frame| Reply::Raw(frame.to_owned()));
    let (_node, client) = times_out_alone(Reply::Many(junk.to_vec())).await;
    assert_eq!(client.stats().malformed, 5);
}

#[tokio::test(start_paused = true)]
async fn g1_a_reply_that_comes_too_late_is_counted() {
    let (_node, client) = times_out_alone(Reply::from(json!(1)).after(TIMEOUT)).await;
    tokio::time::sleep(TIMEOUT).await;
    assert_eq!(client.stats().late_answers, 1);
}

#[tokio::test(start_paused = true)]
async fn g1_a_dripping_answer_holds_up_nobody_beyond_their_deadlines() {
    let answer = format!(r#"{{"jsonrpc":"2.0","id":{{id}},"result":"{}"}}"#, "x".repeat(100));
    // A websocket sends one message at a time: all that come behind the dripping one wait as well.
    let (_node, client) = faulty(Reply::Drip(answer, 1, Duration::from_millis(100))).await;
    let dripping = client.send(Request::new("fault"));
    let behind = client.send(Request::new("ok"));
    let patient = client.send(Request::new("fault").timeout(Duration::from_secs(60)));
    assert!(dripping.await.unwrap_err().is_timeout());
    assert!(behind.await.unwrap_err().is_timeout());
    assert_eq!(patient.await.unwrap().byte_len(), 102);
    assert_eq!(client.stats().late_answers, 2);
}

#[tokio::test(start_paused = true)]
async fn g1_a_duplicate_reply_changes_nothing() {
    let twice = Reply::Many(vec![json!(1).into(), json!(2).into()]);
    let (_node, client) = faulty(twice).await;
    assert_eq!(client.request(Request::new("fault")).await.unwrap().raw(), "1");
    assert_eq!(client.request(Request::new("ok")).await.unwrap().raw(), "\"fine\"");
    assert_eq!(client.stats().late_answers, 1);
}

#[tokio::test(start_paused = true)]
async fn g1_an_answer_without_result_or_error_is_a_protocol_error() {
    for frame in [r#"{"jsonrpc":"2.0","error":null,"id":{id}}"#, r#"{"jsonrpc":"2.0","id":{id},"result":"x}"#]
    {
        let (_node, client) = faulty(Reply::Raw(frame.to_owned())).await;
        let error = client.request(Request::new("fault")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{frame}");
        client.request(Request::new("ok")).await.unwrap();
    }
}

/// A pipe whose far end nobody reads: a black hole once its buffer is full.
#[tokio::test(start_paused = true)]
async fn g1_a_black_hole_ends_calls_that_cannot_even_be_written() {
    let (ours, theirs) = tokio::io::duplex(4096);
    let server = tokio::spawn(async move { tokio_tungstenite::accept_async(theirs).await.unwrap() });
    let client = Client::builder("ws://mock").timeout(TIMEOUT).over(ours).await.unwrap();
    let _never_read = server.await.unwrap();
    let large = client.send(Request::new("large").param("x".repeat(1 << 20)));
    tokio::task::yield_now().await;
    let started = Instant::now();
    let calls: Vec<_> = (0..10).map(|_| client.send(Request::new("small").timeout(TIMEOUT / 5))).collect();
    for ended in join_all(calls).await {
        assert!(ended.unwrap_err().is_timeout());
    }
    assert_eq!(started.elapsed().as_secs(), 1);
    assert!(large.await.unwrap_err().is_timeout());
    assert_eq!(started.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn g1_a_node_that_hangs_up_ends_all_calls_with_a_disconnect() {
    let hang_ups = [
        (Reply::Drop, "lost"),
        (Reply::Close(1008, "rate limit exceeded".to_owned()), "with code 1008: rate limit exceeded"),
    ];
    for (fault, text) in hang_ups {
        let (_node, client) = faulty(fault).await;
        let mut subscribed = client.send(Request::new("ok"));
        (&mut subscribed).await.unwrap();
        let calls = join_all((0..10).map(|_| client.send(Request::new("fault")))).await;
        for ended in calls {
            let error = ended.unwrap_err();
            assert!(error.is_disconnected() && error.may_have_run());
            assert!(error.to_string().contains(text), "{error}");
        }
        let error: Error = client.request(Request::new("ok")).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_run()), (ErrorKind::Disconnected, false));
        client.close().await;
    }
}

#[tokio::test(start_paused = true)]
async fn g1_an_answer_beyond_the_limit_is_named_as_such() {
    let node = MockNode::start(|_, _| json!("x".repeat(100_000)).into()).await.unwrap();
    let client = Client::builder("ws://mock").max_response_bytes(65_536).over(node.pipe()).await.unwrap();
    let error = client.request(Request::new("large")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("raise max_response_bytes"), "{error}");
}

/// What a peer can do in place of opening a websocket, and how the error tells of it.
fn closed_doors() -> Vec<(&'static str, Greeting, &'static str)> {
    let endless = b"HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n".to_vec();
    vec![
        ("accepts and says nothing", Greeting::Silence, "the websocket handshake did not finish"),
        ("accepts and hangs up", Greeting::Drop, "does not answer as a websocket server"),
        ("speaks TLS", Greeting::tls_alert(), "if it speaks TLS, try wss://"),
        (
            "speaks something else",
            Greeting::Bytes(b"SSH-2.0-x\r\n".to_vec()),
            "does not answer as a websocket server",
        ),
        ("is a web server", Greeting::Bytes(endless), "HTTP 200 OK"),
        ("is behind a gateway that is down", Greeting::Status(502), "HTTP 502 Bad Gateway"),
    ]
}

#[tokio::test(start_paused = true)]
async fn g1_a_call_to_a_peer_that_opens_no_websocket_ends_at_its_deadline_and_says_why() {
    for (name, greeting, why) in closed_doors() {
        let node = MockNode::builder().greeting(greeting).start().await.unwrap();
        let client = Client::builder("ws://mock")
            .connect_timeout(TIMEOUT / 5)
            .timeout(TIMEOUT)
            .dial_with(move || node.pipe())
            .build()
            .unwrap();
        let started = Instant::now();
        let never = client.send(Request::new("submit").replay(Replay::Never));
        let error = client.request(Request::new("read")).await.unwrap_err();
        assert!(error.is_timeout() && !error.may_have_run(), "{name}: {error}");
        assert_eq!(started.elapsed().as_secs(), TIMEOUT.as_secs(), "{name}");
        let text = error.to_string();
        let start = "read at ws://mock: no answer within 5s: the endpoint could not be reached: ";
        assert!(text.starts_with(start) && text.contains(why), "{name}: {text}");
        assert!(text.ends_with("(the request was not written)"), "{name}: {text}");
        assert!(never.await.unwrap_err().is_timeout());
        // A second try is not a storm.
        assert!(client.stats().connect_failures < 20, "{name}");

        let started = Instant::now();
        let error = client.request(Request::new("read").fail_fast()).await.unwrap_err();
        assert!(error.is_connect() || error.is_timeout(), "{name}: {error}");
        assert!(error.to_string().contains(why), "{name}: {error}");
        assert!(started.elapsed() <= TIMEOUT / 5 + Duration::from_secs(5), "{name}");
    }
}

/// Over real sockets, for TLS is spoken over nothing else.
#[tokio::test]
async fn g1_tls_to_a_port_that_speaks_none_ends_and_says_why() {
    let doors = [
        (Greeting::Upgrade, ErrorKind::Tls, "this port does not speak TLS: try ws://"),
        (Greeting::Drop, ErrorKind::Tls, "this port does not speak TLS: try ws://"),
        (
            Greeting::Bytes(b"SSH-2.0-x\r\n".to_vec()),
            ErrorKind::Tls,
            "this port does not speak TLS: try ws://",
        ),
        (Greeting::Silence, ErrorKind::Timeout, "the TLS handshake did not finish"),
    ];
    for (greeting, kind, why) in doors {
        let node = MockNode::builder().greeting(greeting.clone()).start().await.unwrap();
        let url = node.url().replace("ws://", "wss://");
        let client = Client::builder(&url).connect_timeout(Duration::from_secs(2)).build().unwrap();
        let error = client.request(Request::new("read").fail_fast()).await.unwrap_err();
        let text = error.to_string();
        assert_eq!(error.kind(), kind, "{greeting:?}: {text}");
        assert!(text.starts_with(&format!("read at {url}: ")) && text.contains(why), "{greeting:?}: {text}");
        assert!(text.ends_with("(the request was not written)"), "{greeting:?}: {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn g1_a_websocket_that_never_stays_open_ends_no_call_before_its_deadline_and_none_after_it() {
    let cut = Reply::Cut(r#"{"jsonrpc":"2.0","id":{id},"result":"never whole"}"#.to_owned(), 20);
    for reply in [Reply::Drop, Reply::Close(1001, "going away".to_owned()), cut] {
        let node = MockNode::builder().greeting(Greeting::Until(0, reply)).start().await.unwrap();
        let dialled = node.clone();
        let client =
            Client::builder("ws://mock").timeout(TIMEOUT).dial_with(move || dialled.pipe()).build().unwrap();
        let started = Instant::now();
        let calls: Vec<_> = (0..10).map(|_| client.send(Request::new("fault"))).collect();
        for ended in join_all(calls).await {
            let error = ended.unwrap_err();
            // Written four times, and given up as what kills websockets.
            assert!(error.is_disconnected() && error.may_have_run(), "{error}");
            assert!(error.to_string().ends_with("(the request was written 4 times)"), "{error}");
        }
        assert!(started.elapsed() <= TIMEOUT, "{:?}", started.elapsed());
        assert_eq!((node.requests_of("fault"), client.stats().in_flight, client.stats().queued), (40, 0, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn g1_connecting_ends_by_its_deadline_and_says_where_it_stood() {
    let node = MockNode::builder().greeting(Greeting::Silence).start().await.unwrap();
    let started = Instant::now();
    let error = Client::builder("ws://mock").connect_timeout(TIMEOUT).over(node.pipe()).await.unwrap_err();
    assert!(
        error.is_timeout() && error.to_string().contains("the websocket handshake did not finish"),
        "{error}"
    );
    assert_eq!(started.elapsed().as_secs(), TIMEOUT.as_secs());
}
