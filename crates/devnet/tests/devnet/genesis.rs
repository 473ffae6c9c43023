use serde_json::Value;
use tensorwire_devnet::ErrorKind;

use crate::client::{Client, params, small};

#[tokio::test]
async fn genesis_depends_on_nothing_but_the_parameters() {
    let first = small().start().await.unwrap().genesis_hash();
    let again = small().start().await.unwrap().genesis_hash();
    let other_seed = small().seed(1).start().await.unwrap().genesis_hash();
    let other_size = small().neurons(17).start().await.unwrap().genesis_hash();
    assert_eq!(first, again);
    assert_ne!(first, other_seed);
    assert_ne!(first, other_size);
}

#[tokio::test]
async fn the_first_block_is_the_genesis() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let hash: String = client.request("chain_getBlockHash", params![0]).await;
    assert_eq!(hash, const_hex::encode_prefixed(devnet.genesis_hash()));
    let header: Value = client.request("chain_getHeader", params![hash]).await;
    assert_eq!(header["number"], "0x0");
    assert_eq!(header["digest"]["logs"], serde_json::json!([]));
}

#[tokio::test]
async fn dev_accounts_hold_a_million_tao() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    for name in ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"] {
        let account = devnet.dev_account(name).unwrap();
        assert_eq!(client.free_balance(&account).await, 1_000_000_000_000_000, "{name}");
    }
    assert_eq!(devnet.dev_account("Mallory"), None);
}

#[tokio::test]
async fn what_cannot_start_says_why() {
    let error = small().subnets(4_097).start().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    let first = small().start().await.unwrap();
    let port = first.url().rsplit(':').next().unwrap().parse().unwrap();
    let error = small().port(port).start().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Port);
    assert!(error.to_string().contains(&port.to_string()), "{error}");
}
