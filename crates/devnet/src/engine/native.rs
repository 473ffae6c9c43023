//! The runtime compiled into this crate.

use std::{
    any::Any,
    cell::Cell,
    panic::{self, AssertUnwindSafe},
    sync::{Arc, Once},
};

use sp_externalities::{Externalities, set_and_run_with_externalities};
use sp_version::RuntimeVersion;

use super::{ExecutionError, Runtime};
use crate::runtime::{VERSION, apis::api};

/// The compiled runtime, whatever stands in for its code.
pub(super) fn load(_: &[u8]) -> Result<Arc<dyn Runtime>, ExecutionError> {
    silence_runtime_panics();
    Ok(Arc::new(Native { version: VERSION }))
}

/// Runs the compiled runtime through its own generated dispatch.
struct Native {
    version: RuntimeVersion,
}

impl Runtime for Native {
    fn version(&self) -> &RuntimeVersion {
        &self.version
    }

    fn call(
        &self,
        externalities: &mut dyn Externalities,
        function: &str,
        arguments: &[u8],
    ) -> Result<Vec<u8>, ExecutionError> {
        let outer = EXECUTING.replace(true);
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
            set_and_run_with_externalities(externalities, || api::dispatch(function, arguments))
        }));
        EXECUTING.set(outer);
        match outcome {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) => Err(ExecutionError::NoSuchFunction(function.to_owned())),
            Err(panic) => Err(ExecutionError::Panicked(message(&*panic))),
        }
    }
}

thread_local! {
    static EXECUTING: Cell<bool> = const { Cell::new(false) };
}

/// A runtime panics on arguments it cannot decode, and the caller is told so: that is an answer, and nothing to
/// print on the terminal. Panics anywhere else go to the hook that was there before.
fn silence_runtime_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let hook = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !EXECUTING.get() {
                hook(panic);
            }
        }));
    });
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message").to_owned()
}
