use tensorwire_chain::{Cache, Role};

use super::Builder;
use crate::Network;

/// The endpoints in the order in which they are asked. None of them is.
async fn endpoints(builder: Builder) -> Vec<(Role, String)> {
    let subtensor = builder.cache(Cache::none()).connect_lazily().await.unwrap();
    let endpoints = subtensor.status().into_iter().map(|status| (status.role, status.endpoint)).collect();
    assert_eq!(subtensor.stats().websockets_opened, 0);
    endpoints
}

#[tokio::test]
async fn what_is_added_comes_before_what_the_network_has() {
    let own = Network::Finney;
    let builder = Builder::new(own.clone()).archive("ws://archive:1").fallback("ws://fallback:1");
    let endpoints = endpoints(builder).await;
    let of = |role: Role| endpoints.iter().filter(move |(of, _)| *of == role).map(|(_, url)| url.as_str());
    let hosts =
        |urls: &[&'static str]| urls.iter().map(|url| url.trim_end_matches(":443")).collect::<Vec<_>>();
    assert_eq!(of(Role::Primary).collect::<Vec<_>>(), hosts(&[Network::Finney.url()]));
    let fallbacks = [&["ws://fallback:1"], &*hosts(own.fallbacks())].concat();
    assert_eq!(of(Role::Fallback).collect::<Vec<_>>(), fallbacks);
    let archives = [&["ws://archive:1"], &*hosts(own.archives())].concat();
    assert_eq!(of(Role::Archive).collect::<Vec<_>>(), archives);
}

#[tokio::test]
async fn a_network_can_be_had_without_its_pool() {
    let builder = Builder::new(Network::Finney).network_pool(false);
    assert_eq!(endpoints(builder.clone()).await.len(), 1);
    assert_eq!(endpoints(builder.fallback("ws://fallback:1")).await.len(), 2);
}
