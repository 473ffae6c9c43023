use sp_core::{Bytes, H256};
use sp_runtime::transaction_validity::ValidTransaction;
use tokio::sync::mpsc::UnboundedReceiver;

use super::{Pool, PoolError, Status, hash};

/// An account's transaction: it requires the nonce before, unless that is used already.
fn transaction(account: u8, nonce: u8, first: u8, priority: u64) -> (H256, Bytes, ValidTransaction) {
    let extrinsic = Bytes(vec![account, nonce, priority as u8]);
    let tag = |nonce| vec![account, nonce];
    let requires = if nonce > first { vec![tag(nonce - 1)] } else { Vec::new() };
    let valid =
        ValidTransaction { priority, requires, provides: vec![tag(nonce)], ..ValidTransaction::default() };
    (hash(&extrinsic), extrinsic, valid)
}

fn submit(
    pool: &mut Pool,
    (hash, extrinsic, valid): (H256, Bytes, ValidTransaction),
) -> Result<H256, PoolError> {
    pool.insert(hash, extrinsic, valid).map(|()| hash)
}

fn ready(pool: &Pool) -> Vec<H256> {
    pool.ready().into_iter().map(|(hash, _)| hash).collect()
}

fn told(statuses: &mut UnboundedReceiver<Status>) -> Vec<Status> {
    std::iter::from_fn(|| statuses.try_recv().ok()).collect()
}

#[test]
fn what_is_required_comes_first_then_what_pays_most() {
    let mut pool = Pool::default();
    let poor = submit(&mut pool, transaction(1, 0, 0, 1)).unwrap();
    let dependent = submit(&mut pool, transaction(1, 1, 0, 9)).unwrap();
    let rich = submit(&mut pool, transaction(2, 0, 0, 5)).unwrap();
    assert_eq!(ready(&pool), [rich, poor, dependent]);
}

#[test]
fn what_waits_becomes_ready_with_what_it_requires() {
    let mut pool = Pool::default();
    let (hash, ..) = transaction(1, 1, 0, 1);
    let mut statuses = pool.watch(hash);
    let second = submit(&mut pool, transaction(1, 1, 0, 1)).unwrap();
    assert!(ready(&pool).is_empty());
    let first = submit(&mut pool, transaction(1, 0, 0, 1)).unwrap();
    assert_eq!(ready(&pool), [first, second]);
    assert_eq!(told(&mut statuses), [Status::Future, Status::Ready, Status::Broadcast(Vec::new())]);
}

#[test]
fn a_rival_has_to_pay_more() {
    let mut pool = Pool::default();
    let old = submit(&mut pool, transaction(1, 0, 0, 5)).unwrap();
    let mut statuses = pool.watch(old);
    let refusal = submit(&mut pool, transaction(1, 0, 0, 4)).unwrap_err();
    assert!(matches!(refusal, PoolError::TooLowPriority { old: 5, new: 4 }));
    let new = submit(&mut pool, transaction(1, 0, 0, 6)).unwrap();
    assert_eq!(ready(&pool), [new]);
    assert_eq!(told(&mut statuses), [Status::Usurped(new)]);
}

#[test]
fn a_life_ends_with_finality() {
    let mut pool = Pool::default();
    let hash = submit(&mut pool, transaction(1, 0, 0, 1)).unwrap();
    let mut statuses = pool.watch(hash);
    let block = H256::repeat_byte(7);
    pool.included(block, [hash].into_iter());
    assert!(ready(&pool).is_empty());
    pool.finalized(block, [hash].into_iter());
    pool.finalized(block, [hash].into_iter());
    assert_eq!(told(&mut statuses), [Status::InBlock(block), Status::Finalized(block)]);
    assert!(statuses.is_closed(), "nobody is left to tell more");
}

#[test]
fn g20_what_is_retracted_may_come_in_again_and_is_still_watched() {
    let mut pool = Pool::default();
    let hash = submit(&mut pool, transaction(1, 0, 0, 1)).unwrap();
    let mut statuses = pool.watch(hash);
    let (retired, next) = (H256::repeat_byte(7), H256::repeat_byte(8));
    pool.included(retired, [hash].into_iter());
    assert!(matches!(pool.admits(&hash), Err(PoolError::TemporarilyBanned)));
    pool.retracted(retired, [hash].into_iter());
    submit(&mut pool, transaction(1, 0, 0, 1)).unwrap();
    pool.included(next, [hash].into_iter());
    let expected = [
        Status::InBlock(retired),
        Status::Retracted(retired),
        Status::Ready,
        Status::Broadcast(Vec::new()),
        Status::InBlock(next),
    ];
    assert_eq!(told(&mut statuses), expected);
}

#[test]
fn what_was_invalid_is_banned() {
    let mut pool = Pool::default();
    let hash = submit(&mut pool, transaction(1, 0, 0, 1)).unwrap();
    assert!(matches!(pool.admits(&hash), Err(PoolError::AlreadyImported(_))));
    pool.refuse(&hash);
    assert!(matches!(pool.admits(&hash), Err(PoolError::TemporarilyBanned)));
}

#[test]
fn what_was_ready_because_of_what_is_invalid_goes_with_it_and_may_return() {
    let mut pool = Pool::default();
    let [first, second, third] =
        [0, 1, 2].map(|nonce| submit(&mut pool, transaction(1, nonce, 0, 1)).unwrap());
    let mut statuses = pool.watch(third);
    pool.refuse(&second);
    assert_eq!(ready(&pool), [first]);
    assert_eq!(told(&mut statuses), [Status::Invalid]);
    assert!(pool.admits(&third).is_ok());
    assert!(pool.admits(&second).is_err());
}

#[test]
fn g20_too_many_blocks_that_are_not_final_time_out() {
    let mut pool = Pool::default();
    pool.set_awaiting_finality(2);
    let blocks = [7, 8, 9].map(H256::repeat_byte);
    let hashes = [0, 1, 2].map(|nonce| submit(&mut pool, transaction(1, nonce, 0, 1)).unwrap());
    let mut statuses = hashes.map(|hash| pool.watch(hash));
    for (block, hash) in blocks.into_iter().zip(hashes) {
        pool.included(block, [hash].into_iter());
    }
    pool.finalized(blocks[1], [hashes[1]].into_iter());
    let life = |block, end| vec![Status::InBlock(block), end];
    assert_eq!(told(&mut statuses[0]), life(blocks[0], Status::FinalityTimeout(blocks[0])));
    assert!(statuses[0].is_closed(), "nothing comes after it");
    assert_eq!(told(&mut statuses[1]), life(blocks[1], Status::Finalized(blocks[1])));
    assert_eq!(told(&mut statuses[2]), [Status::InBlock(blocks[2])]);
}

#[test]
fn what_provides_nothing_cannot_be_told_apart() {
    let (hash, extrinsic, _) = transaction(1, 0, 0, 1);
    let refusal = Pool::default().insert(hash, extrinsic, ValidTransaction::default()).unwrap_err();
    assert_eq!(refusal.code(), 1_019);
}

#[test]
fn statuses_are_printed_as_a_node_prints_them() {
    let block = H256::repeat_byte(0xab);
    let printed = |status| serde_json::to_string(&status).unwrap();
    assert_eq!(printed(Status::Ready), r#""ready""#);
    assert_eq!(printed(Status::Broadcast(Vec::new())), r#"{"broadcast":[]}"#);
    assert_eq!(printed(Status::Dropped), r#""dropped""#);
    assert_eq!(printed(Status::FinalityTimeout(block)), format!(r#"{{"finalityTimeout":"{block:?}"}}"#));
    assert_eq!(printed(Status::InBlock(block)), format!(r#"{{"inBlock":"{block:?}"}}"#));
}
