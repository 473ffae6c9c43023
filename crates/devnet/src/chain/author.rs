//! Executing blocks.

use std::sync::Arc;

use parity_scale_codec::{Decode, Encode};
use sp_core::{Bytes, H256, storage::well_known_keys::CODE};
use sp_externalities::{Extensions, Externalities};
use sp_inherents::{InherentData, InherentIdentifier};
use sp_runtime::{
    ApplyExtrinsicResult, OpaqueExtrinsic,
    generic::Digest,
    traits::{BlakeTwo256, Header as _},
    transaction_validity::{InvalidTransaction, TransactionValidityError},
};
use sp_state_machine::{Ext, OverlayedChanges};

use super::{
    archive::{Archive, State},
    blocks::Block,
};
use crate::{
    engine::{self, Engine, ExecutionError, Runtime},
    runtime::Header,
};

const TIMESTAMP: InherentIdentifier = *b"timstap0";

/// A block under construction, on top of its parent's state.
pub(crate) struct Author<'a> {
    /// The one of the parent's state, even if an extrinsic of this block replaces the code.
    runtime: Arc<dyn Runtime>,
    archive: &'a Archive,
    state: State<'a>,
    overlay: OverlayedChanges<BlakeTwo256>,
    extensions: Extensions,
    extrinsics: Vec<Bytes>,
    inherents: usize,
}

/// What became of an extrinsic.
pub(crate) enum Applied {
    /// It is in the block; its call may have failed.
    Included,
    /// It fits into no more than a later block.
    Later,
    /// It will never fit.
    Invalid,
    /// The block is full.
    Full,
}

impl<'a> Author<'a> {
    /// Starts a block.
    pub(crate) fn new(
        engine: &Arc<Engine>,
        archive: &'a Archive,
        parent: &Block,
        digest: Digest,
    ) -> Result<Self, ExecutionError> {
        let state = archive.state(parent.header.state_root);
        let mut author = Self {
            runtime: engine.runtime_of(&state)?,
            archive,
            state,
            overlay: OverlayedChanges::default(),
            extensions: engine::extensions(engine),
            extrinsics: Vec::new(),
            inherents: 0,
        };
        let header = Header::new(parent.number() + 1, H256::zero(), H256::zero(), parent.hash, digest);
        author.call("Core_initialize_block", &header.encode())?;
        Ok(author)
    }

    /// Applies the inherents, which come before anything else.
    pub(crate) fn inherents(&mut self, timestamp: u64) -> Result<(), ExecutionError> {
        let mut data = InherentData::new();
        data.put_data(TIMESTAMP, &timestamp).map_err(|error| ExecutionError::Panicked(error.to_string()))?;
        let bytes = self.call("BlockBuilder_inherent_extrinsics", &data.encode())?;
        let inherents = Vec::<OpaqueExtrinsic>::decode(&mut &bytes[..]).map_err(undecodable)?;
        for inherent in inherents {
            self.apply(Bytes(inherent.encode()));
        }
        self.inherents = self.extrinsics.len();
        Ok(())
    }

    /// Applies one extrinsic; one that is refused leaves no trace.
    pub(crate) fn apply(&mut self, extrinsic: Bytes) -> Applied {
        let depth = self.overlay.transaction_depth();
        self.overlay.start_transaction();
        let answer = self.call("BlockBuilder_apply_extrinsic", &extrinsic);
        let applied = match answer.map(|bytes| ApplyExtrinsicResult::decode(&mut &bytes[..])) {
            Ok(Ok(Ok(_))) => Applied::Included,
            Ok(Ok(Err(TransactionValidityError::Invalid(InvalidTransaction::ExhaustsResources)))) => {
                Applied::Full
            }
            Ok(Ok(Err(TransactionValidityError::Invalid(InvalidTransaction::Future)))) => Applied::Later,
            _ => Applied::Invalid,
        };
        if matches!(applied, Applied::Included) {
            let _ = self.overlay.commit_transaction();
            self.extrinsics.push(extrinsic);
        } else {
            // A panic may have left storage layers of the runtime's own open.
            while self.overlay.transaction_depth() > depth {
                let _ = self.overlay.rollback_transaction();
            }
        }
        applied
    }

    /// Executes a block that was built before, its inherents first.
    pub(crate) fn replay(
        mut self,
        extrinsics: impl Iterator<Item = Bytes>,
        inherents: usize,
    ) -> Result<Arc<Block>, ExecutionError> {
        for extrinsic in extrinsics {
            self.apply(extrinsic);
        }
        self.inherents = inherents;
        self.finish()
    }

    /// Ends the block and keeps its state.
    pub(crate) fn finish(mut self) -> Result<Arc<Block>, ExecutionError> {
        let bytes = self.call("BlockBuilder_finalize_block", &[])?;
        let header = Header::decode(&mut &bytes[..]).map_err(undecodable)?;
        let changes = self
            .overlay
            .drain_storage_changes(&self.state, self.runtime.version().state_version())
            .map_err(ExecutionError::Panicked)?;
        self.archive.insert(changes.transaction);
        Ok(Block::new(header, self.extrinsics, self.inherents))
    }

    /// The code in the state as it is now: that of the runtime that executes the next block.
    pub(super) fn code(&mut self) -> Option<Vec<u8>> {
        Ext::new(&mut self.overlay, &self.state, Some(&mut self.extensions)).storage(CODE)
    }

    pub(super) fn call(&mut self, function: &str, arguments: &[u8]) -> Result<Vec<u8>, ExecutionError> {
        let mut externalities = Ext::new(&mut self.overlay, &self.state, Some(&mut self.extensions));
        self.runtime.call(&mut externalities as &mut dyn Externalities, function, arguments)
    }
}

fn undecodable(error: parity_scale_codec::Error) -> ExecutionError {
    ExecutionError::Panicked(format!("the answer does not decode: {error}"))
}
