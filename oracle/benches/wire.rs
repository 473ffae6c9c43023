//! The CPU time of small reads, 1,024 in flight over one websocket, on the thread of the client alone.

use futures_util::{SinkExt, StreamExt, stream};
use jsonrpsee_core::{client::ClientT, rpc_params};
use jsonrpsee_ws_client::WsClientBuilder;
use rustix::time::{ClockId, clock_gettime};
use std::{
    future::Future,
    net::{Ipv4Addr, SocketAddr},
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
const KEY: [u8; 48] = [0x26; 48];
const VALUE_LENGTH: usize = 56;

fn main() {
    let url = format!("ws://{}", serve());
    let (runtime, other_runtime) = (current_thread(), current_thread());

    let client = runtime.block_on(Client::connect(&url)).expect("the node accepts");
    let ours = move || {
        let read =
            || async { client.request(Request::new("state_getStorage").hex_param(&KEY)).await?.bytes() };
        cpu_time_of_reads(&runtime, || async { read().await.ok().flatten() })
    };

    let builder = WsClientBuilder::default().max_concurrent_requests(IN_FLIGHT);
    let client = other_runtime.block_on(builder.build(&url)).expect("the node accepts");
    let theirs = move || {
        let read =
            || client.request::<String, _>("state_getStorage", rpc_params![const_hex::encode_prefixed(KEY)]);
        cpu_time_of_reads(&other_runtime, || async { const_hex::decode(read().await.ok()?).ok() })
    };

    let contestants: Vec<Contestant<'_>> =
        vec![("tensorwire-rpc", Box::new(ours)), ("jsonrpsee", Box::new(theirs))];
    let medians = compete(&format!("CPU time of {READS} reads, {IN_FLIGHT} in flight"), ROUNDS, contestants);
    let per_read = |median: Duration| median.as_nanos() / READS as u128;
    println!("ns per read: {} and {}", per_read(medians[0]), per_read(medians[1]));
    println!("tensorwire / jsonrpsee: {:.2} (bar: at most 0.33)", ratio(medians[0], medians[1]));
}

fn cpu_time_of_reads<F: Future<Output = Option<Vec<u8>>>>(
    runtime: &Runtime,
    read: impl Fn() -> F,
) -> Duration {
    let start = cpu_time();
    let reads = stream::iter(0..READS).map(|_| read()).buffer_unordered(IN_FLIGHT);
    let answered = reads
        .filter(|value| std::future::ready(value.as_ref().is_some_and(|value| value.len() == VALUE_LENGTH)));
    assert_eq!(runtime.block_on(answered.count()), READS);
    cpu_time() - start
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

fn current_thread() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts")
}

/// A node in a thread of its own that gives every request the same answer. What waits together is flushed together.
fn serve() -> SocketAddr {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    listener.set_nonblocking(true).expect("a socket can");
    thread::spawn(move || {
        current_thread().block_on(async {
            let listener = TcpListener::from_std(listener).expect("it does not block");
            while let Ok((tcp, _)) = listener.accept().await {
                tcp.set_nodelay(true).expect("a socket can");
                tokio::spawn(async move {
                    let socket = tokio_tungstenite::accept_async(tcp).await.expect("it is a websocket");
                    let (mut sink, requests) = socket.split();
                    let mut requests = requests.ready_chunks(IN_FLIGHT);
                    while let Some(chunk) = requests.next().await {
                        for request in chunk {
                            let answer = request.ok().and_then(|request| answer(request.to_text().ok()?));
                            let Some(answer) = answer else { return };
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
