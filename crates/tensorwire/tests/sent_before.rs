//! A transaction that was sent before, perhaps long ago and by another process: it is itself that has used its nonce.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use std::time::Duration;

use tensorwire::{AccountId, Cache, Chain, ErrorKind, Hash, Outcome, Pending, Receipt, Transaction, Value};
use tensorwire_devnet::{Devnet, Fault, Step};
use tensorwire_wallet::Keypair;
use tokio::time::timeout;

const BOB: &str = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";

/// More blocks than the shortest era has.
const LATER: u32 = 20;

async fn devnet() -> Devnet {
    Devnet::builder().subnets(1).neurons(1).finality_lag(0).start().await.unwrap()
}

async fn connect(devnet: &Devnet) -> Chain {
    Chain::builder(devnet.url()).cache(Cache::none()).connect().await.unwrap()
}

fn transfer(chain: &Chain) -> Transaction {
    let bob: AccountId = BOB.parse().unwrap();
    let transfer =
        chain.tx().call("Balances", "transfer_keep_alive", (Value::variant("Id", [bob.into()]), 1_u64));
    transfer.timeout(Duration::from_secs(30))
}

/// Sends it, and lets it come into a block that is of the past then. Its bytes, and what became of it.
async fn sent_before(devnet: &Devnet, transaction: Transaction) -> (Vec<u8>, Receipt) {
    let signed = transaction.sign(&Keypair::from_uri("//Alice").unwrap()).await.unwrap();
    let bytes = signed.bytes().to_vec();
    let submission = signed.submit().await.unwrap();
    devnet.produce_blocks(1).await.unwrap();
    let receipt = submission.finalized().await.unwrap();
    devnet.produce_blocks(LATER).await.unwrap();
    (bytes, receipt)
}

#[tokio::test(flavor = "multi_thread")]
async fn g2_bytes_that_were_sent_before_have_the_receipt_of_then() {
    let devnet = devnet().await;
    let chain = connect(&devnet).await;
    for (life, knows) in [("short", true), ("short", false), ("for ever", true), ("for ever", false)] {
        let transaction = transfer(&chain);
        let transaction = if life == "short" { transaction.mortal(8) } else { transaction.immortal() };
        let (bytes, receipt) = sent_before(&devnet, transaction).await;
        if !knows {
            // The node has forgotten that it had it, as another one would never have known.
            devnet.lift_bans();
        }
        let again = connect(&devnet).await.signed_bytes(bytes).await.unwrap().submit().await;
        match again {
            Ok(again) => {
                let found = timeout(Duration::from_secs(30), again.finalized()).await;
                assert_eq!(found.expect("it hangs").unwrap().id(), receipt.id(), "{life} {knows}");
            }
            // It is for an era that has passed, or the node takes it for that: nothing is said of its nonce.
            Err(error) => {
                assert_eq!(error.transaction_error().map(|error| error.name()), Some("BadProof"), "{error}");
                assert!((life, knows) == ("short", false), "{error}");
            }
        }
    }
}

/// What is known of a transaction by its hash and its nonce alone.
fn known_of(receipt: &Receipt, chain: Hash, birth: u64) -> Pending {
    Pending {
        genesis: chain,
        hash: receipt.hash(),
        account: Some(Keypair::from_uri("//Alice").unwrap().account()),
        nonce: Some(0),
        birth,
        last_block: None,
        spec_version: None,
        transaction_version: None,
        bytes: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g2_a_transaction_from_before_the_birth_that_was_guessed_is_found_or_not_judged() {
    let devnet = devnet().await;
    let chain = connect(&devnet).await;
    let (_, receipt) = sent_before(&devnet, transfer(&chain)).await;
    let genesis = chain.genesis().await.unwrap();
    let pending = known_of(&receipt, genesis, receipt.block().number + 5);
    let resolved = chain.resolve(&pending).await.unwrap();
    let found = timeout(Duration::from_secs(30), resolved.finalized()).await.expect("it hangs").unwrap();
    assert_eq!(found.id(), receipt.id());

    // Nothing is offered to a node that is not what it is called.
    let forged = Pending { bytes: Some(vec![1, 2, 3]), ..pending.clone() };
    assert_eq!(chain.resolve(&forged).await.unwrap_err().kind(), ErrorKind::Invalid);

    // Another one of that nonce is not in sight: who used it can be told.
    let other = Pending { hash: Hash([7; 32]), ..pending };
    let resolved = chain.resolve(&other).await.unwrap();
    let error = timeout(Duration::from_secs(30), resolved.finalized()).await.expect("it hangs").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(error.to_string().contains(&receipt.hash().to_string()), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn g2_where_states_are_gone_it_is_told_where_it_is_and_that_no_more_can_be_told() {
    let builder = Devnet::builder().subnets(1).neurons(1).finality_lag(0).pruning(4);
    let devnet = builder.start().await.unwrap();
    let (_, receipt) = sent_before(&devnet, transfer(&connect(&devnet).await)).await;
    let chain = connect(&devnet).await;
    let pending = known_of(&receipt, chain.genesis().await.unwrap(), receipt.block().number - 1);
    let resolved = chain.resolve(&pending).await.unwrap();
    let error = timeout(Duration::from_secs(30), resolved.finalized()).await.expect("it hangs").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Pruned, "{error}");
    assert!(error.to_string().contains(&receipt.block().to_string()), "{error}");
    assert!(matches!(resolved.outcome().await, Outcome::Unknown { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn g1_who_waits_for_a_nonce_waits_no_longer_than_was_said() {
    let devnet = devnet().await;
    let chain = connect(&devnet).await;
    let alice = Keypair::from_uri("//Alice").unwrap();
    let cut =
        |nth| Fault::Cut { method: "author_submitAndWatchExtrinsic".to_owned(), nth, step: Step::Asked };
    devnet.set_faults((1..100).map(cut));
    let submission = transfer(&chain).sign_and_submit(&alice).await.unwrap();
    // Nobody knows whether the node has the first one: the second waits for that, but not for ever.
    let second = transfer(&chain).timeout(Duration::from_secs(1));
    let second = timeout(Duration::from_secs(20), second.sign_and_submit(&alice)).await;
    let error = second.expect("it waits for ever").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    drop(submission);
}
