//! How do I read all neurons of all subnets at once?
//!
//! `cargo run --release --example read_many -- ws://127.0.0.1:9944`

use futures_util::future::try_join_all;
use tensorwire::Subtensor;

#[tokio::main]
async fn main() -> tensorwire::Result<()> {
    let network = std::env::args().nth(1).unwrap_or_else(|| "local".into());
    let subtensor = Subtensor::connect(network.as_str()).await?;
    let at = subtensor.head().await?;

    let netuids = at.netuids().await?;
    let subnets = try_join_all(netuids.iter().map(|netuid| at.neurons_lite(*netuid))).await?;

    for (netuid, neurons) in netuids.iter().zip(&subnets) {
        let stake: u128 = neurons.iter().map(|neuron| u128::from(neuron.total_stake())).sum();
        println!("subnet {netuid}: {} neurons, {stake} rao of alpha staked", neurons.len());
    }
    let stats = subtensor.stats();
    println!(
        "block {}: {} requests over {} websocket",
        at.number().await?,
        stats.requests,
        stats.websockets_opened
    );
    subtensor.close().await;
    Ok(())
}
