//! When a block says it was made.

use std::time::{SystemTime, UNIX_EPOCH};

use parity_scale_codec::{Decode, Encode};
use sp_core::twox_128;
use sp_runtime::DigestItem;
use sp_state_machine::Backend;

use super::{Block, Chain};
use crate::{engine::ExecutionError, runtime::MINIMUM_PERIOD};

/// Aura's consensus engine: a digest item of it tells the slot.
const AURA: [u8; 4] = *b"aura";

impl Chain {
    /// Milliseconds for the child of a block: the clock's, if the parent's are far enough behind it. Where the runtime
    /// has slots the child is in a later one, and the slot is what the timestamp says.
    pub(super) fn next_slot(&self, parent: &Block) -> Result<(u64, Option<DigestItem>), ExecutionError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64;
        let key = [twox_128(b"Timestamp"), twox_128(b"Now")].concat();
        let stored = self.state(parent).storage(&key).ok().flatten().unwrap_or_default();
        let last = u64::decode(&mut &stored[..]).unwrap_or_default();
        let duration = self.slot_duration(parent)?;
        let timestamp = now.max(last + duration.unwrap_or(MINIMUM_PERIOD));
        let slot = duration.and_then(|duration| timestamp.checked_div(duration));
        Ok((timestamp, slot.map(|slot| DigestItem::PreRuntime(AURA, slot.encode()))))
    }

    /// Milliseconds that a slot lasts; none where the runtime has no Aura.
    fn slot_duration(&self, block: &Block) -> Result<Option<u64>, ExecutionError> {
        match self.call(block, "AuraApi_slot_duration", &[]) {
            Ok(answer) => u64::decode(&mut &answer[..])
                .map(Some)
                .map_err(|error| ExecutionError::Panicked(error.to_string())),
            Err(ExecutionError::NoSuchFunction(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
