use proptest::prelude::*;

use super::*;
use crate::{Hash, RuntimeVersion};

/// What Subtensor keeps.
const KEPT: u64 = 4096;

fn tip(best: u64, lag: u64) -> Tip {
    let block = |number: u64| BlockRef { number, hash: Hash([0; 32]) };
    Tip { best: block(best), finalized: block(best - lag), version: RuntimeVersion::scripted(1) }
}

/// How many blocks can still hold what is sent now.
fn left(tip: &Tip, (era, birth): (Era, u64), kept: u64) -> u64 {
    let last = last_block(era, birth, kept).unwrap();
    let next = tip.best.number + 1;
    assert_eq!(era.birth(next), birth, "the next block sees another era: {era}, {tip:?}");
    assert_eq!(era.birth(last), birth, "the last block sees another era: {era}, {tip:?}");
    last - tip.best.number
}

#[test]
fn g6_the_usual_era_lasts_whatever_the_finality_lag() {
    for lag in (0..=64).chain([95, 96, 100, 500, 5_000]) {
        for best in (10_000..10_256).chain([lag, lag + 1, lag + 127]) {
            let tip = tip(best, lag);
            let era = choose(&tip, Lifetime::Usual, KEPT).unwrap().unwrap();
            assert!(left(&tip, era, KEPT) >= 32, "lag {lag}, best {best}: {era:?}");
            if lag <= 95 {
                assert_eq!(era.1, tip.finalized.number, "no reorganisation makes it void: lag {lag}");
            }
        }
    }
}

#[test]
fn g6_an_era_shorter_than_the_lag_is_refused_and_the_shortest_is_named() {
    for lag in 0..=64 {
        let tip = tip(1_000, lag);
        for period in (2..=12).map(|power| 1 << power) {
            match choose(&tip, Lifetime::Blocks(period), KEPT) {
                Ok(era) => {
                    assert!(left(&tip, era.unwrap(), KEPT) >= (period / 4).max(2), "{period}, lag {lag}")
                }
                Err(error) => {
                    assert!(
                        lag + (period / 4).max(2) > period - 1,
                        "{period} would do for lag {lag}: {error}"
                    );
                    assert_eq!(error.kind(), ErrorKind::Invalid);
                    let text = error.to_string();
                    assert!(text.contains(&format!("{lag} blocks behind")), "{text}");
                    let shortest = text.split("does is ").nth(1).and_then(|text| text.split(';').next());
                    let shortest: u64 = shortest.unwrap().parse().unwrap();
                    assert!(shortest > period && choose(&tip, Lifetime::Blocks(shortest), KEPT).is_ok());
                    assert!(choose(&tip, Lifetime::Blocks(shortest / 2), KEPT).is_err());
                }
            }
        }
    }
    // No era reaches so far.
    let error = choose(&tip(50_000, 40_000), Lifetime::Blocks(65_536), KEPT).unwrap_err();
    assert!(error.to_string().contains("none does"), "{error}");
}

#[test]
fn g6_only_who_asks_gets_an_immortal_one() {
    let tip = tip(1_000, 3);
    assert!(choose(&tip, Lifetime::default(), KEPT).unwrap().is_some());
    assert!(choose(&tip, Lifetime::FromBest(4), KEPT).unwrap().is_some());
    assert!(choose(&tip, Lifetime::Immortal, KEPT).unwrap().is_none());
}

#[test]
fn g6_what_may_live_eight_blocks_has_them_whatever_the_lag() {
    for (period, lag) in [4, 8].into_iter().flat_map(|period| (0..=64).map(move |lag| (period, lag))) {
        let tip = tip(777, lag);
        let era = choose(&tip, Lifetime::FromBest(period), KEPT).unwrap().unwrap();
        assert_eq!(left(&tip, era, KEPT), period - 1);
    }
}

#[test]
fn g6_no_era_outlives_the_hash_that_the_runtime_remembers() {
    let era = Era::mortal(65_536, 160_000);
    assert_eq!(last_block(era, 160_000, 250), Some(160_251));
    assert_eq!(last_block(Era::mortal(64, 1_000), 1_000, 250), Some(1_063));
    // That of block 0 is never dropped.
    assert_eq!(last_block(Era::mortal(65_536, 0), 0, 250), Some(65_535));
    assert_eq!(last_block(Era::Immortal, 0, 250), None);
}

#[test]
fn g6_what_has_no_blocks_left_is_not_sent() {
    let tip = tip(100, 0);
    assert!(still_lasts(None, &tip).is_ok());
    assert!(still_lasts(Some(102), &tip).is_ok());
    for last in [0, 99, 100, 101] {
        let error = still_lasts(Some(last), &tip).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Expired);
    }
}

proptest! {
    #[test]
    fn g6_eras_hold_at_the_next_block(best in 0_u64..3_000_000, lag in 0_u64..200, period in 0_u64..100_000, kept in 32_u64..5_000) {
        let tip = tip(best, lag.min(best));
        for lifetime in [Lifetime::Usual, Lifetime::Blocks(period), Lifetime::FromBest(period)] {
            if let Ok(Some(era)) = choose(&tip, lifetime, kept) {
                prop_assert!(left(&tip, era, kept) >= 2, "{lifetime:?} {era:?}");
            }
        }
    }
}
