//! How do I keep following the chain while endpoints come and go?
//!
//! `cargo run --example survive_disconnect -- ws://127.0.0.1:9944 [FALLBACK...]`
//!
//! Kill the node and start it again while this runs: every block is printed once, in order.

use tensorwire::{Chain, HeadEvent};

#[tokio::main]
async fn main() -> tensorwire::Result<()> {
    let mut urls = std::env::args().skip(1);
    let first = urls.next().unwrap_or_else(|| "ws://127.0.0.1:9944".into());
    // Others of the same chain: asked while the first is out of reach, behind, or bans this client.
    let builder = urls.fold(Chain::builder(first.as_str()), |builder, url| builder.fallback(url.as_str()));
    let chain = builder.connect().await?;

    let mut heads = chain.heads();
    let mut printed = 0;
    while let Some(event) = heads.next().await {
        match event {
            Ok(HeadEvent::Block(header)) => println!("{} {}", header.number, header.hash),
            Ok(HeadEvent::Reorg { from, to }) => println!("the blocks from {to} to {from} are gone"),
            Ok(event) => println!("{event:?}"),
            // An outage: the stream goes on by itself, and what was missed comes first.
            Err(error) => eprintln!("{error}"),
        }
        printed += 1;
        if printed == 5 {
            break;
        }
    }
    for endpoint in chain.status() {
        println!("{} is {}", endpoint.endpoint, endpoint.state);
    }
    chain.close().await; // dropping the last handle does the same, without waiting
    Ok(())
}
