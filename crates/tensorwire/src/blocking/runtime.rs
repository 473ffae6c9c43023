use std::sync::OnceLock;

use tensorwire_chain::Result;
use tokio::runtime::{Builder, Runtime};

static RUNTIME: OnceLock<Option<Runtime>> = OnceLock::new();

/// Waits for a future on the calling thread; its sockets and timers belong to the background thread.
///
/// The future is not handed to the runtime's own `block_on`, which refuses to run inside another runtime.
pub(super) fn wait<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = RUNTIME.get_or_init(|| {
        Builder::new_multi_thread().worker_threads(1).thread_name("tensorwire").enable_all().build().ok()
    });
    let _inside = match runtime {
        Some(runtime) => runtime.enter(),
        None => return Err(tensorwire_chain::Error::no_thread()),
    };
    // Inside an async runtime the caller's task has a budget, which nothing refills while it is blocked.
    pollster::block_on(tokio::task::unconstrained(future))
}
