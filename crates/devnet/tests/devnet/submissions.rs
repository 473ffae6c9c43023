use parity_scale_codec::{Compact, Encode};
use serde_json::{Value, json};
use sp_core::{Pair, sr25519};
use tensorwire_devnet::Blocks;

use crate::client::{Client, account_key, bytes, dev, hex, item_key, params, small, transfer};

#[tokio::test]
async fn a_transfer_moves_funds_charges_a_fee_and_raises_the_nonce() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let alice = devnet.dev_account("Alice").unwrap();
    let bob = devnet.dev_account("Bob").unwrap();
    let before = client.free_balance(&alice).await;
    let extrinsic = client.sign(&dev("Alice"), 0, &transfer(&bob, 1_000_000));

    let info: Value = client.request("payment_queryInfo", params![&extrinsic]).await;
    let hash: String = client.request("author_submitExtrinsic", params![&extrinsic]).await;
    assert_eq!(hash, hex(sp_core::blake2_256(&bytes(&extrinsic))));
    let next: u32 = client
        .request("system_accountNextIndex", params!["5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"])
        .await;
    assert_eq!(next, 1, "the pool counts");
    let pending: Vec<String> = client.request("author_pendingExtrinsics", params![]).await;
    assert_eq!(pending, [&extrinsic[..]]);

    let block = devnet.produce_block().await.unwrap();
    let body: Value = client.request("chain_getBlock", params![hex(block)]).await;
    assert_eq!(body["block"]["extrinsics"][1], extrinsic);
    let fee = before - 1_000_000 - client.free_balance(&alice).await;
    assert_eq!(info["partialFee"], fee.to_string());
    assert!((1_000..1_000_000).contains(&fee), "{fee} rao are not Subtensor's order of fees");
    assert_eq!(client.call::<u32>("AccountNonceApi_account_nonce", alice).await, 1);

    let events = client.storage(&item_key("System", "Events"), Some(block)).await.unwrap();
    let transferred = ([5_u8, 2], alice, bob, 1_000_000_u64).encode();
    let paid = ([6_u8, 0], alice, fee, 0_u64).encode();
    for event in [transferred, paid] {
        assert!(events.windows(event.len()).any(|window| window == event), "{}", hex(event));
    }
}

#[tokio::test]
async fn refusals_carry_a_nodes_codes() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let bob = devnet.dev_account("Bob").unwrap();
    let submit = "author_submitExtrinsic";
    let first = client.sign(&dev("Alice"), 0, &transfer(&bob, 1_000));
    let rival = client.sign(&dev("Alice"), 0, &transfer(&bob, 1_001));
    let _: String = client.request(submit, params![&first]).await;
    assert_eq!(client.error(submit, params![&first]).await.0, 1_013);
    assert_eq!(client.error(submit, params![&rival]).await.0, 1_014);
    devnet.produce_block().await.unwrap();

    let invalid = (1_010, "Invalid Transaction".to_owned());
    assert_eq!(client.error(submit, params![&first]).await.0, 1_012, "it is in a block");
    assert_eq!(client.error(submit, params![&rival]).await, invalid, "the nonce is used");
    let mut forged = bytes(&client.sign(&dev("Alice"), 1, &transfer(&bob, 1_000)));
    let last = forged.len() - 1;
    forged[last] ^= 1;
    assert_eq!(client.error(submit, params![hex(forged)]).await, invalid, "the signature is of another call");
    let pauper = sr25519::Pair::from_seed(&[7; 32]);
    let unpaid = client.sign(&pauper, 0, &transfer(&bob, 1_000));
    assert_eq!(client.error(submit, params![unpaid]).await, invalid, "nobody pays the fee");
    assert_eq!(client.error(submit, params!["0x28ff"]).await.0, 1_001, "shorter than it says");
    assert_eq!(client.error(submit, params!["0x04ff"]).await.0, 1_002, "no extrinsic");
}

#[tokio::test]
async fn nonces_ahead_wait_for_those_before_them() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let bob = devnet.dev_account("Bob").unwrap();
    for nonce in [2, 1] {
        let _: String = client
            .request(
                "author_submitExtrinsic",
                params![client.sign(&dev("Alice"), nonce, &transfer(&bob, 1_000))],
            )
            .await;
    }
    let pending: Vec<String> = client.request("author_pendingExtrinsics", params![]).await;
    assert!(pending.is_empty(), "nothing is ready without the nonce 0");
    let _: String = client
        .request("author_submitExtrinsic", params![client.sign(&dev("Alice"), 0, &transfer(&bob, 1_000))])
        .await;
    devnet.produce_block().await.unwrap();
    let alice = devnet.dev_account("Alice").unwrap();
    assert_eq!(client.call::<u32>("AccountNonceApi_account_nonce", alice).await, 3);
}

#[tokio::test]
async fn a_watched_extrinsic_tells_its_life() {
    let devnet = small().finality_lag(2).start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let bob = devnet.dev_account("Bob").unwrap();
    let extrinsic = client.sign(&dev("Alice"), 0, &transfer(&bob, 1_000));
    let mut life = client
        .subscribe::<Value>("author_submitAndWatchExtrinsic", params![extrinsic], "author_unwatchExtrinsic")
        .await;
    let block = devnet.produce_block().await.unwrap();
    devnet.produce_blocks(2).await.unwrap();
    let expected = [
        json!("ready"),
        json!({ "broadcast": [] }),
        json!({ "inBlock": hex(block) }),
        json!({ "finalized": hex(block) }),
    ];
    for step in expected {
        assert_eq!(life.next().await.unwrap().unwrap(), step);
    }
}

#[tokio::test]
async fn a_block_follows_each_extrinsic_when_so_set() {
    let devnet = small().blocks(Blocks::PerExtrinsic).start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let bob = devnet.dev_account("Bob").unwrap();
    for nonce in 0..3 {
        let _: String = client
            .request(
                "author_submitExtrinsic",
                params![client.sign(&dev("Alice"), nonce, &transfer(&bob, 1_000))],
            )
            .await;
    }
    let header: Value = client.request("chain_getHeader", params![]).await;
    assert_eq!(header["number"], "0x3");
}

#[tokio::test]
async fn a_failed_call_is_included_and_charged() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let alice = devnet.dev_account("Alice").unwrap();
    let before = client.free_balance(&alice).await;
    // SubtensorModule.add_stake on a subnet that does not exist.
    let call = ([7_u8, 2], [9_u8; 32], 77_u16, 5_000_000_u64).encode();
    let _: String =
        client.request("author_submitExtrinsic", params![client.sign(&dev("Alice"), 0, &call)]).await;
    let block = devnet.produce_block().await.unwrap();
    assert!(client.free_balance(&alice).await < before);
    let events = client.storage(&item_key("System", "Events"), Some(block)).await.unwrap();
    // System.ExtrinsicFailed with Module { index: 7, error: SubnetNotExists }.
    let failed = [0_u8, 1, 3, 7, 75, 0, 0, 0];
    assert!(events.windows(failed.len()).any(|window| window == failed), "{}", hex(events));
}

#[tokio::test]
async fn a_coldkey_stakes_and_unstakes() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let alice = devnet.dev_account("Alice").unwrap();
    let hotkey = sr25519::Pair::from_seed(&devnet.hotkey_seed(1, 0)).public().0;
    let key = [
        item_key("SubtensorModule", "TotalHotkeyAlpha"),
        account_key(&hotkey)[32..].to_vec(),
        1_u16.to_le_bytes().to_vec(),
    ]
    .concat();
    let stake = async || {
        let value = client.storage(&key, None).await.unwrap();
        u64::from_le_bytes(value.try_into().unwrap())
    };
    let before = stake().await;
    let add = ([7_u8, 2], hotkey, 1_u16, 5_000_000_000_u64).encode();
    let remove = ([7_u8, 3], hotkey, 1_u16, 2_000_000_000_u64).encode();
    for (nonce, call) in [(0, add), (1, remove)] {
        let _: String =
            client.request("author_submitExtrinsic", params![client.sign(&dev("Alice"), nonce, &call)]).await;
    }
    devnet.produce_block().await.unwrap();
    assert_eq!(stake().await, before + 3_000_000_000);
    let held = 1_000_000_000_000_000 - client.free_balance(&alice).await;
    assert!((3_000_000_000..3_001_000_000).contains(&held), "{held}");
}

#[tokio::test]
async fn a_hotkey_without_funds_sets_weights() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let validator = sr25519::Pair::from_seed(&devnet.hotkey_seed(1, 0));
    let call = ([7_u8, 0], 1_u16, vec![3_u16, 4], vec![1_u16, 2], 0_u64).encode();
    let _: String =
        client.request("author_submitExtrinsic", params![client.sign(&validator, 0, &call)]).await;
    devnet.produce_block().await.unwrap();
    let key = [item_key("SubtensorModule", "Weights"), (1_u16, 0_u16).encode()].concat();
    let weights = vec![(3_u16, 32_767_u16), (4, 65_535)].encode();
    assert_eq!(client.storage(&key, None).await, Some(weights));
}

#[tokio::test]
async fn sudo_and_batches_dispatch() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let bob = devnet.dev_account("Bob").unwrap();
    let charlie = devnet.dev_account("Charlie").unwrap();
    // Utility.batch_all of two transfers, then Sudo.sudo of Balances.force_set_balance.
    let batch =
        [&[11_u8, 2][..], &Compact(2_u32).encode(), &transfer(&bob, 1_000), &transfer(&charlie, 2_000)]
            .concat();
    let poor = [3_u8; 32];
    let sudo = ([12_u8, 0], [5_u8, 8, 0], poor, Compact(12_345_u64)).encode();
    for (nonce, call) in [(0, batch), (1, sudo)] {
        let _: String =
            client.request("author_submitExtrinsic", params![client.sign(&dev("Alice"), nonce, &call)]).await;
    }
    devnet.produce_block().await.unwrap();
    assert_eq!(client.free_balance(&bob).await, 1_000_000_000_001_000);
    assert_eq!(client.free_balance(&charlie).await, 1_000_000_000_002_000);
    assert_eq!(client.free_balance(&poor).await, 12_345);
}

#[tokio::test]
async fn a_new_code_is_refused_without_harm() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    // Sudo.sudo of System.set_code.
    let call = ([12_u8, 0], [0_u8, 2], b"junk".to_vec()).encode();
    let _: String =
        client.request("author_submitExtrinsic", params![client.sign(&dev("Alice"), 0, &call)]).await;
    let block = devnet.produce_block().await.unwrap();
    let events = client.storage(&item_key("System", "Events"), Some(block)).await.unwrap();
    // Sudo.Sudid with Err(System.FailedToExtractRuntimeVersion).
    let refused = [12_u8, 0, 1, 3, 0, 2, 0, 0, 0];
    assert!(events.windows(refused.len()).any(|window| window == refused), "{}", hex(events));
    devnet.produce_block().await.unwrap();
}
