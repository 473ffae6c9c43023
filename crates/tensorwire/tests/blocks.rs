//! Blocks of the local chain, with real extrinsics in them.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use parity_scale_codec::{Compact, Encode};
use serde_json::{Value as Json, json};
use sp_core::{Pair, blake2_256, sr25519};
use tensorwire::{
    AccountId, Cache, DigestItem, ErrorKind, ExtrinsicId, ExtrinsicKind, Hash, Phase, Receipt, Subtensor,
    Value, blocking, rpc::Request,
};
use tensorwire_devnet::{Blocks, Devnet};

struct Local {
    devnet: Devnet,
    subtensor: Subtensor,
}

impl Local {
    async fn start() -> Self {
        let builder = Devnet::builder().subnets(1).neurons(2).blocks(Blocks::OnDemand).finality_lag(0);
        let devnet = builder.start().await.unwrap();
        let subtensor = Subtensor::builder(devnet.url()).cache(Cache::none()).connect().await.unwrap();
        Self { devnet, subtensor }
    }

    /// Signs a call as Alice, in the version 4, and submits it. The extrinsic's hash.
    async fn submit(&self, nonce: u32, tip: u64, call: Json) -> Hash {
        const ALICE: &str = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";
        let pair = sr25519::Pair::from_string(ALICE, None).unwrap();
        let runtime = self.subtensor.head().await.unwrap().runtime().await.unwrap();
        let plan = runtime.plan();
        let call = plan.encode(plan.find_type("RuntimeCall").unwrap(), &Value::from(call)).unwrap();
        let genesis = self.devnet.genesis_hash();
        let extensions = (0_u8, Compact(nonce), Compact(tip), 0_u8).encode();
        let versions = (runtime.spec_version(), runtime.transaction_version());
        let implicit = (versions, genesis, genesis, None::<[u8; 32]>).encode();
        let payload = [&call[..], &extensions, &implicit].concat();
        let signature =
            if payload.len() > 256 { pair.sign(&blake2_256(&payload)) } else { pair.sign(&payload) };
        let signed = (0x84_u8, 0_u8, pair.public().0, 1_u8, signature.0).encode();
        let extrinsic = [signed, extensions, call].concat().encode();
        let request = Request::new("author_submitExtrinsic").hex_param(&extrinsic);
        self.subtensor.request(request).await.unwrap().json().unwrap()
    }

    async fn produce(&self) -> Hash {
        Hash(self.devnet.produce_block().await.unwrap())
    }

    fn account(&self, name: &str) -> AccountId {
        AccountId(self.devnet.dev_account(name).unwrap())
    }

    fn transfer(&self, rao: u64) -> Json {
        let bob = json!({"Id": self.account("Bob")});
        json!({"Balances": {"transfer_keep_alive": {"dest": bob, "value": rao}}})
    }
}

/// More than Alice has.
const TOO_MUCH: u64 = u64::MAX / 2;

#[tokio::test]
async fn a_block_tells_what_was_asked_by_whom_and_what_became_of_it() {
    let local = Local::start().await;
    let sent = local.submit(0, 7, local.transfer(1_000_000)).await;
    let block = local.produce().await;
    let at = local.subtensor.at(block).await.unwrap();
    let block = at.block_with_events().await.unwrap();
    assert_eq!((block.header.number, block.header.hash), (1, at.hash().await.unwrap()));
    let [inherent, transfer] = &block.extrinsics[..] else { panic!("{block:?}") };

    let set = inherent.decoded().unwrap();
    assert!(inherent.ok() && set.call().is("Timestamp", "set"));
    assert_eq!(set.kind(), &ExtrinsicKind::Bare);
    assert_eq!(set.call().arguments()["now"].as_u64(), Some(at.timestamp().await.unwrap()));

    assert_eq!((transfer.hash(), transfer.id()), (sent, ExtrinsicId { block: 1, index: 1 }));
    assert_eq!(transfer.block(), block.header.block());
    let decoded = transfer.decoded().unwrap();
    assert_eq!((decoded.version(), decoded.signer()), (4, Some(local.account("Alice"))));
    assert_eq!((decoded.nonce(), decoded.tip()), (Some(0), Some(7)));
    assert_eq!(decoded.call().arguments()["value"], 1_000_000_u64.into());
    assert!(transfer.ok() && transfer.error().is_none());
    assert!(transfer.fee().unwrap() > 7, "{:?}", transfer.fee());
    assert!(transfer.info().unwrap()["weight"]["ref_time"].as_u64().unwrap() > 0);
    let moved = transfer.events().iter().find(|event| event.is("Balances", "Transfer")).unwrap();
    assert_eq!(moved.fields()["to"].as_account(), Some(local.account("Bob")));

    // Every event is in its place, once.
    let all = at.events().await.unwrap();
    let of_extrinsics = block.extrinsics.iter().flat_map(Receipt::events);
    assert_eq!(all.len(), of_extrinsics.count() + block.events.len());
    assert!(transfer.events().iter().all(|event| event.phase() == Phase::ApplyExtrinsic(1)));

    assert_eq!(at.extrinsics().await.unwrap().len(), 2);
    assert_eq!(at.author().await.unwrap(), None, "the local chain has no authorities");
    let parent = at.parent().await.unwrap();
    assert_eq!(parent.hash().await.unwrap(), Hash(local.devnet.genesis_hash()));
}

#[tokio::test]
async fn g19_a_failed_call_says_why_by_name_and_documentation() {
    let local = Local::start().await;
    local.submit(0, 0, local.transfer(TOO_MUCH)).await;
    let stranger = json!({"SubtensorModule": {"set_weights": {
        "netuid": 1, "dests": [0], "weights": [1], "version_key": 0,
    }}});
    local.submit(1, 0, stranger).await;
    let at = local.subtensor.at(local.produce().await).await.unwrap();
    let block = at.block_with_events().await.unwrap();
    let [_, broke, stranger] = &block.extrinsics[..] else { panic!("{block:?}") };
    assert!(!broke.ok() && !stranger.ok());
    assert_eq!(broke.error().unwrap().to_string(), "Arithmetic.Underflow");
    let error = stranger.error().unwrap();
    assert_eq!(error.pallet(), Some("SubtensorModule"));
    assert!(!error.name().is_empty() && !error.docs().is_empty(), "{error}");
    assert!(error.to_string().starts_with(&format!("SubtensorModule.{}", error.name())), "{error}");
    assert!(broke.fee().is_some(), "a failed call is paid for");
}

#[tokio::test]
async fn g7_what_a_call_carries_has_to_succeed_as_well() {
    let local = Local::start().await;
    let inner = |call: Json| json!([local.transfer(5), call]);
    let deep = json!({"Utility": {"batch": {"calls": inner(local.transfer(TOO_MUCH))}}});
    let calls = [
        json!({"Utility": {"batch": {"calls": inner(local.transfer(6))}}}),
        json!({"Utility": {"batch": {"calls": inner(local.transfer(TOO_MUCH))}}}),
        json!({"Utility": {"force_batch": {"calls": inner(local.transfer(TOO_MUCH))}}}),
        json!({"Utility": {"force_batch": {"calls": inner(deep)}}}),
        json!({"Sudo": {"sudo": {"call": local.transfer(TOO_MUCH)}}}),
    ];
    for (nonce, call) in (0..).zip(&calls) {
        local.submit(nonce, 0, call.clone()).await;
    }
    let at = local.subtensor.at(local.produce().await).await.unwrap();
    let block = at.block_with_events().await.unwrap();
    let transactions = &block.extrinsics[1..];
    assert_eq!(transactions.len(), calls.len());
    for extrinsic in transactions {
        let succeeded = extrinsic.events().iter().any(|event| event.is("System", "ExtrinsicSuccess"));
        assert!(succeeded, "the outer call succeeds, whatever it carries");
    }
    let outcomes: Vec<_> = transactions.iter().map(|extrinsic| extrinsic.ok()).collect();
    assert_eq!(outcomes, [true, false, false, false, false]);
    assert_eq!(transactions[3].error().unwrap().to_string(), "Arithmetic.Underflow");
}

#[tokio::test]
async fn g9_the_block_that_carries_an_upgrade_is_read_with_the_runtime_that_executed_it() {
    let local = Local::start().await;
    let batch = || json!({"Utility": {"batch": {"calls": [local.transfer(5)]}}});
    local.submit(0, 0, batch()).await;
    let carrying = Hash(local.devnet.upgrade().await.unwrap());
    // The upgrade itself was Alice's second extrinsic. The pallet has moved: this one is encoded by the new runtime.
    local.submit(2, 0, batch()).await;
    let after = local.produce().await;

    let mut places = Vec::new();
    for hash in [carrying, after] {
        let block = local.subtensor.at(hash).await.unwrap().block_with_events().await.unwrap();
        let batch = &block.extrinsics[1];
        assert!(batch.ok() && batch.events().iter().any(|event| event.is("Utility", "BatchCompleted")));
        let decoded = batch.decoded().unwrap();
        assert!(decoded.call().is("Utility", "batch"));
        places.push(decoded.call().index().0);
    }
    assert_ne!(places[0], places[1]);

    let block = local.subtensor.at(carrying).await.unwrap().block_with_events().await.unwrap();
    assert!(block.header.digest_items().contains(&DigestItem::RuntimeEnvironmentUpdated));
    let upgrade = block.extrinsics.last().unwrap();
    assert!(upgrade.ok() && upgrade.decoded().unwrap().call().pallet() == "Sudo");
    assert!(upgrade.events().iter().any(|event| event.is("System", "CodeUpdated")));
}

#[tokio::test]
async fn a_full_block_has_the_root_that_its_header_names() {
    let local = Local::start().await;
    let mut hashes = Vec::new();
    for nonce in 0..100 {
        hashes.push(local.submit(nonce, 0, local.transfer(u64::from(nonce) + 1)).await);
    }
    let at = local.subtensor.at(local.produce().await).await.unwrap();
    let block = at.block().await.unwrap();
    assert_eq!(block.extrinsics.len(), 101);
    let found: Vec<_> = block.extrinsics[1..].iter().map(|extrinsic| extrinsic.hash()).collect();
    assert_eq!(found, hashes);
}

#[tokio::test]
async fn extrinsics_are_found_by_id_and_by_hash() {
    let local = Local::start().await;
    local.produce().await;
    let hash = local.submit(0, 0, local.transfer(9)).await;
    local.produce().await;
    local.devnet.produce_blocks(100).await.unwrap();
    let id: ExtrinsicId = "2-1".parse().unwrap();
    let by_id = local.subtensor.extrinsic(id).await.unwrap();
    assert_eq!((by_id.hash(), by_id.id()), (hash, id));
    let before = local.subtensor.stats().requests;
    let by_hash = local.subtensor.find_extrinsic(hash, 1_000).await.unwrap();
    assert_eq!((by_hash.id(), by_hash.ok()), (id, true));
    let requests = local.subtensor.stats().requests - before;
    // 101 blocks down to that one, at most seven more that were on their way, and what is around them.
    assert!((101..=120).contains(&requests), "{requests} requests");

    let error = local.subtensor.find_extrinsic(hash, 100).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("none of the 100 blocks up to block 102"), "{error}");
    let error = local.subtensor.find_extrinsic(Hash([1; 32]), u64::MAX).await.unwrap_err();
    assert!(error.to_string().contains("none of the 103 blocks"), "{error}");
    let error = local.subtensor.extrinsic(ExtrinsicId { block: 2, index: 2 }).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("2-2") && error.to_string().contains("has 2"), "{error}");
    let error = local.subtensor.extrinsic(ExtrinsicId { block: 200, index: 0 }).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotYetImported);
    for text in ["2", "2-", "-1", "a-1", "2-1-0", "0x12"] {
        assert_eq!(text.parse::<ExtrinsicId>().unwrap_err().kind(), ErrorKind::Invalid, "{text}");
    }
}

#[tokio::test]
async fn a_block_to_come_is_waited_for() {
    let local = Local::start().await;
    let wait = {
        let subtensor = local.subtensor.clone();
        tokio::spawn(async move { subtensor.wait_for_block(3).await })
    };
    for _ in 0..2 {
        local.produce().await;
    }
    assert!(!wait.is_finished());
    let third = local.produce().await;
    assert_eq!(wait.await.unwrap().unwrap().hash, third);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_blocking_twins_say_the_same() {
    let local = Local::start().await;
    let sent = local.submit(0, 0, local.transfer(9)).await;
    let hash = local.produce().await;
    let at = local.subtensor.at(hash).await.unwrap();
    let (header, events) = (at.header().await.unwrap(), at.events().await.unwrap());
    let url = local.devnet.url().to_owned();
    tokio::task::spawn_blocking(move || {
        let subtensor =
            blocking::Subtensor::build(Subtensor::builder(url.as_str()).cache(Cache::none())).unwrap();
        let at = subtensor.at(hash).unwrap();
        assert_eq!((at.header().unwrap(), at.events().unwrap()), (header.clone(), events));
        assert_eq!(at.parent().unwrap().header().unwrap().number, 0);
        assert_eq!(at.block().unwrap().extrinsics.len(), at.extrinsics().unwrap().len());
        assert_eq!(at.extrinsic(sent).unwrap().id(), subtensor.find_extrinsic(sent, 5).unwrap().id());
        assert!(at.block_with_events().unwrap().extrinsics[1].ok() && at.timestamp().unwrap() > 0);
        assert_eq!(subtensor.wait_for_block(1).unwrap(), header);
        assert_eq!(subtensor.wait_for(0, |head| Some(head.number)).unwrap(), 1);
        assert_eq!(at.author().unwrap(), None);
    })
    .await
    .unwrap();
}
