//! A chain that answers what reading at its head takes.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use parity_scale_codec::{Compact, Encode};
use serde_json::{Value, json};
use tensorwire_rpc::mock::Reply;
use tensorwire_scale::hash::twox_128;

const GENESIS: &str = "0x1111111111111111111111111111111111111111111111111111111111111111";

/// The spec version of the metadata it is made with.
const FIRST_SPEC: u32 = 393;

/// A chain that stands still, and upgrades its runtime when told to by `soak_upgrade`.
pub struct ScriptedChain {
    metadata: Vec<u8>,
    /// Where the metadata says the spec version.
    spec_at: usize,
    spec: AtomicU32,
}

impl ScriptedChain {
    pub fn new(metadata: Vec<u8>) -> Self {
        // The constant System.Version: two names, the authoring version, the spec version.
        let name = b"node-subtensor";
        let named = [&[4 * name.len() as u8], &name[..]].concat();
        let version = [&named[..], &named, &1u32.to_le_bytes(), &FIRST_SPEC.to_le_bytes()].concat();
        let spec_at = metadata.windows(version.len()).position(|window| window == version).unwrap()
            + version.len()
            - size_of::<u32>();
        Self { metadata, spec_at, spec: AtomicU32::new(FIRST_SPEC) }
    }

    pub fn answer(&self, method: &str, params: &Value) -> Reply {
        let spec = self.spec.load(Relaxed);
        let head = format!("0x{spec:064x}");
        let hex = |bytes: &[u8]| json!(const_hex::encode_prefixed(bytes));
        let compact = |number: u32| Compact(number).encode();
        let value = |key: &Value| {
            let item = |name: &[u8]| hex(&[twox_128(b"System"), twox_128(name)].concat());
            match key {
                _ if *key == item(b"Number") => hex(&7u32.to_le_bytes()),
                _ if *key == item(b"LastRuntimeUpgrade") => hex(&compact(spec)),
                _ => Value::Null,
            }
        };
        match method {
            "soak_upgrade" => json!(self.spec.fetch_add(1, Relaxed) + 1).into(),
            "chain_getBlockHash" if params[0] == 0 => json!(GENESIS).into(),
            "chain_getBlockHash" | "chain_getFinalizedHead" => json!(head).into(),
            "chain_getHeader" => json!({
                "number": "0x7", "parentHash": GENESIS, "stateRoot": GENESIS, "extrinsicsRoot": GENESIS,
                "digest": {"logs": []},
            })
            .into(),
            "state_getRuntimeVersion" => {
                json!({"specName": "node-subtensor", "specVersion": spec, "transactionVersion": 1}).into()
            }
            "state_getStorage" => value(&params[0]).into(),
            "state_queryStorageAt" => {
                let keys = params[0].as_array().into_iter().flatten();
                let changes: Vec<_> = keys.map(|key| json!([key, value(key)])).collect();
                json!([{"block": head, "changes": changes}]).into()
            }
            "state_call" if params[0] == "Metadata_metadata_versions" => json!("0x0410000000").into(),
            "state_call" => {
                let mut metadata = self.metadata.clone();
                metadata[self.spec_at..][..size_of::<u32>()].copy_from_slice(&spec.to_le_bytes());
                let length = compact(metadata.len() as u32);
                hex(&[&[1], &length[..], &metadata].concat()).into()
            }
            _ => Reply::error(-32601, format!("Method not found: {method}")),
        }
    }
}
