//! Several nodes of one chain, what each of them has, and how they come and go.

use std::time::Duration;

use serde_json::Value;
use tensorwire_devnet::{Blocks, Devnet, Ending, ErrorKind};

use crate::{
    client::{Client, dev, hex, item_key, params, small, transfer},
    plain::{Plain, Seen, bounded},
};

async fn hash_at(client: &Client, number: u32) -> Option<String> {
    client.request("chain_getBlockHash", params![number]).await
}

#[tokio::test]
async fn g14_old_states_are_discarded_and_the_archive_beside_has_them() {
    let archive = small().start().await.unwrap();
    let pruned = archive.another().pruning(3).start().await.unwrap();
    archive.produce_blocks(10).await.unwrap();
    let (at_archive, at_pruned) = (Client::connect(&archive).await, Client::connect(&pruned).await);
    let key = item_key("System", "Number");

    for number in 0..=10 {
        let hash = archive.block_hash(number).unwrap();
        let expected = (number > 0).then(|| number.to_le_bytes().to_vec());
        if number > 0 {
            assert_eq!(at_archive.storage(&key, Some(hash)).await, expected);
        }
        if number >= 7 {
            assert_eq!(at_pruned.storage(&key, Some(hash)).await, expected);
            continue;
        }
        let hash = hex(hash);
        let asked = [
            ("state_getStorage", params![hex(&key), &hash]),
            ("state_queryStorageAt", params![[hex(&key)], &hash]),
            ("state_getKeysPaged", params![hex(&key), 10, Option::<String>::None, &hash]),
            ("state_call", params!["Core_version", "0x", &hash]),
            ("state_getRuntimeVersion", params![&hash]),
            ("state_getReadProof", params![[hex(&key)], &hash]),
            ("state_getMetadata", params![&hash]),
        ];
        for (method, params) in asked {
            let (code, message) = at_pruned.error(method, params).await;
            let discarded = format!("Client error: UnknownBlock: State already discarded for {hash}");
            assert_eq!((code, message), (4_003, discarded), "{method}");
        }
        let header: Value = at_pruned.request("chain_getHeader", params![&hash]).await;
        assert_eq!(header["number"], format!("{number:#x}"));
        let block: Value = at_pruned.request("chain_getBlock", params![&hash]).await;
        assert_eq!(block["block"]["header"], header);
        assert_eq!(hash_at(&at_pruned, number).await, Some(hash));
    }
}

#[tokio::test]
async fn g14_what_is_below_the_first_block_never_existed_for_a_node() {
    let archive = small().start().await.unwrap();
    let synced = archive.another().first_block(4).start().await.unwrap();
    archive.produce_blocks(6).await.unwrap();
    let client = Client::connect(&synced).await;
    for number in 0..=6 {
        let hash = hex(archive.block_hash(number).unwrap());
        let known = number == 0 || number >= 4;
        assert_eq!(hash_at(&client, number).await, known.then(|| hash.clone()), "{number}");
        let header: Option<Value> = client.request("chain_getHeader", params![&hash]).await;
        assert_eq!(header.is_some(), known, "{number}");
        if !known {
            let (code, message) = client.error("state_getStorage", params!["0x00", &hash]).await;
            let unknown = format!("Client error: UnknownBlock: Header was not found in the database: {hash}");
            assert_eq!((code, message), (4_003, unknown));
        }
    }
}

#[tokio::test]
async fn nodes_of_one_chain_share_its_pool_and_its_heads() {
    let first = small().start().await.unwrap();
    let second = first.another().start().await.unwrap();
    assert_ne!(first.url(), second.url());
    let (at_first, at_second) = (Client::connect(&first).await, Client::connect(&second).await);
    let mut heads =
        at_second.subscribe::<Value>("chain_subscribeNewHeads", params![], "chain_unsubscribeNewHeads").await;
    heads.next().await.unwrap().unwrap();
    let bob = first.dev_account("Bob").unwrap();
    let extrinsic = at_first.sign(&dev("Alice"), 0, &transfer(&bob, 1_000));
    let _: String = at_first.request("author_submitExtrinsic", params![&extrinsic]).await;
    let pending: Vec<String> = at_second.request("author_pendingExtrinsics", params![]).await;
    assert_eq!(pending, [extrinsic]);
    second.produce_block().await.unwrap();
    assert_eq!(heads.next().await.unwrap().unwrap()["number"], "0x1");
    assert_eq!(at_first.free_balance(&bob).await, 1_000_000_000_001_000);
    let (of_first, of_second) = (first.stats(), second.stats());
    assert_eq!((of_first.connections_opened, of_second.connections_opened), (1, 1));
    assert_eq!((of_first.requests, of_second.requests), (2, 2), "each node counts for itself");
}

#[tokio::test]
async fn the_chain_outlives_all_but_its_last_node() {
    let first = small().blocks(Blocks::Every(Duration::from_millis(2))).start().await.unwrap();
    let second = first.another().start().await.unwrap();
    first.shutdown().await;
    let client = Client::connect(&second).await;
    let mut heads =
        client.subscribe::<Value>("chain_subscribeNewHeads", params![], "chain_unsubscribeNewHeads").await;
    for _ in 0..3 {
        bounded(heads.next()).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_node_returns_on_its_port_with_its_chain() {
    let devnet = small().start().await.unwrap();
    let url = devnet.url().to_owned();
    devnet.produce_blocks(2).await.unwrap();
    for (ending, seen) in [(Ending::Cut, Seen::End), (Ending::Close(1001), Seen::Close(Some(1001)))] {
        let mut client = Plain::connect(&devnet).await;
        client.ask(1).await;
        client.message().await;
        devnet.stop_serving(ending).await;
        assert_eq!(client.next().await, seen);
        let address = url.strip_prefix("ws://").unwrap();
        assert!(tokio::net::TcpStream::connect(address).await.is_err(), "the port is closed");
        assert_eq!(devnet.stats().connections_open, 0);
        let meanwhile = devnet.produce_block().await.unwrap();

        devnet.serve_again().await.unwrap();
        devnet.serve_again().await.unwrap();
        assert_eq!(devnet.url(), url);
        let client = Client::connect(&devnet).await;
        let best: String = client.request("chain_getBlockHash", params![]).await;
        assert_eq!(best, hex(meanwhile));
    }
}

#[tokio::test]
async fn a_port_that_was_taken_meanwhile_is_an_error() {
    let devnet = small().start().await.unwrap();
    devnet.stop_serving(Ending::Cut).await;
    let port = devnet.url().rsplit(':').next().unwrap().parse().unwrap();
    let _thief = devnet.another().port(port).start().await.unwrap();
    assert_eq!(devnet.serve_again().await.unwrap_err().kind(), ErrorKind::Port);
}

#[tokio::test]
async fn connections_are_ended_while_the_node_goes_on() {
    let devnet = small().start().await.unwrap();
    for (ending, seen) in [(Ending::Cut, Seen::End), (Ending::Close(1012), Seen::Close(Some(1012)))] {
        let mut clients = [Plain::connect(&devnet).await, Plain::connect(&devnet).await];
        for client in &mut clients {
            client.ask(1).await;
            client.message().await;
        }
        devnet.disconnect(ending).await;
        for client in &mut clients {
            assert_eq!(client.next().await, seen);
        }
    }
    let mut client = Plain::connect(&devnet).await;
    client.ask(1).await;
    assert_eq!(client.message().await["id"], 1);
}

#[tokio::test]
async fn another_seed_is_another_chain() {
    let here = small().start().await.unwrap();
    let elsewhere: Devnet = small().seed(7).start().await.unwrap();
    assert_ne!(here.genesis_hash(), elsewhere.genesis_hash());
}
