//! How do I read without async?
//!
//! `cargo run --example blocking -- ws://127.0.0.1:9944`

use tensorwire::{AccountId, blocking::Subtensor};

fn main() -> tensorwire::Result<()> {
    let network = std::env::args().nth(1).unwrap_or_else(|| "local".into());
    let alice: AccountId = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY".parse()?;

    let subtensor = Subtensor::connect(network.as_str())?;
    let at = subtensor.head()?;
    println!("Alice holds {}", at.balance(&alice)?);

    // The handle may be shared: many threads, still one websocket.
    let netuids = at.netuids()?;
    let subnets = std::thread::scope(|scope| {
        let readers: Vec<_> = netuids.iter().map(|netuid| scope.spawn(|| at.neurons_lite(*netuid))).collect();
        readers
            .into_iter()
            .map(|reader| reader.join().expect("no reader panics"))
            .collect::<Result<Vec<_>, _>>()
    })?;
    let neurons: usize = subnets.iter().map(Vec::len).sum();
    println!(
        "{neurons} neurons in {} subnets, {} websocket",
        netuids.len(),
        subtensor.stats().websockets_opened
    );
    Ok(())
}
