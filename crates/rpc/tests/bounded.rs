//! Memory and files stay bounded. Alone in its binary, for the counters are those of the whole process.
#![allow(clippy::unwrap_used)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
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

fn open_files() -> Option<usize> {
    std::fs::read_dir("/proc/self/fd").ok().map(Iterator::count)
}

/// Requests answered, cancelled before and after they were written.
async fn work(client: &Client, rounds: usize) {
    for _ in 0..rounds {
        let calls: Vec<_> = (0..500).map(|n| client.send(Request::new("ok").param(n))).collect();
        let lost: Vec<_> = (0..500).map(|n| client.send(Request::new("lost").param(n))).collect();
        assert!(join_all(calls).await.iter().all(Result::is_ok));
        drop(lost);
        drop(client.send(Request::new("lost")));
    }
}

#[tokio::test]
async fn g11_memory_and_files_return_to_what_they_were() {
    let script =
        |method: &str, _: &_| if method == "ok" { Reply::Result("0x01".into()) } else { Reply::Silence };
    let node = MockNode::start(script).await.unwrap();
    let url = node.url();

    let client = Client::connect(&url).await.unwrap();
    // Past the node's own record of requests, which is bounded too.
    work(&client, 25).await;
    let warm = LIVE.load(Ordering::Relaxed);
    work(&client, 100).await;
    let later = LIVE.load(Ordering::Relaxed);
    assert!(later <= warm + (1 << 20), "{warm} bytes grew to {later}");
    assert_eq!((client.stats().in_flight, client.stats().queued, client.stats().buffered_bytes), (0, 0, 0));

    async fn cycle(url: &str) {
        let client = Client::connect(url).await.unwrap();
        client.request(Request::new("ok")).await.unwrap();
        client.close().await;
    }
    for _ in 0..20 {
        cycle(&url).await;
    }
    let (warm, files) = (LIVE.load(Ordering::Relaxed), open_files());
    for _ in 0..500 {
        cycle(&url).await;
    }
    let later = LIVE.load(Ordering::Relaxed);
    assert!(later <= warm + (1 << 20), "{warm} bytes grew to {later}");
    // The node notices a closed connection a moment after the client: a few may still be on their way out.
    assert!(open_files() <= files.map(|files| files + 8), "{files:?} files grew to {:?}", open_files());
}
