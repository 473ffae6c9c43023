//! A scripted node that serves one map.

use std::{collections::BTreeMap, ops::Bound, sync::Arc, time::Duration};

use serde_json::{Value, json};
use tensorwire::AccountId;
use tensorwire_rpc::mock::{MockNode, Reply};
use tensorwire_scale::{Hasher, hash::twox_128};

use crate::scripted::ScriptedChain;

/// The head of the scripted chain: its spec version as a hash.
pub(crate) const HEAD: &str = "0x0000000000000000000000000000000000000000000000000000000000000189";

const KEYS: &str = "state_getKeysPaged";
const VALUES: &str = "state_queryStorageAt";
const VALUE: &str = "state_getStorage";

/// `System.Account` of a scripted chain.
pub(crate) struct Map {
    pub(crate) node: MockNode,
    pub(crate) entries: usize,
    pub(crate) round_trip: Duration,
}

impl Map {
    pub(crate) async fn serve(
        metadata: Vec<u8>,
        entries: usize,
        round_trip: Duration,
    ) -> std::io::Result<Self> {
        let chain = ScriptedChain::new(metadata);
        let value = const_hex::encode_prefixed([7; 56]);
        let map: BTreeMap<_, _> = (0..entries).map(|index| (key(&account(index)), value.clone())).collect();
        let map = Arc::new(map);
        let node = MockNode::builder().round_trip(round_trip);
        let node = node.otherwise(move |method, params| {
            answer(&map, method, params).unwrap_or_else(|| chain.answer(method, params))
        });
        Ok(Self { node: node.start().await?, entries, round_trip })
    }

    /// What all keys begin with.
    pub(crate) fn prefix(&self) -> String {
        const_hex::encode_prefixed(prefix())
    }

    pub(crate) fn accounts(&self) -> Vec<AccountId> {
        (0..self.entries).map(account).collect()
    }

    /// Requests for keys and values.
    pub(crate) fn requests(&self) -> u64 {
        [KEYS, VALUES, VALUE].map(|method| self.node.requests_of(method)).iter().sum()
    }
}

fn prefix() -> Vec<u8> {
    [twox_128(b"System"), twox_128(b"Account")].concat()
}

fn account(index: usize) -> AccountId {
    let mut bytes = [1; 32];
    bytes[..8].copy_from_slice(&index.to_le_bytes());
    AccountId(bytes)
}

fn key(account: &AccountId) -> String {
    let mut key = prefix();
    Hasher::Blake2_128Concat.apply(&account.0, &mut key);
    const_hex::encode_prefixed(key)
}

/// What concerns the map.
fn answer(map: &BTreeMap<String, String>, method: &str, params: &Value) -> Option<Reply> {
    match method {
        KEYS => {
            let start = params[2].as_str().or(params[0].as_str())?;
            let count = params[1].as_u64()? as usize;
            let keys = map.range::<str, _>((Bound::Excluded(start), Bound::Unbounded));
            Some(json!(keys.take(count).map(|(key, _)| key).collect::<Vec<_>>()).into())
        }
        VALUES => {
            let keys = params[0].as_array()?;
            map.get(keys.first()?.as_str()?)?;
            let changes: Vec<_> =
                keys.iter().map(|key| json!([key, key.as_str().and_then(|key| map.get(key))])).collect();
            Some(json!([{"block": HEAD, "changes": changes}]).into())
        }
        VALUE => Some(json!(map.get(params[0].as_str()?)?).into()),
        _ => None,
    }
}
