use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tensorwire::{ErrorKind, Outcome};
use tensorwire_devnet::Devnet;
use tensorwire_wallet::CryptoType;
use tokio::{task::JoinSet, time::timeout};

use super::*;

const SIGNERS: u32 = 100;
const UPGRADES: u64 = 3;

fn key(signer: u32) -> Keypair {
    let mut seed = [9; 32];
    seed[..4].copy_from_slice(&signer.to_le_bytes());
    Keypair::from_seed(&seed, CryptoType::Sr25519).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g9_100_signers_across_upgrades() {
    let builder = (0..SIGNERS).fold(Devnet::builder().subnets(1).neurons(1), |builder, signer| {
        builder.endow(key(signer).account().0, 1_000_000_000_000)
    });
    let devnet = Arc::new(builder.start().await.unwrap());
    let chain = connect(&devnet).await;
    let upgrades = Arc::new(AtomicU64::new(0));
    let mut signers = JoinSet::new();
    for signer in 0..SIGNERS {
        let (chain, devnet, upgrades) = (chain.clone(), devnet.clone(), upgrades.clone());
        signers.spawn(async move {
            let (key, mut landed, mut refused) = (key(signer), 0_u64, 0_u64);
            while upgrades.load(Ordering::Relaxed) < UPGRADES {
                let submission = match transfer(&chain, &devnet).sign_and_submit(&key).await {
                    Ok(submission) => submission,
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::RuntimeChanged, "{error:?}");
                        refused += 1;
                        continue;
                    }
                };
                match timeout(BOUND, submission.outcome()).await.expect("it ends") {
                    Outcome::Finalized(receipt) => {
                        assert!(receipt.ok(), "{:?}", receipt.error());
                        landed += 1;
                    }
                    // It was in the pool when the runtime changed.
                    Outcome::Expired(_) => {
                        assert!(devnet.inclusions(submission.hash().0).is_empty());
                        refused += 1;
                    }
                    other => panic!("{other:?}"),
                }
            }
            (key.account(), landed, refused)
        });
    }
    // Blocks come while transactions are signed and sent: an upgrade among them, now and then.
    let blocks = async {
        for number in 1.. {
            if number % 6 == 0 && upgrades.load(Ordering::Relaxed) < UPGRADES {
                devnet.upgrade().await.unwrap();
                upgrades.fetch_add(1, Ordering::Relaxed);
            } else {
                devnet.produce_block().await.unwrap();
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    let ended = tokio::select! {
        ended = timeout(BOUND, signers.join_all()) => ended.expect("all end"),
        () = blocks => unreachable!(),
    };
    let (mut all_landed, mut all_refused) = (0, 0);
    for (account, landed, refused) in ended {
        assert_eq!(nonce_of(&chain, account).await, landed, "{account}");
        all_landed += landed;
        all_refused += refused;
    }
    println!("{all_landed} landed, {all_refused} were refused");
    assert!(all_landed >= u64::from(SIGNERS), "{all_landed}");
}

#[tokio::test]
async fn g9_what_was_signed_before_an_upgrade_is_refused_and_nothing_is_sent() {
    let devnet = Devnet::builder().subnets(1).neurons(1).start().await.unwrap();
    let chain = connect(&devnet).await;
    devnet.produce_blocks(3).await.unwrap();
    let bob = Keypair::from_uri("//Bob").unwrap();
    let signed = transfer(&chain, &devnet).sign(&bob).await.unwrap();
    devnet.upgrade().await.unwrap();
    // The handle has heard of it when it signs for the new one.
    let spec = chain.head().await.unwrap().runtime_version().await.unwrap().spec_version;
    let probe = async || chain.tx().call("System", "remark", (vec![0_u8],)).payload(&bob.account()).await;
    while probe().await.unwrap().spec_version() != spec {
        sleep(Duration::from_millis(2)).await;
    }
    let before = chain.stats().requests;
    let error = signed.submit().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RuntimeChanged, "{error:?}");
    assert_eq!(chain.stats().requests, before, "something was sent");
    let again = transfer(&chain, &devnet).sign_and_submit(&bob).await.unwrap();
    devnet.produce_block().await.unwrap();
    assert!(again.in_block().await.unwrap().ok());
}
