//! A transaction that signs the metadata's hash, to a runtime that compares it with its own.
#![allow(clippy::unwrap_used)]

use tensorwire::{Chain, ErrorKind, Result, Submission, scale::Value, wallet::Keypair};
use tensorwire_devnet::Devnet;

async fn remark(chain: &Chain, hash: [u8; 32]) -> Result<Submission> {
    let remark = chain.tx().call("System", "remark", Value::from(vec![1_u8; 3])).metadata_hash(hash);
    remark.sign_and_submit(&Keypair::from_uri("//Alice").unwrap()).await
}

#[tokio::test]
async fn a_runtime_takes_the_hash_of_its_own_metadata_alone() {
    let ignorant = Devnet::builder().subnets(1).neurons(4).start().await.unwrap();
    let chain = Chain::connect(ignorant.url()).await.unwrap();
    let hash = chain.head().await.unwrap().metadata_hash().await.unwrap();
    // A runtime that was not told its hash cannot compare it.
    let error = remark(&chain, hash).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(error.transaction_error().unwrap().name(), "CannotLookup", "{error}");

    let knowing = Devnet::builder().subnets(1).neurons(4).metadata_hash(hash).start().await.unwrap();
    let chain = Chain::connect(knowing.url()).await.unwrap();
    assert_eq!(chain.head().await.unwrap().metadata_hash().await.unwrap(), hash);
    let error = remark(&chain, [1; 32]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(error.transaction_error().unwrap().name(), "BadProof", "{error}");
    let submission = remark(&chain, hash).await.unwrap();
    knowing.produce_block().await.unwrap();
    let receipt = submission.in_block().await.unwrap();
    assert!(receipt.ok());
    assert_eq!(
        receipt.decoded().unwrap().extension("CheckMetadataHash").unwrap().to_json()["mode"],
        "Enabled"
    );
}
