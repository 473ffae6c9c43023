//! Websockets that open, end, and are lost.

use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use tensorwire_rpc::{Builder, Client, Replay, Request, State};

use super::Stage;
use super::meter::{self, Held};

fn builder(url: &str) -> Builder {
    Client::builder(url).idle_timeout(None)
}

fn echo() -> Request {
    Request::new("echo")
}

/// Websockets that carry a read and are closed, or dropped, or dropped with a read under way.
pub async fn cycles(stage: &Stage, times: usize) {
    let cycle = |n: usize| async move {
        let client = builder(&stage.nodes.node).connect().await.unwrap();
        client.request(echo()).await.unwrap();
        match n % 3 {
            0 => client.close().await,
            1 => drop(client),
            _ => drop(client.send(Request::new("silence"))),
        }
    };
    stream::iter(0..times).for_each_concurrent(8, cycle).await;
}

/// Clients that never send anything, and clients that are gone before their answer comes.
pub async fn unused(stage: &Stage, times: usize) {
    for n in 0..times {
        let client = builder(&stage.nodes.node).build().unwrap();
        if n.is_multiple_of(2) {
            drop(client.send(echo()));
        }
        tokio::task::yield_now().await;
    }
}

/// Websockets that cannot be opened: nobody there, no upgrade, an HTTP status.
pub async fn refused(stage: &Stage, times: usize) {
    let nodes = &stage.nodes;
    let attempt = |n: usize| async move {
        let url = [&nodes.nobody, &nodes.refusing, &nodes.silent][n % 3];
        let builder = builder(url).connect_timeout(Duration::from_millis(20));
        match n / 3 % 3 {
            0 => builder.connect().await.map(drop).unwrap_err(),
            1 => builder.build().unwrap().request(echo().fail_fast()).await.unwrap_err(),
            _ => {
                let request = echo().timeout(Duration::from_millis(30));
                builder.build().unwrap().request(request).await.unwrap_err()
            }
        };
    };
    stream::iter(0..times).for_each_concurrent(8, attempt).await;
}

/// What one client may hold that has nothing to do, its websocket open (with the buffers that reading and writing takes)
/// and closed.
const OPEN: i64 = 192 << 10;
const CLOSED: i64 = 32 << 10;

/// Many clients at a time, which have read something and then have nothing to do.
pub async fn many(stage: &Stage, times: usize) {
    let Held { bytes: before, files, .. } = Held::now();
    let held = |clients: &[Client]| (meter::bytes() - before) / clients.len() as i64;
    let idle = Some(Duration::from_secs(1));
    let connect = (0..times).map(|_| Client::builder(&stage.nodes.node).idle_timeout(idle).connect());
    let clients: Vec<_> = join_all(connect).await.into_iter().map(Result::unwrap).collect();
    join_all(clients.iter().map(|client| client.request(echo()))).await;
    let open = held(&clients);
    while clients.iter().any(|client| client.state() != State::Idle) || Held::now().files > files {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let closed = held(&clients);
    println!("a client holds {open} bytes while its websocket is open, {closed} while it is not");
    assert!(open < OPEN && closed < CLOSED, "{open} bytes, {closed} bytes");
}

/// Websockets that close because nobody needs them, and open again.
pub async fn idle(stage: &Stage, times: usize) {
    let idle = Some(Duration::from_millis(1));
    let clients: Vec<_> =
        (0..8).map(|_| Client::builder(&stage.nodes.node).idle_timeout(idle).build().unwrap()).collect();
    let rounds = times.div_ceil(clients.len());
    join_all(clients.iter().map(|client| async move {
        for round in 1..=rounds {
            client.request(echo()).await.unwrap();
            while client.state() != State::Idle {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            assert_eq!(client.stats().idle_closes, round as u64);
        }
    }))
    .await;
}

/// Websockets lost with reads under way, which are answered on the next one, and with a subscription, which resumes.
pub async fn reconnects(stage: &Stage, times: usize) {
    let clients = join_all((0..8).map(|_| builder(&stage.nodes.node).connect())).await;
    let rounds = times.div_ceil(clients.len());
    join_all(clients.into_iter().map(|client| async move {
        let client = client.unwrap();
        let mut ticks = client.subscribe(Request::new("subscribe_tick"), "unsubscribe_tick").await.unwrap();
        for round in 0..rounds {
            let reads: Vec<_> = (0..8).map(|_| client.send(Request::new("late"))).collect();
            let impatient = client.send(Request::new("late").fail_fast());
            let end = ["drop", "close"][round % 2];
            let lost = client.request(Request::new(end).replay(Replay::Never)).await.unwrap_err();
            assert!(lost.may_have_run(), "{lost}");
            impatient.await.unwrap_err();
            for read in reads {
                read.await.unwrap();
            }
            while !ticks.next().await.unwrap().is_err_and(|error| error.is_gap()) {}
            ticks.next().await.unwrap().unwrap();
        }
        assert!(client.stats().reconnects >= rounds as u64);
    }))
    .await;
}
