//! The CPU time of small reads, 1,024 in flight over one websocket, on the thread of the client alone.

use futures_util::{SinkExt, StreamExt, stream};
use jsonrpsee_core::{client::ClientT, rpc_params};
use jsonrpsee_ws_client::WsClientBuilder;
use rustix::time::{ClockId, clock_gettime};
use std::{
    future::{Future, ready},
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};
use tensorwire_oracle::{Contestant, compete, ratio};
use tensorwire_rpc::{Client, Request};
use tokio::{net::TcpListener, runtime::Runtime};
use tokio_tungstenite::tungstenite::Message;

const ROUNDS: usize = 5;
const READS: usize = 50_000;
const IN_FLIGHT: usize = 1_024;
const VALUE_LENGTH: usize = 56;

fn main() {
    let answered = Arc::new(AtomicUsize::new(0));
    let url = format!("ws://{}", serve(Arc::clone(&answered)));
    let (runtime, other_runtime) = (current_thread(), current_thread());

    let client = runtime.block_on(Client::connect(&url)).expect("the node accepts");
    let ours = move |key: [u8; 48]| {
        let read = client.send(Request::new("state_getStorage").hex_param(&key));
        async { read.await.ok()?.bytes().ok()? }
    };

    let builder = WsClientBuilder::default().max_concurrent_requests(IN_FLIGHT);
    let client = other_runtime.block_on(builder.build(&url)).expect("the node accepts");
    let client = &client;
    let theirs = move |key: [u8; 48]| async move {
        let key = const_hex::encode_prefixed(key);
        let value: String = client.request("state_getStorage", rpc_params![key]).await.ok()?;
        const_hex::decode(value).ok()
    };

    let contestants: Vec<Contestant<'_>> = vec![
        ("tensorwire-rpc", Box::new(|| cpu_time_of_reads(&runtime, &answered, &ours))),
        ("jsonrpsee", Box::new(|| cpu_time_of_reads(&other_runtime, &answered, theirs))),
    ];
    let medians = compete(&format!("CPU time of {READS} reads, {IN_FLIGHT} in flight"), ROUNDS, contestants);
    let per_read = |median: Duration| median.as_nanos() / READS as u128;
    println!("ns per read: {} and {}", per_read(medians[0]), per_read(medians[1]));
    println!("tensorwire / jsonrpsee: {:.2} (bar: at most 0.33)", ratio(medians[0], medians[1]));
}

/// Of that many reads of different keys, each of which reaches the node.
fn cpu_time_of_reads<F: Future<Output = Option<Vec<u8>>>>(
    runtime: &Runtime,
    answered: &AtomicUsize,
    read: impl Fn([u8; 48]) -> F,
) -> Duration {
    let before = answered.load(Ordering::Relaxed);
    let start = cpu_time();
    let reads = stream::iter(0..READS).map(|place| read(key(place))).buffer_unordered(IN_FLIGHT);
    let right = reads.filter(|value| ready(value.as_ref().is_some_and(|value| value.len() == VALUE_LENGTH)));
    assert_eq!(runtime.block_on(right.count()), READS);
    let time = cpu_time() - start;
    assert_eq!(answered.load(Ordering::Relaxed) - before, READS);
    time
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
                    let mut requests = requests.ready_chunks(IN_FLIGHT);
                    while let Some(chunk) = requests.next().await {
                        for request in chunk {
                            let answer = request.ok().and_then(|request| answer(request.to_text().ok()?));
                            let Some(answer) = answer else { return };
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
