//! What happened in this block?
//!
//! `cargo run --example blocks -- ws://127.0.0.1:9944 1`

use tensorwire::{BlockId, Subtensor};

#[tokio::main]
async fn main() -> tensorwire::Result<()> {
    let mut args = std::env::args().skip(1);
    let network = args.next().unwrap_or_else(|| "local".into());
    let block: BlockId = args.next().unwrap_or_else(|| "head".into()).parse()?;

    let subtensor = Subtensor::connect(network.as_str()).await?;
    let block = subtensor.at(block).await?.block_with_events().await?; // two requests, sent together
    println!("block {}: {} extrinsics", block.header.block(), block.extrinsics.len());
    for extrinsic in &block.extrinsics {
        let outcome = match extrinsic.error() {
            Some(error) => error.to_string(),
            None => format!("ok, {} events", extrinsic.events().len()),
        };
        match extrinsic.decoded() {
            Ok(decoded) => println!("{}  {decoded}: {outcome}", extrinsic.id()),
            Err(error) => println!("{}  {error}: {outcome}", extrinsic.id()), // the others are there all the same
        }
    }
    for event in &block.events {
        println!("{:?}: {event}", event.phase());
    }
    Ok(())
}
