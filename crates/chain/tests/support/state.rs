//! The state of a scripted chain that forks: one storage item, and the runtime.

use std::sync::{Arc, LazyLock};

use parity_scale_codec::{Compact, Encode};
use serde_json::{Value as Json, json};
use tensorwire_chain::{Hash, Runtime};
use tensorwire_rpc::mock::Reply;
use tensorwire_scale::hash::twox_128;

use super::{
    forks::{Forks, View},
    metadata, opaque,
};

/// The state after a block.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct State {
    /// `SubtensorModule.Tempo` of subnet 1.
    pub tempo: u16,
    /// The spec version of the code.
    pub code: u32,
    /// `System.LastRuntimeUpgrade`: that of the code one block before.
    pub upgraded_to: u32,
}

pub const SPEC: u32 = 393;
pub const OLDER_SPEC: u32 = 365;

type Specs = [(u32, Vec<u8>); 2];

/// The metadata of both specs, `None` with a message where it is not at hand.
pub fn specs() -> Option<&'static Specs> {
    static SPECS: LazyLock<Option<Specs>> = LazyLock::new(|| {
        let load = |spec: u32| Some((spec, metadata(&format!("finney-{spec}-v16.scale"))?));
        Some([load(OLDER_SPEC)?, load(SPEC)?])
    });
    SPECS.as_ref()
}

static TEMPO: LazyLock<String> = LazyLock::new(|| {
    let runtime = Arc::new(Runtime::from_metadata(&specs().unwrap()[1].1).unwrap());
    let entry = runtime.storage("SubtensorModule", "Tempo").unwrap();
    const_hex::encode_prefixed(entry.key(&[1u16.into()]).unwrap())
});

static UPGRADE: LazyLock<String> = LazyLock::new(|| system("LastRuntimeUpgrade"));
static DIGEST: LazyLock<String> = LazyLock::new(|| system("Digest"));
static NUMBER: LazyLock<String> = LazyLock::new(|| system("Number"));

fn system(item: &str) -> String {
    const_hex::encode_prefixed([twox_128(b"System"), twox_128(item.as_bytes())].concat())
}

impl State {
    pub fn first() -> Self {
        Self { tempo: 100, code: SPEC, upgraded_to: SPEC }
    }

    fn upgrade(&self) -> Json {
        json!([*UPGRADE, const_hex::encode_prefixed((Compact(self.upgraded_to), "node-subtensor").encode())])
    }

    fn tempo(&self) -> Json {
        json!([*TEMPO, const_hex::encode_prefixed(self.tempo.encode())])
    }

    /// All that is subscribed to.
    pub fn present(&self, block: Hash) -> Json {
        json!({"block": block, "changes": [self.tempo(), self.upgrade()]})
    }

    /// What a node tells of a new best block: what that very block has changed.
    pub fn changes(&self, parent: &Self, block: Hash) -> Option<Json> {
        let tempo = (self.tempo != parent.tempo).then(|| self.tempo());
        let upgrade = (self.upgraded_to != parent.upgraded_to).then(|| self.upgrade());
        let changes: Vec<_> = tempo.into_iter().chain(upgrade).collect();
        (!changes.is_empty()).then(|| json!({"block": block, "changes": changes}))
    }
}

/// What a node answers about state.
pub fn answer(view: &View, chain: &Forks, method: &str, params: &Json) -> Option<Reply> {
    let head = view.head(false);
    let at = |param: &Json| param.as_str().map_or(head.hash, |hash| hash.parse().unwrap());
    let answer = match method {
        "state_getRuntimeVersion" => {
            let spec = chain.state(at(&params[0])).code;
            json!({"specName": "node-subtensor", "specVersion": spec, "transactionVersion": 1})
        }
        "state_queryStorageAt" => {
            let block = at(&params[1]);
            let state = chain.state(block);
            let number = const_hex::encode_prefixed((head.number as u32).encode());
            let digest = if state.code == state.upgraded_to { "0x00" } else { "0x0408" };
            let known = [json!([*NUMBER, number]), state.upgrade(), json!([*DIGEST, digest]), state.tempo()];
            let asked = params[0].as_array()?.iter();
            let changes =
                asked.map(|key| known.iter().find(|change| change[0] == *key)).collect::<Option<Vec<_>>>()?;
            json!([{"block": block, "changes": changes}])
        }
        "state_getStorage" => {
            let state = chain.state(at(&params[1]));
            [state.upgrade(), state.tempo()].into_iter().find(|change| change[0] == params[0])?[1].clone()
        }
        "state_call" if params[0] == "Metadata_metadata_versions" => json!("0x0410000000"),
        "state_call" => {
            let spec = chain.state(at(&params[2])).code;
            let (_, bytes) = specs()?.iter().find(|(known, _)| *known == spec)?;
            json!(const_hex::encode_prefixed(opaque(bytes)))
        }
        _ => return None,
    };
    Some(answer.into())
}
