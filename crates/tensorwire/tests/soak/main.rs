//! G11: what was held after warming up is what is held after any amount of work, failed work included.
//!
//! Every phase does one kind of work over and over: first a little, to warm up, then a fixed amount, then twice as much.
//! After each, once all is quiet, live allocations, live bytes, open files and tasks of this process are counted by its
//! own allocator, `/proc/self/fd` and tokio. The nodes talked to are another process.
//!
//! `TENSORWIRE_SOAK=long cargo test --release -p tensorwire --test soak` does a million requests, 10,000 open and close
//! cycles, 1,000 reconnects and 50 runtimes. Without the variable it is a short form of the same.
//! A word behind `--` runs only the phases whose name contains it.

#![allow(
    unreachable_pub,
    missing_debug_implementations,
    clippy::unwrap_used,
    reason = "helpers of tests panic as tests do"
)]

mod calls;
mod chain;
mod connections;
mod meter;
mod node;
mod scripted;

use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use meter::Held;
use node::Nodes;
use tensorwire_rpc::{Client, Request};

/// Allocations more than before that are no leak: maps and lists that have come to their capacity. A phase does at least
/// 64 operations between two counts, so that one allocation lost in four of them shows.
const ALLOCATIONS: i64 = 16;

/// Bytes more than before that are no leak: phases have 64 calls under way, and at any time the table of such may double
/// (by 22 KB), as may the list of their deadlines (by 25 KB).
const BYTES: i64 = 64 << 10;

/// Bytes more than at the start, whatever was done: tables and buffers of the one client that stays open.
const BYTES_IN_ALL: i64 = 256 << 10;

/// Allocations more than at the start, whatever was done: what is made once and kept, such as threads and static tables.
const ALLOCATIONS_IN_ALL: i64 = 64;

/// How often is looked whether all is quiet, a look every 10 ms. Nothing is asserted on it: it bounds a failing test.
const LOOKS: usize = 1_000;

/// How long a phase may take. Nothing is asserted on it either.
const PATIENCE: Duration = Duration::from_secs(600);

/// All is quiet when this many looks in a row see the same.
const SAME: usize = 3;

/// What all phases share.
pub struct Stage {
    nodes: Nodes,
    /// Open all the time.
    client: Client,
}

/// One kind of work.
struct Phase {
    name: &'static str,
    short: usize,
    long: usize,
    run: for<'s> fn(&'s Stage, usize) -> LocalBoxFuture<'s, ()>,
}

macro_rules! phases {
    ($($module:ident::$name:ident: $short:expr, $long:expr;)*) => {
        [$(Phase {
            name: stringify!($name),
            short: $short,
            long: $long,
            run: |stage, times| Box::pin($module::$name(stage, times)),
        }),*]
    };
}

/// How often the work is done between the first count and the second: a third of all, or a little less.
const PHASES: &[Phase] = &phases! {
    calls::reads: 5_000, 330_000;
    calls::bursts: 20_000, 100_000;
    calls::refusals: 2_000, 50_000;
    calls::timeouts: 1_000, 20_000;
    calls::cancelled: 1_000, 50_000;
    calls::subscriptions: 100, 2_000;
    calls::lagging: 64, 300;
    connections::cycles: 100, 3_300;
    connections::unused: 200, 3_300;
    connections::refused: 100, 1_000;
    connections::many: 64, 256;
    connections::idle: 64, 300;
    connections::reconnects: 100, 330;
    chain::pins: 200, 5_000;
    chain::opened: 64, 330;
    chain::streams: 64, 200;
    chain::submissions: 64, 2_000;
    chain::runtimes: 8, 250;
};

fn main() {
    if node::served() {
        return;
    }
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let is_long = std::env::var("TENSORWIRE_SOAK").is_ok_and(|form| form == "long");
    // Threads for blocking work stay once they are there: they hold memory.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(2)
        .thread_keep_alive(Duration::from_secs(3_600))
        .build()
        .unwrap();
    runtime.block_on(async {
        let nodes = Nodes::start();
        let client = Client::builder(&nodes.node).idle_timeout(None).connect().await.unwrap();
        let stage = Stage { nodes, client };
        stage.ask().await;
        let start = stage.settle(|_| true).await;
        sees_a_leak(&start);
        println!(
            "| phase | times | live bytes | allocations | files | tasks |\n|---|---:|---:|---:|---:|---:|"
        );
        report("start", 0, start);
        for phase in PHASES.iter().filter(|phase| phase.name.contains(&wanted)) {
            stage.soak(phase, if is_long { phase.long } else { phase.short }, start).await;
        }
    });
}

/// What is measured with must be able to fail.
fn sees_a_leak(start: &Held) {
    let leaked: Vec<Box<u8>> = (0..=ALLOCATIONS as u8).map(Box::new).collect();
    let of_many = has_grown(&Held::now(), start);
    drop(leaked);
    let of_size = has_grown(&Held::now(), start);
    assert!(of_many.is_some() && of_size.is_none(), "{of_many:?} {of_size:?}");
    let leaked = vec![1u8; BYTES as usize + 1];
    assert!(has_grown(&Held::now(), start).is_some(), "{}", leaked.len());
}

impl Stage {
    async fn soak(&self, phase: &Phase, times: usize, start: Held) {
        let mut before = None;
        for times in [times.div_ceil(5), times, 2 * times] {
            let work = tokio::time::timeout(PATIENCE, (phase.run)(self, times));
            assert!(work.await.is_ok(), "{} hangs", phase.name);
            let is_quiet = |held: &Held| {
                (held.files, held.tasks) == (start.files, start.tasks)
                    && before.as_ref().is_none_or(|before| has_grown(held, before).is_none())
            };
            let held = self.settle(is_quiet).await;
            report(phase.name, times, held);
            let what = format!("{} after {times} times: {held:?}, {start:?} at the start", phase.name);
            assert_eq!((held.files, held.tasks), (start.files, start.tasks), "{what}");
            assert!(held.bytes - start.bytes < BYTES_IN_ALL, "{what}");
            assert!(held.allocations - start.allocations < ALLOCATIONS_IN_ALL, "{what}");
            assert_eq!(before.and_then(|before| has_grown(&held, &before)), None, "{what}");
            before = Some(held);
        }
    }

    /// What is held once all is as it should be, or will not be any more.
    async fn settle(&self, is_quiet: impl Fn(&Held) -> bool) -> Held {
        let (mut last, mut same) = (Held::now(), 0);
        for _ in 0..LOOKS {
            // What was left for the next turn of the client is done now.
            self.ask().await;
            tokio::time::sleep(Duration::from_millis(10)).await;
            let held = Held::now();
            same = if held == last && is_quiet(&held) { same + 1 } else { 0 };
            last = held;
            if same == SAME {
                break;
            }
        }
        last
    }

    async fn ask(&self) {
        self.client.request(Request::new("echo")).await.unwrap();
    }
}

/// What a leak would look like.
fn has_grown(held: &Held, before: &Held) -> Option<String> {
    let (bytes, allocations) = (held.bytes - before.bytes, held.allocations - before.allocations);
    (bytes > BYTES || allocations > ALLOCATIONS)
        .then(|| format!("{bytes} bytes and {allocations} allocations more than before"))
}

fn report(name: &str, times: usize, Held { bytes, allocations, files, tasks }: Held) {
    println!("| {name} | {times} | {bytes} | {allocations} | {files} | {tasks} |");
}
