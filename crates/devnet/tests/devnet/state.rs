use parity_scale_codec::Decode;
use serde_json::Value;
use sp_core::{H256, twox_64};
use sp_runtime::traits::BlakeTwo256;
use sp_state_machine::read_proof_check;
use sp_trie::StorageProof;

use crate::client::{Client, account_key, bytes, dev, hex, item_key, params, small, transfer};

#[tokio::test]
async fn a_read_proof_holds_against_the_state_root_of_its_header() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let block = devnet.produce_blocks(3).await.unwrap();
    let header: Value = client.request("chain_getHeader", params![hex(block)]).await;
    let root = H256::from_slice(&bytes(header["stateRoot"].as_str().unwrap()));
    let number = item_key("System", "Number");
    let absent = item_key("System", "Nothing");

    let answer: Value =
        client.request("state_getReadProof", params![[hex(&number), hex(&absent)], hex(block)]).await;
    assert_eq!(answer["at"], hex(block));
    let nodes = answer["proof"].as_array().unwrap().iter().map(|node| bytes(node.as_str().unwrap()));
    let proof = StorageProof::new(nodes);
    let values = read_proof_check::<BlakeTwo256, _>(root, proof, [&number, &absent]).unwrap();
    assert_eq!(values[&number], Some(vec![3, 0, 0, 0]));
    assert_eq!(values[&absent], None);
}

#[tokio::test]
async fn a_header_names_its_parent_and_commits_to_its_extrinsics() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let parent = devnet.produce_block().await.unwrap();
    let block = devnet.produce_block().await.unwrap();
    let answer: Value = client.request("chain_getBlock", params![hex(block)]).await;
    let header = &answer["block"]["header"];
    assert_eq!(header["parentHash"], hex(parent));
    let extrinsics: Vec<Vec<u8>> = answer["block"]["extrinsics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|extrinsic| bytes(extrinsic.as_str().unwrap()))
        .collect();
    assert_eq!(extrinsics.len(), 1, "the timestamp inherent");
    use sp_runtime::{StateVersion, traits::Hash};
    let root = BlakeTwo256::ordered_trie_root(extrinsics, StateVersion::V1);
    assert_eq!(header["extrinsicsRoot"], hex(root));
}

#[tokio::test]
async fn old_blocks_stay_readable() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let key = item_key("System", "Number");
    let mut blocks = Vec::new();
    for _ in 0..5 {
        blocks.push(devnet.produce_block().await.unwrap());
    }
    for (number, block) in (1_u8..).zip(blocks) {
        assert_eq!(client.storage(&key, Some(block)).await, Some(vec![number, 0, 0, 0]));
    }
    // System.BlockHash is what tells a chain's past from inside.
    let hash_of_2 =
        [item_key("System", "BlockHash"), twox_64(&2_u32.to_le_bytes()).to_vec(), vec![2, 0, 0, 0]];
    let hash: String = client.request("chain_getBlockHash", params![2]).await;
    assert_eq!(client.storage(&hash_of_2.concat(), None).await, Some(bytes(&hash)));
}

#[tokio::test]
async fn timestamps_grow_by_the_minimum_period_at_least() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let key = item_key("Timestamp", "Now");
    let mut last = 0;
    for _ in 0..3 {
        let block = devnet.produce_block().await.unwrap();
        let now = u64::decode(&mut &client.storage(&key, Some(block)).await.unwrap()[..]).unwrap();
        assert!(now >= last + 6_000, "{now} after {last}");
        last = now;
    }
}

#[tokio::test]
async fn pages_of_keys_join_to_all_keys() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let prefix = hex(item_key("SubtensorModule", "Uids"));
    let all: Vec<String> = client.request("state_getKeys", params![&prefix]).await;
    assert_eq!(all.len(), 32);
    assert!(all.is_sorted());

    let mut paged: Vec<String> = Vec::new();
    loop {
        let page: Vec<String> =
            client.request("state_getKeysPaged", params![&prefix, 5, paged.last().cloned()]).await;
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 5);
        paged.extend(page);
    }
    assert_eq!(paged, all);
    let (code, message) = client.error("state_getKeysPaged", params![&prefix, 1_001]).await;
    assert_eq!(code, 4_002);
    assert_eq!(message, "count exceeds maximum value. value: 1001, max: 1000");
}

#[tokio::test]
async fn query_storage_at_answers_a_duplicate_key_once() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let block = devnet.produce_block().await.unwrap();
    let number = hex(item_key("System", "Number"));
    let absent = hex(item_key("System", "Nothing"));
    let answer: Value =
        client.request("state_queryStorageAt", params![[&number, &absent, &number], hex(block)]).await;
    let expected = serde_json::json!([
        { "block": hex(block), "changes": [[number, "0x01000000"], [absent, null]] }
    ]);
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn storage_hash_and_size_tell_of_the_value() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let key = account_key(&devnet.dev_account("Alice").unwrap());
    let value = client.storage(&key, None).await.unwrap();
    let size: usize = client.request("state_getStorageSize", params![hex(&key)]).await;
    let hash: String = client.request("state_getStorageHash", params![hex(&key)]).await;
    assert_eq!(size, value.len());
    assert_eq!(hash, hex(sp_core::blake2_256(&value)));
    let nothing: Option<u64> = client.request("state_getStorageSize", params!["0x1234"]).await;
    assert_eq!(nothing, None);
}

#[tokio::test]
async fn what_is_not_there_is_worded_as_a_node_words_it() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let unknown = hex([0x11; 32]);
    let header: Option<Value> = client.request("chain_getHeader", params![&unknown]).await;
    assert_eq!(header, None);
    let hash: Option<String> = client.request("chain_getBlockHash", params![99]).await;
    assert_eq!(hash, None);
    let hashes: Vec<Option<String>> = client.request("chain_getBlockHash", params![[0, 99]]).await;
    assert_eq!(hashes, [Some(hex(devnet.genesis_hash())), None]);

    let (code, message) = client.error("state_getStorage", params!["0x00", &unknown]).await;
    assert_eq!(code, 4_003);
    assert!(message.starts_with("Client error: UnknownBlock: "), "{message}");
    let (code, message) = client.error("state_call", params!["Foo_bar", "0x"]).await;
    assert_eq!((code, &message[..32]), (4_003, "Client error: Execution failed: "));
}

#[tokio::test]
async fn a_panic_of_the_runtime_is_an_answer() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    for _ in 0..3 {
        let (code, message) =
            client.error("state_call", params!["NeuronInfoRuntimeApi_get_neurons", "0x"]).await;
        assert_eq!(code, 4_003);
        assert!(message.contains("Runtime panicked: "), "{message}");
    }
    let alice = dev("Alice");
    let bob = devnet.dev_account("Bob").unwrap();
    let _: String = client
        .request("author_submitExtrinsic", params![client.sign(&alice, 0, &transfer(&bob, 1_000))])
        .await;
    devnet.produce_block().await.unwrap();
    assert_eq!(client.free_balance(&bob).await, 1_000_000_000_001_000);
}
