use std::sync::Arc;

use futures_util::future::try_join;
use tensorwire_rpc::{Answer, Request};
use tensorwire_scale::Runtime;
use tokio::sync::OnceCell;

use crate::{
    BlockId, Hash, Result, RuntimeVersion,
    changes::Changes,
    flight::{Flight, LazyFlight},
    node::Node,
    pool::Needs,
};

/// One block, as far as it is known: the questions about it are on the wire before anyone waits for the answers.
pub(crate) struct Pin {
    asked: BlockId,
    block: Flight<Located>,
    runtime: LazyFlight<Arc<Runtime>>,
    number: OnceCell<u64>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Located {
    pub(crate) hash: Hash,
    number: Option<u64>,
    /// The endpoint that has shown it.
    seen_at: Option<usize>,
}

impl Located {
    /// What an endpoint must have to answer for this block.
    pub(crate) fn needs(&self) -> Needs {
        Needs::State { number: self.number, seen_at: self.seen_at }
    }
}

impl Pin {
    /// Two requests, sent at once: the head is pinned by what a storage read says of itself.
    pub(crate) fn head(node: &Arc<Node>) -> Self {
        let question = || Changes::request(PROBE.as_slice(), None);
        let probe = node.pool.send(question(), Needs::Head);
        let version = node.pool.send(Request::new("state_getRuntimeVersion"), Needs::Head);
        let probe = Flight::new(&node.handle, {
            let pool = node.pool.clone();
            async move {
                let read = |answer: &Answer| Probe::read(answer).map(|probe| (probe.number(), probe));
                let (mut probe, endpoint) = pool.head(probe, question, read).await?;
                probe.block.seen_at = Some(endpoint);
                Ok(probe)
            }
        });
        let runtime = {
            let (node, probe) = (node.clone(), probe.clone());
            async move {
                let (probe, version) = try_join(probe.get(), version).await?;
                let (block, needs) = (probe.block.hash, probe.block.needs());
                let asked = RuntimeVersion::read(&version.answer)?;
                // Both speak of the same block, unless an upgrade came in between (or this block carries it).
                let version = if probe.upgraded_to == Some(asked.spec_version) {
                    asked
                } else {
                    node.version_at(block, needs).await?
                };
                node.current_runtime(version, block, needs).await
            }
        };
        Self::new(node, BlockId::Head, async move { Ok(probe.get().await?.block) }, runtime)
    }

    /// One request now, and one more when its answer is there; another for its number where there are several endpoints.
    pub(crate) fn finalized(node: &Arc<Node>) -> Self {
        let question = || Request::new("chain_getFinalizedHead");
        let head = node.pool.send(question(), Needs::Head);
        let pool = node.pool.clone();
        let block = async move {
            let (hash, number, endpoint) = pool.finalized(head, question).await?;
            Ok(Located { hash, number, seen_at: Some(endpoint) })
        };
        let block = Flight::new(&node.handle, block);
        let runtime = {
            let (node, block) = (node.clone(), block.clone());
            async move {
                let block = block.get().await?;
                let version = node.version_at(block.hash, block.needs()).await?;
                node.current_runtime(version, block.hash, block.needs()).await
            }
        };
        Self::new(node, BlockId::Finalized, async move { block.get().await }, runtime)
    }

    /// One request now, and one more when its answer is there.
    pub(crate) fn number(node: &Arc<Node>, number: u64) -> Self {
        let block = {
            let node = node.clone();
            async move { Ok(Located { hash: node.hash_of(number).await?, number: Some(number), seen_at: None }) }
        };
        Self::then_runtime(node, BlockId::Number(number), block)
    }

    /// One request, when the runtime is first needed.
    pub(crate) fn hash(node: &Arc<Node>, hash: Hash) -> Self {
        let block = std::future::ready(Ok(Located { hash, number: None, seen_at: None }));
        Self::then_runtime(node, hash.into(), block)
    }

    fn then_runtime(
        node: &Arc<Node>,
        asked: BlockId,
        block: impl Future<Output = Result<Located>> + Send + 'static,
    ) -> Self {
        let block = Flight::new(&node.handle, block);
        let runtime = {
            let (node, block) = (node.clone(), block.clone());
            async move {
                let block = block.get().await?;
                let version = node.version_at(block.hash, block.needs()).await?;
                node.runtime(version, block.hash, block.needs()).await
            }
        };
        Self::new(node, asked, async move { block.get().await }, runtime)
    }

    fn new(
        node: &Arc<Node>,
        asked: BlockId,
        block: impl Future<Output = Result<Located>> + Send + 'static,
        runtime: impl Future<Output = Result<Arc<Runtime>>> + Send + 'static,
    ) -> Self {
        Self {
            asked,
            block: Flight::new(&node.handle, block),
            runtime: LazyFlight::new(&node.handle, runtime),
            number: OnceCell::new(),
        }
    }

    /// The block, once it is known.
    pub(crate) async fn located(&self) -> Result<Located> {
        self.block.get().await
    }

    /// The hash, once it is known.
    pub(crate) async fn hash_of(&self) -> Result<Hash> {
        Ok(self.block.get().await?.hash)
    }

    /// The hash, if it is known now.
    pub(crate) fn hash_now(&self) -> Option<Hash> {
        Some(self.block.now()?.ok()?.hash)
    }

    pub(crate) async fn number_of(&self, node: &Node) -> Result<u64> {
        let located = self.block.get().await?;
        match located.number {
            Some(number) => Ok(number),
            None => {
                self.number.get_or_try_init(|| node.number_of(located.hash, Needs::Anything)).await.copied()
            }
        }
    }

    pub(crate) async fn runtime(&self) -> Result<Arc<Runtime>> {
        self.runtime.get().await
    }

    /// The runtime, if it is known now.
    pub(crate) fn runtime_now(&self) -> Option<Arc<Runtime>> {
        self.runtime.now()?.ok()
    }

    /// Whether a read without a block may turn out to be one of this block.
    pub(crate) fn is_open_head(&self) -> bool {
        self.asked == BlockId::Head && self.block.now().is_none()
    }

    pub(crate) fn asked(&self) -> BlockId {
        self.hash_now().map_or(self.asked, BlockId::Hash)
    }
}

/// twox128("System") ++ twox128("Number"), twox128("System") ++ twox128("LastRuntimeUpgrade"): the same on every
/// FRAME chain.
static PROBE: std::sync::LazyLock<[Vec<u8>; 2]> = std::sync::LazyLock::new(|| {
    use tensorwire_scale::hash::twox_128;
    [b"Number".as_slice(), b"LastRuntimeUpgrade"].map(|item| [twox_128(b"System"), twox_128(item)].concat())
});

/// What one storage read says of the head it was made at.
#[derive(Clone)]
struct Probe {
    block: Located,
    upgraded_to: Option<u32>,
}

impl Probe {
    fn read(answer: &Answer) -> Result<Self> {
        let Changes { block, mut values } = Changes::read(answer, PROBE.as_slice())?;
        let upgraded_to = values.pop().flatten().and_then(|bytes| compact_u32(&bytes));
        let number = values.pop().flatten().and_then(|bytes| little_endian(&bytes));
        Ok(Self { block: Located { hash: block, number, seen_at: None }, upgraded_to })
    }

    /// The genesis block has no number in its state yet.
    fn number(&self) -> u64 {
        self.block.number.unwrap_or_default()
    }
}

/// Block numbers are u32 on most chains and u64 on some.
fn little_endian(bytes: &[u8]) -> Option<u64> {
    match bytes.len() {
        4 | 8 => Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))),
        _ => None,
    }
}

/// The compact integer at the start of `LastRuntimeUpgradeInfo`.
fn compact_u32(bytes: &[u8]) -> Option<u32> {
    let number =
        |length: usize| Some(little_endian(&[bytes.get(..length)?, &[0; 4][length..]].concat())? as u32);
    match bytes.first()? & 0b11 {
        0 => number(1).map(|n| n >> 2),
        1 => number(2).map(|n| n >> 2),
        2 => number(4).map(|n| n >> 2),
        _ => None,
    }
}
