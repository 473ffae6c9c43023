//! Blocks of a scripted chain: their headers have true hashes and true roots of their extrinsics.

use parity_scale_codec::{Compact, Encode};
use serde_json::json;
use tensorwire_chain::Hash;
use tensorwire_scale::hash::blake2_256;

use super::ScriptedChain;

impl ScriptedChain {
    /// Makes a block: the node has its header and body from now on, and nothing else of it.
    pub fn block(&self, parent: Hash, number: u64, digest: &[Vec<u8>], extrinsics: &[Vec<u8>]) -> Hash {
        let (state_root, extrinsics_root) = (Hash([5; 32]), root(extrinsics));
        let items: Vec<u8> = [Compact(digest.len() as u32).encode(), digest.concat()].concat();
        let encoded = (parent.0, Compact(number), state_root.0, extrinsics_root.0).encode();
        let hash = Hash(blake2_256(&[encoded, items].concat()));
        let logs: Vec<_> = digest.iter().map(const_hex::encode_prefixed).collect();
        let header = json!({
            "number": format!("{number:#x}"), "parentHash": parent, "stateRoot": state_root,
            "extrinsicsRoot": extrinsics_root, "digest": {"logs": logs},
        });
        let extrinsics: Vec<_> = extrinsics.iter().map(const_hex::encode_prefixed).collect();
        let block = json!({"header": header, "extrinsics": extrinsics});
        self.state.lock().unwrap().blocks.insert(hash, block);
        hash
    }
}

/// A digest item, as a consensus engine writes it before the block is executed.
pub fn pre_runtime(engine: &[u8; 4], data: &[u8]) -> Vec<u8> {
    (6_u8, engine, data).encode()
}

/// The root of a trie of version 0 of at most four values, made by hand: their keys are 00, 04, 08 and 0c.
fn root(extrinsics: &[Vec<u8>]) -> Hash {
    let encoded = match extrinsics {
        [] => vec![0],
        [only] => [vec![0x42, 0x00], only.encode()].concat(),
        several => {
            assert!(several.len() <= 4);
            let bitmap = (0..several.len()).fold(0_u16, |bits, index| bits | 1 << (4 * index));
            let leaf = |extrinsic: &Vec<u8>| [vec![0x40], extrinsic.encode()].concat();
            let child = |leaf: Vec<u8>| {
                if leaf.len() < 32 { leaf.encode() } else { blake2_256(&leaf).to_vec().encode() }
            };
            let children: Vec<_> = several.iter().map(leaf).map(child).collect();
            [vec![0x81, 0x00], bitmap.encode(), children.concat()].concat()
        }
    };
    Hash(blake2_256(&encoded))
}
