//! Small reads over one websocket, by how many are in flight: reads per second, and the CPU time of a read on the thread
//! of the client alone. A number behind `--` runs that many in flight only.

use futures_util::{SinkExt, StreamExt, stream};
use jsonrpsee_core::{client::ClientT, rpc_params};
use jsonrpsee_ws_client::WsClientBuilder;
use rustix::time::{ClockId, clock_gettime};
use serde_json::value::{RawValue, to_raw_value};
use std::{
    fmt::Write,
    future::{Future, ready},
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use subxt_rpcs::client::reconnecting_rpc_client as subxt;
use tensorwire_oracle::ratio;
use tensorwire_rpc::{Client, Request};
use tokio::{net::TcpListener, runtime::Runtime};
use tokio_tungstenite::tungstenite::Message;

const ROUNDS: usize = 5;

/// How many are in flight, and how many reads are made.
const LEVELS: [(usize, usize); 4] = [(1, 5_000), (64, 50_000), (1_024, 50_000), (10_000, 50_000)];

const VALUE_LENGTH: usize = 56;

/// What a number of reads took.
#[derive(Clone, Copy)]
struct Took {
    cpu: Duration,
    wall: Duration,
}

/// A client: its name, and a run of it with so many in flight.
type Contestant<'c> = (&'c str, Box<dyn Fn(usize, usize) -> Took + 'c>);

fn main() {
    let answered = Arc::new(AtomicUsize::new(0));
    let url = format!("ws://{}", serve(Arc::clone(&answered)));
    let most = LEVELS[LEVELS.len() - 1].0;
    let runtimes: [Runtime; 3] = std::array::from_fn(|_| current_thread());

    let client = Client::builder(&url).in_flight(most).idle_timeout(None).connect();
    let client = runtimes[0].block_on(client).expect("the node accepts");
    let tensorwire = move |key: [u8; 48]| {
        let read = client.send(Request::new("state_getStorage").hex_param(&key));
        async { read.await.ok()?.bytes().ok()? }
    };

    let client = WsClientBuilder::default().max_concurrent_requests(most).build(&url);
    let client = &runtimes[1].block_on(client).expect("the node accepts");
    let jsonrpsee = move |key: [u8; 48]| async move {
        let key = const_hex::encode_prefixed(key);
        let value: String = client.request("state_getStorage", rpc_params![key]).await.ok()?;
        const_hex::decode(value).ok()
    };

    let client = subxt::RpcClient::builder().max_concurrent_requests(most as u32).build(&url);
    let client = &runtimes[2].block_on(client).expect("the node accepts");
    let subxt = move |key: [u8; 48]| async move {
        let params = to_raw_value(&[const_hex::encode_prefixed(key)]).ok();
        let answer: Box<RawValue> = client.request("state_getStorage".to_owned(), params).await.ok()?;
        const_hex::decode(serde_json::from_str::<&str>(answer.get()).ok()?).ok()
    };

    let contestants: [Contestant<'_>; 3] = [
        ("tensorwire-rpc", Box::new(|level, reads| take(&runtimes[0], &answered, level, reads, &tensorwire))),
        ("jsonrpsee", Box::new(|level, reads| take(&runtimes[1], &answered, level, reads, jsonrpsee))),
        ("subxt-rpcs", Box::new(|level, reads| take(&runtimes[2], &answered, level, reads, subxt))),
    ];
    let mut table = String::from(
        "| in flight | client | reads/s | CPU per read | reads/s, of ours | CPU, of ours |\n|---:|---|---:|---:|---:|---:|\n",
    );
    let wanted = std::env::args().find_map(|argument| argument.parse::<usize>().ok());
    for (level, reads) in LEVELS.into_iter().filter(|(level, _)| wanted.is_none_or(|wanted| wanted == *level))
    {
        let medians = medians(&contestants, level, reads);
        for ((name, _), took) in contestants.iter().zip(&medians) {
            let per_second = reads as f64 / took.wall.as_secs_f64();
            let cpu = took.cpu.as_secs_f64() * 1e6 / reads as f64;
            let (speed, cost) = (ratio(medians[0].wall, took.wall), ratio(took.cpu, medians[0].cpu));
            let _ = writeln!(
                table,
                "| {level} | {name} | {per_second:.0} | {cpu:.2} µs | {speed:.2} | {cost:.2} |"
            );
        }
        if level == 1_024 {
            println!(
                "CPU, tensorwire / jsonrpsee: {:.2} (bar: at most 0.33)",
                ratio(medians[0].cpu, medians[1].cpu)
            );
        }
    }
    println!("{table}");
}

/// Contestants take turns, so that whatever else the machine does hits them alike. The first round warms up.
fn medians(contestants: &[Contestant<'_>], level: usize, reads: usize) -> Vec<Took> {
    let mut rounds = vec![Vec::with_capacity(ROUNDS); contestants.len()];
    for round in 0..=ROUNDS {
        for ((_, run), all) in contestants.iter().zip(&mut rounds) {
            let took = run(level, reads);
            if round > 0 {
                all.push(took);
            }
        }
    }
    let median = |all: &[Took], of: fn(&Took) -> Duration| {
        let mut times: Vec<_> = all.iter().map(of).collect();
        times.sort();
        times[times.len() / 2]
    };
    let both =
        |all: &Vec<Took>| Took { cpu: median(all, |took| took.cpu), wall: median(all, |took| took.wall) };
    rounds.iter().map(both).collect()
}

/// That many reads of different keys, each of which reaches the node.
fn take<F: Future<Output = Option<Vec<u8>>>>(
    runtime: &Runtime,
    answered: &AtomicUsize,
    level: usize,
    reads: usize,
    read: impl Fn([u8; 48]) -> F,
) -> Took {
    let before = answered.load(Ordering::Relaxed);
    let (start, cpu) = (Instant::now(), cpu_time());
    let values = stream::iter(0..reads).map(|place| read(key(place))).buffer_unordered(level);
    let right = values.filter(|value| ready(value.as_ref().is_some_and(|value| value.len() == VALUE_LENGTH)));
    assert_eq!(runtime.block_on(right.count()), reads);
    let took = Took { cpu: cpu_time() - cpu, wall: start.elapsed() };
    assert_eq!(answered.load(Ordering::Relaxed) - before, reads);
    took
}

/// A storage key: two hashes of names, and what stands for the key itself.
fn key(place: usize) -> [u8; 48] {
    let mut key = [0x26; 48];
    key[40..].copy_from_slice(&place.to_le_bytes());
    key
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

fn current_thread() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts")
}

/// A node in a thread of its own that gives every request the same answer. What waits together is flushed together.
fn serve(answered: Arc<AtomicUsize>) -> SocketAddr {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    listener.set_nonblocking(true).expect("a socket can");
    thread::spawn(move || {
        current_thread().block_on(async {
            let listener = TcpListener::from_std(listener).expect("it does not block");
            while let Ok((tcp, _)) = listener.accept().await {
                tcp.set_nodelay(true).expect("a socket can");
                let answered = Arc::clone(&answered);
                tokio::spawn(async move {
                    let socket = tokio_tungstenite::accept_async(tcp).await.expect("it is a websocket");
                    let (mut sink, requests) = socket.split();
                    let mut requests = requests.ready_chunks(1_024);
                    while let Some(chunk) = requests.next().await {
                        for request in chunk {
                            let Ok(request) = request else { return };
                            // Whatever is no request is a ping, which the websocket answers itself.
                            let Some(answer) = request.to_text().ok().and_then(answer) else { continue };
                            answered.fetch_add(1, Ordering::Relaxed);
                            if sink.feed(answer).await.is_err() {
                                return;
                            }
                        }
                        if sink.flush().await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
    });
    address
}

fn answer(request: &str) -> Option<Message> {
    let (_, id) = request.split_once("\"id\":")?;
    let id = &id[..id.find(|c: char| !c.is_ascii_digit())?];
    let value = "5a".repeat(VALUE_LENGTH);
    Some(Message::text(format!(r#"{{"jsonrpc":"2.0","id":{id},"result":"0x{value}"}}"#)))
}
