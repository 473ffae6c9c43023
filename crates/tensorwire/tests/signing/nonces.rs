use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use futures_util::TryStreamExt;
use tensorwire::{Chain, ErrorKind, Hash, Outcome, Rejection, Stale};
use tensorwire_devnet::{Devnet, Fault};
use tokio::{runtime::Handle, task::JoinSet, time::timeout};

use super::*;

const THREADS: usize = 8;
const EACH: usize = 25;
const OF_ANOTHER_PROCESS: usize = 40;

/// What became of a submission: the nonce with which a block holds it, or nothing where the node has refused it.
type Landed = Option<(u64, Hash)>;

async fn submit(chain: Chain, devnet: Arc<Devnet>) -> Landed {
    loop {
        let submission = match transfer(&chain, &devnet).sign_and_submit(&alice()).await {
            Ok(submission) => submission,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Rejected, "{error:?}");
                let reason = error.transaction_error().unwrap_or_else(|| panic!("{error:?}"));
                assert_eq!(reason.code(), Some(1), "{error:?}");
                return None;
            }
        };
        match timeout(BOUND, submission.outcome()).await.expect("it ends") {
            Outcome::Finalized(receipt) => {
                assert!(receipt.ok(), "{:?}", receipt.error());
                return Some((submission.nonce().unwrap(), submission.hash()));
            }
            // The pool took it while a block with a transaction of the other process came: it is proven dead.
            Outcome::Rejected(Rejection { by: Some(rival), .. }) => {
                assert!(devnet.inclusions(submission.hash().0).is_empty());
                assert_eq!(devnet.inclusions(rival.0).len(), 1);
            }
            other => {
                let statuses: Vec<_> = submission.statuses().try_collect().await.unwrap();
                panic!("{submission:?}: {other:?} after {statuses:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g5_200_submissions_of_one_key_from_8_threads_beside_another_process() {
    let devnet = Arc::new(Devnet::builder().subnets(1).neurons(1).start().await.unwrap());
    devnet.set_faults([Fault::Reject(20)]);
    let (chain, other) = (connect(&devnet).await, connect(&devnet).await);

    let ends = Arc::new(AtomicBool::new(false));
    let blocks = tokio::spawn({
        let (devnet, ends) = (devnet.clone(), ends.clone());
        async move {
            while !ends.load(Ordering::Relaxed) {
                devnet.produce_block().await.unwrap();
                sleep(Duration::from_millis(50)).await;
            }
        }
    });

    let mut submissions: JoinSet<Vec<Landed>> = JoinSet::new();
    for _ in 0..THREADS {
        let (handle, chain, devnet) = (Handle::current(), chain.clone(), devnet.clone());
        submissions.spawn_blocking(move || {
            let all = (0..EACH).map(|_| submit(chain.clone(), devnet.clone()));
            handle.block_on(futures_util::future::join_all(all))
        });
    }
    for _ in 0..OF_ANOTHER_PROCESS {
        let submission = submit(other.clone(), devnet.clone());
        submissions.spawn(async move { vec![submission.await] });
    }
    let all: Vec<Landed> =
        timeout(BOUND, submissions.join_all()).await.expect("all end").into_iter().flatten().collect();
    ends.store(true, Ordering::Relaxed);
    blocks.await.unwrap();

    let landed: Vec<_> = all.iter().flatten().collect();
    assert_eq!(all.len(), THREADS * EACH + OF_ANOTHER_PROCESS);
    // By chance a fifth of all sendings, of which some were second ones.
    let refused = all.len() - landed.len();
    assert!((24..120).contains(&refused), "{refused} were refused");
    let nonces: BTreeSet<u64> = landed.iter().map(|(nonce, _)| *nonce).collect();
    assert!(nonces.into_iter().eq(0..landed.len() as u64), "consecutive, each once");
    for (nonce, hash) in &landed {
        assert_eq!(devnet.inclusions(hash.0).len(), 1, "nonce {nonce}");
    }
    let total = landed.len() as u64;
    let requests = [&chain, &other].map(|chain| chain.stats().requests);
    println!("{total} landed, {refused} were refused, {requests:?} requests, {} blocks", devnet.best().0);
    assert_eq!(nonce_of(&chain, alice().account()).await, total);
    // Nothing is left behind: the next one is the next one.
    devnet.set_faults([]);
    let last = transfer(&chain, &devnet).sign_and_submit(&alice()).await.unwrap();
    assert_eq!(last.nonce(), Some(total));
    devnet.produce_block().await.unwrap();
    assert!(last.in_block().await.unwrap().ok());
}

#[tokio::test]
async fn g5_a_submission_costs_one_request_while_transactions_are_made() {
    let devnet = Devnet::builder().subnets(1).neurons(1).start().await.unwrap();
    let chain = connect(&devnet).await;
    let first = transfer(&chain, &devnet).sign_and_submit(&alice()).await.unwrap();
    devnet.produce_blocks(3).await.unwrap();
    first.finalized().await.unwrap();
    for expected in 1..10 {
        caught_up(&chain, &devnet).await;
        let before = chain.stats().requests;
        let submission = transfer(&chain, &devnet).sign_and_submit(&alice()).await.unwrap();
        assert_eq!((chain.stats().requests, submission.nonce()), (before + 1, Some(expected)));
        devnet.produce_blocks(3).await.unwrap();
        submission.finalized().await.unwrap();
    }
}

#[tokio::test]
async fn g5_a_signed_transaction_that_is_dropped_leaves_no_hole() {
    let devnet = Devnet::builder().subnets(1).neurons(1).start().await.unwrap();
    let chain = connect(&devnet).await;
    let mut signed = Vec::new();
    for expected in 0..4 {
        signed.push(transfer(&chain, &devnet).sign(&alice()).await.unwrap());
        assert_eq!(signed[expected].nonce(), Some(expected as u64));
    }
    drop(signed.remove(1));
    let filler = transfer(&chain, &devnet).sign_and_submit(&alice()).await.unwrap();
    assert_eq!(filler.nonce(), Some(1));
    let mut submissions = vec![filler];
    for one in signed {
        submissions.push(one.submit().await.unwrap());
    }
    devnet.produce_block().await.unwrap();
    for submission in submissions {
        assert!(submission.in_block().await.unwrap().ok());
    }
}

#[tokio::test]
async fn g6_what_a_node_calls_outdated_is_explained() {
    let devnet = Devnet::builder().subnets(1).neurons(1).start().await.unwrap();
    let chain = connect(&devnet).await;
    for nonce in 0..2 {
        let submission = transfer(&chain, &devnet).nonce(nonce).sign_and_submit(&alice()).await.unwrap();
        devnet.produce_block().await.unwrap();
        submission.in_block().await.unwrap();
    }
    let again = transfer(&chain, &devnet).nonce(1);
    let by_submit = again.sign(&alice()).await.unwrap().submit().await.unwrap_err();
    for error in [again.sign_and_submit(&alice()).await.unwrap_err(), by_submit] {
        assert_eq!(error.kind(), ErrorKind::Rejected, "{error:?}");
        assert_eq!(error.transaction_error().map(|reason| reason.name()), Some("Stale"), "{error:?}");
        assert_eq!(error.stale(), Some(Stale::NonceUsed { next: 2 }), "{error:?}");
    }
    // Nothing is skipped for it.
    let next = transfer(&chain, &devnet).sign_and_submit(&alice()).await.unwrap();
    assert_eq!(next.nonce(), Some(2));
}
