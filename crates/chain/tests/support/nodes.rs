//! Several scripted nodes of one chain, each with its own head, depth and faults.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use serde_json::{Value as Json, json};
use tensorwire_chain::{Builder, Cache, Chain, Hash};
use tensorwire_rpc::{
    Client,
    mock::{MockBuilder, MockNode, Reply},
};

use super::{GENESIS, PROBE_NUMBER, PROBE_UPGRADE, ROUND_TRIP, metadata, opaque};

/// What one node has and how it behaves; tests change it between questions.
pub struct NodeState {
    pub genesis: Hash,
    pub head: u64,
    /// The lowest block whose state it has.
    pub oldest_state: u64,
    /// The lowest block, but genesis, that it has at all.
    pub first_block: u64,
    /// Answers requests, but the genesis question, like this, so many times.
    pub refuses: Option<(Reply, usize)>,
    /// How much later than others it answers.
    pub delay: Duration,
}

pub struct Node {
    pub mock: MockNode,
    pub state: Arc<Mutex<NodeState>>,
    pub name: &'static str,
}

/// The hash of a block of the scripted chain.
pub fn hash(number: u64) -> Hash {
    match number {
        0 => GENESIS,
        _ => Hash(std::array::from_fn(|index| if index < 8 { number.to_be_bytes()[index] } else { 0xbb })),
    }
}

fn number(hash: Hash) -> u64 {
    if hash == GENESIS { 0 } else { u64::from_be_bytes(std::array::from_fn(|index| hash.0[index])) }
}

impl Node {
    /// A node at that head which has everything; `None`, with a message, where there is no metadata to speak with.
    pub async fn start(name: &'static str, head: u64) -> Option<Self> {
        metadata("finney-393-v16.scale")?;
        let state = NodeState {
            genesis: GENESIS,
            head,
            oldest_state: 0,
            first_block: 0,
            refuses: None,
            delay: Duration::ZERO,
        };
        let state = Arc::new(Mutex::new(state));
        let mock = Self::script(state.clone()).start().await.unwrap();
        Some(Self { mock, state, name })
    }

    /// What a node in that state says.
    pub fn script(state: Arc<Mutex<NodeState>>) -> MockBuilder {
        let bytes = metadata("finney-393-v16.scale").unwrap_or_default();
        MockNode::builder()
            .round_trip(ROUND_TRIP)
            .subscription("chain_newHead", "chain_subscribeNewHeads", "chain_unsubscribeNewHeads")
            .otherwise(move |method, params| {
                let mut state = state.lock().unwrap();
                let reply = answer(&mut state, &bytes, method, params);
                if state.delay.is_zero() { reply } else { reply.after(state.delay) }
            })
    }

    pub fn state(&self) -> MutexGuard<'_, NodeState> {
        self.state.lock().unwrap()
    }

    /// How the node is reached: by pipes in memory.
    pub fn wire(&self) -> tensorwire_rpc::Builder {
        let mock = self.mock.clone();
        Client::builder(&format!("ws://{}", self.name)).dial_with(move || mock.pipe())
    }

    /// Moves the head, and tells whoever follows it.
    pub fn grow(&self, head: u64) {
        self.state().head = head;
        self.mock.push("chain_newHead", header(head));
    }

    /// Requests about the state of a block.
    pub fn state_reads(&self) -> u64 {
        ["state_getStorage", "state_queryStorageAt", "state_getRuntimeVersion"]
            .into_iter()
            .map(|method| self.mock.requests_of(method))
            .sum()
    }
}

/// What the scripted nodes answer for any item but `System.Number` is the block's number.
pub async fn tempo(chain: &Chain, block: u64) -> tensorwire_chain::Result<u64> {
    let at = chain.at(block).await?;
    Ok(at.query("SubtensorModule", "Tempo", [1u16]).await?.as_u64().unwrap())
}

pub async fn head_number(chain: &Chain) -> u64 {
    chain.head().await.unwrap().number().await.unwrap()
}

/// A node, or the end of the test where there is no metadata to speak with.
#[allow(unused_macros, reason = "not every test starts several nodes")]
macro_rules! start {
    ($name:literal, $head:expr) => {
        match $crate::support::nodes::Node::start($name, $head).await {
            Some(node) => node,
            None => return,
        }
    };
}
#[allow(unused_imports, reason = "not every test starts several nodes")]
pub(crate) use start;

/// A wait in which whatever follows heads begins to.
pub const SETTLED: Duration = Duration::from_secs(3);

/// The first node is the primary, the others are added by `settings`.
pub async fn connect(primary: &Node, settings: impl Fn(Builder) -> Builder) -> Chain {
    settings(Chain::builder(primary.wire()).cache(Cache::none())).connect().await.unwrap()
}

fn header(number: u64) -> Json {
    json!({
        "number": format!("{number:#x}"),
        "parentHash": hash(number.saturating_sub(1)),
        "stateRoot": GENESIS,
        "extrinsicsRoot": GENESIS,
        "digest": {"logs": []},
    })
}

fn answer(state: &mut NodeState, metadata: &[u8], method: &str, params: &Json) -> Reply {
    if method == "chain_getBlockHash" && params[0] == 0 {
        return json!(state.genesis).into();
    }
    if let Some((refusal, times)) = &mut state.refuses
        && *times > 0
    {
        *times -= 1;
        return refusal.clone();
    }
    let state = &*state;
    let has = |number: u64| number == 0 || (state.first_block..=state.head).contains(&number);
    let named = |number: u64| if has(number) { json!(hash(number)) } else { Json::Null };
    let block = |param: &Json| param.as_str().and_then(|text| text.parse::<Hash>().ok()).map(number);
    // Where a read is made, or the node's words for why it cannot be.
    let at = |param: &Json| match block(param) {
        None => Ok(state.head),
        Some(number) if !has(number) => {
            Err(Reply::error(4003, format!("Client error: UnknownBlock: Header was not found: {number}")))
        }
        Some(number) if number < state.oldest_state => Err(Reply::error(
            4003,
            format!("Client error: UnknownBlock: State already discarded for {}", hash(number)),
        )),
        Some(number) => Ok(number),
    };
    let value = |key: &Json, number: u64| match key {
        _ if *key == *PROBE_NUMBER => json!(const_hex::encode_prefixed((number as u32).to_le_bytes())),
        _ if *key == *PROBE_UPGRADE => {
            json!(const_hex::encode_prefixed((393u32 << 2 | 1).to_le_bytes().split_at(2).0))
        }
        // Whatever else is asked for: the block's number, as u16.
        _ => json!(const_hex::encode_prefixed((number as u16).to_le_bytes())),
    };
    let answered = match method {
        "chain_getBlockHash" => Ok(match &params[0] {
            Json::Array(numbers) => numbers.iter().map(|n| named(n.as_u64().unwrap())).collect(),
            Json::Number(number) => named(number.as_u64().unwrap()),
            _ => json!(hash(state.head)),
        }),
        "chain_getFinalizedHead" => Ok(json!(hash(state.head.saturating_sub(2)))),
        "chain_getHeader" => Ok(match block(&params[0]) {
            Some(number) if !has(number) => Json::Null,
            Some(number) => header(number),
            None => header(state.head),
        }),
        "state_getRuntimeVersion" => at(&params[0])
            .map(|_| json!({"specName": "node-subtensor", "specVersion": 393, "transactionVersion": 1})),
        "state_getStorage" => at(&params[1]).map(|number| value(&params[0], number)),
        "state_queryStorageAt" => at(&params[1]).map(|number| {
            let keys = params[0].as_array().unwrap();
            let changes: Vec<_> = keys.iter().map(|key| json!([key, value(key, number)])).collect();
            json!([{"block": hash(number), "changes": changes}])
        }),
        "state_call" if params[0] == "Metadata_metadata_versions" => Ok(json!("0x0410000000")),
        "state_call" => Ok(json!(const_hex::encode_prefixed(opaque(metadata)))),
        "system_chain" | "system_name" | "system_version" => Ok(json!("scripted")),
        "system_properties" => Ok(json!({})),
        other => Err(Reply::error(-32601, format!("Method not found: {other}"))),
    };
    answered.map_or_else(|refusal| refusal, Reply::from)
}
