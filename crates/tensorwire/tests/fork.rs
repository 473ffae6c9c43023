//! What a child has of its parent's handles after `fork()`.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::{Duration, Instant},
};

use tensorwire::{Cache, ErrorKind, Subtensor, blocking};
use tensorwire_devnet::Devnet;

/// Below the deadline of a read, so that a child that waits for one fails; far above what anything here takes.
const BOUND: Duration = Duration::from_secs(50);

/// Runs it in a child process, and tells how it went there.
fn in_child(work: impl FnOnce()) -> Result<(), String> {
    let message = tempfile::NamedTempFile::new().unwrap();
    // SAFETY: the child has the calling thread only, runs what this test gives it, and leaves without destructors.
    let child = unsafe { libc::fork() };
    assert!(child >= 0);
    if child == 0 {
        std::panic::set_hook(Box::new({
            let path = message.path().to_owned();
            move |panic| drop(std::fs::write(&path, panic.to_string()))
        }));
        let done = catch_unwind(AssertUnwindSafe(work)).is_ok();
        // SAFETY: ends the process, nothing else.
        unsafe { libc::_exit(i32::from(!done)) };
    }
    let start = Instant::now();
    let mut status = 0;
    // SAFETY: the child is this process's own, and the status lives here.
    while unsafe { libc::waitpid(child, &raw mut status, libc::WNOHANG) } == 0 {
        if start.elapsed() > BOUND {
            // SAFETY: as above; the child has not been waited for yet.
            unsafe { (libc::kill(child, libc::SIGKILL), libc::waitpid(child, &raw mut status, 0)) };
            return Err("the child did not end".to_owned());
        }
        thread::sleep(Duration::from_millis(5));
    }
    match status {
        0 => Ok(()),
        status => Err(format!("status {status}: {}", std::fs::read_to_string(message.path()).unwrap())),
    }
}

#[test]
fn g12_after_a_fork_handles_of_before_fail_at_once_and_new_ones_work() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let devnet = runtime.block_on(Devnet::builder().subnets(2).neurons(2).start()).unwrap();
    let connect =
        || blocking::Subtensor::build(Subtensor::builder(devnet.url()).cache(Cache::none())).unwrap();
    let subtensor = connect();
    let at = subtensor.head().unwrap();
    assert_eq!(at.netuids().unwrap(), [1, 2]);
    let mut heads = subtensor.heads();
    heads.next().unwrap().unwrap();
    let opened = devnet.stats().connections_opened;

    let child = in_child(|| {
        for error in [
            subtensor.head().unwrap_err(),
            subtensor.at(0u64).unwrap_err(),
            subtensor.genesis().unwrap_err(),
            subtensor.properties().unwrap_err(),
            at.netuids().unwrap_err(),
            at.query("System", "Number", ()).unwrap_err(),
            at.query_map("SubtensorModule", "Keys", 1u16).next().unwrap().unwrap_err(),
            heads.next().unwrap().unwrap_err(),
            subtensor.finalized_from(0).next().unwrap().unwrap_err(),
            subtensor.watch("System", "Number", ()).next().unwrap().unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Forked, "{error}");
            assert!(error.to_string().contains("open a new one"), "{error}");
        }
        let own = connect();
        assert_eq!(own.head().unwrap().netuids().unwrap(), [1, 2]);
        // A grandchild is to its parent as that is to its own.
        let grandchild = in_child(|| {
            assert_eq!(own.head().unwrap_err().kind(), ErrorKind::Forked);
            assert_eq!(subtensor.head().unwrap_err().kind(), ErrorKind::Forked);
            assert_eq!(connect().head().unwrap().netuids().unwrap(), [1, 2]);
        });
        assert_eq!(grandchild, Ok(()));
        own.close().unwrap();
        // Dropping what belongs to the parent does not touch its websocket.
        drop((heads, at, subtensor.clone()));
    });
    assert_eq!(child, Ok(()));

    // The parent's connection has seen nothing of it.
    assert_eq!(subtensor.head().unwrap().netuids().unwrap(), [1, 2]);
    assert_eq!(subtensor.stats().websockets_opened, 1);
    assert_eq!(devnet.stats().connections_opened, opened + 2);
}
