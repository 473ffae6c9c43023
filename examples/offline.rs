//! How do I sign on a machine without network?
//!
//! `cargo run --example offline -- ws://127.0.0.1:9944 //Alice`

use tensorwire::{
    Runtime, Subtensor,
    scale::{Signature, SigningPayload, Value},
    wallet::Keypair,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let network = args.next().unwrap_or_else(|| "local".into());
    let key = Keypair::from_uri(&args.next().unwrap_or_else(|| "//Alice".into()))?;

    // Online: what is to be signed, as JSON. Its nonce and its era are chosen by the chain.
    let subtensor = Subtensor::connect(network.as_str()).await?;
    let remark = subtensor.tx().call("System", "remark", Value::from("signed elsewhere".as_bytes()));
    let payload = remark.payload(&key.account()).await?;
    let out = serde_json::to_string(&payload)?;

    // Offline: metadata from a file tells what the payload asks for; what would be signed besides is an error.
    let runtime: &Runtime = &*subtensor.head().await?.runtime().await?;
    let signature = sign(runtime, &out, &key)?;

    // Online again: before it is sent, era and runtime are compared with the chain's.
    let signed = subtensor.signed(serde_json::from_str(&out)?, signature).await?;
    let receipt = signed.submit().await?.in_block().await?;
    println!("{} in block {}", receipt.decoded()?, receipt.block().number);
    Ok(())
}

fn sign(runtime: &Runtime, json: &str, key: &Keypair) -> Result<Signature, Box<dyn std::error::Error>> {
    let payload: SigningPayload = serde_json::from_str(json)?;
    let call = runtime.check_payload(&payload)?;
    println!("signing {call}, nonce {}, {}", payload.nonce(), payload.era());
    Ok(key.sign_bytes(&payload.bytes()))
}
