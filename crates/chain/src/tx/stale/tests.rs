use serde_json::json;
use tensorwire_rpc::{Client, mock::MockNode};
use tensorwire_scale::AccountId;

use super::*;
use crate::{BlockRef, Cache, Hash, RuntimeVersion};

#[tokio::test]
async fn g6_outdated_means_what_the_chain_shows() {
    let mock = MockNode::builder()
        .result("chain_getBlockHash", json!(Hash([0x11; 32])))
        .result("system_accountNextIndex", json!(7))
        .start()
        .await
        .unwrap();
    let node = mock.clone();
    let wire = Client::builder("ws://scripted").dial_with(move || node.pipe());
    let chain = Chain::builder(wire).cache(Cache::none()).connect().await.unwrap();
    let best = BlockRef { number: 100, hash: Hash([1; 32]) };
    let tip = Tip { best, finalized: best, version: RuntimeVersion::scripted(1) };
    for (nonce, last_block, expected, asked) in [
        (6, 120, Stale::NonceUsed { next: 7 }, 1),
        (7, 101, Stale::OtherRule, 2),
        (7, 100, Stale::EraPassed { last: 100, best: 100 }, 2),
    ] {
        let pending = Pending {
            genesis: Hash([0x11; 32]),
            hash: Hash([2; 32]),
            account: Some(AccountId([7; 32])),
            nonce: Some(nonce),
            birth: 90,
            last_block: Some(last_block),
            spec_version: None,
            transaction_version: None,
            bytes: None,
        };
        assert_eq!(Stale::explain(&chain, &pending, &tip).await.unwrap(), expected);
        assert_eq!(mock.requests_of("system_accountNextIndex"), asked);
    }
}
