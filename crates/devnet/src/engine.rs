//! The seam between the chain and what executes its runtime.

mod native;

pub(crate) use native::NativeEngine;

use sp_externalities::Externalities;

/// Executes the runtime whose code lies in a state.
///
/// There is one engine today, which runs the runtime compiled into this crate. One that runs wasm would take the
/// code out of the externalities.
pub(crate) trait Engine: Send + Sync {
    /// Calls a runtime API function, named `Api_function`, with its encoded arguments; returns its encoded answer.
    /// Writes go to the externalities, also those of a call that fails.
    fn call(
        &self,
        externalities: &mut dyn Externalities,
        function: &str,
        arguments: &[u8],
    ) -> Result<Vec<u8>, ExecutionError>;
}

/// Why a runtime gave no answer. Both are worded as a node words them.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum ExecutionError {
    #[error("Other: Exported method {0} is not found")]
    NoSuchFunction(String),
    #[error("Runtime panicked: {0}")]
    Panicked(String),
}
