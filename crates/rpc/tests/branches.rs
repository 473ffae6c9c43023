//! More subscriptions than one websocket carries. Time is tokio's paused clock.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use futures_util::future::join_all;
use tensorwire_rpc::mock::{Greeting, MockBuilder, MockNode};
use tensorwire_rpc::{Builder, Client, ErrorKind, Request, Result, State, Subscription};
use tokio::time::Instant;

fn script() -> MockBuilder {
    MockNode::builder().round_trip(Duration::from_millis(10)).subscription("head", "subscribe", "unsubscribe")
}

async fn client_of(script: MockBuilder, settings: impl Fn(Builder) -> Builder) -> (MockNode, Client) {
    let node = script.start().await.unwrap();
    let dialled = node.clone();
    let client = Client::builder("ws://mock").dial_with(move || dialled.pipe()).max_connections(3);
    (node, settings(client).build().unwrap())
}

async fn subscribe(client: &Client) -> Result<Subscription> {
    client.subscribe(Request::new("subscribe"), "unsubscribe").await
}

#[tokio::test(start_paused = true)]
async fn subscriptions_that_a_websocket_does_not_carry_go_over_another() {
    let (node, client) = client_of(script().max_subscriptions(2), |client| client).await;
    let mut open = Vec::new();
    for _ in 0..6 {
        open.push(subscribe(&client).await.unwrap());
    }
    // One refusal taught the bound.
    assert_eq!((node.connections(), node.requests_of("subscribe")), (3, 7));
    let error = subscribe(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.method()), (ErrorKind::TooManySubscriptions, Some("subscribe")));
    assert!(error.to_string().contains("no more than 2 subscriptions on a websocket"), "{error}");
    assert_eq!((node.requests_of("subscribe"), client.stats().subscriptions), (7, 6));
    assert_eq!((client.stats().websockets_opened, client.stats().answers), (3, 7));

    assert_eq!(node.push("head", 1), 6);
    for subscription in &mut open {
        assert_eq!(subscription.next().await.unwrap().unwrap().raw(), "1");
    }
    // One that goes makes room, wherever it was.
    drop(open.remove(4));
    open.push(subscribe(&client).await.unwrap());
    assert_eq!((node.push("head", 2), node.connections()), (6, 3));

    // A websocket's loss is the same for all.
    node.disconnect();
    for subscription in &mut open {
        assert!(subscription.next().await.unwrap().is_ok());
        assert_eq!(subscription.next().await.unwrap().unwrap_err().kind(), ErrorKind::Gap);
    }
    assert_eq!(node.push("head", 3), 6);
    for subscription in &mut open {
        assert_eq!(subscription.next().await.unwrap().unwrap().raw(), "3");
    }

    client.close().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!((node.open_connections(), client.state()), (0, State::Closed));
    assert_eq!(subscribe(&client).await.unwrap_err().kind(), ErrorKind::Closed);
    for subscription in &mut open {
        assert_eq!(subscription.next().await.unwrap().unwrap_err().kind(), ErrorKind::Closed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_bound_that_is_set_costs_no_refusal_and_holds_for_a_burst() {
    let (node, client) = client_of(script(), |client| client.max_subscriptions(2)).await;
    let opened = join_all((0..10).map(|_| subscribe(&client))).await;
    let open: Vec<_> = opened.into_iter().filter_map(Result::ok).collect();
    assert_eq!((open.len(), node.requests_of("subscribe"), node.connections()), (6, 6, 3));
    drop((open, client));
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(node.open_connections(), 0);
}

#[tokio::test(start_paused = true)]
async fn g1_all_websockets_share_one_deadline() {
    // The second websocket is never opened, and the answer that sends the caller there comes late.
    let greetings = [Greeting::Upgrade, Greeting::Silence];
    let script = script().round_trip(Duration::from_secs(3)).max_subscriptions(1).greetings(greetings);
    let (node, client) = client_of(script, |client| client).await;
    let _first = subscribe(&client).await.unwrap();
    let started = Instant::now();
    let request = Request::new("subscribe").timeout(Duration::from_secs(5));
    let error = client.subscribe(request, "unsubscribe").await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!((started.elapsed().as_secs(), node.connections()), (5, 2));
}

#[tokio::test(start_paused = true)]
async fn a_client_of_one_given_websocket_has_no_other() {
    let node = script().max_subscriptions(1).start().await.unwrap();
    let client = node.client().await.unwrap();
    let _first = subscribe(&client).await.unwrap();
    let error = subscribe(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooManySubscriptions);
    assert_eq!(error.server_error().unwrap().code, -32006);
    assert_eq!(node.connections(), 1);
}
