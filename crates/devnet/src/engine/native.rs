//! The runtimes compiled into this crate.

use std::{
    any::Any,
    panic::{self, AssertUnwindSafe},
    sync::{Arc, Once},
};

use sp_externalities::{Externalities, set_and_run_with_externalities};
use sp_version::RuntimeVersion;

use super::{ExecutionError, Runtime};
use crate::runtime::Code;

/// The compiled runtime that this code names.
pub(super) fn load(code: &[u8]) -> Result<Arc<dyn Runtime>, ExecutionError> {
    silence_runtime_panics();
    let code = Code::parse(code)
        .ok_or_else(|| ExecutionError::Code("it names no runtime that is compiled in".to_owned()))?;
    Ok(Arc::new(Native { code, version: code.version() }))
}

/// Runs a compiled runtime through its own generated dispatch.
struct Native {
    code: Code,
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
        let outer = Code::enter(Some(self.code));
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
            set_and_run_with_externalities(externalities, || self.code.dispatch(function, arguments))
        }));
        Code::enter(outer);
        match outcome {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) => Err(ExecutionError::NoSuchFunction(function.to_owned())),
            Err(panic) => Err(ExecutionError::Panicked(message(&*panic))),
        }
    }
}

/// A runtime panics on arguments it cannot decode, and the caller is told so: that is an answer, and nothing to
/// print on the terminal. Panics anywhere else go to the hook that was there before.
fn silence_runtime_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let hook = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if Code::executing().is_none() {
                hook(panic);
            }
        }));
    });
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message").to_owned()
}
