//! `state_*`: storage, proofs, runtime calls.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use jsonrpsee::{
    PendingSubscriptionSink,
    core::{RpcResult, async_trait},
    proc_macros::rpc,
};
use parity_scale_codec::Decode;
use serde::{Deserialize, Serialize};
use sp_core::{
    Bytes, H256, OpaqueMetadata,
    storage::{StorageChangeSet, StorageData, StorageKey},
};
use sp_state_machine::{Backend, IterArgs, prove_read};
use sp_version::RuntimeVersion;

use super::{error, heads};
use crate::{
    chain::{Block, Chain, Event},
    view::View,
};

/// Keys a page may have.
const MAX_KEYS: u32 = 1_000;

#[rpc(server)]
pub(crate) trait StateApi {
    #[method(name = "state_call", aliases = ["state_callAt"], blocking)]
    fn call(&self, name: String, bytes: Bytes, hash: Option<H256>) -> RpcResult<Bytes>;

    #[method(name = "state_getMetadata", blocking)]
    fn metadata(&self, hash: Option<H256>) -> RpcResult<Bytes>;

    #[method(name = "state_getRuntimeVersion", aliases = ["chain_getRuntimeVersion"], blocking)]
    fn runtime_version(&self, hash: Option<H256>) -> RpcResult<RuntimeVersion>;

    #[method(name = "state_getStorage", aliases = ["state_getStorageAt"], blocking)]
    fn storage(&self, key: StorageKey, hash: Option<H256>) -> RpcResult<Option<StorageData>>;

    #[method(name = "state_getStorageHash", aliases = ["state_getStorageHashAt"], blocking)]
    fn storage_hash(&self, key: StorageKey, hash: Option<H256>) -> RpcResult<Option<H256>>;

    #[method(name = "state_getStorageSize", aliases = ["state_getStorageSizeAt"], blocking)]
    fn storage_size(&self, key: StorageKey, hash: Option<H256>) -> RpcResult<Option<u64>>;

    #[method(name = "state_getKeys", blocking)]
    fn keys(&self, prefix: StorageKey, hash: Option<H256>) -> RpcResult<Vec<StorageKey>>;

    #[method(name = "state_getKeysPaged", aliases = ["state_getKeysPagedAt"], blocking)]
    fn keys_paged(
        &self,
        prefix: Option<StorageKey>,
        count: u32,
        start_key: Option<StorageKey>,
        hash: Option<H256>,
    ) -> RpcResult<Vec<StorageKey>>;

    #[method(name = "state_queryStorageAt", blocking)]
    fn query_storage_at(
        &self,
        keys: Vec<StorageKey>,
        at: Option<H256>,
    ) -> RpcResult<Vec<StorageChangeSet<H256>>>;

    #[method(name = "state_getReadProof", blocking)]
    fn read_proof(&self, keys: Vec<StorageKey>, hash: Option<H256>) -> RpcResult<ReadProof>;

    #[subscription(
        name = "state_subscribeRuntimeVersion" => "state_runtimeVersion",
        aliases = ["chain_subscribeRuntimeVersion"],
        unsubscribe = "state_unsubscribeRuntimeVersion",
        unsubscribe_aliases = ["chain_unsubscribeRuntimeVersion"],
        item = RuntimeVersion
    )]
    async fn subscribe_runtime_version(&self);

    #[subscription(
        name = "state_subscribeStorage" => "state_storage",
        unsubscribe = "state_unsubscribeStorage",
        item = StorageChangeSet<H256>
    )]
    async fn subscribe_storage(&self, keys: Option<Vec<StorageKey>>);
}

/// The trie nodes that prove some values.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ReadProof {
    at: H256,
    proof: Vec<Bytes>,
}

pub(super) struct State(pub(super) Arc<View>);

impl State {
    fn block(&self, hash: Option<H256>) -> RpcResult<Arc<Block>> {
        self.0.with_state(hash).map_err(error::client)
    }

    fn page(
        &self,
        block: &Block,
        prefix: &[u8],
        after: Option<&[u8]>,
        count: usize,
    ) -> RpcResult<Vec<StorageKey>> {
        let mut from = IterArgs::default();
        from.prefix = Some(prefix);
        from.start_at = after;
        from.start_at_exclusive = true;
        let state = self.0.chain().state(block);
        let keys = state.keys(from).map_err(error::client)?;
        keys.take(count).map(|key| key.map(StorageKey).map_err(error::client)).collect()
    }
}

/// The values of these keys in a block's state, each key once, in the order in which they are first named.
fn values(chain: &Chain, block: &Block, keys: &[StorageKey]) -> Result<StorageChangeSet<H256>, String> {
    let state = chain.state(block);
    let mut seen = HashSet::new();
    let distinct = keys.iter().filter(|key| seen.insert(&key.0));
    let changes = distinct
        .map(|key| state.storage(&key.0).map(|value| (key.clone(), value.map(StorageData))))
        .collect::<Result<_, _>>()?;
    Ok(StorageChangeSet { block: block.hash, changes })
}

#[async_trait]
impl StateApiServer for State {
    fn call(&self, name: String, bytes: Bytes, hash: Option<H256>) -> RpcResult<Bytes> {
        self.0.chain().call(&*self.block(hash)?, &name, &bytes).map(Bytes).map_err(error::execution)
    }

    fn metadata(&self, hash: Option<H256>) -> RpcResult<Bytes> {
        let answer =
            self.0.chain().call(&*self.block(hash)?, "Metadata_metadata", &[]).map_err(error::execution)?;
        let metadata = OpaqueMetadata::decode(&mut &answer[..]).map_err(error::client)?;
        Ok(Bytes(metadata.to_vec()))
    }

    fn runtime_version(&self, hash: Option<H256>) -> RpcResult<RuntimeVersion> {
        self.0.chain().version(&*self.block(hash)?).map_err(error::execution)
    }

    fn storage(&self, key: StorageKey, hash: Option<H256>) -> RpcResult<Option<StorageData>> {
        let value = self.0.chain().state(&*self.block(hash)?).storage(&key.0).map_err(error::client)?;
        Ok(value.map(StorageData))
    }

    fn storage_hash(&self, key: StorageKey, hash: Option<H256>) -> RpcResult<Option<H256>> {
        self.0.chain().state(&*self.block(hash)?).storage_hash(&key.0).map_err(error::client)
    }

    fn storage_size(&self, key: StorageKey, hash: Option<H256>) -> RpcResult<Option<u64>> {
        Ok(self.storage(key, hash)?.map(|value| value.0.len() as u64))
    }

    fn keys(&self, prefix: StorageKey, hash: Option<H256>) -> RpcResult<Vec<StorageKey>> {
        self.page(&*self.block(hash)?, &prefix.0, None, usize::MAX)
    }

    fn keys_paged(
        &self,
        prefix: Option<StorageKey>,
        count: u32,
        start_key: Option<StorageKey>,
        hash: Option<H256>,
    ) -> RpcResult<Vec<StorageKey>> {
        if count > MAX_KEYS {
            return Err(error::count(count, MAX_KEYS));
        }
        let prefix = prefix.map(|prefix| prefix.0).unwrap_or_default();
        let after = start_key.as_ref().map(|key| &key.0[..]);
        self.page(&*self.block(hash)?, &prefix, after, count as usize)
    }

    fn query_storage_at(
        &self,
        keys: Vec<StorageKey>,
        at: Option<H256>,
    ) -> RpcResult<Vec<StorageChangeSet<H256>>> {
        let values = values(self.0.chain(), &*self.block(at)?, &keys).map_err(error::client)?;
        Ok(vec![values])
    }

    fn read_proof(&self, keys: Vec<StorageKey>, hash: Option<H256>) -> RpcResult<ReadProof> {
        let block = self.block(hash)?;
        let keys = keys.iter().map(|key| &key.0);
        let proof = prove_read(self.0.chain().state(&block), keys).map_err(error::client)?;
        Ok(ReadProof { at: block.hash, proof: proof.into_iter_nodes().map(Bytes).collect() })
    }

    async fn subscribe_runtime_version(&self, pending: PendingSubscriptionSink) {
        let (tips, heads) = self.0.follow();
        let chain = self.0.chain().clone();
        let mut last = match chain.version(&tips.best) {
            Ok(version) => version,
            Err(failure) => {
                pending.reject(error::execution(failure)).await;
                return;
            }
        };
        heads::follow(pending, heads, last.clone(), move |head| {
            if head.event != Event::Best {
                return None;
            }
            let now = chain.version(&head.block).ok()?;
            (std::mem::replace(&mut last, now.clone()) != now).then_some(now)
        })
        .await;
    }

    async fn subscribe_storage(&self, pending: PendingSubscriptionSink, keys: Option<Vec<StorageKey>>) {
        let Some(keys) = keys else {
            pending.reject(error::denied()).await;
            return;
        };
        let (tips, heads) = self.0.follow();
        let first = match values(self.0.chain(), &tips.best, &keys) {
            Ok(first) => first,
            Err(failure) => {
                pending.reject(error::client(failure)).await;
                return;
            }
        };
        let mut last: HashMap<_, _> = first.changes.iter().cloned().collect();
        let chain = self.0.chain().clone();
        heads::follow(pending, heads, first, move |head| {
            if head.event != Event::Best {
                return None;
            }
            let mut now = values(&chain, &head.block, &keys).ok()?;
            now.changes
                .retain(|(key, value)| last.insert(key.clone(), value.clone()).as_ref() != Some(value));
            (!now.changes.is_empty()).then_some(now)
        })
        .await;
    }
}
