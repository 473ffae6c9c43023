//! Reading a runtime's version out of its code, as `set_code` does before it takes the code.

use std::sync::Arc;

use parity_scale_codec::Encode;
use sp_core::traits::{ReadRuntimeVersion, ReadRuntimeVersionExt};
use sp_externalities::Externalities;

use super::Engine;

/// What reads versions for a runtime.
pub(super) fn reader(engine: &Arc<Engine>) -> ReadRuntimeVersionExt {
    ReadRuntimeVersionExt::new(Versions(engine.clone()))
}

struct Versions(Arc<Engine>);

impl ReadRuntimeVersion for Versions {
    fn read_runtime_version(&self, code: &[u8], _: &mut dyn Externalities) -> Result<Vec<u8>, String> {
        let runtime = self.0.runtime(code).map_err(|error| error.to_string())?;
        Ok(runtime.version().encode())
    }
}
