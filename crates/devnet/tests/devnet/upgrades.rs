//! Upgrades of the runtime.

use parity_scale_codec::{Decode, Encode};
use serde_json::Value;
use sp_runtime::{OpaqueExtrinsic, generic, traits::BlakeTwo256};

use crate::{
    client::{Client, bytes, dev, hex, item_key, params, small, transfer},
    kept::Scratch,
};

type Header = generic::Header<u32, BlakeTwo256>;

/// The spec version that answers calls at a block.
async fn spec_version(client: &Client, at: Option<[u8; 32]>) -> u64 {
    let version: Value = client.request("state_getRuntimeVersion", params![at.map(hex)]).await;
    version["specVersion"].as_u64().unwrap()
}

async fn events(client: &Client, at: [u8; 32]) -> Vec<u8> {
    client.storage(&item_key("System", "Events"), Some(at)).await.unwrap()
}

async fn logs(client: &Client, at: [u8; 32]) -> Vec<Value> {
    let header: Value = client.request("chain_getHeader", params![hex(at)]).await;
    header["digest"]["logs"].as_array().unwrap().clone()
}

/// `System.CodeUpdated` of the extrinsic with this index.
fn code_updated(extrinsic: u8) -> [u8; 8] {
    [0, extrinsic, 0, 0, 0, 0, 2, 0]
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn g9_the_block_after_the_upgrade_has_the_new_runtime() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let mut versions = client
        .subscribe::<Value>("state_subscribeRuntimeVersion", params![], "state_unsubscribeRuntimeVersion")
        .await;
    assert_eq!(versions.next().await.unwrap().unwrap()["specVersion"], 393);
    let before = devnet.produce_block().await.unwrap();
    let carrier = devnet.upgrade().await.unwrap();
    let after = devnet.produce_block().await.unwrap();
    let last = item_key("System", "LastRuntimeUpgrade");
    // A compact number, and the name of the runtime.
    let upgraded = |spec_version: u16| Some((spec_version << 2 | 1).to_le_bytes().to_vec());
    for (block, spec, executed_by) in [(before, 393, 393), (carrier, 394, 393), (after, 394, 394)] {
        assert_eq!(spec_version(&client, Some(block)).await, spec);
        let info = client.storage(&last, Some(block)).await;
        assert_eq!(info.map(|info| info[..2].to_vec()), upgraded(executed_by));
        assert_eq!(has(&events(&client, block).await, &code_updated(1)), block == carrier);
        // `RuntimeEnvironmentUpdated` has no content.
        assert_eq!(logs(&client, block).await.contains(&"0x08".into()), block == carrier);
    }
    assert_eq!(versions.next().await.unwrap().unwrap()["specVersion"], 394);
}

#[tokio::test]
async fn g9_what_was_signed_for_the_old_runtime_is_refused() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let bob = devnet.dev_account("Bob").unwrap();
    let old = client.sign(&dev("Charlie"), 0, &transfer(&bob, 1_000));
    let waiting = client.sign(&dev("Dave"), 1, &transfer(&bob, 1_000));
    let _: String = client.request("author_submitExtrinsic", params![waiting]).await;
    devnet.upgrade().await.unwrap();
    let (code, message) = client.error("author_submitExtrinsic", params![old]).await;
    assert_eq!((code, &message[..]), (1_010, "Invalid Transaction"));
    devnet.produce_block().await.unwrap();
    assert_eq!(client.free_balance(&bob).await, 1_000_000_000_000_000);
}

#[tokio::test]
async fn a_code_of_ones_own_is_checked_as_on_any_chain() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let next = devnet.next_code().unwrap();
    assert_eq!(next, b"tensorwire-devnet runtime, spec version 394");
    // Sudo.sudo_unchecked_weight of System.set_code.
    let set_code = |code: &[u8]| ([12_u8, 1], [0_u8, 2], code.to_vec(), [0_u8, 0]).encode();
    let same = b"tensorwire-devnet runtime, spec version 393";
    for (nonce, code, spec) in [(0, &b"junk"[..], 393), (1, same, 393), (2, &next, 394)] {
        let extrinsic = client.sign(&dev("Alice"), nonce, &set_code(code));
        let _: String = client.request("author_submitExtrinsic", params![extrinsic]).await;
        let block = devnet.produce_block().await.unwrap();
        assert_eq!(spec_version(&client, Some(block)).await, spec);
    }
}

#[tokio::test]
async fn upgrades_come_at_the_blocks_that_were_named() {
    let devnet = small().upgrade_at(2).upgrade_at(3).start().await.unwrap();
    let client = Client::connect(&devnet).await;
    devnet.produce_blocks(4).await.unwrap();
    let mut versions = Vec::new();
    for number in 0..=4 {
        versions.push(spec_version(&client, devnet.block_hash(number)).await);
    }
    assert_eq!(versions, [393, 393, 394, 395, 395]);
}

#[tokio::test]
async fn blocks_execute_again_on_the_states_of_their_parents() {
    let devnet = small().upgrade_at(2).upgrade_at(4).start().await.unwrap();
    let client = Client::connect(&devnet).await;
    devnet.produce_blocks(5).await.unwrap();
    for number in 1..=5 {
        let block: Value =
            client.request("chain_getBlock", params![devnet.block_hash(number).map(hex)]).await;
        let header: Header = serde_json::from_value(block["block"]["header"].clone()).unwrap();
        let extrinsics: Vec<String> = serde_json::from_value(block["block"]["extrinsics"].clone()).unwrap();
        let extrinsics =
            extrinsics.iter().map(|extrinsic| OpaqueExtrinsic::decode(&mut &bytes(extrinsic)[..]));
        let extrinsics: Vec<_> = extrinsics.collect::<Result<_, _>>().unwrap();
        let parent = Some(header.parent_hash.0);
        let () = client.call_at(parent, "Core_execute_block", (header, extrinsics)).await;
    }
}

#[tokio::test]
async fn a_chain_with_upgrades_goes_on_from_its_file() {
    let scratch = Scratch::new("upgrades");
    let devnet = scratch.chain().start().await.unwrap();
    devnet.produce_block().await.unwrap();
    devnet.upgrade().await.unwrap();
    devnet.produce_block().await.unwrap();
    let hashes: Vec<_> = (0..=3).map(|number| devnet.block_hash(number)).collect();
    devnet.shutdown().await;

    let devnet = scratch.chain().start().await.unwrap();
    assert_eq!((0..=3).map(|number| devnet.block_hash(number)).collect::<Vec<_>>(), hashes);
    let client = Client::connect(&devnet).await;
    assert_eq!(spec_version(&client, hashes[1]).await, 393);
    assert_eq!(spec_version(&client, None).await, 394);
    let again = devnet.upgrade().await.unwrap();
    assert_eq!(spec_version(&client, Some(again)).await, 395);
}

#[tokio::test]
async fn g9_a_fork_undoes_an_upgrade_which_comes_again() {
    let devnet = small().finality_lag(100).start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let mut versions = client
        .subscribe::<Value>("state_subscribeRuntimeVersion", params![], "state_unsubscribeRuntimeVersion")
        .await;
    devnet.produce_block().await.unwrap();
    let retired = devnet.upgrade().await.unwrap();
    let branch = devnet.fork(1, 2).await.unwrap();
    assert_eq!(spec_version(&client, Some(branch[1])).await, 393);
    assert_eq!(spec_version(&client, Some(retired)).await, 394);
    // Its extrinsic has gone back to the pool.
    let carrier = devnet.produce_block().await.unwrap();
    assert!(has(&events(&client, carrier).await, &code_updated(1)));
    assert_eq!(spec_version(&client, None).await, 394);
    devnet.produce_block().await.unwrap();
    for spec in [393, 394, 393, 394] {
        assert_eq!(versions.next().await.unwrap().unwrap()["specVersion"], spec);
    }
}

#[tokio::test]
async fn there_is_no_end_of_upgrades() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    for spec in 394..=418 {
        let block = devnet.upgrade().await.unwrap();
        assert_eq!(spec_version(&client, Some(block)).await, spec);
    }
    assert_eq!(spec_version(&client, Some(devnet.genesis_hash())).await, 393);
}
