//! The outbox knows of what was sent, whatever becomes of whoever sent it.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use std::path::Path;

use tensorwire::{
    AccountId, Cache, ErrorKind, Keypair, Outbox, Outcome, Submission, Subtensor, Transaction, Value,
};
use tensorwire_devnet::Devnet;

const BOB: &str = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";

async fn connect(devnet: &Devnet, outbox: &Outbox) -> Subtensor {
    Subtensor::builder(devnet.url()).cache(Cache::none()).outbox(outbox).connect().await.unwrap()
}

fn transfer(subtensor: &Subtensor) -> Transaction {
    let bob: AccountId = BOB.parse().unwrap();
    subtensor.tx().call("Balances", "transfer_keep_alive", (Value::variant("Id", [bob.into()]), 1_000_u64))
}

async fn send(subtensor: &Subtensor) -> Submission {
    transfer(subtensor).sign_and_submit(&Keypair::from_uri("//Alice").unwrap()).await.unwrap()
}

/// The next start: what a process finds that has the file of one before it.
async fn start_again(devnet: &Devnet, path: &Path) -> (Outbox, Vec<Submission>) {
    let outbox = Outbox::open(path).unwrap();
    let unfinished = connect(devnet, &outbox).await.unfinished().await.unwrap();
    (outbox, unfinished)
}

#[tokio::test]
async fn g2_what_is_final_is_struck_out() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(folder.path().join("outbox")).unwrap();
    let devnet = Devnet::builder().subnets(1).neurons(2).start().await.unwrap();
    let subtensor = connect(&devnet, &outbox).await;
    let submission = send(&subtensor).await;
    assert_eq!(outbox.pending(), [submission.pending().clone()]);
    devnet.produce_blocks(1).await.unwrap();
    submission.in_block().await.unwrap();
    assert_eq!(outbox.pending().len(), 1, "a reorganisation may still take it out of the chain");
    devnet.produce_blocks(3).await.unwrap();
    submission.finalized().await.unwrap();
    assert_eq!(outbox.pending(), []);
}

#[tokio::test]
async fn g2_the_next_start_tells_what_became_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox");
    let devnet = Devnet::builder().subnets(1).neurons(2).start().await.unwrap();
    let (landed, waiting) = {
        let outbox = Outbox::open(&path).unwrap();
        let subtensor = connect(&devnet, &outbox).await;
        let landed = send(&subtensor).await.hash();
        devnet.produce_block().await.unwrap();
        devnet.hold_transactions(true);
        (landed, send(&subtensor).await.hash())
    };
    devnet.produce_blocks(4).await.unwrap();

    let (outbox, unfinished) = start_again(&devnet, &path).await;
    assert_eq!(unfinished.iter().map(Submission::hash).collect::<Vec<_>>(), [landed, waiting]);
    let receipt = unfinished[0].finalized().await.unwrap();
    assert!(receipt.ok(), "{:?}", receipt.error());
    assert_eq!(receipt.hash(), landed);
    // The other one is not decided, and is there for a third start.
    assert_eq!(outbox.pending().len(), 1);
    drop((outbox, unfinished));

    // Past its era, it can be in no block any more.
    devnet.produce_blocks(140).await.unwrap();
    let (outbox, unfinished) = start_again(&devnet, &path).await;
    let [submission] = &unfinished[..] else { panic!("{unfinished:?}") };
    let outcome = submission.outcome().await;
    assert!(matches!(outcome, Outcome::Expired(_)), "{outcome:?}");
    assert_eq!(devnet.inclusions(waiting.0), []);
    assert_eq!(outbox.pending(), []);
}

#[tokio::test]
async fn g2_what_is_refused_is_struck_out() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(folder.path().join("outbox")).unwrap();
    let devnet = Devnet::builder().subnets(1).neurons(2).start().await.unwrap();
    let subtensor = connect(&devnet, &outbox).await;
    let poor = Keypair::from_uri("//Poor").unwrap();
    let error = transfer(&subtensor).sign_and_submit(&poor).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(outbox.pending(), []);
}

#[tokio::test]
async fn what_was_sent_to_another_chain_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox");
    let devnet = Devnet::builder().subnets(1).neurons(2).start().await.unwrap();
    let outbox = Outbox::open(&path).unwrap();
    let pending = send(&connect(&devnet, &outbox).await).await.pending().clone();
    drop(outbox);
    let other = Devnet::builder().subnets(1).neurons(2).seed(9).start().await.unwrap();
    let (outbox, unfinished) = start_again(&other, &path).await;
    assert!(unfinished.is_empty());
    assert_eq!(outbox.pending(), std::slice::from_ref(&pending));
    let error = connect(&other, &outbox).await.resolve(&pending).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WrongChain);
}
