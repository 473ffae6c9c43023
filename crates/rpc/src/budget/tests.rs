//! The budget on a clock of the tests' own.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;

const REQUEST: Refused = Refused::Request;

fn after(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn wait(seconds: f64) -> Refusal {
    Refusal { wait: Some(after(seconds)), ..Refusal::default() }
}

fn rate(rate: f64) -> Refusal {
    Refusal { rate: Some(rate), ..Refusal::default() }
}

/// A budget with a ban of `refusal` that began at the instant told.
fn banned(refusal: Refusal) -> (Budget, Instant) {
    let (mut budget, now) = (Budget::default(), Instant::now());
    let pass = budget.write(now);
    budget.refused(pass, REQUEST, &refusal, now);
    (budget, now)
}

#[test]
fn g10_nothing_is_limited_before_the_first_refusal() {
    let (mut budget, now) = (Budget::default(), Instant::now());
    for _ in 0..10_000 {
        assert_eq!(budget.turn(now), None);
        let pass = budget.write(now);
        budget.accepted(pass, REQUEST, now);
    }
    assert!(!budget.is_limited());
}

#[test]
fn g10_a_ban_ends_with_one_probe() {
    let (mut budget, start) = banned(wait(5.0));
    let end = start + after(5.0);
    assert_eq!((budget.turn(start), budget.turn_to_connect(start)), (Some(end), Some(end)));
    assert_eq!(budget.banned_until(start), Some(end));
    assert_eq!((budget.turn(end), budget.banned_until(end)), (None, None));
    let probe = budget.write(end);
    // Not answered for so long, it is given up.
    assert_eq!(budget.turn(end + after(1.0)), Some(end + PROBE_PATIENCE));
    assert_eq!(budget.turn(end + PROBE_PATIENCE), None);
    budget.lost(probe);
    assert_eq!(budget.turn(end), None);
    let probe = budget.write(end);
    budget.accepted(probe, REQUEST, end);
    // Open, at the pace of what was accepted before: the least.
    assert_eq!(budget.turn(end), Some(end + after(1.0)));
}

#[test]
fn g10_bans_double_while_probes_are_refused_up_to_five_minutes() {
    let (mut budget, mut now) = banned(Refusal::default());
    for length in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
        let end = budget.turn(now).expect("a ban");
        assert_eq!(end - now, Duration::from_secs(length));
        now = end;
        let probe = budget.write(now);
        budget.refused(probe, REQUEST, &Refusal::default(), now);
    }
    // A hint is believed, but shortens nothing.
    for (hint, length) in [(1.0, 300), (400.0, 400)] {
        now += after(500.0);
        let probe = budget.write(now);
        budget.refused(probe, REQUEST, &wait(hint), now);
        assert_eq!(budget.turn(now), Some(now + Duration::from_secs(length)));
    }
    now += after(500.0);
    let probe = budget.write(now);
    budget.accepted(probe, REQUEST, now);
    // Long after: the next ban is a first one.
    now += after(60.0);
    let pass = budget.write(now);
    budget.refused(pass, REQUEST, &Refusal::default(), now);
    assert_eq!(budget.turn(now), Some(now + FIRST_BAN));
}

#[test]
fn g10_a_burst_that_is_refused_is_one_ban() {
    let (mut budget, now) = (Budget::default(), Instant::now());
    let burst: Vec<Pass> = (0..100).map(|_| budget.write(now)).collect();
    for pass in burst {
        budget.refused(pass, REQUEST, &Refusal::default(), now);
    }
    assert_eq!(budget.turn(now), Some(now + FIRST_BAN));
    // Answers to what was written before lift nothing, and prolong it only if they say so.
    let (mut budget, now) = (Budget::default(), Instant::now());
    let [first, second, third] = [(); 3].map(|()| budget.write(now));
    budget.refused(first, REQUEST, &Refusal::default(), now);
    budget.accepted(second, REQUEST, now);
    assert_eq!(budget.turn(now), Some(now + FIRST_BAN));
    budget.refused(third, REQUEST, &wait(9.0), now);
    assert_eq!(budget.turn(now), Some(now + after(9.0)));
}

#[test]
fn g10_an_accepted_connection_lifts_only_a_ban_of_connections() {
    let (mut budget, start) = (Budget::default(), Instant::now());
    let attempt = budget.connect(start);
    budget.refused(attempt, Refused::Connection, &wait(3.0), start);
    let end = start + after(3.0);
    assert_eq!(budget.turn_to_connect(start), Some(end));
    let attempt = budget.connect(end);
    assert_eq!(budget.turn_to_connect(end), Some(end + PROBE_PATIENCE));
    budget.accepted(attempt, Refused::Connection, end);
    assert_eq!((budget.turn(end), budget.is_limited()), (None, false));

    let (mut budget, start) = banned(wait(3.0));
    let end = start + after(3.0);
    let attempt = budget.connect(end);
    budget.accepted(attempt, Refused::Connection, end);
    assert_eq!(budget.turn(end), None);
    budget.write(end);
    assert_eq!(budget.turn(end), Some(end + PROBE_PATIENCE));
}

#[test]
fn g10_a_stated_rate_is_kept_to() {
    let (mut budget, start) = banned(rate(4.0));
    let mut now = start + FIRST_BAN;
    let mut written = 0;
    while now < start + after(101.0) {
        match budget.turn(now) {
            None => {
                let pass = budget.write(now);
                budget.accepted(pass, REQUEST, now);
                written += 1;
            }
            Some(at) => now = at,
        }
    }
    assert!((400..=401).contains(&written), "{written}");
    assert_eq!(budget.earliest(8, now), now + after(2.0));
    // Another refusal without a rate leaves it.
    let pass = budget.write(now);
    budget.refused(pass, REQUEST, &Refusal::default(), now);
    assert_eq!(budget.earliest(8, now), now + FIRST_BAN + after(2.0));
}

#[test]
fn g10_a_guessed_rate_grows_slowly_while_nothing_is_refused() {
    let (mut budget, start) = banned(Refusal::default());
    let mut now = start + FIRST_BAN;
    let mut by_minute = [0; 10];
    while now < start + after(600.0) {
        match budget.turn(now) {
            None => {
                let pass = budget.write(now);
                budget.accepted(pass, REQUEST, now);
                by_minute[(now - start).as_secs() as usize / 60] += 1;
            }
            Some(at) => now = at,
        }
    }
    // From 1 a second by one more every ten seconds.
    assert!((60..300).contains(&by_minute[0]) && (3000..3600).contains(&by_minute[9]), "{by_minute:?}");
    assert!(by_minute.is_sorted(), "{by_minute:?}");
    assert_eq!(budget.earliest(1_000_000, now), now, "a guess does not refuse anybody");
}

/// A server with a bucket of so many requests, filled at so many a second.
struct Server {
    rate: f64,
    burst: f64,
    level: f64,
    at: Instant,
    /// What it says when it refuses.
    hint: fn(&Self) -> Refusal,
}

impl Server {
    fn answer(&mut self, now: Instant) -> Option<Refusal> {
        self.level = (self.level + (now - self.at).as_secs_f64() * self.rate).min(self.burst);
        self.at = now;
        if self.level < 1.0 {
            return Some((self.hint)(self));
        }
        self.level -= 1.0;
        None
    }
}

const HINTS: [fn(&Server) -> Refusal; 4] = [
    |_| Refusal::default(),
    |server| wait(1.0 / server.rate),
    |server| rate(server.rate),
    |server| Refusal { wait: Some(after(2.0)), rate: Some(server.rate), is_busy: false },
];

proptest! {
    #[test]
    fn g10_every_request_is_served_and_there_is_never_a_storm(
        allowed in 1u32..=100,
        burst in 1u32..=200,
        requests in 1usize..1000,
        slots in 1usize..128,
        round_trip_ms in 1u64..500,
        hint in 0..HINTS.len(),
    ) {
        let start = Instant::now();
        let round_trip = Duration::from_millis(round_trip_ms);
        let mut server = Server {
            rate: allowed.into(),
            burst: burst.into(),
            level: burst.into(),
            at: start,
            hint: HINTS[hint],
        };
        let mut budget = Budget::default();
        let mut now = start;
        let (mut waiting, mut served, mut bans) = (requests, 0, 0);
        // When its answer comes, and what it was written with.
        let mut written: VecDeque<(Instant, Pass)> = VecDeque::new();
        let (mut refused_at, mut storm) = (Vec::new(), 0);
        for _ in 0..1_000_000 {
            if served == requests {
                break;
            }
            let turn = if waiting > 0 && written.len() < slots { Some(budget.turn(now)) } else { None };
            if turn == Some(None) {
                let pass = budget.write(now);
                prop_assert!(budget.banned_until(now).is_none());
                written.push_back((now + round_trip, pass));
                waiting -= 1;
                continue;
            }
            let answer = written.front().map(|(at, _)| *at);
            let at = turn.flatten();
            now = answer.into_iter().chain(at).min().expect("something is to come");
            if answer == Some(now) && let Some((_, pass)) = written.pop_front() {
                match server.answer(now) {
                    None => {
                        budget.accepted(pass, REQUEST, now);
                        served += 1;
                    }
                    Some(refusal) => {
                        let was_open = budget.banned_until(now).is_none();
                        budget.refused(pass, REQUEST, &refusal, now);
                        waiting += 1;
                        if was_open {
                            bans += 1;
                            refused_at.push(now);
                        } else {
                            storm += 1;
                        }
                    }
                }
            }
        }
        prop_assert_eq!(served, requests);
        // At most what was in flight before the first ban, and later what a round trip at a guess holds.
        prop_assert!(storm <= slots + bans * (1 + slots.min((3.0 * f64::from(allowed.max(burst)) * round_trip.as_secs_f64()) as usize)), "{} refused behind {} bans", storm, bans);
        for window in refused_at.windows(20) {
            prop_assert!(window[19] - window[0] >= after(10.0), "{:?}", window);
        }
        // Fast enough: a fifth of what the server allows, if it shows that by accepting a second's worth at once; else
        // what is guessed at least. Half a minute for learning aside.
        let allowed = if burst >= allowed { f64::from(allowed) / 5.0 } else { 1.0 };
        let by_rate = requests.saturating_sub(burst as usize) as f64 / allowed;
        let needed = by_rate.max(requests as f64 * round_trip.as_secs_f64() / slots as f64);
        prop_assert!((now - start).as_secs_f64() <= 30.0 + needed, "{:?}, not {needed} s, {bans} bans", now - start);
    }
}
