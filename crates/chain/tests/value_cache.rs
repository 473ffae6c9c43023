//! G17, G11: what was read of finalized blocks is not asked for again.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

mod support;

use support::ScriptedChain;
use tensorwire_chain::{AccountId, Cache, Chain};

fn account(index: u16) -> AccountId {
    let mut id = [0; 32];
    id[..2].copy_from_slice(&index.to_le_bytes());
    AccountId(id)
}

async fn connect(scripted: &ScriptedChain, bytes: usize) -> Chain {
    let chain = scripted.connect_with(Cache::none(), |builder| builder.value_cache(bytes)).await;
    // Which runtime left the state behind is a value of it, too: all tests begin when that is known.
    chain.finalized().await.unwrap().executed_by().await.unwrap();
    chain
}

/// The requests that ask for values or runtime calls.
fn reads(scripted: &ScriptedChain) -> u64 {
    ["state_getStorage", "state_queryStorageAt", "state_call"]
        .iter()
        .map(|method| scripted.node.requests_of(method))
        .sum()
}

#[tokio::test(start_paused = true)]
async fn g17_values_of_a_finalized_block_are_asked_for_once() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let head = scripted.state.lock().unwrap().head;
    scripted.set(head, "System", "Number", &[], &7u32.to_le_bytes());
    let chain = connect(&scripted, 1 << 20).await;

    scripted.node.reset_counts();
    let before = chain.cache_stats();
    for round in 0..3 {
        let at = chain.clone().finalized().await.unwrap();
        assert_eq!(at.query("System", "Number", ()).await.unwrap().as_u64(), Some(7));
        // An absent key is an answer too.
        let absent = at.query("System", "Account", [&account(1)]).await.unwrap();
        assert_eq!(absent["nonce"].as_u64(), Some(0));
        at.call("NeuronInfoRuntimeApi", "get_neurons_lite", [1u16]).await.unwrap();
        let stats = chain.cache_stats();
        assert_eq!((reads(&scripted), stats.values - before.values), (3, 3));
        assert_eq!(stats.value_misses - before.value_misses, 3);
        assert!(stats.value_hits - before.value_hits >= 3 * round, "{stats:?}");
    }
    // The same block by its hash.
    let at = chain.at(head).await.unwrap();
    assert_eq!(at.query("System", "Number", ()).await.unwrap().as_u64(), Some(7));
    assert_eq!(reads(&scripted), 3);
}

#[tokio::test(start_paused = true)]
async fn g17_of_many_keys_only_the_unknown_ones_are_asked_for() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let head = scripted.state.lock().unwrap().head;
    for index in 0..20u16 {
        scripted.set(head, "SubtensorModule", "Tempo", &[index.into()], &(100 + index).to_le_bytes());
    }
    let chain = connect(&scripted, 1 << 20).await;
    let at = chain.finalized().await.unwrap();
    at.query_many("SubtensorModule", "Tempo", (0..20u16).step_by(2).map(|n| [n])).await.unwrap();

    scripted.node.reset_counts();
    let values = at.query_many("SubtensorModule", "Tempo", (0..20u16).map(|n| [n])).await.unwrap();
    let tempos: Vec<_> = values.iter().map(|value| value.as_u64().unwrap()).collect();
    assert_eq!(tempos, (100..120).collect::<Vec<_>>());
    let asked = scripted.node.requests().into_iter().find(|(method, _)| method == "state_queryStorageAt");
    assert_eq!(asked.unwrap().1[0].as_array().unwrap().len(), 10);
}

#[tokio::test(start_paused = true)]
async fn what_may_be_reorganised_away_is_not_kept() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let head = scripted.state.lock().unwrap().head;
    let chain = scripted.connect_with(Cache::none(), |builder| builder.value_cache(1 << 20)).await;
    chain.head().await.unwrap().runtime().await.unwrap();
    for block in [tensorwire_chain::BlockId::Head, head.into(), 7u32.into()] {
        chain.at(block).await.unwrap().query("System", "Number", ()).await.unwrap();
    }
    let stats = chain.cache_stats();
    assert_eq!((stats.values, stats.value_misses), (0, 0));

    // Once block 7 is known to be final, its number says which block it is.
    assert_eq!(chain.finalized().await.unwrap().number().await.unwrap(), 7);
    chain.at(7u32).await.unwrap().query("System", "Number", ()).await.unwrap();
    assert!(chain.cache_stats().values >= 1);
    scripted.node.reset_counts();
    chain.at(7u32).await.unwrap().query("System", "Number", ()).await.unwrap();
    assert_eq!(reads(&scripted), 0);
}

#[tokio::test(start_paused = true)]
async fn g11_values_take_no_more_than_their_bytes() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let chain = connect(&scripted, 10_000).await;
    let at = chain.finalized().await.unwrap();
    for index in 0..200 {
        at.query("System", "Account", [&account(index)]).await.unwrap();
    }
    let stats = chain.cache_stats();
    assert!(stats.values > 10 && stats.value_bytes <= 10_000, "{stats:?}");

    scripted.node.reset_counts();
    at.query("System", "Account", [&account(199)]).await.unwrap();
    assert_eq!(reads(&scripted), 0, "the latest is kept");
    at.query("System", "Account", [&account(0)]).await.unwrap();
    assert_eq!(reads(&scripted), 1, "the oldest is not");
}

#[tokio::test(start_paused = true)]
async fn without_a_value_cache_nothing_is_kept() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let chain = scripted.warm().await;
    for asked in 1..=3 {
        chain.finalized().await.unwrap().query("System", "Number", ()).await.unwrap();
        assert!(reads(&scripted) >= asked);
    }
    assert_eq!((chain.cache_stats().values, chain.cache_stats().value_misses), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn g24_a_verified_read_takes_nothing_from_the_value_cache() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let chain = connect(&scripted, 1 << 20).await;
    let at = chain.finalized().await.unwrap();
    at.query("System", "Number", ()).await.unwrap();
    let kept = chain.cache_stats().values;
    // The scripted node proves nothing: what it was believed before is not given out as proven.
    at.verified().query("System", "Number", ()).await.unwrap_err();
    assert_eq!(chain.cache_stats().values, kept);
    scripted.node.reset_counts();
    at.query("System", "Number", ()).await.unwrap();
    assert_eq!(reads(&scripted), 0);
}
