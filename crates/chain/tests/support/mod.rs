#![allow(
    unreachable_pub,
    dead_code,
    clippy::unwrap_used,
    reason = "a helper of tests, of which each takes what it needs"
)]
//! A scripted chain: the scripted node, speaking for a chain whose storage the test sets.

pub mod blocks;
pub mod forks;
pub mod nodes;
pub mod reader;
pub mod state;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use parity_scale_codec::{Compact, Encode};
use serde_json::{Value as Json, json};
use tensorwire_chain::{Builder, Cache, Chain, Hash};
use tensorwire_rpc::{
    Client,
    mock::{MockNode, Reply},
};
use tensorwire_scale::Runtime;

/// One trip of the scripted network.
pub const ROUND_TRIP: Duration = Duration::from_millis(100);

pub const GENESIS: Hash = Hash([0x11; 32]);

/// What the node says; tests change it between questions.
pub struct State {
    pub head: Hash,
    /// Where reads without a block are made, if not at the head: a node whose head moves meanwhile.
    pub reads_at: Option<Hash>,
    pub spec_version: u32,
    /// What the state says of the last upgrade, if not `spec_version`.
    pub upgraded_to: Option<u32>,
    /// Whether the head's digest tells of an upgrade.
    pub carries_upgrade: bool,
    /// By block and key.
    pub storage: HashMap<(Hash, Vec<u8>), Vec<u8>>,
    /// What the node gives for a block's header and extrinsics: see `ScriptedChain::block`.
    pub blocks: HashMap<Hash, Json>,
    /// Leaves out the last change of every answer.
    pub short_answers: bool,
    /// Answers for another block than asked.
    pub wrong_block: bool,
    /// The most keys an answer may hold.
    pub too_big_above: usize,
    /// Never answers this method.
    pub silent: Option<&'static str>,
    /// Answers this runtime call with this error.
    pub failing_call: Option<(&'static str, i64, &'static str)>,
    /// Says that it has dropped all state.
    pub pruned: bool,
    /// What becomes of an answer: its method and parameters are given.
    pub change: Option<Change>,
}

pub type Change = Box<dyn FnMut(&str, &Json, Reply) -> Reply + Send>;

pub struct ScriptedChain {
    pub node: MockNode,
    pub state: Arc<Mutex<State>>,
    pub runtime: Arc<Runtime>,
}

/// The real chain's metadata, or `None` with a message where it is not at hand.
pub fn metadata(file: &str) -> Option<Vec<u8>> {
    let path = format!("{}/../../../shared/metadata/{file}", env!("CARGO_MANIFEST_DIR"));
    match std::fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(_) => {
            eprintln!("skipped: {path} is not here");
            None
        }
    }
}

impl ScriptedChain {
    pub async fn start() -> Option<Self> {
        Self::start_with(ROUND_TRIP).await
    }

    pub async fn start_with(round_trip: Duration) -> Option<Self> {
        let bytes = metadata("finney-393-v16.scale")?;
        let runtime = Runtime::from_metadata(&bytes).unwrap();
        Some(Self::start_of(round_trip, bytes, runtime).await)
    }

    /// A chain of that runtime, whose metadata may be of any version.
    pub async fn start_of(round_trip: Duration, bytes: Vec<u8>, runtime: Runtime) -> Self {
        let runtime = Arc::new(runtime);
        let state = Arc::new(Mutex::new(State {
            head: Hash([0xaa; 32]),
            reads_at: None,
            spec_version: runtime.spec_version(),
            upgraded_to: None,
            carries_upgrade: false,
            storage: HashMap::new(),
            blocks: HashMap::new(),
            short_answers: false,
            wrong_block: false,
            too_big_above: usize::MAX,
            silent: None,
            failing_call: None,
            pruned: false,
            change: None,
        }));
        let shared = state.clone();
        let node = MockNode::builder()
            .round_trip(round_trip)
            .otherwise(move |method, params| {
                let mut state = shared.lock().unwrap();
                let reply = answer(&mut state, &bytes, method, params);
                match &mut state.change {
                    Some(change) => change(method, params, reply),
                    None => reply,
                }
            })
            .start()
            .await
            .unwrap();
        Self { node, state, runtime }
    }

    /// Connected by a pipe in memory: with a paused clock, round trips are counted exactly.
    pub async fn connect(&self, cache: Cache) -> Chain {
        self.connect_with(cache, |builder| builder).await
    }

    pub async fn connect_with(&self, cache: Cache, settings: impl Fn(Builder) -> Builder) -> Chain {
        let node = self.node.clone();
        let wire = Client::builder("ws://scripted").dial_with(move || node.pipe());
        settings(Chain::builder(wire).cache(cache)).connect().await.unwrap()
    }

    /// A chain whose runtime is known: what follows is counted from zero.
    pub async fn warm(&self) -> Chain {
        let chain = self.connect(Cache::none()).await;
        chain.head().await.unwrap().runtime().await.unwrap();
        self.node.reset_counts();
        chain
    }

    pub fn set(&self, block: Hash, pallet: &str, item: &str, keys: &[tensorwire_scale::Value], value: &[u8]) {
        let key = self.runtime.storage(pallet, item).unwrap().key(keys).unwrap();
        self.state.lock().unwrap().storage.insert((block, key), value.to_vec());
    }
}

fn answer(state: &mut State, metadata: &[u8], method: &str, params: &Json) -> Reply {
    if state.silent == Some(method) {
        return Reply::Silence;
    }
    let hash = |value: &Json| value.as_str().and_then(|text| text.parse::<Hash>().ok());
    let bytes = |value: &Json| const_hex::decode(value.as_str().unwrap_or_default()).unwrap_or_default();
    let known = |block: &Hash| {
        let has_state = state.storage.keys().any(|(at, _)| at == block);
        *block == state.head || has_state || state.blocks.contains_key(block)
    };
    let unknown = |block: Hash| Reply::error(4003, format!("Client error: UnknownBlock: {block}"));
    match method {
        "chain_getBlockHash" => match params[0].as_u64() {
            Some(0) => json!(GENESIS).into(),
            Some(7) => json!(state.head).into(),
            Some(_) => Json::Null.into(),
            None => json!(state.head).into(),
        },
        "chain_getFinalizedHead" => json!(state.head).into(),
        "chain_getHeader" if !state.blocks.is_empty() && !params[0].is_null() => {
            let block = hash(&params[0]).and_then(|block| state.blocks.get(&block));
            block.map_or(Json::Null, |block| block["header"].clone()).into()
        }
        "chain_getBlock" => match hash(&params[0]).and_then(|block| state.blocks.get(&block)) {
            Some(block) => json!({"block": block, "justifications": null}).into(),
            None => Json::Null.into(),
        },
        "chain_getHeader" => json!({"number": "0x7", "parentHash": GENESIS}).into(),
        "state_getRuntimeVersion" => match hash(&params[0]) {
            Some(block) if !known(&block) => unknown(block),
            Some(block) if state.pruned => {
                Reply::error(4003, format!("Client error: UnknownBlock: State already discarded for {block}"))
            }
            _ => json!({"specName": "node-subtensor", "specVersion": state.spec_version, "transactionVersion": 1})
                .into(),
        },
        "state_getStorage" => match hash(&params[1]) {
            Some(block) => value(state, block, &params[0]).into(),
            None => Reply::error(-32602, "the scripted chain wants a block"),
        },
        "state_queryStorageAt" => {
            let keys = params[0].as_array().cloned().unwrap_or_default();
            if keys.len() > state.too_big_above {
                return Reply::error(-32008, "Response is too big");
            }
            let block = hash(&params[1]).unwrap_or(state.reads_at.unwrap_or(state.head));
            // The questions about the head come first; reads beside them may meet a newer one.
            let probe = keys.len() == 3 && keys[0] == *PROBE_NUMBER;
            let block = if probe && params[1].is_null() { state.head } else { block };
            let mut changes: Vec<_> = keys
                .iter()
                .map(|key| json!([key, value(state, block, key)]))
                .collect();
            changes.reverse();
            if state.short_answers && !probe {
                changes.pop();
            }
            let block = if state.wrong_block && !probe { Hash([0xee; 32]) } else { block };
            json!([{"block": block, "changes": changes}]).into()
        }
        "state_getKeysPaged" => {
            let (prefix, start) = (bytes(&params[0]), bytes(&params[2]));
            let page = params[1].as_u64().unwrap_or_default() as usize;
            let mut keys: Vec<_> = state.storage.keys().map(|(_, key)| key).collect();
            keys.retain(|key| key.starts_with(&prefix) && **key > start);
            keys.sort_unstable();
            keys.truncate(page);
            json!(keys.iter().map(const_hex::encode_prefixed).collect::<Vec<_>>()).into()
        }
        "state_getMetadata" => json!(const_hex::encode_prefixed(metadata)).into(),
        "state_call" => match params[0].as_str().unwrap_or_default() {
            call if state.failing_call.is_some_and(|(failing, ..)| failing == call) => {
                let (_, code, message) = state.failing_call.unwrap_or_default();
                Reply::error(code, message)
            }
            // Before V15 there are no such calls.
            "Metadata_metadata_versions" if metadata[4] < 15 => Reply::error(
                4003,
                "Client error: Execution failed: Exported method Metadata_metadata_versions is not found",
            ),
            "Metadata_metadata_versions" => json!("0x080f00000010000000").into(),
            "Metadata_metadata_at_version" if params[1] == "0x10000000" => {
                json!(const_hex::encode_prefixed(opaque(metadata))).into()
            }
            "NeuronInfoRuntimeApi_get_neurons_lite" => json!("0x00").into(),
            other => Reply::error(4003, format!("Client error: Execution failed: {other} is not found")),
        },
        other => Reply::error(-32601, format!("Method not found: {other}")),
    }
}

/// What the state holds at a key: the block's number and the last upgrade, and what the test has set.
fn value(state: &State, block: Hash, key: &Json) -> Json {
    let bytes = const_hex::decode(key.as_str().unwrap_or_default()).unwrap_or_default();
    if *key == *PROBE_NUMBER {
        return "0x07000000".into();
    }
    if *key == *PROBE_DIGEST && state.carries_upgrade {
        return "0x0408".into();
    }
    if *key == *PROBE_UPGRADE {
        let spec = state.upgraded_to.unwrap_or(state.spec_version);
        return const_hex::encode_prefixed(Compact(spec).encode()).into();
    }
    state.storage.get(&(block, bytes)).map_or(Json::Null, |value| const_hex::encode_prefixed(value).into())
}

/// `Some(Vec<u8>)`, as `Metadata_metadata_at_version` answers.
fn opaque(bytes: &[u8]) -> Vec<u8> {
    [&[1], ((bytes.len() as u32) << 2 | 2).to_le_bytes().as_slice(), bytes].concat()
}

static PROBE_NUMBER: std::sync::LazyLock<Json> = std::sync::LazyLock::new(|| system("Number"));
static PROBE_DIGEST: std::sync::LazyLock<Json> = std::sync::LazyLock::new(|| system("Digest"));
static PROBE_UPGRADE: std::sync::LazyLock<Json> = std::sync::LazyLock::new(|| system("LastRuntimeUpgrade"));

fn system(item: &str) -> Json {
    use tensorwire_scale::hash::twox_128;
    const_hex::encode_prefixed([twox_128(b"System"), twox_128(item.as_bytes())].concat()).into()
}
