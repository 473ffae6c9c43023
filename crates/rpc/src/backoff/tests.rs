use super::*;

#[test]
fn waits_are_drawn_below_a_bound_that_doubles_up_to_ten_seconds() {
    for seed in 0..100 {
        let mut backoff = Backoff::new(fastrand::Rng::with_seed(seed));
        let mut bound = FIRST;
        for _ in 0..40 {
            assert!(backoff.after_failure() <= bound);
            bound = (2 * bound).min(LONGEST);
        }
        assert!(backoff.after_use(Duration::ZERO) <= SOON);
        assert!(backoff.after_failure() <= FIRST);
    }
}

#[test]
fn waits_of_different_clients_differ() {
    let longest = (0..100).map(|seed| Backoff::new(fastrand::Rng::with_seed(seed)).after_failure()).max();
    let shortest = (0..100).map(|seed| Backoff::new(fastrand::Rng::with_seed(seed)).after_failure()).min();
    assert!(longest.unwrap() > FIRST * 3 / 4 && shortest.unwrap() < FIRST / 4);
}

#[test]
fn g10_a_node_that_drops_every_websocket_is_not_stormed() {
    for seed in 0..100 {
        let mut backoff = Backoff::new(fastrand::Rng::with_seed(seed));
        let all: Duration = (0..100).map(|_| backoff.after_use(Duration::from_millis(50))).sum();
        assert!(all > Duration::from_secs(15), "100 attempts in {all:?}");
        assert!(backoff.after_use(SETTLED) <= SOON, "one that lasted is another matter");
    }
}
