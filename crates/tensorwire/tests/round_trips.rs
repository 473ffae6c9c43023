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
