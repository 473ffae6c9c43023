//! A scripted chain that forks, served by nodes that fall behind, lose notifications and drop their connections.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock},
    time::Duration,
};

use parity_scale_codec::{Compact, Encode};
use serde_json::{Value as Json, json};
use tensorwire_chain::{BlockRef, Builder, Cache, Chain, Hash, HeadEvent};
use tensorwire_rpc::{
    Client,
    mock::{Greeting, MockNode, Reply},
};
use tensorwire_scale::hash::blake2_256;
use tokio::time::Instant;

use super::state::{self, SPEC, State};

/// One trip of the scripted network.
pub const ROUND_TRIP: Duration = Duration::from_millis(10);

/// The chain as it is.
#[derive(Clone)]
pub struct Forks(Arc<Mutex<Blocks>>);

struct Blocks {
    headers: HashMap<Hash, Json>,
    states: HashMap<Hash, State>,
    /// What the next block's state will be.
    next: State,
    best: Vec<BlockRef>,
    finalized: usize,
}

/// A node: the chain as far as it has got there.
pub struct ForkNode {
    pub mock: MockNode,
    pub view: Arc<Mutex<View>>,
    chain: Forks,
    name: String,
}

/// What a node has and how it behaves.
pub struct View {
    pub best: Vec<BlockRef>,
    pub finalized: usize,
    /// The lowest block, but genesis, that it has.
    pub first_block: u64,
    /// Forgets the blocks that are not on its best chain.
    pub forgets_forks: bool,
    /// Gives this header for every block.
    pub lie: Option<Json>,
    /// Refuses more questions a second than this.
    pub limit: Option<u32>,
    /// The present second, and the questions asked in it.
    second: (Instant, u32),
    /// Answers this to whoever subscribes.
    pub refusal: Option<Reply>,
}

impl Forks {
    pub fn new(height: usize) -> Self {
        Self::of_spec(SPEC, height)
    }

    /// A chain whose genesis holds the code of that spec version.
    pub fn of_spec(spec: u32, height: usize) -> Self {
        let blocks = Blocks {
            headers: HashMap::new(),
            states: HashMap::new(),
            next: State { code: spec, upgraded_to: spec, ..State::first() },
            best: Vec::new(),
            finalized: 0,
        };
        let chain = Self(Arc::new(Mutex::new(blocks)));
        chain.grow(height + 1);
        chain
    }

    pub fn grow(&self, blocks: usize) {
        let mut chain = self.0.lock().unwrap();
        for _ in 0..blocks {
            let number = chain.best.len() as u64;
            let parent = chain.best.last().map_or(Hash([0; 32]), |parent| parent.hash);
            // No two blocks are the same.
            let state_root = Hash(blake2_256(&(chain.headers.len() as u64).to_le_bytes()));
            let hash = hash_of(number, parent, state_root);
            let header = json!({
                "number": format!("{number:#x}"), "parentHash": parent, "stateRoot": state_root,
                "extrinsicsRoot": state_root, "digest": {"logs": [const_hex::encode_prefixed(LOG)]},
            });
            let upgraded_to = chain.states.get(&parent).map_or(chain.next.code, |parent| parent.code);
            let state = State { upgraded_to, ..chain.next };
            chain.states.insert(hash, state);
            chain.headers.insert(hash, header);
            chain.best.push(BlockRef { number, hash });
        }
    }

    /// Replaces the last blocks, but no finalized one, by one more.
    pub fn fork(&self, depth: usize) {
        let depth = {
            let mut chain = self.0.lock().unwrap();
            let depth = depth.min(chain.best.len() - 1 - chain.finalized);
            let kept = chain.best.len() - depth;
            chain.best.truncate(kept);
            depth
        };
        self.grow(depth + 1);
    }

    /// Finalizes all but the last blocks.
    pub fn finalize_behind(&self, lag: usize) {
        let mut chain = self.0.lock().unwrap();
        chain.finalized = chain.finalized.max((chain.best.len() - 1).saturating_sub(lag));
    }

    /// Replaces the last blocks, whatever was finalized: what no chain may do.
    pub fn revert(&self, depth: usize) {
        self.0.lock().unwrap().finalized = 0;
        self.fork(depth);
    }

    pub fn best(&self) -> Vec<BlockRef> {
        self.0.lock().unwrap().best.clone()
    }

    pub fn head(&self) -> BlockRef {
        *self.best().last().unwrap()
    }

    pub fn finalized(&self) -> BlockRef {
        let chain = self.0.lock().unwrap();
        chain.best[chain.finalized]
    }

    /// What the blocks made from now on have in their state.
    pub fn set_tempo(&self, tempo: u16) {
        self.0.lock().unwrap().next.tempo = tempo;
    }

    /// The code that the next block puts in place.
    pub fn set_code(&self, spec: u32) {
        self.0.lock().unwrap().next.code = spec;
    }

    pub fn state(&self, hash: Hash) -> State {
        self.0.lock().unwrap().states[&hash]
    }

    pub fn header(&self, hash: Hash) -> Json {
        self.0.lock().unwrap().headers.get(&hash).cloned().unwrap_or(Json::Null)
    }
}

impl ForkNode {
    pub async fn start(chain: &Forks, name: &str) -> Self {
        Self::greeting(chain, name, Greeting::Upgrade).await
    }

    /// A node that meets every connection like this.
    pub async fn greeting(chain: &Forks, name: &str, greeting: Greeting) -> Self {
        let view = View {
            best: Vec::new(),
            finalized: 0,
            first_block: 0,
            forgets_forks: false,
            lie: None,
            limit: None,
            second: (Instant::now(), 0),
            refusal: None,
        };
        let view = Arc::new(Mutex::new(view));
        let itself = Arc::<OnceLock<MockNode>>::default();
        let greet = |feed: &'static str, finalized: bool| {
            let (view, chain, itself) = (view.clone(), chain.clone(), itself.clone());
            move |_: &Json| {
                if let Some(refusal) = &view.lock().unwrap().refusal {
                    return refusal.clone();
                }
                let (view, chain, itself) = (view.clone(), chain.clone(), itself.clone());
                tokio::spawn(async move {
                    // The present head comes right after the subscription's id.
                    tokio::time::sleep(ROUND_TRIP + Duration::from_millis(1)).await;
                    let hash = view.lock().unwrap().head(finalized).hash;
                    let item = match feed {
                        VALUES => chain.state(hash).present(hash),
                        _ => chain.header(hash),
                    };
                    itself.get().map(|node| node.push(feed, item));
                });
                Reply::Subscribe(feed.to_owned())
            }
        };
        let answers = (view.clone(), chain.clone());
        let mock = MockNode::builder()
            .greeting(greeting)
            .round_trip(ROUND_TRIP)
            .handle("chain_subscribeNewHeads", greet(BEST, false))
            .handle("chain_unsubscribeNewHeads", |params| Reply::Unsubscribe(params[0].clone()))
            .handle("chain_subscribeFinalizedHeads", greet(FINALIZED, true))
            .handle("chain_unsubscribeFinalizedHeads", |params| Reply::Unsubscribe(params[0].clone()))
            .handle("state_subscribeStorage", greet(VALUES, false))
            .handle("state_unsubscribeStorage", |params| Reply::Unsubscribe(params[0].clone()))
            .otherwise(move |method, params| answers.0.lock().unwrap().answer(&answers.1, method, params))
            .start()
            .await
            .unwrap();
        let _ = itself.set(mock.clone());
        let node = Self { mock, view, chain: chain.clone(), name: name.to_owned() };
        node.catch_up(0);
        node
    }

    pub fn view(&self) -> MutexGuard<'_, View> {
        self.view.lock().unwrap()
    }

    /// Takes over the chain but its last blocks. Tells nobody.
    pub fn catch_up(&self, behind: usize) {
        let (best, finalized) = (self.chain.best(), self.chain.finalized().number as usize);
        let mut view = self.view();
        let kept = best.len().saturating_sub(behind).max(view.finalized + 1);
        view.best = best[..kept].to_vec();
        view.finalized = finalized.min(kept - 1);
    }

    /// Tells whoever follows the heads.
    pub fn announce(&self) {
        let (best, finalized) = {
            let view = self.view();
            (view.head(false), view.head(true))
        };
        let header = self.chain.header(best.hash);
        if let Some(Ok(parent)) = header["parentHash"].as_str().map(str::parse).filter(|_| best.number > 0)
            && let Some(changes) = self.chain.state(best.hash).changes(&self.chain.state(parent), best.hash)
        {
            self.mock.push(VALUES, changes);
        }
        self.mock.push(BEST, header);
        self.mock.push(FINALIZED, self.chain.header(finalized.hash));
    }

    /// All of the chain, and word of it.
    pub fn sync(&self) {
        self.catch_up(0);
        self.announce();
    }

    /// How the node is reached: by pipes in memory.
    pub fn wire(&self) -> tensorwire_rpc::Builder {
        let mock = self.mock.clone();
        Client::builder(&format!("ws://{}", self.name)).dial_with(move || mock.pipe())
    }

    pub async fn connect(&self, settings: impl Fn(Builder) -> Builder) -> Chain {
        settings(Chain::builder(self.wire()).cache(Cache::none())).connect().await.unwrap()
    }
}

pub const BEST: &str = "chain_newHead";
pub const FINALIZED: &str = "chain_finalizedHead";
pub const VALUES: &str = "state_storage";

impl View {
    pub fn head(&self, finalized: bool) -> BlockRef {
        self.best[if finalized { self.finalized } else { self.best.len() - 1 }]
    }

    fn at(&self, number: u64) -> Option<Hash> {
        let there = number == 0 || number >= self.first_block;
        self.best.get(number as usize).filter(|_| there).map(|block| block.hash)
    }

    /// Whether there are more questions in this second than the limit allows.
    fn refuses(&mut self) -> bool {
        if self.second.0.elapsed() >= Duration::from_secs(1) {
            self.second = (Instant::now(), 0);
        }
        self.second.1 += 1;
        self.limit.is_some_and(|limit| self.second.1 > limit)
    }

    fn answer(&mut self, chain: &Forks, method: &str, params: &Json) -> Reply {
        if self.refuses() {
            return Reply::error(-32029, "Too many requests");
        }
        let answer = match method {
            "chain_getBlockHash" => match &params[0] {
                Json::Array(numbers) => numbers.iter().map(|n| json!(self.at(n.as_u64().unwrap()))).collect(),
                Json::Number(number) => json!(self.at(number.as_u64().unwrap())),
                _ => json!(self.head(false).hash),
            },
            "chain_getFinalizedHead" => json!(self.head(true).hash),
            "chain_getHeader" => {
                let hash = params[0].as_str().map_or(self.head(false).hash, |hash| hash.parse().unwrap());
                let header = chain.header(hash);
                let number = header["number"].as_str().unwrap_or("0x0").trim_start_matches("0x");
                let number = u64::from_str_radix(number, 16).unwrap();
                let imported = number < self.best.len() as u64 && number >= self.first_block;
                let kept = !self.forgets_forks || self.at(number) == Some(hash);
                match &self.lie {
                    Some(lie) => lie.clone(),
                    None if imported && kept => header,
                    None => Json::Null,
                }
            }
            other => {
                let unknown = || Reply::error(-32601, format!("Method not found: {other}"));
                return state::answer(self, chain, method, params).unwrap_or_else(unknown);
            }
        };
        answer.into()
    }
}

/// What a consumer makes of a stream: every step is checked.
#[derive(Default)]
pub struct Replay {
    pub blocks: Vec<BlockRef>,
    pub reorgs: usize,
    pub lagged: Vec<u64>,
}

impl Replay {
    pub fn apply(&mut self, event: HeadEvent) {
        match event {
            HeadEvent::Block(header) => {
                if let Some(last) = self.blocks.last() {
                    assert_eq!((header.parent, header.number), (last.hash, last.number + 1), "linked");
                }
                self.blocks.push(header.block());
            }
            HeadEvent::Reorg { from, to } => {
                assert_eq!(self.blocks.last(), Some(&from));
                assert!(to.number < from.number);
                let first = self.blocks[0];
                self.blocks.retain(|block| block.number <= to.number);
                assert!(self.blocks.last() == Some(&to) || to.number < first.number);
                self.reorgs += 1;
            }
            HeadEvent::Lagged { missed } => {
                self.blocks.clear();
                self.lagged.push(missed);
            }
            other => panic!("{other:?}"),
        }
    }

    pub fn last(&self) -> Option<BlockRef> {
        self.blocks.last().copied()
    }
}

/// The header's hash, by another codec than the one tested.
fn hash_of(number: u64, parent: Hash, root: Hash) -> Hash {
    let digest = (Compact(1u32), LOG);
    Hash(blake2_256(&(parent.0, Compact(number), root.0, root.0, digest).encode()))
}

/// A digest item: `Other`, one byte long.
const LOG: [u8; 3] = [0, 4, b'a'];
