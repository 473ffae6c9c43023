//! The seam between the chain and what executes its runtimes.

mod metadata_hash;
mod native;
mod version;
#[cfg(feature = "wasm")]
mod wasm;

pub(crate) use metadata_hash::metadata_hash;

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;
use sp_core::{H256, blake2_256, storage::well_known_keys::CODE};
use sp_externalities::{Extensions, Externalities};
use sp_runtime::traits::BlakeTwo256;
use sp_state_machine::Backend;
use sp_version::RuntimeVersion;

/// A runtime that is ready to be called, at any number of blocks at once.
pub(crate) trait Runtime: Send + Sync {
    /// What it says it is.
    fn version(&self) -> &RuntimeVersion;

    /// Calls a runtime API function, named `Api_function`, with its encoded arguments; returns its encoded answer.
    /// Writes go to the externalities, also those of a call that fails.
    fn call(
        &self,
        externalities: &mut dyn Externalities,
        function: &str,
        arguments: &[u8],
    ) -> Result<Vec<u8>, ExecutionError>;
}

/// Makes a runtime out of its code.
type Load = fn(&[u8]) -> Result<Arc<dyn Runtime>, ExecutionError>;

/// What a runtime finds beside its state.
pub(crate) fn extensions(engine: &Arc<Engine>) -> Extensions {
    let mut extensions = Extensions::new();
    extensions.register(version::reader(engine));
    if let Some(digest) = engine.metadata_hash {
        extensions.register(metadata_hash::MetadataHash(digest));
    }
    extensions
}

/// The runtimes of a chain, by the hash of their code. Each is loaded once.
pub(crate) struct Engine {
    load: Load,
    /// What native runtimes of the first version were built with.
    metadata_hash: Option<[u8; 32]>,
    loaded: Mutex<HashMap<H256, Arc<dyn Runtime>>>,
}

impl Engine {
    /// Runs what is compiled into this crate.
    pub(crate) fn native(metadata_hash: Option<[u8; 32]>) -> Self {
        Self { load: native::load, metadata_hash, loaded: Mutex::default() }
    }

    /// Runs any code that is wasm.
    #[cfg(feature = "wasm")]
    pub(crate) fn wasm() -> Self {
        Self { load: wasm::load, metadata_hash: None, loaded: Mutex::default() }
    }

    /// The runtime of this code.
    pub(crate) fn runtime(&self, code: &[u8]) -> Result<Arc<dyn Runtime>, ExecutionError> {
        self.cached(blake2_256(code).into(), || Ok(code.to_vec()))
    }

    /// The runtime whose code lies in a state.
    pub(crate) fn runtime_of(
        &self,
        state: &impl Backend<BlakeTwo256>,
    ) -> Result<Arc<dyn Runtime>, ExecutionError> {
        // A code is long: it is read only if its hash is new.
        let hash = state.storage_hash(CODE).map_err(unreadable)?.ok_or(ExecutionError::NoCode)?;
        self.cached(hash, || state.storage(CODE).map_err(unreadable)?.ok_or(ExecutionError::NoCode))
    }

    fn cached(
        &self,
        hash: H256,
        code: impl FnOnce() -> Result<Vec<u8>, ExecutionError>,
    ) -> Result<Arc<dyn Runtime>, ExecutionError> {
        // Held while a runtime is loaded, so that those who come meanwhile wait for it and load no second.
        let mut loaded = self.loaded.lock();
        if let Some(runtime) = loaded.get(&hash) {
            return Ok(runtime.clone());
        }
        let runtime = (self.load)(&code()?)?;
        loaded.insert(hash, runtime.clone());
        Ok(runtime)
    }
}

fn unreadable(error: impl std::fmt::Display) -> ExecutionError {
    ExecutionError::Panicked(error.to_string())
}

/// Why a runtime gave no answer. All are worded as a node words them.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum ExecutionError {
    #[error("Runtime code not found in the state")]
    NoCode,
    #[error("Invalid runtime code: {0}")]
    Code(String),
    #[error("Other: Exported method {0} is not found")]
    NoSuchFunction(String),
    #[error("Runtime panicked: {0}")]
    Panicked(String),
}
