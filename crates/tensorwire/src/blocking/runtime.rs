use std::{process, sync::OnceLock};

use tensorwire_chain::{Error, Result};
use tokio::runtime::{Builder, Handle, Runtime};

/// One process's runtime, and after a `fork()` that of the child behind it.
///
/// A child has its parent's memory but none of its threads, so that the parent's runtime serves nothing there; it is
/// left as it is, since ending it would touch what the two share.
struct Served {
    process: u32,
    runtime: Runtime,
    child: OnceLock<Box<Self>>,
}

static PARENT: OnceLock<Box<Served>> = OnceLock::new();

/// Waits for a future on the calling thread; its sockets and timers belong to the background thread.
///
/// The future is not handed to the runtime's own `block_on`, which refuses to run inside another runtime.
pub(super) fn wait<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let _inside = runtime()?.enter();
    // Inside an async runtime the caller's task has a budget, which nothing refills while it is blocked.
    pollster::block_on(tokio::task::unconstrained(future))
}

/// The handle of this process's runtime.
fn runtime() -> Result<&'static Handle> {
    let process = process::id();
    let mut place = &PARENT;
    loop {
        match place.get() {
            Some(served) if served.process == process => return Ok(served.runtime.handle()),
            Some(served) => place = &served.child,
            None => start(place, process)?,
        }
    }
}

/// Fills the place, unless another thread does so first. The runtime is started beforehand: a `fork()` meanwhile must
/// not leave the child with a place that is for ever being filled.
fn start(place: &OnceLock<Box<Served>>, process: u32) -> Result<()> {
    let mut builder = Builder::new_multi_thread();
    let runtime = builder.worker_threads(1).thread_name("tensorwire").enable_all().build();
    let runtime = runtime.map_err(|_| Error::no_thread())?;
    if let Err(surplus) = place.set(Box::new(Served { process, runtime, child: OnceLock::new() })) {
        surplus.runtime.shutdown_background();
    }
    Ok(())
}
