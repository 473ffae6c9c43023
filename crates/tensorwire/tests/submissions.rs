//! What is submitted to the local chain: what it costs, what is refused and why, and what is sent twice.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use std::time::Duration;

use tensorwire::{
    AccountId, Cache, Chain, ErrorKind, Hash, Outcome, Signature, Signer, Status, Transaction, Value,
    blocking,
};
use tensorwire_devnet::{Blocks, Devnet, Ending};
use tensorwire_wallet::Keypair;

const BOB: &str = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";

fn key(uri: &str) -> Keypair {
    Keypair::from_uri(uri).unwrap()
}

/// Blocks come all the time, and are final two later.
async fn devnet() -> Devnet {
    let blocks = Blocks::Every(Duration::from_millis(200));
    let poor = Signer::account(&key("//Poor"));
    let fleeting = Signer::account(&key("//Fleeting"));
    let builder = Devnet::builder().subnets(1).neurons(1).blocks(blocks);
    builder.endow(poor.0, 1_000).endow(fleeting.0, 2_000_000_000).start().await.unwrap()
}

async fn connect(devnet: &Devnet) -> Chain {
    Chain::builder(devnet.url()).cache(Cache::none()).connect().await.unwrap()
}

fn transfer(chain: &Chain) -> Transaction {
    let bob: AccountId = BOB.parse().unwrap();
    let bob = Value::variant("Id", [bob.into()]);
    chain.tx().call("Balances", "transfer_keep_alive", (bob, 1_000_000_u64)).timeout(Duration::from_secs(60))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_is_said_to_cost_is_what_it_costs() {
    let devnet = devnet().await;
    let chain = connect(&devnet).await;
    let alice = key("//Alice");
    devnet.produce_blocks(3).await.unwrap();
    let info = transfer(&chain).tip(7).payment_info(&Signer::account(&alice)).await.unwrap();
    let receipt = transfer(&chain).tip(7).sign_and_submit(&alice).await.unwrap().finalized().await.unwrap();
    assert!(receipt.ok());
    assert_eq!(receipt.fee(), Some(info.partial_fee + 7));
}

#[tokio::test(flavor = "multi_thread")]
async fn g19_what_the_chain_refuses_is_told_by_its_name() {
    let devnet = devnet().await;
    let chain = connect(&devnet).await;
    let name = |error: &tensorwire::Error| error.transaction_error().map(|error| error.name().to_owned());

    let no_funds = transfer(&chain).sign_and_submit(&key("//Poor")).await.unwrap_err();
    assert_eq!(name(&no_funds).as_deref(), Some("Payment"), "{no_funds}");

    let payload = transfer(&chain).payload(&Signer::account(&key("//Alice"))).await.unwrap();
    let by_another = key("//Bob").sign_bytes(&payload.bytes());
    let wrong = chain.signed(payload, by_another).await.unwrap().submit().await.unwrap_err();
    assert_eq!((wrong.kind(), name(&wrong).as_deref()), (ErrorKind::Rejected, Some("BadProof")), "{wrong}");

    let no_call = chain.tx().call_bytes(vec![255, 0]).sign_and_submit(&key("//Alice")).await.unwrap_err();
    assert_eq!(no_call.kind(), ErrorKind::Decode, "{no_call}");

    let bare = transfer(&chain).unsigned().await.unwrap();
    assert_eq!((bare.account(), bare.nonce()), (None, None));
    let unsigned = bare.submit().await.unwrap_err();
    assert_eq!(name(&unsigned).as_deref(), Some("NoUnsignedValidator"), "{unsigned}");

    let first = transfer(&chain).sign_and_submit(&key("//Alice")).await.unwrap();
    assert_eq!(first.nonce(), Some(0), "what was refused has taken no nonce");
    first.in_block().await.unwrap();
    let past = transfer(&chain).nonce(0).sign_and_submit(&key("//Alice")).await.unwrap_err();
    assert_eq!(name(&past).as_deref(), Some("Stale"));
    assert!(past.to_string().ends_with("the next one is 1"), "{past}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nonce_far_ahead_waits_for_those_before() {
    let devnet = devnet().await;
    let chain = connect(&devnet).await;
    let ahead = transfer(&chain).nonce(1).sign_and_submit(&key("//Alice")).await.unwrap();
    let mut statuses = ahead.statuses();
    assert_eq!(statuses.next().await.unwrap().unwrap(), Status::Future);
    transfer(&chain).nonce(0).sign_and_submit(&key("//Alice")).await.unwrap().in_block().await.unwrap();
    assert!(ahead.finalized().await.unwrap().ok());
    let mut told = Vec::new();
    while let Some(status) = statuses.next().await {
        told.push(status.unwrap());
    }
    assert!(told.contains(&Status::Ready));
    assert!(matches!(told[..], [.., Status::InBlock { .. }, Status::Finalized { .. }]), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn g2_the_same_bytes_may_be_submitted_again_and_again() {
    let devnet = devnet().await;
    let (chain, other) = (connect(&devnet).await, connect(&devnet).await);
    devnet.hold_transactions(true);
    let signed = transfer(&chain).sign(&key("//Alice")).await.unwrap();
    let (hash, bytes) = (signed.hash(), signed.bytes().to_vec());
    let first = signed.submit().await.unwrap();
    // While it waits (1013), and when it is in a block (1012).
    let second = other.signed_bytes(bytes.clone()).await.unwrap().submit().await.unwrap();
    devnet.hold_transactions(false);
    let block = first.finalized().await.unwrap().block();
    assert_eq!(second.finalized().await.unwrap().block(), block);
    let third = other.signed_bytes(bytes).await.unwrap().submit().await.unwrap();
    assert_eq!(third.finalized().await.unwrap().block(), block);
    let inclusions = devnet.inclusions(hash.0);
    assert_eq!(inclusions.iter().map(|place| Hash(place.block)).collect::<Vec<_>>(), [block.hash]);
}

#[tokio::test(flavor = "multi_thread")]
async fn g2_an_account_that_is_removed_by_its_own_transaction_has_had_it() {
    let devnet = devnet().await;
    let chain = connect(&devnet).await;
    let bob: AccountId = BOB.parse().unwrap();
    let all = chain.tx().call("Balances", "transfer_all", (Value::variant("Id", [bob.into()]), false));
    devnet.hold_transactions(true);
    let submission = all.sign_and_submit(&key("//Fleeting")).await.unwrap();
    // Its nonce is forgotten before anyone has seen the block.
    devnet.stop_serving(Ending::Cut).await;
    devnet.hold_transactions(false);
    devnet.produce_blocks(4).await.unwrap();
    devnet.serve_again().await.unwrap();
    let Outcome::Finalized(receipt) = submission.outcome().await else { panic!("{submission:?}") };
    assert!(receipt.ok() && receipt.block().number < submission.last_block().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn g2_a_node_that_is_back_is_asked_without_waiting_for_a_block() {
    let devnet = Devnet::builder().subnets(1).neurons(1).start().await.unwrap();
    let chain = connect(&devnet).await;
    let submission = transfer(&chain).sign_and_submit(&key("//Alice")).await.unwrap();
    devnet.stop_serving(Ending::Cut).await;
    devnet.produce_blocks(4).await.unwrap();
    devnet.serve_again().await.unwrap();
    let Outcome::Finalized(receipt) = submission.outcome().await else { panic!("{submission:?}") };
    assert_eq!(receipt.block().number, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn g2_an_account_that_was_removed_and_came_back_is_no_proof_of_expiry() {
    let devnet = devnet().await;
    let other = devnet.another().start().await.unwrap();
    let (chain, beside) = (connect(&devnet).await, connect(&other).await);
    let fleeting = key("//Fleeting");
    let account = Signer::account(&fleeting);
    let remark = |chain: &Chain| chain.tx().call("System", "remark", [Value::from(b"here".to_vec())]);
    for _ in 0..2 {
        remark(&chain).sign_and_submit(&fleeting).await.unwrap().finalized().await.unwrap();
    }
    let bob: AccountId = BOB.parse().unwrap();
    let all = chain.tx().call("Balances", "transfer_all", (Value::variant("Id", [bob.into()]), false));
    devnet.hold_transactions(true);
    let submission = all.mortal(32).sign_and_submit(&fleeting).await.unwrap();
    assert_eq!(submission.nonce(), Some(2));
    // What follows happens while its node is away.
    devnet.stop_serving(Ending::Cut).await;
    devnet.hold_transactions(false);
    let account_is_empty = async |wanted: bool| {
        loop {
            let free = beside.head().await.unwrap().query("System", "Account", [&account]).await.unwrap();
            if (free["data"]["free"].as_u64() == Some(0)) == wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    account_is_empty(true).await;
    let back = beside.tx().call(
        "Balances",
        "transfer_keep_alive",
        (Value::variant("Id", [account.into()]), 1_000_000_000_u64),
    );
    assert!(back.sign_and_submit(&key("//Alice")).await.unwrap().finalized().await.unwrap().ok());
    let again = remark(&beside).sign_and_submit(&fleeting).await.unwrap();
    assert_eq!(again.nonce(), Some(0), "its nonces begin anew");
    again.finalized().await.unwrap();
    let last = submission.last_block().unwrap();
    beside.wait_for_block(last + 4).await.unwrap();
    devnet.serve_again().await.unwrap();
    let outcome = submission.outcome().await;
    let Outcome::Finalized(receipt) = &outcome else { panic!("{outcome:?}") };
    assert!(receipt.ok());
    assert_eq!(receipt.hash(), submission.hash());
}

#[test]
fn the_blocking_twins_do_the_same() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let devnet = runtime.block_on(devnet());
    let chain = blocking::Chain::build(Chain::builder(devnet.url()).cache(Cache::none())).unwrap();
    let bob: AccountId = BOB.parse().unwrap();
    let call = || {
        let bob = Value::variant("Id", [bob.into()]);
        chain.tx().call("Balances", "transfer_keep_alive", (bob, 1_000_000_u64))
    };
    let submission = call().sign_and_submit(&key("//Alice")).unwrap();
    assert!(submission.in_block().unwrap().ok());
    assert!(matches!(submission.outcome().unwrap(), Outcome::Finalized(_)));
    assert!(matches!(submission.statuses().last(), Some(Ok(Status::Finalized { .. }))));
    let payload = call().payload(&Signer::account(&key("//Alice"))).unwrap();
    let signature: Signature = key("//Alice").sign_bytes(&payload.bytes());
    assert!(chain.signed(payload, signature).unwrap().submit().unwrap().finalized().unwrap().ok());
}
