//! Branches, and what clients see of them.

use serde_json::{Value, json};
use tensorwire_devnet::{Devnet, ErrorKind, Fault};

use crate::client::{Client, dev, hex, item_key, params, retracted_once, small, transfer};

/// A chain of five blocks, none of them final.
async fn five() -> Devnet {
    let devnet = small().finality_lag(100).start().await.unwrap();
    devnet.produce_blocks(5).await.unwrap();
    devnet
}

async fn number(client: &Client, hash: [u8; 32]) -> Option<Vec<u8>> {
    client.storage(&item_key("System", "Number"), Some(hash)).await
}

#[tokio::test]
async fn g3_a_longer_branch_becomes_the_best_chain() {
    let devnet = five().await;
    let client = Client::connect(&devnet).await;
    let old: Vec<_> = (0..=5).map(|number| devnet.block_hash(number).unwrap()).collect();
    let mut new_heads =
        client.subscribe::<Value>("chain_subscribeNewHeads", params![], "chain_unsubscribeNewHeads").await;
    let mut all_heads =
        client.subscribe::<Value>("chain_subscribeAllHeads", params![], "chain_unsubscribeAllHeads").await;
    for heads in [&mut new_heads, &mut all_heads] {
        assert_eq!(heads.next().await.unwrap().unwrap()["number"], "0x5");
    }

    let branch = devnet.fork(2, 4).await.unwrap();
    assert_eq!(branch.len(), 4);
    assert_eq!(devnet.best(), (7, branch[3]));
    for number in 0..=7_u32 {
        let expected = if number <= 3 { old[number as usize] } else { branch[number as usize - 4] };
        let hash: String = client.request("chain_getBlockHash", params![number]).await;
        assert_eq!(hash, hex(expected), "{number}");
    }
    // The branch is told from the block on with which it became the best.
    for number in [6, 7] {
        assert_eq!(new_heads.next().await.unwrap().unwrap()["number"], format!("{number:#x}"));
    }
    let mut parent = old[3];
    for hash in &branch {
        let head = all_heads.next().await.unwrap().unwrap();
        assert_eq!(head["parentHash"], hex(parent));
        parent = *hash;
    }
    devnet.produce_block().await.unwrap();
    for heads in [&mut new_heads, &mut all_heads] {
        assert_eq!(heads.next().await.unwrap().unwrap()["parentHash"], hex(branch[3]));
    }

    // Both branches stay readable: their blocks differ, their states are their own.
    for (height, (retired, enacted)) in (4_u8..).zip(old[4..].iter().zip(&branch)) {
        assert_ne!(retired, enacted);
        for hash in [retired, enacted] {
            assert_eq!(number(&client, *hash).await, Some(vec![height, 0, 0, 0]));
            let block: Value = client.request("chain_getBlock", params![hex(hash)]).await;
            assert_eq!(block["block"]["header"]["number"], format!("{height:#x}"));
        }
    }
}

#[tokio::test]
async fn a_branch_that_is_no_longer_changes_nothing() {
    let devnet = five().await;
    let client = Client::connect(&devnet).await;
    let best = devnet.best();
    let mut new_heads =
        client.subscribe::<Value>("chain_subscribeNewHeads", params![], "chain_unsubscribeNewHeads").await;
    new_heads.next().await.unwrap().unwrap();
    let first = devnet.fork(3, 3).await.unwrap();
    let second = devnet.fork(3, 2).await.unwrap();
    assert_ne!(first[0], second[0], "branches differ from each other as well");
    assert_eq!(devnet.best(), best);
    assert_eq!(number(&client, second[1]).await, Some(vec![4, 0, 0, 0]));
    devnet.produce_block().await.unwrap();
    assert_eq!(new_heads.next().await.unwrap().unwrap()["number"], "0x6");
}

#[tokio::test]
async fn g20_what_a_retired_block_included_comes_again() {
    let devnet = small().finality_lag(100).start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let bob = devnet.dev_account("Bob").unwrap();
    let watch = async |nonce| {
        let extrinsic = client.sign(&dev("Alice"), nonce, &transfer(&bob, 1_000));
        let (watch, unwatch) = ("author_submitAndWatchExtrinsic", "author_unwatchExtrinsic");
        client.subscribe::<Value>(watch, params![extrinsic], unwatch).await
    };
    let mut lives = [watch(0).await, watch(1).await];
    let first = devnet.produce_block().await.unwrap();
    devnet.fork(1, 2).await.unwrap();
    assert_eq!(client.free_balance(&bob).await, 1_000_000_000_000_000, "the transfer is undone");
    let pending: Vec<String> = client.request("author_pendingExtrinsics", params![]).await;
    assert_eq!(pending.len(), 2);
    let second = devnet.produce_block().await.unwrap();
    assert_eq!(client.free_balance(&bob).await, 1_000_000_000_002_000);
    devnet.finalize(3).await.unwrap();

    let expected = retracted_once(first, second);
    for life in &mut lives {
        for step in &expected {
            assert_eq!(&life.next().await.unwrap().unwrap(), step);
        }
    }
}

#[tokio::test]
async fn storage_subscribers_are_told_what_a_branch_changes() {
    let devnet = five().await;
    let client = Client::connect(&devnet).await;
    let key = hex(item_key("System", "Number"));
    let mut changes = client
        .subscribe::<Value>("state_subscribeStorage", params![[&key]], "state_unsubscribeStorage")
        .await;
    changes.next().await.unwrap().unwrap();
    let branch = devnet.fork(2, 3).await.unwrap();
    let change = changes.next().await.unwrap().unwrap();
    assert_eq!(change, json!({ "block": hex(branch[2]), "changes": [[key, "0x06000000"]] }));
}

#[tokio::test]
async fn a_node_whose_heads_stand_still_stays_on_the_branch_it_knows() {
    let devnet = five().await;
    let client = Client::connect(&devnet).await;
    let mut heads =
        client.subscribe::<Value>("chain_subscribeNewHeads", params![], "chain_unsubscribeNewHeads").await;
    heads.next().await.unwrap().unwrap();
    let retired = devnet.block_hash(4).unwrap();
    devnet.set_faults([Fault::FreezeHead]);
    let branch = devnet.fork(2, 3).await.unwrap();
    let hash: String = client.request("chain_getBlockHash", params![4]).await;
    assert_eq!(hash, hex(retired));
    devnet.set_faults([]);
    assert_eq!(heads.next().await.unwrap().unwrap()["parentHash"], hex(branch[1]));
    let hash: String = client.request("chain_getBlockHash", params![4]).await;
    assert_eq!(hash, hex(branch[0]));
}

#[tokio::test]
async fn finality_is_never_undone() {
    let devnet = small().finality_lag(2).start().await.unwrap();
    devnet.produce_blocks(5).await.unwrap();
    let third = devnet.block_hash(3).unwrap();
    assert_eq!(devnet.finalized(), (3, third));
    let error = devnet.fork(3, 9).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Finality);
    assert!(error.to_string().contains("at most 2"), "{error}");
    assert_eq!(devnet.fork(9, 1).await.unwrap_err().kind(), ErrorKind::Finality);
    devnet.fork(2, 3).await.unwrap();
    assert_eq!(devnet.block_hash(3), Some(third));
    for number in [2, 7] {
        assert_eq!(devnet.finalize(number).await.unwrap_err().kind(), ErrorKind::Finality);
    }
    assert_eq!(devnet.finalized(), (4, devnet.block_hash(4).unwrap()));
}

#[tokio::test]
async fn finality_moves_as_it_is_told() {
    let devnet = small().finality_lag(100).start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let mut heads = client
        .subscribe::<Value>("chain_subscribeFinalizedHeads", params![], "chain_unsubscribeFinalizedHeads")
        .await;
    devnet.produce_blocks(10).await.unwrap();
    devnet.finalize(4).await.unwrap();
    devnet.finalize(4).await.unwrap();
    devnet.set_finality_lag(3).await;
    devnet.set_finality_lag(5).await;
    devnet.produce_block().await.unwrap();
    assert_eq!(devnet.finalized().0, 7, "a longer lag waits");
    devnet.produce_blocks(2).await.unwrap();
    // Of blocks that become final together only the last is told.
    for number in [0, 4, 7, 8] {
        assert_eq!(heads.next().await.unwrap().unwrap()["number"], format!("{number:#x}"));
    }
}
