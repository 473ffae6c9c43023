//! The states of all blocks.

use std::collections::HashMap;

use parking_lot::RwLock;
use sp_core::H256;
use sp_runtime::traits::BlakeTwo256;
use sp_state_machine::{BackendTransaction, TrieBackend, TrieBackendBuilder, TrieBackendStorage};
use sp_trie::cache::{CacheSize, SharedTrieCache};

/// Trie nodes by their hash. A node is never removed, so every state root stays readable, of forks as well.
///
/// The lock is taken for one node at a time: a long call at one block delays neither other calls nor new blocks.
pub(crate) struct Archive {
    nodes: RwLock<HashMap<H256, Vec<u8>>>,
    /// Decoded nodes and values read lately, by any reader.
    cache: SharedTrieCache<BlakeTwo256>,
}

const CACHE_BYTES: usize = 128 * 1024 * 1024;

impl Default for Archive {
    fn default() -> Self {
        Self { nodes: RwLock::default(), cache: SharedTrieCache::new(CacheSize::new(CACHE_BYTES), None) }
    }
}

/// One state, to be read from.
pub(crate) type State<'a> = TrieBackend<&'a Archive, BlakeTwo256>;

impl Archive {
    /// The state with this root.
    pub(crate) fn state(&self, root: H256) -> State<'_> {
        TrieBackendBuilder::new(self, root).with_cache(self.cache.local_cache_trusted()).build()
    }

    /// Keeps the nodes a change of state has added.
    pub(crate) fn insert(&self, mut transaction: BackendTransaction<BlakeTwo256>) {
        // A key is the node's place in the trie and its hash; the hash is enough to find it.
        let added = transaction.drain().into_iter().filter_map(|(key, (node, references))| {
            let hash = key.get(key.len().checked_sub(32)?..)?;
            (references > 0).then(|| (H256::from_slice(hash), node))
        });
        self.nodes.write().extend(added);
    }
}

impl TrieBackendStorage<BlakeTwo256> for Archive {
    fn get(&self, hash: &H256, _: (&[u8], Option<u8>)) -> Result<Option<Vec<u8>>, String> {
        Ok(self.nodes.read().get(hash).cloned())
    }
}
