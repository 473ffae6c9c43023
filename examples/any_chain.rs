//! How do I read storage, constants and runtime APIs of any Substrate chain?
//!
//! `cargo run --example any_chain -- ws://127.0.0.1:9944`

use tensorwire::{AccountId, Chain};

#[tokio::main]
async fn main() -> tensorwire::Result<()> {
    let url = std::env::args().nth(1).unwrap_or_else(|| "ws://127.0.0.1:9944".into());
    let alice: AccountId = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY".parse()?;
    let bob: AccountId = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty".parse()?;

    let chain = Chain::connect(&url).await?;
    let at = chain.head().await?;
    let account = at.query("System", "Account", [&alice]).await?; // a Value: index it by name
    println!("Alice at block {}: {} rao free", at.number().await?, account["data"]["free"]);

    let both = at.query_many("System", "Account", &[alice, bob]).await?; // one request
    println!("Bob: nonce {}", both[1]["nonce"]);

    let mut accounts = at.query_map("System", "Account", ()); // a Stream
    let mut shown = 0;
    while let Some(entry) = accounts.next().await {
        let entry = entry?;
        println!("{} holds {} rao", entry.keys[0], entry.value["data"]["free"]);
        shown += 1;
        if shown == 3 {
            break; // dropping the stream ends the reading
        }
    }

    println!("existential deposit: {}", at.constant("Balances", "ExistentialDeposit").await?);
    println!("version: {}", at.call("Core", "version", ()).await?["spec_name"]);
    Ok(())
}
