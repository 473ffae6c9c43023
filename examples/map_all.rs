//! How do I read a whole map, however big, and go on later where I stopped?
//!
//! `cargo run --release --example map_all -- ws://127.0.0.1:9944`

use tensorwire::Chain;

#[tokio::main]
async fn main() -> tensorwire::Result<()> {
    let url = std::env::args().nth(1).unwrap_or_else(|| "ws://127.0.0.1:9944".into());
    let chain = Chain::connect(&url).await?;
    let at = chain.finalized().await?; // all entries are of this block

    let mut total = 0;
    let mut accounts = at.query_map("System", "Account", ()); // a Stream, read ahead but never all in memory
    while let Some(account) = accounts.next().await {
        let account = account?;
        total += account.value["data"]["free"].as_u128().unwrap_or_default();
        let progress = accounts.progress();
        if progress.entries % 10_000 == 0 {
            println!("{} accounts, {:.0} %", progress.entries, 100.0 * progress.fraction.unwrap_or_default());
        }
    }
    println!("{} accounts hold {total} rao", accounts.progress().entries);

    // Storage keys and values as they are stored: the last key is where the next run begins.
    let mut keys = at.query_map("SubtensorModule", "Keys", [1u16]).raw().limit(3);
    let mut last = None;
    while let Some(entry) = keys.next().await {
        last = Some(entry?.0);
    }
    if let Some(last) = last {
        let rest =
            at.query_map_as::<tensorwire::AccountId>("SubtensorModule", "Keys", [1u16]).start_key(last);
        let mut rest = rest.limit(3);
        while let Some(neuron) = rest.next().await {
            let neuron = neuron?;
            println!("uid {}: {}", neuron.keys[1], neuron.value);
        }
    }
    Ok(())
}
