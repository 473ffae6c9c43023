//! The devnet with a genuine runtime: blocks of real extrinsics, roots, proofs, old states.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use parity_scale_codec::{Compact, Encode};
use serde_json::Value as Json;
use sp_core::{H256, Pair};
use sp_runtime::{
    StateVersion,
    traits::{BlakeTwo256, Hash as _},
};
use sp_state_machine::read_proof_check;
use sp_trie::StorageProof;
use tensorwire::{Cache, Chain, Hash, Value, rpc::Request};
use tensorwire_devnet::{Builder, Devnet};
use tensorwire_genuine_runtime::{
    signed::{call, dev, sign},
    specs,
};

/// The devnet of a spec, and a client of it; none where the shared data is absent. It has its first block: a genesis that
/// was seeded has the hash of another chain's in its state until then, and takes that for what extrinsics are signed for.
async fn serve(spec: &str, settings: impl FnOnce(Builder) -> Builder) -> Option<(Devnet, Chain)> {
    let devnet = settings(Devnet::builder().spec(specs::file(spec)?)).start().await.unwrap();
    let chain = Chain::builder(devnet.url()).cache(Cache::none()).connect().await.unwrap();
    if devnet.best().0 == 0 {
        devnet.produce_block().await.unwrap();
    }
    Some((devnet, chain))
}

/// Submits transfers of so many rao, from Alice to Bob, with nonces that follow one another.
async fn transfer(devnet: &Devnet, chain: &Chain, amounts: &[u64]) {
    let at = chain.head().await.unwrap();
    let runtime = at.runtime().await.unwrap();
    let account = at.query("System", "Account", [dev("Alice").public().0]).await.unwrap();
    let first = account.get("nonce").unwrap().as_u64().unwrap() as u32;
    let bob = Value::variant("Id", [Value::from(dev("Bob").public().0)]);
    for (nonce, amount) in (first..).zip(amounts) {
        let call = call(&runtime, "Balances", "transfer_keep_alive", [bob.clone(), Value::from(*amount)]);
        let extrinsic = sign(&runtime, devnet.genesis_hash(), &dev("Alice"), nonce, &call);
        chain.request(Request::new("author_submitExtrinsic").hex_param(&extrinsic)).await.unwrap();
    }
}

async fn free(chain: &Chain, block: [u8; 32], name: &str) -> u64 {
    let at = chain.at(Hash(block)).await.unwrap();
    let account = at.query("System", "Account", [dev(name).public().0]).await.unwrap();
    account.get("data").unwrap().get("free").unwrap().as_u64().unwrap()
}

/// Header and extrinsics as the node serves them.
async fn body(chain: &Chain, block: [u8; 32]) -> (Json, Vec<Vec<u8>>) {
    let request = Request::new("chain_getBlock").param(const_hex::encode_prefixed(block));
    let served: Json = chain.request(request).await.unwrap().json().unwrap();
    let extrinsics = served["block"]["extrinsics"].as_array().unwrap();
    let bytes = |extrinsic: &Json| const_hex::decode(extrinsic.as_str().unwrap()).unwrap();
    (served["block"]["header"].clone(), extrinsics.iter().map(bytes).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_of_real_extrinsics_are_executed_and_old_ones_stay_readable() {
    for spec in specs::ALL {
        let Some((devnet, chain)) = serve(spec, |builder| builder).await else { return };
        let parent = devnet.best().1;
        let before = free(&chain, parent, "Bob").await;
        transfer(&devnet, &chain, &[1_000, 20_000]).await;
        let first = devnet.produce_block().await.unwrap();
        transfer(&devnet, &chain, &[300_000]).await;
        let second = devnet.produce_block().await.unwrap();

        assert_eq!(free(&chain, parent, "Bob").await, before, "{spec}");
        assert_eq!(free(&chain, first, "Bob").await, before + 21_000, "{spec}");
        assert_eq!(free(&chain, second, "Bob").await, before + 321_000, "{spec}");
        let (header, extrinsics) = body(&chain, first).await;
        assert_eq!(extrinsics.len(), 3, "{spec}: the timestamp and two transfers");
        assert_eq!(header["parentHash"], const_hex::encode_prefixed(parent));
        let root = BlakeTwo256::ordered_trie_root(extrinsics, StateVersion::V0);
        assert_eq!(header["extrinsicsRoot"], const_hex::encode_prefixed(root));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_runtime_itself_accepts_a_block_that_was_built() {
    for spec in specs::ALL {
        let Some((devnet, chain)) = serve(spec, |builder| builder).await else { return };
        transfer(&devnet, &chain, &[1_000]).await;
        let parent = devnet.best().1;
        let block = devnet.produce_block().await.unwrap();
        let (header, extrinsics) = body(&chain, block).await;
        let execute = async |extrinsics: &[Vec<u8>]| {
            let block = [encoded(&header), Compact(extrinsics.len() as u32).encode(), extrinsics.concat()];
            let request = Request::new("state_call").param("Core_execute_block");
            let request = request.hex_param(&block.concat()).param(const_hex::encode_prefixed(parent));
            chain.request(request).await
        };
        execute(&extrinsics).await.unwrap_or_else(|error| panic!("{spec}: {error}"));
        let cut = execute(&extrinsics[..1]).await.unwrap_err();
        assert!(cut.to_string().contains("Execution failed"), "{spec}: {cut}");
    }
}

/// A header as a runtime takes it, out of the JSON of a node.
fn encoded(header: &Json) -> Vec<u8> {
    let bytes = |value: &Json| const_hex::decode(value.as_str().unwrap()).unwrap();
    let number =
        u32::from_str_radix(header["number"].as_str().unwrap().trim_start_matches("0x"), 16).unwrap();
    let logs = header["digest"]["logs"].as_array().unwrap();
    let mut out = [bytes(&header["parentHash"]), Compact(number).encode()].concat();
    out.extend(bytes(&header["stateRoot"]));
    out.extend(bytes(&header["extrinsicsRoot"]));
    out.extend(Compact(logs.len() as u32).encode());
    out.extend(logs.iter().flat_map(bytes));
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_proof_holds_against_the_state_root() {
    for spec in specs::ALL {
        let Some((devnet, chain)) = serve(spec, |builder| builder).await else { return };
        let block = devnet.produce_blocks(2).await.unwrap();
        let (header, _) = body(&chain, block).await;
        let root = H256::from_slice(&const_hex::decode(header["stateRoot"].as_str().unwrap()).unwrap());
        let runtime = chain.at(Hash(block)).await.unwrap().runtime().await.unwrap();
        let number = runtime.storage("System", "Number").unwrap().key(&[]).unwrap();
        let request = Request::new("state_getReadProof").param([const_hex::encode_prefixed(&number)]);
        let request = request.param(const_hex::encode_prefixed(block));
        let answer: Json = chain.request(request).await.unwrap().json().unwrap();
        let nodes = answer["proof"].as_array().unwrap().iter();
        let proof = StorageProof::new(nodes.map(|node| const_hex::decode(node.as_str().unwrap()).unwrap()));
        let values = read_proof_check::<BlakeTwo256, _>(root, proof, [&number]).unwrap();
        assert_eq!(values[&number], Some(vec![3, 0, 0, 0]), "{spec}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_block_has_a_slot_of_its_own() {
    for spec in specs::ALL {
        let Some((devnet, chain)) = serve(spec, |builder| builder).await else { return };
        let head = chain.head().await.unwrap();
        let duration = head.call("AuraApi", "slot_duration", ()).await.unwrap().as_u64().unwrap();
        let mut last = 0;
        for _ in 0..3 {
            let at = chain.at(Hash(devnet.produce_block().await.unwrap())).await.unwrap();
            let now = at.query("Timestamp", "Now", ()).await.unwrap().as_u64().unwrap();
            let slot = at.query("Aura", "CurrentSlot", ()).await.unwrap().as_u64().unwrap();
            assert_eq!(slot, now / duration, "{spec}");
            assert!(slot > last, "{spec}: slot {slot} after {last}");
            last = slot;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pool_refuses_what_the_runtime_refuses() {
    for spec in specs::ALL {
        let Some((devnet, chain)) = serve(spec, |builder| builder).await else { return };
        let runtime = chain.head().await.unwrap().runtime().await.unwrap();
        let call = call(&runtime, "System", "remark", [Value::from(b"hello".to_vec())]);
        let submit = async |genesis, nonce| {
            let extrinsic = sign(&runtime, genesis, &dev("Ferdie"), nonce, &call);
            chain.request(Request::new("author_submitExtrinsic").hex_param(&extrinsic)).await
        };
        let bad = submit([7; 32], 0).await.unwrap_err().to_string();
        assert!(bad.contains("bad signature"), "{spec}: {bad}");
        submit(devnet.genesis_hash(), 0).await.unwrap();
        devnet.produce_block().await.unwrap();
        let stale = submit(devnet.genesis_hash(), 0).await.unwrap_err().to_string();
        assert!(stale.contains("outdated"), "{spec}: {stale}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_in_a_file_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("chain.bin");
    let Some((devnet, chain)) = serve("293", |builder| builder.state(&file)).await else { return };
    transfer(&devnet, &chain, &[1_000]).await;
    let best = devnet.produce_blocks(2).await.unwrap();
    devnet.shutdown().await;
    let Some((devnet, _)) = serve("293", |builder| builder.state(&file)).await else { return };
    assert_eq!(devnet.best(), (3, best));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_takes_a_new_code() {
    let Some((devnet, chain)) = serve("218", |builder| builder).await else { return };
    let Some(next) = specs::file("293") else { return };
    let code = specs::code(&next);
    let runtime = chain.head().await.unwrap().runtime().await.unwrap();
    let set_code = Value::variant("System", [Value::variant("set_code", [Value::from(code)])]);
    let weight = Value::record([("ref_time", Value::from(0_u8)), ("proof_size", Value::from(0_u8))]);
    let call = call(&runtime, "Sudo", "sudo_unchecked_weight", [set_code, weight]);
    let extrinsic = sign(&runtime, devnet.genesis_hash(), &dev("Alice"), 0, &call);
    chain.request(Request::new("author_submitExtrinsic").hex_param(&extrinsic)).await.unwrap();
    let carrying = devnet.produce_block().await.unwrap();
    assert_eq!(chain.at(Hash(carrying)).await.unwrap().runtime().await.unwrap().spec_version(), 293);
}

#[tokio::test]
async fn what_is_no_chain_spec_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        ("{}", "genesis"),
        (r#"{"genesis": {"runtimeGenesis": {}}}"#, "--raw"),
        (r#"{"genesis": {"raw": {"top": {}}}}"#, "code"),
        (r#"{"genesis": {"raw": {"top": {"0x3a636f6465": "0x00"}}}}"#, "code"),
        (r#"{"genesis": {"raw": {"top": {"zz": "0x00"}}}}"#, "line 1"),
    ];
    for (content, hint) in cases {
        let file = folder.path().join("spec.json");
        std::fs::write(&file, content).unwrap();
        let error = Devnet::builder().spec(&file).start().await.unwrap_err();
        assert_eq!(error.kind(), tensorwire_devnet::ErrorKind::Config);
        assert!(error.to_string().contains(hint), "{content}: {error}");
    }
    let error = Devnet::builder().spec(folder.path().join("absent.json")).start().await.unwrap_err();
    assert!(error.to_string().contains("absent.json"), "{error}");
}
