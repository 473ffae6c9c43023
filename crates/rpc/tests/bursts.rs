//! What a burst took is given back. Alone in its binary, for the counter is that of the whole process.
#![allow(clippy::unwrap_used)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use tensorwire_rpc::mock::{MockNode, Reply};
use tensorwire_rpc::{Client, Request};

/// Bytes allocated and not freed.
struct Live;

static LIVE: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Live = Live;

// SAFETY: all work is the system allocator's.
unsafe impl GlobalAlloc for Live {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(memory, layout) }
    }
}

const ROOM: usize = 256 << 10;

/// One after the other: the counter does not tell them apart.
#[tokio::test(start_paused = true)]
async fn g11_memory_is_given_back() {
    a_burst_of_calls_gives_its_memory_back().await;
    a_thousand_websockets_leave_no_memory_behind().await;
}

async fn a_burst_of_calls_gives_its_memory_back() {
    let node = MockNode::start(|_, _| Reply::Silence).await.unwrap();
    let client = Client::builder("ws://mock").dial_with(move || node.pipe()).connect().await.unwrap();
    let kept = client.send(Request::new("kept").timeout(Duration::from_secs(3600)));
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = LIVE.load(Ordering::Relaxed);
    let burst: Vec<_> = (0..50_000).map(|n| client.send(Request::new("never written").param(n))).collect();
    let during = LIVE.load(Ordering::Relaxed);
    assert!(during > before + (5 << 20), "a burst that takes nothing shows nothing");
    drop(burst);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let after = LIVE.load(Ordering::Relaxed);
    assert!(after < before + ROOM, "{before} bytes grew to {during}, and fell to {after}");
    drop(kept);
}

async fn a_thousand_websockets_leave_no_memory_behind() {
    let node = MockNode::builder()
        .result("ok", json!(1))
        .subscription("head", "subscribe", "unsubscribe")
        .start()
        .await
        .unwrap();
    let dialled = node.clone();
    let client = Client::builder("ws://mock").dial_with(move || dialled.pipe()).connect().await.unwrap();
    let mut subscription = client.subscribe(Request::new("subscribe"), "unsubscribe").await.unwrap();
    let mut lose = async |times: u32| {
        for _ in 0..times {
            client.request(Request::new("ok")).await.unwrap();
            node.disconnect();
            client.request(Request::new("ok")).await.unwrap();
            assert!(subscription.next().await.unwrap().unwrap_err().is_gap());
        }
        node.reset_counts();
        LIVE.load(Ordering::Relaxed)
    };
    // Past the node's own record of connections, which is bounded too.
    let warm = lose(1050).await;
    let later = lose(1000).await;
    assert!(later < warm + ROOM, "{warm} bytes grew to {later}");
    assert_eq!(client.stats().reconnects, 2050);
}
