//! Reads of storage beside the plain ones: several items at once, raw bytes, what is stored and what is a default.

#![allow(clippy::unwrap_used, reason = "tests panic")]

mod support;

use support::ScriptedChain;
use tensorwire_chain::{At, ErrorKind, Hash, RuntimeCall, StorageQuery, Value};
use tensorwire_scale::AccountId;

async fn warm() -> Option<(ScriptedChain, Hash, At)> {
    let scripted = ScriptedChain::start().await?;
    let head = scripted.state.lock().unwrap().head;
    scripted.set(head, "SubtensorModule", "Tempo", &[1u16.into()], &[9, 0]);
    scripted.set(head, "SubtensorModule", "Tempo", &[2u16.into()], &[0, 0]);
    scripted.set(head, "SubtensorModule", "Uids", &[1u16.into(), account().into()], &[5, 0]);
    let at = scripted.warm().await.head().await.unwrap();
    at.executed_by().await.unwrap();
    scripted.node.reset_counts();
    Some((scripted, head, at))
}

fn account() -> AccountId {
    AccountId([3; 32])
}

#[tokio::test(start_paused = true)]
async fn g13_keys_of_different_items_are_one_request_of_one_block() {
    let Some((scripted, ..)) = warm().await.map(|(scripted, ..)| (scripted,)) else { return };
    let at = scripted.warm().await.head().await.unwrap();
    at.executed_by().await.unwrap();
    scripted.node.reset_counts();
    let values = at
        .query_multi([
            StorageQuery::new("SubtensorModule", "Uids", (1u16, account())),
            StorageQuery::new("System", "Number", ()),
            StorageQuery::new("SubtensorModule", "Tempo", [1u16]),
            StorageQuery::new("SubtensorModule", "Uids", (2u16, account())),
            StorageQuery::new("SubtensorModule", "Tempo", [1u16]),
        ])
        .await
        .unwrap();
    assert_eq!(values[0].as_u64(), Some(5));
    assert_eq!(values[2].as_u64(), Some(9));
    assert!(values[3].is_none());
    assert_eq!(values[4], values[2]);
    assert_eq!((scripted.node.requests_of("state_queryStorageAt"), scripted.node.round_trips()), (1, 1));
    assert!(at.query_multi([]).await.unwrap().is_empty());
    assert_eq!(scripted.node.round_trips(), 1, "nothing is asked for nothing");

    let bad = [StorageQuery::new("System", "Number", ()), StorageQuery::new("System", "Numbr", ())];
    let error = at.query_multi(bad).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    assert_eq!(scripted.node.round_trips(), 1, "one bad query is told before anything is sent");
}

#[tokio::test(start_paused = true)]
async fn what_is_stored_and_what_is_a_default_are_told_apart() {
    let Some((_scripted, _, at)) = warm().await else { return };
    let stored = async |netuid: u16| at.query_stored("SubtensorModule", "Tempo", [netuid]).await.unwrap();
    assert_eq!(stored(1).await.and_then(|value| value.as_u64()), Some(9));
    assert_eq!(stored(2).await.and_then(|value| value.as_u64()), Some(0), "a zero that is stored");
    assert_eq!(stored(3).await, None);
    assert!(!at.query("SubtensorModule", "Tempo", [3u16]).await.unwrap().is_none(), "the item has a default");
    let uid =
        async |netuid: u16| at.query_stored("SubtensorModule", "Uids", (netuid, account())).await.unwrap();
    assert_eq!(uid(1).await.and_then(|value| value.as_u64()), Some(5));
    assert_eq!(uid(2).await, None);
}

#[tokio::test(start_paused = true)]
async fn raw_keys_and_values_are_those_of_the_chain() {
    let Some((scripted, _, at)) = warm().await else { return };
    let key = at.storage_key("SubtensorModule", "Tempo", [1u16]).await.unwrap();
    assert_eq!(
        key,
        scripted.runtime.storage("SubtensorModule", "Tempo").unwrap().key(&[1u16.into()]).unwrap()
    );
    assert!(key.starts_with(&at.storage_key("SubtensorModule", "Tempo", ()).await.unwrap()));
    assert_eq!(scripted.node.round_trips(), 0);
    let values = at.storage_raw([key.clone(), vec![1, 2, 3], key]).await.unwrap();
    assert_eq!(values, [Some(vec![9, 0]), None, Some(vec![9, 0])]);
    assert_eq!(scripted.node.round_trips(), 1);
}

#[tokio::test(start_paused = true)]
async fn g13_many_calls_are_in_flight_together_and_fail_each_for_itself() {
    let Some((scripted, head, at)) = warm().await else { return };
    let neurons = |netuid: u16| RuntimeCall::new("NeuronInfoRuntimeApi", "get_neurons_lite", [netuid]);
    let calls = [
        neurons(1),
        RuntimeCall::new("NeuronInfoRuntimeApi", "get_neuron_light", [1u16]),
        neurons(2),
        RuntimeCall::new("NeuronInfoRuntimeApi", "get_neurons", [1u16]),
        neurons(1),
    ];
    let answers = at.call_many(calls).await;
    let kinds: Vec<_> =
        answers.iter().map(|answer| answer.as_ref().err().map(|error| error.kind())).collect();
    assert_eq!(kinds, [None, Some(ErrorKind::NotFound), None, Some(ErrorKind::Server), None]);
    assert_eq!((scripted.node.requests_of("state_call"), scripted.node.round_trips()), (3, 1));
    let requests = scripted.node.requests();
    assert!(requests.iter().all(|(_, params)| params[2] == serde_json::json!(head)));
}

#[tokio::test(start_paused = true)]
async fn g19_a_map_asked_for_as_a_value_and_the_reverse_say_what_to_do() {
    let Some((scripted, _, at)) = warm().await else { return };
    let query = async |item: &str, keys: Vec<Value>| {
        let error = at.query("SubtensorModule", item, keys).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        error.to_string()
    };
    let error = query("Uids", vec![1u16.into()]).await;
    let expected = "SubtensorModule.Uids is a map with 2 keys (u16, AccountId32), 1 given: list it with query_map (`tw map`), or give all its keys";
    assert!(error.contains(expected), "{error}");
    let error = query("Tempo", vec![]).await;
    assert!(error.contains("is a map with 1 key (u16), 0 given: list it with query_map"), "{error}");
    let error = query("Tempo", vec![1u16.into(), 2u16.into()]).await;
    assert!(error.ends_with("is a map with 1 key (u16), 2 given"), "{error}");
    let error = query("TotalNetworks", vec![1u16.into()]).await;
    assert!(error.ends_with("is one value without keys, 1 given"), "{error}");

    let map = async |item: &str, first: Vec<Value>| {
        let mut listing = at.query_map("SubtensorModule", item, first);
        let error = listing.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        assert!(listing.next().await.is_none());
        error.to_string()
    };
    let error = map("TotalNetworks", vec![]).await;
    assert!(error.contains("SubtensorModule.TotalNetworks is one value and no map: query it"), "{error}");
    let error = map("Tempo", vec![1u16.into()]).await;
    assert!(error.contains("with all its keys is one value: query it"), "{error}");
    let error = map("Tempo", vec![1u16.into(), 2u16.into()]).await;
    assert!(error.contains("is a map with 1 key (u16), 2 given"), "{error}");
    assert_eq!(scripted.node.round_trips(), 0, "nothing is asked");
}
