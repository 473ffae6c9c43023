use std::time::Instant;
#[tokio::main]
async fn main() {
    let t = Instant::now();
    let d = tensorwire_devnet::Devnet::builder().subnets(32).neurons(256).port(19944).start().await.unwrap();
    println!("{} started in {:?} genesis {}", d.url(), t.elapsed(), const_hex::encode(d.genesis_hash()));
    let t = Instant::now();
    d.produce_block().await.unwrap();
    println!("block {:?}", t.elapsed());
    let t = Instant::now();
    d.produce_blocks(10).await.unwrap();
    println!("10 blocks {:?}", t.elapsed());
    tokio::time::sleep(std::time::Duration::from_secs(
        std::env::args().nth(1).map(|x| x.parse().unwrap()).unwrap_or(30),
    ))
    .await;
    println!("{:?}", d.stats());
    d.shutdown().await;
}
