//! Reading a runtime's version out of its code, which a chain of one compiled runtime cannot.

use sp_core::traits::ReadRuntimeVersion;
use sp_externalities::Externalities;

/// Refuses every new code: `set_code` then fails with `FailedToExtractRuntimeVersion`.
pub(crate) struct NoUpgrades;

impl ReadRuntimeVersion for NoUpgrades {
    fn read_runtime_version(&self, _: &[u8], _: &mut dyn Externalities) -> Result<Vec<u8>, String> {
        Err("this chain runs one compiled runtime".to_owned())
    }
}
