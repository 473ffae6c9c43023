use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;

use crate::client::{Client, params, small};

#[tokio::test]
async fn stats_count_requests_connections_and_bytes() {
    let devnet = small().start().await.unwrap();
    assert_eq!(devnet.stats(), Default::default());
    let first = Client::connect(&devnet).await;
    let _second = Client::connect(&devnet).await;
    for _ in 0..7 {
        let _: String = first.request("system_chain", params![]).await;
    }
    let stats = devnet.stats();
    assert_eq!(stats.requests, 7);
    assert_eq!((stats.connections_opened, stats.connections_open), (2, 2));
    assert!(stats.bytes_in > 7 * 50 && stats.bytes_out > 7 * 40, "{stats:?}");
}

#[tokio::test]
async fn requests_in_flight_share_the_round_trip() {
    let devnet = small().latency(Duration::from_millis(100)).start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let start = Instant::now();
    let answers = join_all((0..50).map(|_| client.request::<String>("system_chain", params![]))).await;
    assert_eq!(answers.len(), 50);
    // No request is answered before a round trip has passed, which is a fact of the link and no matter of speed.
    assert!(start.elapsed() >= Duration::from_millis(100));
    assert_eq!(devnet.stats().requests, 50);
}

#[tokio::test]
async fn a_chain_that_is_shut_down_is_gone() {
    let devnet = small().start().await.unwrap();
    let url = devnet.url().to_owned();
    let client = Client::connect(&devnet).await;
    let _: String = client.request("system_chain", params![]).await;
    devnet.shutdown().await;
    assert!(jsonrpsee_ws_client::WsClientBuilder::default().build(url).await.is_err());
}
