//! The client against the scripted node.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use futures_util::future::{FutureExt, join_all};
use serde_json::{Value, json};
use tensorwire_rpc::mock::{MockNode, Reply};
use tensorwire_rpc::{Client, ErrorKind, Lane, Request};

/// Answers every method with its own parameters.
async fn echo() -> MockNode {
    MockNode::start(|_, params| params.clone().into()).await.unwrap()
}

#[tokio::test]
async fn a_request_gets_its_answer_over_a_real_socket() {
    let node = echo().await;
    let client = Client::connect(&node.url()).await.unwrap();
    let answer =
        client.request(Request::new("echo").param(1).hex_param(&[0xab, 0xcd]).param("é\"")).await.unwrap();
    assert_eq!(answer.json::<Value>().unwrap(), json!([1, "0xabcd", "é\""]));
    assert_eq!(client.endpoint(), node.url());
    let stats = client.stats();
    assert_eq!((stats.requests, stats.answers, stats.in_flight, stats.websockets_opened), (1, 1, 0, 1));
    assert_eq!(stats.buffered_bytes, 0);
}

#[tokio::test]
async fn an_answer_reads_as_json_text_and_bytes() {
    let node = MockNode::builder()
        .result("hex", json!("0x0102"))
        .result("null", json!(null))
        .result("number", json!(7))
        .result("odd", json!("0x123"))
        .start()
        .await
        .unwrap();
    let client = node.client().await.unwrap();
    let hex = client.request(Request::new("hex")).await.unwrap();
    assert_eq!((hex.bytes().unwrap(), hex.raw(), hex.byte_len()), (Some(vec![1, 2]), "\"0x0102\"", 8));
    let null = client.request(Request::new("null")).await.unwrap();
    assert!(null.is_null() && null.bytes().unwrap().is_none());
    let number = client.request(Request::new("number")).await.unwrap();
    assert_eq!(number.json::<u64>().unwrap(), 7);
    assert_eq!(number.bytes().unwrap_err().kind(), ErrorKind::Decode);
    let wrong = number.json::<String>().unwrap_err();
    assert_eq!(
        (wrong.kind(), wrong.method(), wrong.endpoint()),
        (ErrorKind::Decode, Some("number"), Some("ws://mock"))
    );
    assert_eq!(
        client.request(Request::new("odd")).await.unwrap().bytes().unwrap_err().kind(),
        ErrorKind::Decode
    );
}

#[tokio::test]
async fn a_nodes_error_keeps_code_message_and_data() {
    let node = MockNode::start(|_, _| Reply::Error {
        code: 1010,
        message: "Invalid Transaction".into(),
        data: Some(json!("Custom error: 5")),
    })
    .await
    .unwrap();
    let client = node.client().await.unwrap();
    let error = client.request(Request::new("author_submitExtrinsic")).await.unwrap_err();
    let server = error.server_error().unwrap();
    assert_eq!((server.code, server.message.as_str()), (1010, "Invalid Transaction"));
    assert_eq!(
        error.to_string(),
        "author_submitExtrinsic at ws://mock: the node answered: Invalid Transaction (code 1010): Custom error: 5"
    );
}

#[tokio::test]
async fn parameters_that_are_no_json_fail_before_anything_is_written() {
    let node = echo().await;
    let client = node.client().await.unwrap();
    let unwritable = std::collections::HashMap::from([(vec![1u8], 1)]);
    let error = client.request(Request::new("echo").param(unwritable)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(Request::new("echo").raw_params("{}".into()).is_err());
    assert!(Request::new("echo").raw_params("[1".into()).is_err());
    let raw =
        Request::new("echo").param("replaced").raw_params(r#" [1, {"a":[]} ] "#.into()).unwrap().param(2);
    assert_eq!(client.request(raw).await.unwrap().json::<Value>().unwrap(), json!([1, {"a": []}, 2]));
    assert_eq!(node.request_count(), 1);
}

#[tokio::test]
async fn calls_can_be_shared() {
    let node = echo().await;
    let client = node.client().await.unwrap();
    let call = client.send(Request::new("echo").param(1)).shared();
    let answers = join_all([call.clone(), call.clone(), call]).await;
    assert!(answers.iter().all(|answer| answer.as_ref().unwrap().raw() == "[1]"));
    assert_eq!(node.request_count(), 1);
}

#[tokio::test(start_paused = true)]
async fn requests_sent_together_take_one_round_trip() {
    let node = MockNode::builder()
        .otherwise(|_, params| params.clone().into())
        .round_trip(Duration::from_millis(100))
        .start()
        .await
        .unwrap();
    let client = node.client().await.unwrap();
    let started = tokio::time::Instant::now();
    let calls: Vec<_> = (0..1000).map(|n| client.send(Request::new("echo").param(n))).collect();
    for (n, answer) in join_all(calls).await.into_iter().enumerate() {
        assert_eq!(answer.unwrap().json::<[usize; 1]>().unwrap(), [n]);
    }
    assert_eq!((node.round_trips(), node.request_count(), node.connections()), (1, 1000, 1));
    // On the paused clock: exactly what the node was told to wait, up to the timer's resolution.
    assert!(started.elapsed() <= Duration::from_millis(102), "{:?}", started.elapsed());
}

#[tokio::test]
async fn large_answers_arrive_whole() {
    let text = "0x".to_owned() + &"5a".repeat(10 << 20);
    let expected = text.len();
    let node = MockNode::builder().result("state_getMetadata", json!(text)).start().await.unwrap();
    let client = Client::connect(&node.url()).await.unwrap();
    let answer = client.request(Request::new("state_getMetadata")).await.unwrap();
    assert_eq!(answer.byte_len(), expected + 2);
    let bytes = answer.bytes().unwrap().unwrap();
    assert!(bytes.len() == 10 << 20 && bytes.iter().all(|&byte| byte == 0x5a));
}

#[tokio::test]
async fn a_priority_request_overtakes_a_burst_of_reads() {
    let node = MockNode::builder()
        .result("submit", json!(1))
        .otherwise(|_, _| Reply::Silence)
        .start()
        .await
        .unwrap();
    let client = Client::builder("ws://mock").in_flight(8).over(node.pipe()).await.unwrap();
    let reads: Vec<_> = (0..10_000).map(|n| client.send(Request::new("read").param(n))).collect();
    client.request(Request::new("submit").lane(Lane::Priority)).await.unwrap();
    assert!(node.requests_of("read") <= 8);
    assert_eq!(client.stats().in_flight, 8);
    drop(reads);
    assert_eq!((client.stats().in_flight, client.stats().queued), (0, 0));
}
