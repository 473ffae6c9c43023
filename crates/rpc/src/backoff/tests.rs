use super::*;

#[test]
fn waits_are_drawn_below_a_bound_that_doubles_up_to_half_a_minute() {
    for seed in 0..100 {
        let mut backoff = Backoff::new(fastrand::Rng::with_seed(seed));
        let mut bound = FIRST;
        for _ in 0..40 {
            assert!(backoff.after_failure() <= bound);
            bound = (2 * bound).min(LONGEST);
        }
        assert!(backoff.after_use() <= SOON);
        assert!(backoff.after_failure() <= FIRST);
    }
}

#[test]
fn waits_of_different_clients_differ() {
    let longest = (0..100).map(|seed| Backoff::new(fastrand::Rng::with_seed(seed)).after_failure()).max();
    let shortest = (0..100).map(|seed| Backoff::new(fastrand::Rng::with_seed(seed)).after_failure()).min();
    assert!(longest.unwrap() > FIRST * 3 / 4 && shortest.unwrap() < FIRST / 4);
}
