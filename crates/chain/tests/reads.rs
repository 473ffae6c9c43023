//! Reads of storage and runtime calls: what goes over the wire, and what is believed of what comes back.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

mod support;

use futures_util::{
    StreamExt, TryStreamExt,
    future::{join_all, try_join_all},
};
use support::ScriptedChain;
use tensorwire_chain::{AccountId, BlockId, Cache, ErrorKind, Hash, Value};

fn account(index: u16) -> AccountId {
    let mut id = [0; 32];
    id[..2].copy_from_slice(&index.to_le_bytes());
    AccountId(id)
}

const NEW_HEAD: Hash = Hash([0xbb; 32]);

#[tokio::test(start_paused = true)]
async fn a_thousand_queries_are_at_most_16_requests_in_one_round_trip() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let chain = scripted.warm().await;
    let head = scripted.state.lock().unwrap().head;
    let at = chain.at(head).await.unwrap();
    at.runtime().await.unwrap();
    scripted.node.reset_counts();

    let keys: Vec<_> = (0..1000).map(account).collect();
    let values = try_join_all(keys.iter().map(|key| at.query("System", "Account", [key]))).await.unwrap();
    assert_eq!(values.len(), 1000);
    assert!(scripted.node.request_count() <= 16, "{} requests", scripted.node.request_count());
    assert_eq!((scripted.node.round_trips(), chain.stats().websockets_opened), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_thousand_queries_of_many_tasks_are_at_most_16_requests() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    assert!(many_tasks(scripted).await <= 16);
}

#[tokio::test]
async fn a_thousand_queries_of_many_tasks_to_a_node_that_answers_at_once_are_at_most_16_requests() {
    let Some(scripted) = ScriptedChain::start_with(std::time::Duration::ZERO).await else { return };
    assert!(many_tasks(scripted).await <= 16);
}

/// How threads are scheduled decides how many requests it takes: on a busy machine more than on an idle one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_queries_of_many_threads_are_few_requests() {
    let Some(scripted) = ScriptedChain::start_with(std::time::Duration::ZERO).await else { return };
    let requests = many_tasks(scripted).await;
    assert!(requests <= 250, "{requests} requests");
}

async fn many_tasks(scripted: ScriptedChain) -> u64 {
    let chain = scripted.warm().await;
    let at = chain.head().await.unwrap();
    at.runtime().await.unwrap();
    scripted.node.reset_counts();

    let tasks = (0..1000).map(|index| {
        let at = at.clone();
        tokio::spawn(async move { at.query("System", "Account", [&account(index)]).await })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap().unwrap();
    }
    scripted.node.request_count()
}

#[tokio::test(start_paused = true)]
async fn a_lone_query_is_one_request_and_waits_for_no_timer() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let chain = scripted.warm().await;
    let at = chain.head().await.unwrap();
    at.hash().await.unwrap();
    at.runtime().await.unwrap();
    scripted.node.reset_counts();

    let before = tokio::time::Instant::now();
    at.query("System", "Account", [&account(1)]).await.unwrap();
    assert_eq!(before.elapsed(), support::ROUND_TRIP, "the clock is paused: only the network moves it");
    assert_eq!(scripted.node.requests_of("state_getStorage"), 1);
    assert_eq!(scripted.node.request_count(), 1);
}

#[tokio::test(start_paused = true)]
async fn values_come_in_the_order_asked_whatever_the_node_answers_first() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let chain = scripted.warm().await;
    let head = scripted.state.lock().unwrap().head;
    for netuid in 0..600u16 {
        scripted.set(head, "SubtensorModule", "Tempo", &[netuid.into()], &(netuid * 2).to_le_bytes());
    }
    let at = chain.head().await.unwrap();
    // Every key twice, backwards: the node answers each once, in an order of its own.
    let asked: Vec<u16> = (0..600).rev().chain(0..600).collect();
    let values =
        at.query_many("SubtensorModule", "Tempo", asked.iter().map(|netuid| [*netuid])).await.unwrap();
    let found: Vec<_> = values.iter().map(|value| value.as_u64().unwrap()).collect();
    assert_eq!(found, asked.iter().map(|netuid| u64::from(netuid * 2)).collect::<Vec<_>>());
    assert!(at.query_many::<[u16; 1]>("SubtensorModule", "Tempo", []).await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_absent_key_gives_the_default_or_none() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let at = scripted.warm().await.head().await.unwrap();
    assert_eq!(at.query("SubtensorModule", "SubnetworkN", [1u16]).await.unwrap().as_u64(), Some(0));
    assert!(at.query("SubtensorModule", "Uids", (1u16, &account(1))).await.unwrap().is_none());
    assert_eq!(at.query_as::<u16>("SubtensorModule", "Uids", (1u16, &account(1))).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn g13_a_head_that_moves_while_it_is_asked_for_stays_one_block() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let chain = scripted.warm().await;
    let head = scripted.state.lock().unwrap().head;
    scripted.set(head, "SubtensorModule", "Tempo", &[1u16.into()], &[1, 0]);
    scripted.set(NEW_HEAD, "SubtensorModule", "Tempo", &[1u16.into()], &[2, 0]);
    scripted.state.lock().unwrap().reads_at = Some(NEW_HEAD);

    let at = chain.head().await.unwrap();
    let value = at.query("SubtensorModule", "Tempo", [1u16]).await.unwrap();
    assert_eq!(at.hash().await.unwrap(), head);
    assert_eq!(value.as_u64(), Some(1), "the value is the pinned block's");
    assert_eq!(scripted.node.round_trips(), 2, "asked again at the hash");
}

#[tokio::test(start_paused = true)]
async fn g13_an_answer_for_another_block_is_an_error() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let at = scripted.warm().await.head().await.unwrap();
    at.hash().await.unwrap();
    scripted.state.lock().unwrap().wrong_block = true;
    let error = at.query_many("SubtensorModule", "Tempo", [[1u16], [2]]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_lacks_a_key_is_an_error_and_no_default() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let at = scripted.warm().await.head().await.unwrap();
    at.hash().await.unwrap();
    scripted.state.lock().unwrap().short_answers = true;
    let error = at.query_many("SubtensorModule", "Tempo", [[1u16], [2]]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_above_the_nodes_limit_is_asked_for_in_parts() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let at = scripted.warm().await.head().await.unwrap();
    scripted.state.lock().unwrap().too_big_above = 10;
    let values = at.query_many("SubtensorModule", "Tempo", (0..100u16).map(|netuid| [netuid])).await.unwrap();
    assert_eq!(values.len(), 100);
}

#[tokio::test(start_paused = true)]
async fn g9_a_head_on_the_edge_of_an_upgrade_asks_for_its_own_version() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let chain = scripted.connect(Cache::none()).await;
    scripted.state.lock().unwrap().upgraded_to = Some(392);
    let at = chain.head().await.unwrap();
    assert_eq!(at.runtime().await.unwrap().spec_version(), 393);
    assert_eq!(scripted.node.requests_of("state_getRuntimeVersion"), 2, "once more, at the hash");
}

#[tokio::test(start_paused = true)]
async fn g9_a_head_that_carries_an_upgrade_is_asked_for_its_version_though_the_answers_agree() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let chain = scripted.connect(Cache::none()).await;
    // The version may have been answered before the block came, and its state names the same one until it is migrated.
    scripted.state.lock().unwrap().carries_upgrade = true;
    chain.head().await.unwrap().runtime().await.unwrap();
    assert_eq!(scripted.node.requests_of("state_getRuntimeVersion"), 2, "once more, at the hash");
}

#[tokio::test(start_paused = true)]
async fn identical_calls_under_way_share_one_request() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let at = scripted.warm().await.head().await.unwrap();
    let call = |netuid: u16| at.call("NeuronInfoRuntimeApi", "get_neurons_lite", [netuid]);
    let answers = join_all((0..100).map(|index| call(index % 2))).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(scripted.node.requests_of("state_call"), 2);
    call(0).await.unwrap();
    assert_eq!(scripted.node.requests_of("state_call"), 3, "an answer is shared, not kept");
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_gives_up_does_not_take_the_others_with_it() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let at = scripted.warm().await.head().await.unwrap();
    at.runtime().await.unwrap();
    let (first, second) = (account(1), account(2));
    let mut gone = Box::pin(at.query("System", "Account", [&first]));
    let stays = at.query("System", "Account", [&second]);
    for _ in 0..3 {
        let _ = futures_util::poll!(&mut gone);
    }
    drop(gone);
    assert_eq!(stays.await.unwrap()["nonce"].as_u64(), Some(0));
}

#[tokio::test(start_paused = true)]
async fn g16_a_map_comes_whole_in_order_and_of_one_block() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let chain = scripted.warm().await;
    let head = scripted.state.lock().unwrap().head;
    for netuid in 0..2500u16 {
        scripted.set(head, "SubtensorModule", "Tempo", &[netuid.into()], &(netuid / 2).to_le_bytes());
    }
    let at = chain.head().await.unwrap();
    at.runtime().await.unwrap();
    scripted.node.reset_counts();
    let entries: Vec<_> = at.query_map("SubtensorModule", "Tempo", ()).try_collect().await.unwrap();

    let keys: Vec<_> = entries.iter().map(|entry| entry.keys[0].as_u64().unwrap()).collect();
    let by_storage = |netuid: &u64| (*netuid as u16).to_le_bytes();
    assert!(keys.is_sorted_by_key(by_storage));
    assert!(entries.iter().all(|entry| entry.value.as_u64() == Some(entry.keys[0].as_u64().unwrap() / 2)));
    assert_eq!(keys.len(), 2500);
    assert_eq!(scripted.node.requests_of("state_getKeysPaged"), 3);
    assert!(scripted.node.round_trips() <= 5, "keys are listed while values are fetched");
}

#[tokio::test(start_paused = true)]
async fn g16_an_entry_that_does_not_decode_is_an_error_in_its_place() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let chain = scripted.warm().await;
    let head = scripted.state.lock().unwrap().head;
    for netuid in 0..5u16 {
        let value: &[u8] = if netuid == 2 { &[1] } else { &[1, 0] };
        scripted.set(head, "SubtensorModule", "Tempo", &[netuid.into()], value);
    }
    let entries: Vec<_> =
        chain.head().await.unwrap().query_map("SubtensorModule", "Tempo", ()).collect().await;
    assert_eq!(entries.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, true, false, true, true]);
}

#[tokio::test(start_paused = true)]
async fn g14_a_block_that_the_node_does_not_have_is_named() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let chain = scripted.warm().await;
    for (block, kind) in [
        (BlockId::Number(8), ErrorKind::NotYetImported),
        (BlockId::Number(6), ErrorKind::UnknownBlock),
        (BlockId::Hash(Hash([0xcc; 32])), ErrorKind::UnknownBlock),
    ] {
        let error = chain.at(block).await.unwrap().query("System", "Number", ()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
    let at = chain.at(7u32).await.unwrap();
    assert_eq!(
        (at.number().await.unwrap(), at.query("System", "Number", ()).await.unwrap()),
        (7, Value::from(7u32))
    );
}

#[tokio::test(start_paused = true)]
async fn g4_a_node_of_another_chain_answers_nothing() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let chain = scripted.connect_with(Cache::none(), |builder| builder.genesis(NEW_HEAD)).await;
    let at = chain.head().await.unwrap();
    let errors = [
        at.query("System", "Number", ()).await.unwrap_err(),
        at.hash().await.unwrap_err(),
        at.number().await.unwrap_err(),
        chain.properties().await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::WrongChain, "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn g1_one_deadline_covers_all_requests_of_a_read() {
    for method in ["chain_getBlockHash", "state_getRuntimeVersion", "state_queryStorageAt", "state_call"] {
        let Some(scripted) = ScriptedChain::start().await else { return };
        scripted.state.lock().unwrap().silent = Some(method);
        let timeout = std::time::Duration::from_secs(5);
        let chain = scripted.connect_with(Cache::none(), |builder| builder.timeout(timeout)).await;
        let before = tokio::time::Instant::now();
        let error = chain.head().await.unwrap().query("System", "Number", ()).await.unwrap_err();
        assert!(error.is_timeout(), "{method}: {error}");
        assert_eq!(before.elapsed(), timeout, "{method}: the clock is paused");
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_that_failed_is_not_shared_with_who_comes_later() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let timeout = std::time::Duration::from_secs(5);
    let chain = scripted.connect_with(Cache::none(), |builder| builder.timeout(timeout)).await;
    scripted.state.lock().unwrap().silent = Some("state_queryStorageAt");
    let lost = chain.head().await.unwrap();
    assert!(lost.hash().await.unwrap_err().is_timeout());
    scripted.state.lock().unwrap().silent = None;
    chain.head().await.unwrap().hash().await.unwrap();
    drop(lost);
}

#[tokio::test(start_paused = true)]
async fn reads_that_nobody_polls_any_more_hold_up_no_others() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let at = scripted.warm().await.head().await.unwrap();
    at.runtime().await.unwrap();
    let keys: Vec<_> = (0..8).map(account).collect();
    let mut held: Vec<_> = keys.iter().map(|key| Box::pin(at.query("System", "Account", [key]))).collect();
    for read in &mut held {
        for _ in 0..4 {
            let _ = futures_util::poll!(&mut *read);
            tokio::task::yield_now().await;
        }
    }
    let before = tokio::time::Instant::now();
    at.query("System", "Account", [&account(9)]).await.unwrap();
    assert!(before.elapsed() <= 2 * support::ROUND_TRIP, "the clock is paused");
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_read_that_loads_the_runtime_holds_up_no_others() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let chain = scripted.connect(Cache::none()).await;
    let kept = chain.head().await.unwrap();
    let soon = support::ROUND_TRIP * 3 / 2;
    tokio::time::timeout(soon, kept.query("System", "Number", ()))
        .await
        .expect_err("the metadata is on its way");
    let other = chain.at(7u32).await.unwrap();
    other.query("System", "Number", ()).await.unwrap();
    drop(kept);
}

#[tokio::test(start_paused = true)]
async fn g17_a_refused_question_for_metadata_versions_is_an_error_and_caches_nothing() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let chain = scripted.connect(Cache::folder(folder.path())).await;
    scripted.state.lock().unwrap().failing_call =
        Some(("Metadata_metadata_versions", -32603, "internal error"));
    let error = chain.head().await.unwrap().runtime().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server, "{error}");
    assert_eq!(scripted.node.requests_of("state_getMetadata"), 0, "no poorer metadata is taken instead");
    scripted.state.lock().unwrap().failing_call = None;
    assert_eq!(chain.head().await.unwrap().runtime().await.unwrap().metadata_version(), 16);
}

#[tokio::test(start_paused = true)]
async fn g15_a_runtime_without_metadata_versions_is_asked_for_its_only_metadata() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    for call in ["Metadata_metadata_versions", "Metadata_metadata_at_version"] {
        let chain = scripted.connect(Cache::none()).await;
        let missing = "Client error: Execution failed: Other: Exported method is not found";
        scripted.state.lock().unwrap().failing_call = Some((call, 4003, missing));
        scripted.node.reset_counts();
        let _ = chain.at(7u32).await.unwrap().runtime().await;
        assert_eq!(scripted.node.requests_of("state_getMetadata"), 1, "{call}");
        scripted.state.lock().unwrap().failing_call = None;
    }
}

#[tokio::test(start_paused = true)]
async fn g9_metadata_of_another_version_than_the_blocks_is_refused() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    scripted.state.lock().unwrap().spec_version = 394;
    let chain = scripted.connect(Cache::none()).await;
    let error = chain.head().await.unwrap().runtime().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_about_the_genesis_is_asked_for_again() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    scripted.state.lock().unwrap().silent = Some("chain_getBlockHash");
    let chain = scripted.connect(Cache::none()).await;
    chain.head().await.unwrap().hash().await.unwrap_err();
    scripted.state.lock().unwrap().silent = None;
    chain.head().await.unwrap().hash().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn g14_dropped_state_is_no_unknown_block() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let chain = scripted.warm().await;
    scripted.state.lock().unwrap().pruned = true;
    let head = scripted.state.lock().unwrap().head;
    let error = chain.at(head).await.unwrap().query("System", "Number", ()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Pruned, "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_map_asked_for_with_all_its_keys_is_an_error_and_not_empty() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let at = scripted.warm().await.head().await.unwrap();
    for mut entries in [
        at.query_map("SubtensorModule", "Tempo", [1u16]),
        at.query_map("SubtensorModule", "TotalNetworks", ()),
    ] {
        assert_eq!(entries.next().await.unwrap().unwrap_err().kind(), ErrorKind::Invalid);
        assert!(entries.next().await.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn g19_names_that_do_not_exist_list_the_nearest() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let at = scripted.warm().await.head().await.unwrap();
    let nearest = |error: tensorwire_chain::Error, name: &str| {
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains(name), "{error}");
    };
    nearest(at.query("Sistem", "Account", ()).await.unwrap_err(), "System");
    nearest(at.query("System", "Acount", ()).await.unwrap_err(), "Account");
    nearest(at.constant("Balances", "ExistentialDeposits").await.unwrap_err(), "ExistentialDeposit");
    nearest(at.call("NeuronInfoRuntimeApi", "get_neurons_light", ()).await.unwrap_err(), "get_neurons_lite");
    let error = at.query("System", "Account", ()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
}
