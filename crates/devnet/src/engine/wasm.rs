//! Runtimes that are wasm, as real chains have them. Smoldot's executor runs them; what they ask of their host is
//! answered by the externalities, as for a native runtime.

use std::{fmt::Display, sync::Arc};

use parity_scale_codec::Decode;
use smoldot::executor::{
    DEFAULT_HEAP_PAGES,
    host::{
        Config, Error, HostVm, HostVmPrototype, LogEmit, LogEmitInfo, StartErr, StorageProofSizeBehavior,
    },
    vm::{self, ExecHint},
};
use sp_core::{H256, storage::ChildInfo};
use sp_externalities::Externalities;
use sp_version::RuntimeVersion;

use super::{ExecutionError, Runtime};

/// Compiles a code.
pub(super) fn load(code: &[u8]) -> Result<Arc<dyn Runtime>, ExecutionError> {
    Ok(Arc::new(Wasm::new(code)?))
}

struct Wasm {
    module: HostVmPrototype,
    version: RuntimeVersion,
}

impl Wasm {
    fn new(code: &[u8]) -> Result<Self, ExecutionError> {
        let refused = |error: &dyn Display| ExecutionError::Code(error.to_string());
        let module = HostVmPrototype::new(Config {
            module: code,
            heap_pages: DEFAULT_HEAP_PAGES,
            // Functions are compiled when they are first called, which few of the many are.
            exec_hint: ExecHint::CompileWithNonDeterministicValidation,
            // Runtimes may name host functions that smoldot lacks, for calls of which hardly any is ever made.
            allow_unresolved_imports: true,
        })
        .map_err(|error| refused(&error))?;
        let version = RuntimeVersion::decode(&mut module.runtime_version().as_ref());
        Ok(Self { version: version.map_err(|error| refused(&error))?, module })
    }
}

impl Runtime for Wasm {
    fn version(&self) -> &RuntimeVersion {
        &self.version
    }

    fn call(
        &self,
        externalities: &mut dyn Externalities,
        function: &str,
        arguments: &[u8],
    ) -> Result<Vec<u8>, ExecutionError> {
        let proofs = StorageProofSizeBehavior::proof_recording_disabled();
        let mut machine = match self.module.clone().run(function, proofs, arguments) {
            Ok(ready) => HostVm::from(ready),
            Err((StartErr::VirtualMachine(vm::StartErr::FunctionNotFound), _)) => {
                return Err(ExecutionError::NoSuchFunction(function.to_owned()));
            }
            Err((error, _)) => return Err(ExecutionError::Panicked(error.to_string())),
        };
        let mut said = None;
        loop {
            machine = match machine {
                HostVm::ReadyToRun(ready) => ready.run(),
                HostVm::Finished(finished) => return Ok(finished.value().as_ref().to_vec()),
                HostVm::Error { error, .. } => return Err(failure(&error, said)),
                HostVm::LogEmit(log) => {
                    said = message(&log).or(said);
                    log.resume()
                }
                asked => self.answered(asked, externalities)?,
            }
        }
    }
}

impl Wasm {
    /// Does what the runtime asks of its host, and lets it go on.
    fn answered(
        &self,
        asked: HostVm,
        externalities: &mut dyn Externalities,
    ) -> Result<HostVm, ExecutionError> {
        Ok(match asked {
            HostVm::ExternalStorageGet(get) => {
                let value = match child(get.child_trie()) {
                    None => externalities.storage(get.key().as_ref()),
                    Some(child) => externalities.child_storage(&child, get.key().as_ref()),
                };
                get.resume_full_value(value.as_deref())
            }
            HostVm::ExternalStorageSet(set) => {
                let (key, value) = (bytes(set.key()), set.value().map(bytes));
                match child(set.child_trie()) {
                    None => externalities.place_storage(key, value),
                    Some(child) => externalities.place_child_storage(&child, key, value),
                }
                set.resume()
            }
            HostVm::ExternalStorageAppend(append) => {
                externalities.storage_append(bytes(append.key()), bytes(append.value()));
                append.resume()
            }
            HostVm::ExternalStorageClearPrefix(clear) => {
                let (prefix, limit) = (bytes(clear.prefix()), clear.max_keys_to_remove());
                let removed = match child(clear.child_trie()) {
                    None => externalities.clear_prefix(&prefix, limit, None),
                    Some(child) => externalities.clear_child_prefix(&child, &prefix, limit, None),
                };
                // What a node counts here, too.
                clear.resume(removed.loops, removed.maybe_cursor.is_some())
            }
            HostVm::ExternalStorageNextKey(next) => {
                let key = match child(next.child_trie()) {
                    None => externalities.next_storage_key(next.key().as_ref()),
                    Some(child) => externalities.next_child_storage_key(&child, next.key().as_ref()),
                };
                next.resume(key.as_deref())
            }
            HostVm::ExternalStorageRoot(root) => {
                let version = self.version.state_version();
                let hash = match child(root.child_trie()) {
                    None => externalities.storage_root(version),
                    Some(child) => externalities.child_storage_root(&child, version),
                };
                root.resume(&H256::decode(&mut &hash[..]).map_err(refused)?.0)
            }
            HostVm::StartStorageTransaction(start) => {
                externalities.storage_start_transaction();
                start.resume()
            }
            HostVm::EndStorageTransaction { resume, rollback } => {
                let ended = match rollback {
                    true => externalities.storage_rollback_transaction(),
                    false => externalities.storage_commit_transaction(),
                };
                ended.map_err(|()| refused("no storage transaction is open"))?;
                resume.resume()
            }
            HostVm::SignatureVerification(signature) => signature.verify_and_resume(),
            HostVm::CallRuntimeVersion(call) => {
                // Here it is asked whether this is a code at all: that it is none is an answer.
                let other = Self::new(call.wasm_code().as_ref()).ok();
                let version = other.as_ref().map(|other| other.module.runtime_version().as_ref());
                call.resume(version.ok_or(()))
            }
            HostVm::ExternalOffchainIndexSet(set) => {
                let (key, value) = (bytes(set.key()), set.value().map(bytes));
                externalities.set_offchain_storage(&key, value.as_deref());
                set.resume()
            }
            HostVm::GetMaxLogLevel(level) => level.resume(LOG_LEVEL),
            other => return Err(refused(format_args!("there is no off-chain worker here for {other:?}"))),
        })
    }
}

/// Errors only, which is what a runtime says before it panics.
const LOG_LEVEL: u32 = 1;

fn bytes(memory: impl AsRef<[u8]>) -> Vec<u8> {
    memory.as_ref().to_vec()
}

fn child(name: Option<impl AsRef<[u8]>>) -> Option<ChildInfo> {
    name.map(|name| ChildInfo::new_default(name.as_ref()))
}

fn refused(error: impl Display) -> ExecutionError {
    ExecutionError::Panicked(error.to_string())
}

fn message(log: &LogEmit) -> Option<String> {
    match log.info() {
        LogEmitInfo::Log { target, message, .. } => {
            tracing::debug!(target: "tensorwire::devnet", runtime = target.as_ref(), "{message}");
            Some(message.to_string())
        }
        _ => None,
    }
}

/// A runtime that panics says why and traps, or hands over what it has to say.
fn failure(error: &Error, said: Option<String>) -> ExecutionError {
    match (error, said) {
        (Error::AbortOnPanic { message }, _) => refused(message),
        (Error::Trap(_), Some(said)) => refused(said),
        _ => refused(error),
    }
}
