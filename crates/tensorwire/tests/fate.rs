//! What became of a submission: by the outcome that it tells, and by the blocks of the local chain.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use std::time::Duration;

use tensorwire::{AccountId, Cache, Chain, Outcome, Transaction, Value};
use tensorwire_devnet::Devnet;
use tensorwire_wallet::Keypair;

const BOB: &str = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";

fn alice() -> Keypair {
    Keypair::from_uri("//Alice").unwrap()
}

async fn connect(devnet: &Devnet) -> Chain {
    Chain::builder(devnet.url()).cache(Cache::none()).connect().await.unwrap()
}

fn transfer(chain: &Chain, rao: u64) -> Transaction {
    let bob: AccountId = BOB.parse().unwrap();
    let bob = Value::variant("Id", [bob.into()]);
    chain.tx().call("Balances", "transfer_keep_alive", (bob, rao)).timeout(Duration::from_secs(20))
}

#[tokio::test]
async fn g2_a_transfer_ends_in_a_final_block() {
    let devnet = Devnet::builder().start().await.unwrap();
    let chain = connect(&devnet).await;
    let submission = transfer(&chain, 1_000).sign_and_submit(&alice()).await.unwrap();
    devnet.produce_blocks(1).await.unwrap();
    let receipt = submission.in_block().await.unwrap();
    assert!(receipt.ok(), "{:?}", receipt.error());
    devnet.produce_blocks(4).await.unwrap();
    let Outcome::Finalized(receipt) = submission.outcome().await else { panic!("{:?}", submission) };
    assert!(receipt.ok());
    println!("{:?}", chain.stats());
}
