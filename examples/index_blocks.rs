//! How do I index every finalized block once, from where I stopped?
//!
//! `cargo run --example index_blocks -- ws://127.0.0.1:9944 1`

use tensorwire::{Chain, HeadEvent};

#[tokio::main]
async fn main() -> tensorwire::Result<()> {
    let mut args = std::env::args().skip(1);
    let url = args.next().unwrap_or_else(|| "ws://127.0.0.1:9944".into());
    let mut next: u64 = args.next().and_then(|number| number.parse().ok()).unwrap_or(1);

    // `.archive(url)` serves what the first endpoint has dropped.
    let chain = Chain::builder(url.as_str()).connect().await?;
    let mut blocks = chain.finalized_from(next); // the old ones first, then live: no gap between
    for _ in 0..3 {
        let Some(event) = blocks.next().await else { break };
        if let HeadEvent::Block(header) = event? {
            assert_eq!(header.number, next, "in order, each once");
            let at = chain.at(header.hash).await?; // everything of this block hangs off this
            let time = at.query("Timestamp", "Now", ()).await?;
            println!("block {} of {time}", header.number);
            next += 1; // what an indexer stores together with the block
        }
    }
    println!("continue with {next}");
    Ok(())
}
