use std::{
    hash::Hash as Key,
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use lru::LruCache;
use tensorwire_rpc::Request;
use tensorwire_scale::AccountId;

use crate::{
    At, BlockRef, Chain, Error, ErrorKind, ExecutedBlock, Hash, Result, RuntimeVersion, backfill, compact,
    flight::Flight, node::Node, pool::Needs,
};

/// What blocks show of transactions, for all submissions that ask: of those that are in one block, one reads it.
pub(crate) struct Evidence {
    blocks: Shared<Hash, Arc<ExecutedBlock>>,
    nonces: Shared<(AccountId, Hash), u64>,
    /// Which block of that height is on the chain that ends with that head.
    heights: Shared<(u64, Hash), Hash>,
    versions: Shared<Hash, RuntimeVersion>,
}

/// Blocks take memory: what is in one is asked for when it comes, and when it becomes final.
const BLOCKS: usize = 4;
const ANSWERS: usize = 256;

impl Default for Evidence {
    fn default() -> Self {
        Self {
            blocks: Shared::new(BLOCKS),
            nonces: Shared::new(ANSWERS),
            heights: Shared::new(ANSWERS),
            versions: Shared::new(BLOCKS),
        }
    }
}

impl Evidence {
    /// What the block holds. Two requests that leave together, and those for a new runtime.
    pub(super) async fn block(&self, chain: &Chain, hash: Hash) -> Result<Arc<ExecutedBlock>> {
        let read = |at: At| async move { Ok(Arc::new(at.block_with_events().await?)) };
        let at = chain.at(hash).await?;
        self.blocks.get(chain.node(), hash, || read(at)).await
    }

    /// How many transactions the account has made, in the state of that block. One request.
    pub(super) async fn nonce(&self, chain: &Chain, account: AccountId, block: BlockRef) -> Result<u64> {
        let read = |node: Arc<Node>| async move {
            let method = "AccountNonceApi_account_nonce";
            let request = Request::new("state_call").param(method).hex_param(&account.0).param(block.hash);
            let needs = Needs::State { number: Some(block.number), seen_at: None };
            let bytes = node.request(request, needs).await?.bytes()?.unwrap_or_default();
            compact::little_endian(&bytes).ok_or_else(|| {
                Error::new(ErrorKind::Decode, format!("{method} answered {} bytes: no nonce", bytes.len()))
            })
        };
        let node = chain.node().clone();
        self.nonces.get(chain.node(), (account, block.hash), || read(node)).await
    }

    /// The block of that height on the chain that leads to this head. One request, which asks for the head's height too: an
    /// endpoint that has another block there is on another branch, and is not believed.
    ///
    /// # Errors
    /// `UnknownBlock` if the head was reorganised away everywhere.
    pub(super) async fn at_height(&self, chain: &Chain, number: u64, head: BlockRef) -> Result<BlockRef> {
        if number == head.number {
            return Ok(head);
        }
        let read = |node: Arc<Node>| async move {
            let fits =
                move |hashes: &[Option<Hash>]| matches!(hashes, [Some(_), Some(top)] if *top == head.hash);
            match backfill::hashes(&node, &[number, head.number], fits).await?[..] {
                [Some(hash), Some(top)] if top == head.hash => Ok(hash),
                _ => {
                    let message = format!("no endpoint's best chain leads to block {head} any more");
                    Err(Error::new(ErrorKind::UnknownBlock, message))
                }
            }
        };
        let node = chain.node().clone();
        let hash = self.heights.get(chain.node(), (number, head.hash), || read(node)).await?;
        Ok(BlockRef { number, hash })
    }

    /// The runtime whose code the state of that block holds. One request.
    pub(super) async fn version(&self, chain: &Chain, block: BlockRef) -> Result<RuntimeVersion> {
        let node = chain.node().clone();
        let needs = Needs::State { number: Some(block.number), seen_at: None };
        let read = || async move { node.version_at(block.hash, needs).await };
        self.versions.get(chain.node(), block.hash, read).await
    }
}

/// Answers by question, those asked last; an answer under way is waited for. Failures are not kept.
struct Shared<K: Key + Eq, V>(Mutex<LruCache<K, Flight<V>>>);

impl<K: Key + Eq, V: Clone + Send + Sync + 'static> Shared<K, V> {
    fn new(capacity: usize) -> Self {
        Self(Mutex::new(LruCache::new(NonZeroUsize::new(capacity).unwrap_or(NonZeroUsize::MIN))))
    }

    async fn get<F>(&self, node: &Arc<Node>, key: K, ask: impl FnOnce() -> F) -> Result<V>
    where
        F: Future<Output = Result<V>> + Send + 'static,
    {
        let flight = {
            let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match flights.get(&key).filter(|flight| !matches!(flight.now(), Some(Err(_)))) {
                Some(flight) => flight.clone(),
                None => {
                    let flight = Flight::new(&node.handle, ask());
                    flights.put(key, flight.clone());
                    flight
                }
            }
        };
        flight.get().await
    }
}
