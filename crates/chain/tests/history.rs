//! G9, G15: which runtimes a block is read with, and what it costs to know them.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

mod support;

use support::{
    forks::{ForkNode, Forks},
    state::{OLDER_SPEC, SPEC, specs},
};
use tensorwire_chain::{At, BlockId, BlockRef, Chain};

/// A chain of that many blocks of the older runtime, the last of which carries an upgrade, and more after it.
async fn upgraded(before: usize, after: usize) -> Option<(Forks, ForkNode, Chain, BlockRef)> {
    specs()?;
    let chain = Forks::of_spec(OLDER_SPEC, before - 1);
    chain.set_code(SPEC);
    chain.grow(1);
    let carrier = chain.head();
    chain.grow(after);
    let node = ForkNode::start(&chain, "node").await;
    let client = node.connect(|builder| builder).await;
    Some((chain, node, client, carrier))
}

async fn specs_of(at: &At) -> (u32, u32) {
    (at.executed_by().await.unwrap().spec_version(), at.runtime().await.unwrap().spec_version())
}

/// How often blocks were asked for their version since the counts were reset, but for the end of the final ones.
fn versions_asked(node: &ForkNode, chain: &Forks) -> usize {
    let end = serde_json::json!(chain.finalized().hash);
    let requests = node.mock.requests();
    requests.iter().filter(|(method, params)| method == "state_getRuntimeVersion" && params[0] != end).count()
}

#[tokio::test(start_paused = true)]
async fn g9_a_block_is_read_with_the_runtime_that_executed_it_and_calls_run_in_the_code_it_holds() {
    let Some((chain, _node, client, carrier)) = upgraded(3, 2).await else { return };
    let blocks = chain.best();
    for block in &blocks {
        let expected = (
            if block.number <= carrier.number { OLDER_SPEC } else { SPEC },
            if block.number < carrier.number { OLDER_SPEC } else { SPEC },
        );
        for id in [BlockId::Number(block.number), BlockId::Hash(block.hash), BlockId::Block(*block)] {
            let at = client.at(id).await.unwrap();
            assert_eq!(specs_of(&at).await, expected, "{id}");
            assert_eq!(at.query("SubtensorModule", "Tempo", [1u16]).await.unwrap().as_u64(), Some(100));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn g9_a_head_that_carries_an_upgrade_is_no_exception() {
    let Some((chain, node, client, carrier)) = upgraded(3, 0).await else { return };
    assert_eq!(chain.head(), carrier);
    chain.finalize_behind(0);
    node.sync();
    assert_eq!(specs_of(&client.head().await.unwrap()).await, (OLDER_SPEC, SPEC));
    assert_eq!(specs_of(&client.finalized().await.unwrap()).await, (OLDER_SPEC, SPEC));
    chain.grow(1);
    node.sync();
    assert_eq!(specs_of(&client.head().await.unwrap()).await, (SPEC, SPEC));
}

#[tokio::test(start_paused = true)]
async fn g15_a_final_block_between_two_of_one_runtime_costs_no_question_for_its_version() {
    let Some((chain, node, client, carrier)) = upgraded(30, 30).await else { return };
    chain.finalize_behind(5);
    node.sync();
    client.finalized().await.unwrap().number().await.unwrap();
    let tempo = async |number: u64| {
        let at = client.at(number).await.unwrap();
        at.query("SubtensorModule", "Tempo", [1u16]).await.unwrap();
    };
    for known in [2, carrier.number - 2, carrier.number + 2, 55] {
        tempo(known).await;
    }
    node.mock.reset_counts();
    let between = (3..carrier.number - 2).chain(carrier.number + 3..55);
    let count = between.clone().count() as u64;
    for number in between {
        tempo(number).await;
    }
    assert_eq!(versions_asked(&node, &chain), 0);
    assert_eq!(node.mock.request_count(), 2 * count, "its hash and its value");

    node.mock.reset_counts();
    tempo(carrier.number).await;
    assert_eq!(versions_asked(&node, &chain), 2, "its own and, since it carries the upgrade, its parent's");
    tempo(carrier.number).await;
    tempo(carrier.number + 1).await;
    tempo(carrier.number - 1).await;
    assert_eq!(versions_asked(&node, &chain), 2, "and then they are known");
}

#[tokio::test(start_paused = true)]
async fn g15_blocks_that_may_be_reorganised_away_are_asked_for_their_version_each() {
    let Some((chain, node, client, _)) = upgraded(3, 30).await else { return };
    chain.finalize_behind(25);
    node.sync();
    client.finalized().await.unwrap().number().await.unwrap();
    node.mock.reset_counts();
    for number in [20, 25, 22, 24] {
        client.at(number as u64).await.unwrap().runtime().await.unwrap();
    }
    assert_eq!(versions_asked(&node, &chain), 4);
}

#[tokio::test(start_paused = true)]
async fn g9_a_block_that_was_replaced_teaches_nothing_of_the_final_ones_and_learns_nothing_of_them() {
    if specs().is_none() {
        return;
    }
    let chain = Forks::of_spec(OLDER_SPEC, 10);
    chain.set_code(SPEC);
    chain.grow(1);
    let replaced = chain.head();
    let node = ForkNode::start(&chain, "node").await;
    chain.set_code(OLDER_SPEC);
    chain.fork(1);
    chain.grow(20);
    chain.set_code(SPEC);
    chain.grow(10);
    chain.finalize_behind(2);
    node.sync();
    let client = node.connect(|builder| builder).await;
    client.finalized().await.unwrap().number().await.unwrap();
    assert_eq!(specs_of(&client.at(replaced).await.unwrap()).await, (OLDER_SPEC, SPEC));
    for number in [12, 11, 10, 13, 20u64] {
        let at = client.at(number).await.unwrap();
        assert_eq!(specs_of(&at).await, (OLDER_SPEC, OLDER_SPEC), "{number}");
    }
    assert_eq!(specs_of(&client.at(replaced).await.unwrap()).await, (OLDER_SPEC, SPEC));
}

#[tokio::test(start_paused = true)]
async fn g15_a_final_block_keeps_its_parents_final_and_is_known_by_its_hash() {
    let Some((chain, node, client, carrier)) = upgraded(3, 40).await else { return };
    chain.finalize_behind(3);
    node.sync();
    let finalized = client.finalized().await.unwrap();
    for number in [carrier.number + 2, finalized.number().await.unwrap()] {
        client.at(number).await.unwrap().executed_by().await.unwrap();
    }
    node.mock.reset_counts();
    let parent = finalized.parent().await.unwrap().parent().await.unwrap();
    assert_eq!(specs_of(&parent).await, (SPEC, SPEC));
    let block = parent.header().await.unwrap().block();
    assert_eq!(specs_of(&client.at(block).await.unwrap()).await, (SPEC, SPEC));
    assert_eq!(versions_asked(&node, &chain), 0);
}

#[tokio::test(start_paused = true)]
async fn g15_whoever_reads_old_blocks_only_learns_what_is_final_too() {
    let Some((chain, node, client, _)) = upgraded(3, 60).await else { return };
    chain.finalize_behind(3);
    node.sync();
    for number in 10..50u64 {
        client.at(number).await.unwrap().runtime().await.unwrap();
    }
    assert!(node.mock.requests_of("chain_getFinalizedHead") <= 2);
    let asked = versions_asked(&node, &chain);
    assert!(asked <= 6, "{asked}: a few before the end is known, one for the end");
}

#[tokio::test(start_paused = true)]
async fn g10_who_executed_a_block_is_asked_in_the_request_of_its_first_read() {
    let Some((chain, node, client, _)) = upgraded(3, 9).await else { return };
    chain.finalize_behind(2);
    node.sync();
    client.head().await.unwrap().executed_by().await.unwrap();
    let block = chain.best()[9];
    for id in [BlockId::Finalized, BlockId::Number(9), BlockId::Hash(block.hash), BlockId::Block(block)] {
        node.mock.reset_counts();
        let at = client.at(id).await.unwrap();
        at.query("SubtensorModule", "Tempo", [1u16]).await.unwrap();
        let reads: Vec<_> = node.mock.requests();
        let reads = reads
            .iter()
            .filter(|(method, _)| method == "state_getStorage" || method == "state_queryStorageAt");
        let keys: Vec<_> = reads.map(|(_, params)| params[0].as_array().map_or(1, Vec::len)).collect();
        assert_eq!(keys, [2], "{id}: the value, and the state's word on its last upgrade");
    }
}

#[tokio::test(start_paused = true)]
async fn g14_a_block_that_comes_while_it_is_asked_for_is_not_one_that_never_was() {
    let Some((chain, node, client, _)) = upgraded(3, 2).await else { return };
    let next = chain.head().number + 1;
    let at = client.at(next).await.unwrap();
    let grows = async {
        while node.mock.requests_of("chain_getBlockHash") < 2 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        chain.grow(1);
        node.sync();
    };
    let (hash, ()) = futures_util::future::join(at.hash(), grows).await;
    assert_eq!(hash.unwrap(), chain.head().hash);
}
