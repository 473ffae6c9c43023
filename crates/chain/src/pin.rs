use std::sync::{Arc, LazyLock};

use futures_util::future::try_join;
use tensorwire_rpc::{Answer, Request};
use tensorwire_scale::Runtime;
use tokio::sync::OnceCell;

use crate::{
    BlockId, BlockRef, Error, ErrorKind, Hash, Header, Result, RuntimeVersion, backfill,
    changes::Changes,
    compact, digest,
    flight::{Flight, LazyFlight},
    history::History,
    node::Node,
    pool::Needs,
    storage::key,
};

/// One block, as far as it is known: the questions about it are on the wire before anyone waits for the answers.
pub(crate) struct Pin {
    asked: BlockId,
    block: Flight<Located>,
    version: Arc<LazyFlight<RuntimeVersion>>,
    runtime: LazyFlight<Arc<Runtime>>,
    number: OnceCell<u64>,
    header: OnceCell<Header>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Located {
    pub(crate) hash: Hash,
    pub(crate) number: Option<u64>,
    /// The endpoint that has shown it.
    pub(crate) seen_at: Option<usize>,
    /// Whether the block was known to be final when it was asked for: of a final block the number says which it is.
    pub(crate) is_final: bool,
    /// What its state says of the last upgrade, where that is known already. Not of a head that carries the next one.
    pub(crate) upgraded_to: Option<u32>,
}

impl Located {
    /// The block of that hash, and of that number where it is known.
    pub(crate) fn block(node: &Node, hash: Hash, number: Option<u64>) -> Self {
        let is_final = number.is_some_and(|number| node.history.is_final(BlockRef { number, hash }));
        Self { hash, number, seen_at: None, is_final, upgraded_to: None }
    }

    /// Its header, as a node gives it: whether it is the one.
    pub(crate) fn check(&self, header: &Header) -> Result<()> {
        let number = self.number.unwrap_or(header.number);
        if (header.hash, header.number) == (self.hash, number) {
            return Ok(());
        }
        let asked = BlockRef { number, hash: self.hash };
        let message = format!("asked for block {asked}, the node gave block {}", header.block());
        Err(Error::new(ErrorKind::Protocol, message))
    }

    /// The number of a block that will not be reorganised away.
    pub(crate) fn final_number(&self) -> Option<u64> {
        self.number.filter(|_| self.is_final)
    }

    /// What an endpoint must have to answer for this block.
    pub(crate) fn needs(&self) -> Needs {
        Needs::State { number: self.number, seen_at: self.seen_at }
    }

    /// What an endpoint must have to give its header and extrinsics: those are there where the state is gone.
    pub(crate) fn needs_block(&self) -> Needs {
        self.number.map_or(Needs::Anything, Needs::Block)
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
                let read = |answer: &Answer| probed(answer).map(|at| (at.number.unwrap_or_default(), at));
                let (at, endpoint) = pool.head(probe, question, read).await?;
                Ok(Located { seen_at: Some(endpoint), ..at })
            }
        });
        let version = {
            let (node, probe) = (node.clone(), probe.clone());
            async move {
                let (block, version) = try_join(probe.get(), version).await?;
                let asked = RuntimeVersion::read(&version.answer)?;
                // Both speak of the same block, unless an upgrade came in between.
                if block.upgraded_to == Some(asked.spec_version) {
                    return Ok(asked);
                }
                node.version_at(block.hash, block.needs()).await
            }
        };
        Self::new(node, BlockId::Head, probe, version)
    }

    /// One request now, and one more when its answer is there; another for its number where there are several endpoints.
    pub(crate) fn finalized(node: &Arc<Node>) -> Self {
        let question = || Request::new("chain_getFinalizedHead");
        let head = node.pool.send(question(), Needs::Head);
        let located = {
            let node = node.clone();
            async move {
                let (hash, number, endpoint) = node.pool.finalized(head, question).await?;
                number.into_iter().for_each(|number| node.history.finalize(BlockRef { number, hash }));
                let seen_at = Some(endpoint);
                Ok(Located { hash, number, seen_at, is_final: true, upgraded_to: None })
            }
        };
        Self::versioned(node, BlockId::Finalized, located)
    }

    /// One request now, and one more when its answer is there.
    pub(crate) fn number(node: &Arc<Node>, number: u64) -> Self {
        let located = {
            let node = node.clone();
            async move {
                let is_final = number <= node.history.finalized();
                let hash = node.hash_of(number).await?;
                if is_final {
                    node.history.finalize(BlockRef { number, hash });
                }
                Ok(Located { hash, number: Some(number), seen_at: None, is_final, upgraded_to: None })
            }
        };
        Self::versioned(node, BlockId::Number(number), located)
    }

    /// One request, when the runtime is first needed; none for a final block among others of its runtime.
    pub(crate) fn block(node: &Arc<Node>, hash: Hash, number: Option<u64>) -> Self {
        let located = Located::block(node, hash, number);
        let asked = number.map_or(BlockId::Hash(hash), |number| BlockRef { number, hash }.into());
        Self::versioned(node, asked, std::future::ready(Ok(located)))
    }

    fn versioned(
        node: &Arc<Node>,
        asked: BlockId,
        block: impl Future<Output = Result<Located>> + Send + 'static,
    ) -> Self {
        let block = Flight::new(&node.handle, block);
        let version = {
            let (node, block) = (node.clone(), block.clone());
            async move {
                let block = block.get().await?;
                if let Some(version) = block.final_number().and_then(|number| node.history.holder(number)) {
                    return Ok(version);
                }
                if block.number.is_some() {
                    node.asked_for_old();
                }
                node.version_at(block.hash, block.needs()).await
            }
        };
        Self::new(node, asked, block, version)
    }

    fn new(
        node: &Arc<Node>,
        asked: BlockId,
        block: Flight<Located>,
        version: impl Future<Output = Result<RuntimeVersion>> + Send + 'static,
    ) -> Self {
        let version = {
            let (node, block) = (node.clone(), block.clone());
            async move {
                let (at, version) = try_join(block.get(), version).await?;
                at.final_number().into_iter().for_each(|number| node.history.holds(number, &version));
                Ok(version)
            }
        };
        let version = Arc::new(LazyFlight::new(&node.handle, version));
        let is_current = matches!(asked, BlockId::Head | BlockId::Finalized);
        let runtime = {
            let (node, block, version) = (node.clone(), block.clone(), version.clone());
            async move {
                let (at, version) = try_join(block.get(), version.get()).await?;
                let runtime = node.runtime(&version, at.hash, at.needs()).await?;
                if is_current {
                    node.is_current(&version, &runtime).await?;
                }
                Ok(runtime)
            }
        };
        Self {
            asked,
            block,
            version,
            runtime: LazyFlight::new(&node.handle, runtime),
            number: OnceCell::new(),
            header: OnceCell::new(),
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
                let number = match self.header.get() {
                    Some(header) => header.number,
                    None => {
                        let ask = || node.number_of(located.hash, Needs::Anything);
                        *self.number.get_or_try_init(ask).await?
                    }
                };
                if self.asked == BlockId::Finalized {
                    node.history.finalize(BlockRef { number, hash: located.hash });
                }
                Ok(number)
            }
        }
    }

    /// The header: one request, once. It is the one of the hash.
    pub(crate) async fn header(&self, node: &Node) -> Result<Header> {
        let at = self.block.get().await?;
        let fetch = || async move {
            let header = backfill::by_hash(node, at.hash, at.needs_block())
                .await?
                .ok_or_else(|| node.pool.has_no_block(at.hash))?;
            at.check(&header)?;
            Ok(header)
        };
        self.header.get_or_try_init(fetch).await.cloned()
    }

    /// Keeps the header, which has come otherwise.
    pub(crate) fn has_header(&self, header: &Header) {
        if !self.header.initialized() {
            let _ = self.header.set(header.clone());
        }
    }

    /// What the node says of the runtime whose code the block's state holds.
    pub(crate) async fn version(&self) -> Result<RuntimeVersion> {
        self.version.get().await
    }

    /// The runtime whose code the block's state holds.
    pub(crate) async fn runtime(&self) -> Result<Arc<Runtime>> {
        self.runtime.get().await
    }

    /// The runtime, if it is known now.
    pub(crate) fn runtime_now(&self) -> Option<Arc<Runtime>> {
        self.runtime.now()?.ok()
    }

    /// Whether it is likely known who executed the block without a read of its own: the head tells it with its hash.
    pub(crate) fn tells_executor(&self, history: &History) -> bool {
        match self.asked {
            BlockId::Head => true,
            BlockId::Number(number) => number <= history.finalized() && history.executor(number).is_some(),
            BlockId::Block(block) => history.is_final(block) && history.executor(block.number).is_some(),
            BlockId::Finalized | BlockId::Hash(_) => false,
        }
    }

    /// Whether a read without a block may turn out to be one of this block.
    pub(crate) fn is_open_head(&self) -> bool {
        self.asked == BlockId::Head && self.block.now().is_none()
    }

    pub(crate) fn asked(&self) -> BlockId {
        self.hash_now().map_or(self.asked, BlockId::Hash)
    }
}

/// The questions about a head, as storage keys.
static PROBE: LazyLock<[Vec<u8>; 3]> =
    LazyLock::new(|| ["Number", "LastRuntimeUpgrade", "Digest"].map(key::of_system));

/// The storage key of `System.LastRuntimeUpgrade`.
pub(crate) fn last_upgrade_key() -> Vec<u8> {
    PROBE[1].clone()
}

/// What one storage read says of the head it was made at.
fn probed(answer: &Answer) -> Result<Located> {
    let Changes { block, mut values } = Changes::read(answer, PROBE.as_slice())?;
    let carries_upgrade = values.pop().flatten().is_some_and(|digest| digest::carries_upgrade(&digest));
    let upgraded_to = values.pop().flatten().and_then(|bytes| last_upgrade(&bytes));
    // A version that is asked for without a block, and answered before this one came, agrees with the state of a block
    // that carries an upgrade, and is not the version of the code in it.
    let upgraded_to = upgraded_to.filter(|_| !carries_upgrade);
    let number = values.pop().flatten().and_then(|bytes| compact::little_endian(&bytes));
    // The genesis block has no number in its state yet.
    let number = Some(number.unwrap_or_default());
    Ok(Located { hash: block, number, seen_at: None, is_final: false, upgraded_to })
}

/// The spec version in the value of `System.LastRuntimeUpgrade`: the compact integer at its start.
pub(crate) fn last_upgrade(bytes: &[u8]) -> Option<u32> {
    compact::split(bytes).map(|(spec_version, _)| spec_version)
}
