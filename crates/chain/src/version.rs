use serde::Deserialize;
use tensorwire_rpc::Answer;
use tensorwire_scale::hash::blake2_128;

use crate::Result;

/// What a node says of a runtime (`state_getRuntimeVersion`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RuntimeVersion {
    /// The chain's kind, as in `node-subtensor`.
    pub spec_name: String,
    /// Grows with every upgrade.
    pub spec_version: u32,
    /// Grows when the layout of extrinsics changes.
    pub transaction_version: u32,
    fingerprint: [u8; 16],
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    spec_name: String,
    spec_version: u32,
    // Absent before 2020: the versions that lack it are all of transaction version 1.
    #[serde(default = "one")]
    transaction_version: u32,
}

fn one() -> u32 {
    1
}

impl RuntimeVersion {
    pub(crate) fn read(answer: &Answer) -> Result<Self> {
        let Wire { spec_name, spec_version, transaction_version } = answer.json()?;
        // Parsed once more so that the order and spacing of fields do not count.
        let all: serde_json::Value = answer.json()?;
        let fingerprint = blake2_128(all.to_string().as_bytes());
        Ok(Self { spec_name, spec_version, transaction_version, fingerprint })
    }

    #[cfg(test)]
    pub(crate) fn scripted(spec_version: u32) -> Self {
        let spec_name = "scripted".to_owned();
        Self { spec_name, spec_version, transaction_version: 1, fingerprint: [spec_version as u8; 16] }
    }

    /// A hash of all that the node says of the runtime, its APIs' versions included.
    ///
    /// A spec version alone does not identify a runtime: development builds reuse it.
    pub fn fingerprint(&self) -> [u8; 16] {
        self.fingerprint
    }
}
