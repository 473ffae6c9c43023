//! What the main job costs, counted in round trips on the scripted chain.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

#[path = "../../chain/tests/support/mod.rs"]
mod support;

use futures_util::future::try_join_all;
use support::ScriptedChain;
use tensorwire::Subtensor;

#[tokio::test(start_paused = true)]
async fn all_neurons_of_all_subnets_are_at_most_three_round_trips() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let subtensor = Subtensor::from(scripted.warm().await);
    let head = scripted.state.lock().unwrap().head;
    scripted.set(head, "SubtensorModule", "TotalNetworks", &[], &32u16.to_le_bytes());
    for netuid in 1..=32u16 {
        scripted.set(head, "SubtensorModule", "NetworksAdded", &[netuid.into()], &[1]);
    }

    let at = subtensor.head().await.unwrap();
    let netuids = at.netuids().await.unwrap();
    let subnets = try_join_all(netuids.iter().map(|netuid| at.neurons_lite(*netuid))).await.unwrap();
    assert_eq!(subnets.len(), 32);
    assert_eq!(scripted.node.requests_of("state_call"), 32);
    assert_eq!(
        scripted.node.round_trips(),
        2,
        "the head and the netuids share one, the neurons take the other"
    );
}

#[tokio::test(start_paused = true)]
async fn g16_known_keys_are_never_listed() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let chain = scripted.warm().await;
    let head = scripted.state.lock().unwrap().head;
    for (netuid, size) in [(1u16, 300u16), (2, 3)] {
        scripted.set(head, "SubtensorModule", "SubnetworkN", &[netuid.into()], &size.to_le_bytes());
        for uid in 0..size {
            let hotkey = [uid.to_le_bytes().repeat(15), netuid.to_le_bytes().to_vec()].concat();
            scripted.set(head, "SubtensorModule", "Keys", &[netuid.into(), uid.into()], &hotkey);
        }
    }
    let at = Subtensor::from(chain).head().await.unwrap();
    at.executed_by().await.unwrap();
    for (netuid, size, round_trips) in [(1u16, 300, 2), (2, 3, 1), (3, 0, 1)] {
        scripted.node.reset_counts();
        let hotkeys = at.query_by_uid("Keys", netuid).await.unwrap();
        assert_eq!(hotkeys.len(), size);
        let by_key = at.query_many("SubtensorModule", "Keys", (0..size as u16).map(|uid| (netuid, uid)));
        assert_eq!(scripted.node.round_trips(), round_trips, "subnet {netuid}");
        assert_eq!(hotkeys, by_key.await.unwrap());
        assert_eq!(scripted.node.requests_of("state_getKeysPaged"), 0);
    }
    let error = at.query_by_uid("Tempo", 1).await.unwrap_err();
    assert_eq!(error.kind(), tensorwire::ErrorKind::Invalid, "{error}");
}
