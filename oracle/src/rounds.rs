use std::{
    fmt::Write,
    hint::black_box,
    time::{Duration, Instant},
};

/// One of several that do the same work: its name, and a run of it that returns what it took.
pub type Contestant<'c> = (&'c str, Box<dyn FnMut() -> Duration + 'c>);

/// Lets contestants take turns, so that whatever else the machine does hits them alike, and prints a table of their
/// medians, as multiples of the first one's.
pub fn compete(title: &str, rounds: usize, mut contestants: Vec<Contestant<'_>>) -> Vec<Duration> {
    let mut times = vec![Vec::with_capacity(rounds); contestants.len()];
    // The first round warms up.
    for round in 0..=rounds {
        for ((_, run), times) in contestants.iter_mut().zip(&mut times) {
            let time = run();
            if round > 0 {
                times.push(time);
            }
        }
    }
    let medians: Vec<Duration> = times
        .into_iter()
        .map(|mut times| {
            times.sort();
            times[times.len() / 2]
        })
        .collect();

    let mut table = format!("{title}, medians of {rounds} rounds\n");
    for ((name, _), median) in contestants.iter().zip(&medians) {
        let _ = writeln!(table, "  {name:<44} {:>10.1?} {:>7.2}x", median, ratio(*median, medians[0]));
    }
    println!("{table}");
    medians
}

/// The time that it takes to make something, without the time to drop it.
pub fn timed<'c, T>(make: impl Fn() -> T + 'c) -> Box<dyn FnMut() -> Duration + 'c> {
    Box::new(move || {
        let start = Instant::now();
        let made = black_box(make());
        let time = start.elapsed();
        drop(made);
        time
    })
}

/// How many times the one is the other.
pub fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}
