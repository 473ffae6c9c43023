use std::time::Duration;

use serde_json::{Value, json};
use tensorwire_devnet::Blocks;

use crate::client::{Client, dev, hex, item_key, params, small, transfer};

#[tokio::test]
async fn heads_come_in_order_and_complete() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let mut heads =
        client.subscribe::<Value>("chain_subscribeNewHeads", params![], "chain_unsubscribeNewHeads").await;
    devnet.produce_blocks(5).await.unwrap();
    for number in 0..=5 {
        assert_eq!(heads.next().await.unwrap().unwrap()["number"], format!("{number:#x}"));
    }
}

#[tokio::test]
async fn finalized_heads_follow_by_the_lag() {
    let devnet = small().finality_lag(3).start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let mut heads = client
        .subscribe::<Value>("chain_subscribeFinalizedHeads", params![], "chain_unsubscribeFinalizedHeads")
        .await;
    devnet.produce_blocks(5).await.unwrap();
    for number in 0..=2 {
        assert_eq!(heads.next().await.unwrap().unwrap()["number"], format!("{number:#x}"));
    }
    let hash: String = client.request("chain_getFinalizedHead", params![]).await;
    let header: Value = client.request("chain_getHeader", params![hash]).await;
    assert_eq!(header["number"], "0x2");
}

#[tokio::test]
async fn storage_changes_are_told_when_they_change() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let number = hex(item_key("System", "Number"));
    let constant = hex(item_key("Sudo", "Key"));
    let mut changes = client
        .subscribe::<Value>(
            "state_subscribeStorage",
            params![[&number, &constant]],
            "state_unsubscribeStorage",
        )
        .await;
    let first = changes.next().await.unwrap().unwrap();
    assert_eq!(first["block"], hex(devnet.genesis_hash()));
    assert_eq!(first["changes"][0][0], number);
    assert_eq!(first["changes"][1][1], hex(devnet.dev_account("Alice").unwrap()));

    let block = devnet.produce_block().await.unwrap();
    let second = changes.next().await.unwrap().unwrap();
    assert_eq!(second, json!({ "block": hex(block), "changes": [[number, "0x01000000"]] }));
}

#[tokio::test]
async fn the_runtime_version_is_told_at_once() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let mut versions = client
        .subscribe::<Value>("state_subscribeRuntimeVersion", params![], "state_unsubscribeRuntimeVersion")
        .await;
    let version = versions.next().await.unwrap().unwrap();
    assert_eq!(version["specName"], "node-subtensor");
    assert_eq!(version["specVersion"], 393);
    assert_eq!(version["transactionVersion"], 1);
}

#[tokio::test]
async fn a_refused_extrinsic_is_not_watched() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let bob = devnet.dev_account("Bob").unwrap();
    let used = client.sign(&dev("Alice"), 0, &transfer(&bob, 1_000));
    let stale = client.sign(&dev("Alice"), 0, &transfer(&bob, 2_000));
    let _: String = client.request("author_submitExtrinsic", params![used]).await;
    devnet.produce_block().await.unwrap();
    let (code, _) = client.error("author_submitAndWatchExtrinsic", params![stale]).await;
    assert_eq!(code, 1_010);
}

#[tokio::test]
async fn blocks_come_by_themselves_when_so_set() {
    let devnet = small().blocks(Blocks::Every(Duration::from_millis(5))).start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let mut heads =
        client.subscribe::<Value>("chain_subscribeNewHeads", params![], "chain_unsubscribeNewHeads").await;
    let mut parent = heads.next().await.unwrap().unwrap();
    for _ in 0..5 {
        let head = heads.next().await.unwrap().unwrap();
        let hash: String = client.request("chain_getBlockHash", params![&parent["number"]]).await;
        assert_eq!(head["parentHash"], hash);
        parent = head;
    }
}
