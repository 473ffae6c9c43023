//! What a block holds: what it costs to read, and what is believed of it.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

mod support;

use futures_util::future::try_join;
use parity_scale_codec::{Compact, Encode};
use serde_json::json;
use support::{GENESIS, ScriptedChain, blocks::pre_runtime};
use tensorwire_chain::{
    AccountId, At, Cache, Chain, DigestItem, ErrorKind, ExtrinsicKind, Hash, Phase, Value,
};
use tensorwire_rpc::Client;

/// A chain whose head is a block that the test has made, and that block with all of its runtimes known.
async fn warm(scripted: &ScriptedChain, hash: Hash) -> (Chain, At) {
    scripted.state.lock().unwrap().head = hash;
    let chain = scripted.warm().await;
    let at = chain.at(hash).await.unwrap();
    at.executed_by().await.unwrap();
    at.runtime().await.unwrap();
    scripted.node.reset_counts();
    (chain, at)
}

/// The bytes of a call, by its name and arguments.
fn call(scripted: &ScriptedChain, call: serde_json::Value) -> Vec<u8> {
    let plan = scripted.runtime.plan();
    plan.encode(plan.find_type("RuntimeCall").unwrap(), &Value::from(call)).unwrap()
}

fn timestamp(scripted: &ScriptedChain, now: u64) -> Vec<u8> {
    [vec![4], call(scripted, json!({"Timestamp": {"set": {"now": now}}}))].concat().encode()
}

/// A transaction whose extensions authorize it: version 5, every extension with nothing to say.
fn general(scripted: &ScriptedChain, nonce: u32) -> Vec<u8> {
    let extensions = (0_u8, Compact(nonce), Compact(0_u64), 0_u8).encode();
    let remark = call(scripted, json!({"System": {"remark": {"remark": "0x0102"}}}));
    [vec![0x45, 0], extensions, remark].concat().encode()
}

/// `System.Events`: the timestamp's extrinsic succeeds, the second one fails with that module error.
fn events(scripted: &ScriptedChain, error: serde_json::Value) -> Vec<u8> {
    let entry = scripted.runtime.storage("System", "Events").unwrap();
    let info = json!({"weight": {"ref_time": 7, "proof_size": 0}, "class": "Normal", "pays_fee": "Yes"});
    let record = |phase: serde_json::Value, event: serde_json::Value| json!({"phase": phase, "event": event, "topics": []});
    let list = json!([
        record(json!("Initialization"), json!({"System": "CodeUpdated"})),
        record(
            json!({"ApplyExtrinsic": 0}),
            json!({"System": {"ExtrinsicSuccess": {"dispatch_info": info}}})
        ),
        record(
            json!({"ApplyExtrinsic": 1}),
            json!({"System": {"ExtrinsicFailed": {"dispatch_error": error, "dispatch_info": info}}})
        ),
    ]);
    scripted.runtime.plan().encode(entry.value_type(), &Value::from(list)).unwrap()
}

#[tokio::test(start_paused = true)]
async fn g13_a_block_and_its_events_are_a_request_each_in_one_round_trip() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let hash =
        scripted.block(GENESIS, 7, &[], &[timestamp(&scripted, 1_700_000_000_123), general(&scripted, 3)]);
    let pallet = scripted.runtime.pallet("SubtensorModule").unwrap().index();
    scripted.set(
        hash,
        "System",
        "Events",
        &[],
        &events(&scripted, json!({"Module": {"index": pallet, "error": "0x00000000"}})),
    );
    scripted.set(hash, "Timestamp", "Now", &[], &1_700_000_000_123_u64.encode());
    let (_chain, at) = warm(&scripted, hash).await;
    let counted = || {
        let counted = (scripted.node.request_count(), scripted.node.round_trips());
        scripted.node.reset_counts();
        counted
    };

    let events = at.events().await.unwrap();
    assert_eq!(counted(), (1, 1));
    assert_eq!(events.len(), 3);
    assert_eq!((events[0].phase(), events[0].name()), (Phase::Initialization, "CodeUpdated"));

    let block = at.block().await.unwrap();
    assert_eq!(counted(), (1, 1));
    assert_eq!((block.header.hash, block.header.number), (hash, 7));
    let [inherent, transaction] = &block.extrinsics[..] else { panic!("{block:?}") };
    let inherent = inherent.decoded().unwrap();
    assert!(inherent.call().is("Timestamp", "set") && inherent.signer().is_none());
    assert_eq!(inherent.call().arguments()["now"], 1_700_000_000_123_u64.into());
    let decoded = transaction.decoded().unwrap();
    assert_eq!((decoded.version(), decoded.kind()), (5, &ExtrinsicKind::General { extension_version: 0 }));
    assert_eq!((decoded.nonce(), transaction.id().to_string()), (Some(3), "7-1".to_owned()));

    // The header has come with the block.
    assert_eq!(at.header().await.unwrap(), block.header);
    assert_eq!(counted(), (0, 0));

    let (block, now) = try_join(at.block_with_events(), at.timestamp()).await.unwrap();
    assert_eq!(counted(), (2, 1), "the timestamp is read with the events");
    assert_eq!((now, block.events.len()), (1_700_000_000_123, 1));
    let [good, bad] = &block.extrinsics[..] else { panic!("{block:?}") };
    assert!(good.ok() && good.error().is_none() && good.events().len() == 1);
    let error = bad.error().unwrap();
    assert!(!bad.ok() && error.pallet() == Some("SubtensorModule") && !error.docs().is_empty(), "{error}");
    assert_eq!(bad.info().unwrap()["weight"]["ref_time"], 7_u64.into());
    let shown = json!(bad);
    assert_eq!(
        (&shown["id"], &shown["ok"], &shown["hash"]),
        (&json!("7-1"), &json!(false), &json!(bad.hash()))
    );
}

#[tokio::test(start_paused = true)]
async fn a_header_is_asked_for_once() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let parent = scripted.block(GENESIS, 1, &[], &[]);
    let hash = scripted.block(parent, 2, &[vec![8]], &[]);
    let (_chain, at) = warm(&scripted, hash).await;
    let header = at.header().await.unwrap();
    assert_eq!((header.number, header.parent, header.hash), (2, parent, hash));
    assert_eq!(header.digest_items(), [DigestItem::RuntimeEnvironmentUpdated]);
    let parent_at = at.parent().await.unwrap();
    assert_eq!(
        (parent_at.hash().await.unwrap(), parent_at.number().await.unwrap(), at.number().await.unwrap()),
        (parent, 1, 2)
    );
    assert_eq!(scripted.node.request_count(), 1);
    assert_eq!(parent_at.header().await.unwrap().parent, GENESIS);
}

#[tokio::test(start_paused = true)]
async fn the_genesis_has_neither_parent_nor_author_nor_events() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let genesis = scripted.block(Hash([0; 32]), 0, &[], &[]);
    let (_chain, at) = warm(&scripted, genesis).await;
    let error = at.parent().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownBlock);
    assert!(error.to_string().contains("first of its chain"), "{error}");
    assert_eq!(at.author().await.unwrap(), None);
    assert!(at.events().await.unwrap().is_empty() && at.extrinsics().await.unwrap().is_empty());
    assert_eq!(at.timestamp().await.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_node_that_lies_about_a_block_is_caught() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let (one, two) = (timestamp(&scripted, 1), timestamp(&scripted, 2));
    let other = scripted.block(GENESIS, 7, &[], std::slice::from_ref(&one));
    let hash = scripted.block(GENESIS, 7, &[], std::slice::from_ref(&two));
    let (chain, _) = warm(&scripted, hash).await;
    let read = async |what: &str| {
        let at = chain.at(hash).await.unwrap();
        let (block, header) = (at.block().await.map(|_| ()), at.header().await.map(|_| ()));
        for (result, fails) in [(block, true), (header, what != "body")] {
            match result {
                Err(error) => assert_eq!(error.kind(), ErrorKind::Protocol, "{what}: {error}"),
                Ok(()) => assert!(!fails, "{what}"),
            }
        }
    };
    let genuine = scripted.state.lock().unwrap().blocks.clone();
    let lie = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut state = scripted.state.lock().unwrap();
        state.blocks = genuine.clone();
        change(state.blocks.get_mut(&hash).unwrap());
    };
    lie(&|block| *block = genuine[&other].clone());
    read("another block").await;
    lie(&|block| block["header"]["stateRoot"] = json!(Hash([6; 32])));
    read("another state").await;
    for body in [vec![&one], vec![], vec![&two, &one], vec![&two, &two]] {
        lie(&|block| block["extrinsics"] = body.iter().map(const_hex::encode_prefixed).collect());
        read("body").await;
    }
    lie(&|_| {});
    chain.at(hash).await.unwrap().block().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_digest_that_is_cut_elsewhere_has_the_same_hash_and_is_caught() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let digest = [pre_runtime(b"pow_", &[4; 32]), vec![8]];
    let hash = scripted.block(GENESIS, 7, &digest, &[]);
    let (chain, at) = warm(&scripted, hash).await;
    assert_eq!(at.verified().author().await.unwrap(), Some(AccountId([4; 32])));
    let all = digest.concat();
    for cut in [0, 1, 5, all.len() - 2, all.len()] {
        let logs = [&all[..cut], &all[cut..]].map(const_hex::encode_prefixed);
        scripted.state.lock().unwrap().blocks.get_mut(&hash).unwrap()["header"]["digest"]["logs"] =
            json!(logs);
        let at = chain.at(hash).await.unwrap();
        assert_eq!(at.header().await.unwrap_err().kind(), ErrorKind::Protocol, "{cut}");
        let verified = at.verified();
        assert_eq!(verified.author().await.unwrap_err().kind(), ErrorKind::Unverified, "{cut}");
        assert_eq!(verified.block().await.unwrap_err().kind(), ErrorKind::Unverified, "{cut}");
    }
}

#[tokio::test(start_paused = true)]
async fn g4_a_node_that_lies_about_a_block_is_passed_over() {
    let (Some(liar), Some(honest)) = (ScriptedChain::start().await, ScriptedChain::start().await) else {
        return;
    };
    let body = [timestamp(&liar, 2)];
    let hash = honest.block(GENESIS, 7, &[], &body);
    assert_eq!(liar.block(GENESIS, 7, &[], &body), hash);
    liar.state.lock().unwrap().blocks.get_mut(&hash).unwrap()["extrinsics"] = json!([]);
    for scripted in [&liar, &honest] {
        scripted.state.lock().unwrap().head = hash;
    }
    let node = honest.node.clone();
    let other = Client::builder("ws://honest").dial_with(move || node.pipe());
    let chain = liar.connect_with(Cache::none(), |builder| builder.fallback(other.clone())).await;
    let block = chain.at(hash).await.unwrap().block().await.unwrap();
    assert_eq!(block.extrinsics.len(), 1);
    let asked = |scripted: &ScriptedChain| scripted.node.requests_of("chain_getBlock");
    assert_eq!((asked(&liar), asked(&honest)), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn g14_unknown_not_yet_imported_and_pruned_are_three() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let hash = scripted.block(GENESIS, 7, &[], &[timestamp(&scripted, 5)]);
    let (chain, at) = warm(&scripted, hash).await;
    for (block, kind) in [
        (chain.at(Hash([0xdd; 32])).await.unwrap(), ErrorKind::UnknownBlock),
        (chain.at(3u32).await.unwrap(), ErrorKind::UnknownBlock),
        (chain.at(99u32).await.unwrap(), ErrorKind::NotYetImported),
    ] {
        assert_eq!(block.header().await.unwrap_err().kind(), kind);
        assert_eq!(block.block().await.unwrap_err().kind(), kind);
        assert_eq!(block.events().await.unwrap_err().kind(), kind);
    }
    scripted.state.lock().unwrap().pruned = true;
    let pruned = chain.at(hash).await.unwrap();
    assert_eq!(pruned.events().await.unwrap_err().kind(), ErrorKind::Pruned);
    assert_eq!(pruned.header().await.unwrap().number, 7);
    assert_eq!(at.block().await.unwrap().extrinsics.len(), 1, "the runtime is known");
}

#[tokio::test(start_paused = true)]
async fn an_undecodable_extrinsic_is_an_error_in_its_place() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let odd = vec![4, 9, 9, 9, 9].encode();
    let hash =
        scripted.block(GENESIS, 7, &[], &[timestamp(&scripted, 5), odd.clone(), timestamp(&scripted, 6)]);
    let (_chain, at) = warm(&scripted, hash).await;
    let block = at.block().await.unwrap();
    let [first, second, third] = &block.extrinsics[..] else { panic!("{block:?}") };
    assert!(first.decoded().is_ok() && third.decoded().is_ok());
    let error = second.decoded().unwrap_err();
    assert_eq!((error.kind(), second.bytes()), (ErrorKind::Decode, &odd[..]));
    assert!(error.to_string().contains("7-1"), "{error}");
    assert_eq!(json!(second)["undecodable"]["bytes"], const_hex::encode_prefixed(&odd));
    assert_eq!(at.extrinsics().await.unwrap_err().kind(), ErrorKind::Decode);
}

#[tokio::test(start_paused = true)]
async fn an_undecodable_event_is_named() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let hash = scripted.block(GENESIS, 7, &[], &[]);
    // One record: applied as extrinsic 0, of a pallet that there is not.
    scripted.set(hash, "System", "Events", &[], &[4, 0, 0, 0, 0, 0, 250, 0, 0]);
    let (_chain, at) = warm(&scripted, hash).await;
    let error = at.events().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("event 0") && error.to_string().contains("events of"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_author_is_whose_turn_the_header_names() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let authorities: Vec<[u8; 32]> = (1..=3).map(|byte| [byte; 32]).collect();
    let parent = scripted.block(GENESIS, 6, &[], &[]);
    scripted.set(parent, "Aura", "Authorities", &[], &authorities.encode());
    let author = async |digest: &[Vec<u8>]| {
        let hash = scripted.block(parent, 7, digest, &[]);
        // The authorities of the next blocks: no matter here.
        scripted.set(hash, "Aura", "Authorities", &[], &[[9_u8; 32]].encode());
        let weighted = [([7_u8; 32], 1_u64), ([8; 32], 1)];
        if scripted.runtime.storage("Babe", "Authorities").is_ok() {
            scripted.set(hash, "Babe", "Authorities", &[], &weighted.encode());
        }
        let (_chain, at) = warm(&scripted, hash).await;
        at.author().await.unwrap()
    };
    let slot = |slot: u64| pre_runtime(b"aura", &slot.to_le_bytes());
    assert_eq!(author(&[slot(6)]).await, Some(AccountId([1; 32])));
    assert_eq!(author(&[vec![8], slot(8)]).await, Some(AccountId([3; 32])));
    assert_eq!(author(&[pre_runtime(b"pow_", &[4; 32])]).await, Some(AccountId([4; 32])));
    if scripted.runtime.storage("Babe", "Authorities").is_ok() {
        let claim = (2_u8, 1_u32, 77_u64).encode();
        assert_eq!(author(&[pre_runtime(b"BABE", &claim)]).await, Some(AccountId([8; 32])));
    }
    for digest in [vec![], vec![vec![8]], vec![pre_runtime(b"aura", &[1, 2])]] {
        assert_eq!(author(&digest).await, None);
    }
}

#[tokio::test(start_paused = true)]
async fn an_extrinsic_is_found_by_its_hash_in_its_block() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let hash = scripted.block(GENESIS, 7, &[], &[timestamp(&scripted, 5), general(&scripted, 0)]);
    let (_chain, at) = warm(&scripted, hash).await;
    let block = at.block().await.unwrap();
    let found = at.extrinsic(block.extrinsics[1].hash()).await.unwrap();
    assert_eq!((found.id(), found.block()), (block.extrinsics[1].id(), block.header.block()));
    // No events are kept: nothing is known of what became of it.
    assert!(!found.ok() && found.error().is_none());
    let error = at.extrinsic(Hash([1; 32])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("none of the 2 extrinsics"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn blocks_that_a_node_leaves_out_are_not_taken_for_searched() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let hash = scripted.block(GENESIS, 7, &[], &[timestamp(&scripted, 5)]);
    let (chain, at) = warm(&scripted, hash).await;
    let wanted = at.block().await.unwrap().extrinsics[0].hash();
    let answer = |hashes: serde_json::Value| {
        scripted.state.lock().unwrap().change = Some(Box::new(move |method, params, reply| {
            if method == "chain_getBlockHash" && params[0].is_array() { hashes.clone().into() } else { reply }
        }));
    };
    answer(json!([hash]));
    assert_eq!(chain.find_extrinsic(wanted, 1).await.unwrap().hash(), wanted);
    let error = chain.find_extrinsic(Hash([1; 32]), 1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    answer(json!([]));
    let error = chain.find_extrinsic(wanted, 1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
}
