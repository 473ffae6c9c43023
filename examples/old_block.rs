//! How do I read a block of the past, and the same block twice?
//!
//! `cargo run --example old_block -- ws://127.0.0.1:9944 1`

use tensorwire::{BlockId, Subtensor};

#[tokio::main]
async fn main() -> tensorwire::Result<()> {
    let mut args = std::env::args().skip(1);
    let network = args.next().unwrap_or_else(|| "local".into());
    let block: BlockId = args.next().unwrap_or_else(|| "0".into()).parse()?;

    let subtensor = Subtensor::connect(network.as_str()).await?;
    let at = subtensor.at(block).await?; // keep it: everything asked of it belongs to this block
    let (subnets, runtime) = (at.total_subnets().await?, at.runtime().await?);
    println!(
        "block {} ({}): {subnets} subnets, {} {}",
        at.number().await?,
        at.hash().await?,
        runtime.spec_name(),
        runtime.spec_version()
    );
    Ok(())
}
