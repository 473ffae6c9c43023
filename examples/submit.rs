//! How do I send a transaction, and learn what became of it?
//!
//! `cargo run --example submit -- ws://127.0.0.1:9944 //Alice`

use tensorwire::{AccountId, Subtensor, wallet::Keypair};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let network = args.next().unwrap_or_else(|| "local".into());
    let key = Keypair::from_uri(&args.next().unwrap_or_else(|| "//Alice".into()))?;
    let bob: AccountId = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty".parse()?;

    let subtensor = Subtensor::connect(network.as_str()).await?;
    let transfer = subtensor.tx().call("Balances", "transfer_keep_alive", (bob, 1_000_000_000_u64));
    println!("it will cost about {} rao", transfer.payment_info(&key.account()).await?.partial_fee);

    let submission = transfer.sign_and_submit(&key).await?;
    println!("sent as {}, nonce {:?}", submission.hash(), submission.nonce());
    let receipt = submission.in_block().await?;
    println!("{} in block {}", receipt.decoded()?, receipt.block().number);
    match receipt.error() {
        None => println!("it went well for {:?} rao", receipt.fee()),
        Some(error) => println!("it failed: {error}"),
    }
    submission.finalized().await?;
    println!("no reorganisation can undo it");
    Ok(())
}
