use super::Network;

#[test]
fn a_name_makes_the_round_trip_and_has_a_url() {
    for name in Network::names() {
        let network = Network::from(name);
        assert_eq!(network.to_string(), name);
        assert!(network.url().starts_with("ws"), "{name}");
    }
    assert_eq!(Network::from("ws://node:1").url(), "ws://node:1");
}

#[test]
fn the_main_network_has_a_pool_and_a_url_has_none() {
    assert_eq!(
        Network::Finney.fallbacks(),
        ["wss://lite.chain.opentensor.ai:443", "wss://lite.sub.latent.to:443"]
    );
    assert_eq!(
        Network::Finney.archives(),
        ["wss://archive.chain.opentensor.ai:443", "wss://archive.sub.latent.to:443"]
    );
    let url = Network::from(Network::Finney.url());
    assert!(url.fallbacks().is_empty() && url.archives().is_empty() && url.genesis().is_none());
}

#[test]
fn g4_no_endpoint_is_named_twice_and_all_of_a_pool_are_of_one_fixed_chain() {
    for network in Network::names().map(Network::from) {
        let mut urls = [&[network.url()], network.fallbacks(), network.archives()].concat();
        assert!(urls.len() == 1 || network.genesis().is_some(), "{network}");
        let all = urls.len();
        urls.sort_unstable();
        urls.dedup();
        assert_eq!(urls.len(), all, "{network}");
    }
}
