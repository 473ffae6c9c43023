//! A client in a process forked off. Alone in its binary: forking takes the whole process along.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use tensorwire_rpc::mock::{MockNode, Reply};
use tensorwire_rpc::{Client, ErrorKind, Request, State};
use tokio::runtime::Builder;

/// Runs `work` in a child process. The child's word is its exit code.
fn in_a_child(work: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child runs `work` on the one thread it has, and leaves without unwinding into the parent's frames.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            let fine = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or(false);
            libc::_exit(i32::from(!fine));
        }
        assert!(child > 0);
        // A child that hangs would hang this test with it: it is given its time and ended.
        for _ in 0..1000 {
            let mut status = 0;
            if libc::waitpid(child, &mut status, libc::WNOHANG) == child {
                return libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        libc::kill(child, libc::SIGKILL);
        libc::waitpid(child, &mut 0, 0);
        false
    }
}

#[test]
fn g12_a_forked_child_hears_so_and_may_open_a_client_of_its_own() {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (node, client, under_way, mut subscription) = runtime.block_on(async {
        let node = MockNode::builder()
            .handle("echo", |params| params.clone().into())
            .result("subscribe", json!("a"))
            .otherwise(|_, _| Reply::Silence)
            .start()
            .await
            .unwrap();
        let client = Client::connect(&node.url()).await.unwrap();
        let under_way = client.send(Request::new("silence"));
        let subscription = client.subscribe(Request::new("subscribe"), "unsubscribe").await.unwrap();
        (node, client, under_way, subscription)
    });
    let url = node.url();
    // The lock is taken by others all the time, so that some children are forked while it is held.
    let stop = Arc::new(AtomicBool::new(false));
    let busy: Vec<_> = (0..2)
        .map(|_| {
            let (client, stop) = (client.clone(), Arc::clone(&stop));
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    drop(client.send(Request::new("silence").param("x".repeat(2_000))));
                }
            })
        })
        .collect();
    let mut under_way = Some(under_way);
    for _ in 0..30 {
        let kept = (client.clone(), &mut under_way, &mut subscription);
        let fine = in_a_child(|| {
            let (client, under_way, subscription) = kept;
            let own = Builder::new_current_thread().enable_all().build().unwrap();
            own.block_on(async {
                let late = client.request(Request::new("echo")).await.unwrap_err();
                let lost = under_way.take().unwrap().await.unwrap_err();
                let item = subscription.next().await.unwrap().unwrap_err();
                let kinds = [late.kind(), lost.kind(), item.kind()] == [ErrorKind::Forked; 3];
                let over = subscription.next().await.is_none();
                let said = late.to_string().contains("opened before fork(): open a new one in the child");
                let (_, _) = (client.stats(), client.state() == State::Closed);
                client.close().await;
                drop(client);
                let fresh = Client::connect(&url).await.unwrap();
                let answered = fresh.request(Request::new("echo").param(7)).await.unwrap().raw() == "[7]";
                kinds && over && said && answered
            })
        });
        assert!(fine);
    }
    stop.store(true, Ordering::Relaxed);
    busy.into_iter().for_each(|thread| thread.join().unwrap());
    // The parent's websocket is none the worse for it.
    runtime.block_on(async {
        assert_eq!(client.request(Request::new("echo").param(1)).await.unwrap().raw(), "[1]");
        node.notify("head", "a", 5);
        assert_eq!(subscription.next().await.unwrap().unwrap().raw(), "5");
    });
    assert_eq!((client.stats().websockets_opened, client.stats().reconnects), (1, 0));
}
