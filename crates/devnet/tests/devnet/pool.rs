//! What the pool does as a node's, and what it can be told to do.

use jsonrpsee::core::client::Subscription;
use serde_json::{Value, json};
use sp_core::{Pair, sr25519};
use tensorwire_devnet::{Devnet, Inclusion};

use crate::client::{Client, bytes, dev, hex, params, retracted_once, small, transfer};

const SUBMIT: &str = "author_submitExtrinsic";

fn hash(extrinsic: &str) -> [u8; 32] {
    sp_core::blake2_256(&bytes(extrinsic))
}

/// Alice's transfer to Bob with this nonce.
fn signed(devnet: &Devnet, client: &Client, nonce: u32) -> String {
    client.sign(&dev("Alice"), nonce, &transfer(&devnet.dev_account("Bob").unwrap(), 1_000))
}

async fn watched(client: &Client, extrinsic: &str) -> Subscription<Value> {
    client.subscribe("author_submitAndWatchExtrinsic", params![extrinsic], "author_unwatchExtrinsic").await
}

/// The next statuses, of which there have to be so many.
async fn told(statuses: &mut Subscription<Value>, count: usize) -> Vec<Value> {
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(statuses.next().await.unwrap().unwrap());
    }
    all
}

#[tokio::test]
async fn g2_inclusions_are_told_for_every_branch() {
    let devnet = small().finality_lag(100).start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let extrinsic = signed(&devnet, &client, 0);
    let hash = hash(&extrinsic);
    assert!(!devnet.in_pool(hash) && devnet.inclusions(hash).is_empty());
    let mut statuses = watched(&client, &extrinsic).await;
    assert!(devnet.in_pool(hash));
    let first = devnet.produce_block().await.unwrap();
    let at = |block, number, best, finalized| Inclusion { block, number, index: 1, best, finalized };
    assert_eq!(devnet.inclusions(hash), [at(first, 1, true, false)]);
    assert!(!devnet.in_pool(hash));

    devnet.hold_transactions(true);
    devnet.fork(1, 2).await.unwrap();
    devnet.produce_block().await.unwrap();
    assert!(devnet.in_pool(hash), "it has come back, and nobody takes it");
    assert_eq!(devnet.inclusions(hash), [at(first, 1, false, false)]);
    devnet.hold_transactions(false);
    let second = devnet.produce_block().await.unwrap();
    devnet.set_finality_lag(0).await;
    assert_eq!(devnet.inclusions(hash), [at(first, 1, false, false), at(second, 4, true, true)]);
    assert_eq!(told(&mut statuses, 8).await, retracted_once(first, second));
}

#[tokio::test]
async fn g20_what_is_dropped_is_banned_and_what_required_it_waits() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let [first, second] = [0, 1].map(|nonce| signed(&devnet, &client, nonce));
    let mut of_first = watched(&client, &first).await;
    let mut of_second = watched(&client, &second).await;
    assert!(devnet.drop_transaction(hash(&first)));
    assert!(!devnet.drop_transaction(hash(&first)), "it is no longer there");
    assert_eq!(told(&mut of_first, 3).await[2], json!("dropped"));
    assert_eq!(told(&mut of_second, 3).await[2], json!("future"));
    assert_eq!(client.error(SUBMIT, params![&first]).await.0, 1_012);
    devnet.lift_bans();
    let _: String = client.request(SUBMIT, params![&first]).await;
    devnet.produce_block().await.unwrap();
    assert_eq!(devnet.inclusions(hash(&second)).len(), 1);
}

#[tokio::test]
async fn g20_the_oldest_block_that_is_not_final_is_given_up() {
    let devnet = small().finality_lag(100).start().await.unwrap();
    let client = Client::connect(&devnet).await;
    devnet.set_finality_timeout(3);
    let mut statuses = watched(&client, &signed(&devnet, &client, 0)).await;
    let block = devnet.produce_block().await.unwrap();
    devnet.produce_blocks(2).await.unwrap();
    assert_eq!(told(&mut statuses, 3).await[2], json!({ "inBlock": hex(block) }));
    devnet.produce_block().await.unwrap();
    assert_eq!(told(&mut statuses, 1).await, [json!({ "finalityTimeout": hex(block) })]);
}

#[tokio::test]
async fn what_was_refused_as_invalid_is_banned_even_if_it_has_become_valid() {
    let pauper = sr25519::Pair::from_seed(&[7; 32]);
    let devnet = small().endow(pauper.public().0, 1_000).start().await.unwrap();
    let client = Client::connect(&devnet).await;
    assert_eq!(client.free_balance(&pauper.public().0).await, 1_000);
    let bob = devnet.dev_account("Bob").unwrap();
    let unpaid = client.sign(&pauper, 0, &transfer(&bob, 1_000));
    let error = client.refusal(SUBMIT, params![&unpaid]).await;
    let expected =
        (1_010, "Invalid Transaction", Some("Inability to pay some fees (e.g. account balance too low)"));
    assert_eq!((error.0, &error.1[..], error.2.as_deref()), expected);
    let gift = client.sign(&dev("Alice"), 0, &transfer(&pauper.public().0, 1_000_000_000));
    let _: String = client.request(SUBMIT, params![gift]).await;
    devnet.produce_block().await.unwrap();
    assert_eq!(client.error(SUBMIT, params![&unpaid]).await.0, 1_012);
    devnet.lift_bans();
    let _: String = client.request(SUBMIT, params![&unpaid]).await;
}

#[tokio::test]
async fn what_is_submitted_again_and_again_is_known_then_banned() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let extrinsic = signed(&devnet, &client, 0);
    let _: String = client.request(SUBMIT, params![&extrinsic]).await;
    for code in [1_013, 1_012] {
        assert_eq!(client.error(SUBMIT, params![&extrinsic]).await.0, code);
    }
    devnet.produce_block().await.unwrap();
    assert_eq!(devnet.inclusions(hash(&extrinsic)).len(), 1, "it stays in the pool all the same");
}

#[tokio::test]
async fn a_runtime_with_a_metadata_hash_takes_what_is_signed_with_it_and_nothing_else() {
    let digest = [9; 32];
    let with = small().metadata_hash(digest).start().await.unwrap();
    let without = small().start().await.unwrap();
    for (devnet, signed, expected) in [
        (&with, digest, None),
        (&with, [8; 32], Some((1_010, "Transaction has a bad signature"))),
        (&without, digest, Some((1_011, "UnknownTransaction::CannotLookup"))),
    ] {
        let client = Client::connect(devnet).await;
        let extrinsic = client.sign_with_digest(&dev("Alice"), 0, &transfer(&[3; 32], 1_000), signed);
        match expected {
            None => {
                let _: String = client.request(SUBMIT, params![&extrinsic]).await;
                devnet.produce_block().await.unwrap();
                assert_eq!(devnet.inclusions(hash(&extrinsic)).len(), 1);
            }
            Some((code, reason)) => {
                let error = client.refusal(SUBMIT, params![&extrinsic]).await;
                assert_eq!((error.0, error.2.as_deref()), (code, Some(reason)));
            }
        }
    }
    // The next runtime has other metadata, and was built without.
    with.upgrade().await.unwrap();
    let client = Client::connect(&with).await;
    let extrinsic = client.sign_with_digest(&dev("Alice"), 2, &transfer(&[3; 32], 1_000), digest);
    assert_eq!(client.error(SUBMIT, params![&extrinsic]).await.0, 1_011);
}
