use std::sync::Arc;

use tensorwire_chain::{
    AccountId, Arguments, Block, Entry, Event, ExecutedBlock, Extrinsic, FromScale, Hash, Header, Multisig,
    Proposal, Receipt, Result, Runtime, RuntimeCall, RuntimeVersion, StorageQuery, Value,
};

use super::{Entries, wait};
use crate::{AccountInfo, Balance, NeuronInfo, NeuronInfoLite};

/// The blocking twin of [`At`](crate::At): the same reads, the same costs.
#[derive(Debug, Clone)]
pub struct At(crate::At);

impl At {
    pub(super) fn new(at: impl Into<crate::At>) -> Self {
        Self(at.into())
    }

    /// See [`At::verified`](crate::At::verified).
    #[must_use]
    pub fn verified(&self) -> Self {
        Self(self.0.verified())
    }

    /// See [`At::hash`](tensorwire_chain::At::hash).
    pub fn hash(&self) -> Result<Hash> {
        wait(self.0.hash())
    }

    /// See [`At::number`](tensorwire_chain::At::number).
    pub fn number(&self) -> Result<u64> {
        wait(self.0.number())
    }

    /// See [`At::runtime_version`](tensorwire_chain::At::runtime_version).
    pub fn runtime_version(&self) -> Result<RuntimeVersion> {
        wait(self.0.runtime_version())
    }

    /// See [`At::runtime`](tensorwire_chain::At::runtime).
    pub fn runtime(&self) -> Result<Arc<Runtime>> {
        wait(self.0.runtime())
    }

    /// See [`At::metadata_hash`](tensorwire_chain::At::metadata_hash).
    #[cfg(feature = "metadata-hash")]
    pub fn metadata_hash(&self) -> Result<[u8; 32]> {
        wait(self.0.metadata_hash())
    }

    /// See [`At::executed_by`](tensorwire_chain::At::executed_by).
    pub fn executed_by(&self) -> Result<Arc<Runtime>> {
        wait(self.0.executed_by())
    }

    /// See [`At::header`](tensorwire_chain::At::header).
    pub fn header(&self) -> Result<Header> {
        wait(self.0.header())
    }

    /// See [`At::parent`](tensorwire_chain::At::parent).
    pub fn parent(&self) -> Result<Self> {
        wait(self.0.parent()).map(Self::new)
    }

    /// See [`At::timestamp`](tensorwire_chain::At::timestamp).
    pub fn timestamp(&self) -> Result<u64> {
        wait(self.0.timestamp())
    }

    /// See [`At::author`](tensorwire_chain::At::author).
    pub fn author(&self) -> Result<Option<AccountId>> {
        wait(self.0.author())
    }

    /// See [`At::events`](tensorwire_chain::At::events).
    pub fn events(&self) -> Result<Vec<Event>> {
        wait(self.0.events())
    }

    /// See [`At::extrinsics`](tensorwire_chain::At::extrinsics).
    pub fn extrinsics(&self) -> Result<Vec<Extrinsic>> {
        wait(self.0.extrinsics())
    }

    /// See [`At::extrinsic`](tensorwire_chain::At::extrinsic).
    pub fn extrinsic(&self, hash: Hash) -> Result<Receipt> {
        wait(self.0.extrinsic(hash))
    }

    /// See [`At::block`](tensorwire_chain::At::block).
    pub fn block(&self) -> Result<Block> {
        wait(self.0.block())
    }

    /// See [`At::block_with_events`](tensorwire_chain::At::block_with_events).
    pub fn block_with_events(&self) -> Result<ExecutedBlock> {
        wait(self.0.block_with_events())
    }

    /// See [`At::constant`](tensorwire_chain::At::constant).
    pub fn constant(&self, pallet: &str, name: &str) -> Result<Value> {
        wait(self.0.constant(pallet, name))
    }

    /// See [`At::query`](tensorwire_chain::At::query).
    pub fn query(&self, pallet: &str, item: &str, keys: impl Arguments) -> Result<Value> {
        wait(self.0.query(pallet, item, keys))
    }

    /// See [`At::query_as`](tensorwire_chain::At::query_as).
    pub fn query_as<T: FromScale>(
        &self,
        pallet: &str,
        item: &str,
        keys: impl Arguments,
    ) -> Result<Option<T>> {
        wait(self.0.query_as(pallet, item, keys))
    }

    /// See [`At::query_many`](tensorwire_chain::At::query_many).
    pub fn query_many<K: Arguments>(
        &self,
        pallet: &str,
        item: &str,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<Vec<Value>> {
        wait(self.0.query_many(pallet, item, keys))
    }

    /// See [`At::query_many_as`](tensorwire_chain::At::query_many_as).
    pub fn query_many_as<T: FromScale, K: Arguments>(
        &self,
        pallet: &str,
        item: &str,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<Vec<Option<T>>> {
        wait(self.0.query_many_as(pallet, item, keys))
    }

    /// See [`At::query_stored`](tensorwire_chain::At::query_stored).
    pub fn query_stored(&self, pallet: &str, item: &str, keys: impl Arguments) -> Result<Option<Value>> {
        wait(self.0.query_stored(pallet, item, keys))
    }

    /// See [`At::query_multi`](tensorwire_chain::At::query_multi).
    pub fn query_multi(&self, queries: impl IntoIterator<Item = StorageQuery>) -> Result<Vec<Value>> {
        wait(self.0.query_multi(queries))
    }

    /// See [`At::storage_key`](tensorwire_chain::At::storage_key).
    pub fn storage_key(&self, pallet: &str, item: &str, keys: impl Arguments) -> Result<Vec<u8>> {
        wait(self.0.storage_key(pallet, item, keys))
    }

    /// See [`At::storage_raw`](tensorwire_chain::At::storage_raw).
    pub fn storage_raw(&self, keys: impl IntoIterator<Item = Vec<u8>>) -> Result<Vec<Option<Vec<u8>>>> {
        wait(self.0.storage_raw(keys))
    }

    /// See [`At::query_map`](tensorwire_chain::At::query_map). The iterator fetches as it goes.
    pub fn query_map(&self, pallet: &str, item: &str, first: impl Arguments) -> Entries {
        Entries(self.0.query_map(pallet, item, first))
    }

    /// See [`At::query_map_as`](tensorwire_chain::At::query_map_as).
    pub fn query_map_as<V: FromScale>(
        &self,
        pallet: &str,
        item: &str,
        first: impl Arguments,
    ) -> Entries<Entry<V>> {
        Entries(self.0.query_map_as(pallet, item, first))
    }

    /// See [`At::storage_keys`](tensorwire_chain::At::storage_keys).
    pub fn storage_keys(&self, prefix: Vec<u8>) -> Entries<Vec<u8>> {
        Entries(self.0.storage_keys(prefix))
    }

    /// See [`At::call`](tensorwire_chain::At::call).
    pub fn call(&self, api: &str, method: &str, arguments: impl Arguments) -> Result<Value> {
        wait(self.0.call(api, method, arguments))
    }

    /// See [`At::call_as`](tensorwire_chain::At::call_as).
    pub fn call_as<T: FromScale>(&self, api: &str, method: &str, arguments: impl Arguments) -> Result<T> {
        wait(self.0.call_as(api, method, arguments))
    }

    /// See [`At::call_many`](tensorwire_chain::At::call_many).
    pub fn call_many(&self, calls: impl IntoIterator<Item = RuntimeCall>) -> Result<Vec<Result<Value>>> {
        wait(async { Ok(self.0.call_many(calls).await) })
    }

    /// See [`At::proposal`](tensorwire_chain::At::proposal).
    pub fn proposal(&self, multisig: &Multisig, call: Value) -> Result<Proposal> {
        wait(self.0.proposal(multisig, call))
    }

    /// See [`At::netuids`](crate::At::netuids).
    pub fn netuids(&self) -> Result<Vec<u16>> {
        wait(self.0.netuids())
    }

    /// See [`At::query_by_uid`](crate::At::query_by_uid).
    pub fn query_by_uid(&self, item: &str, netuid: u16) -> Result<Vec<Value>> {
        wait(self.0.query_by_uid(item, netuid))
    }

    /// See [`At::total_subnets`](crate::At::total_subnets).
    pub fn total_subnets(&self) -> Result<u16> {
        wait(self.0.total_subnets())
    }

    /// See [`At::subnet_exists`](crate::At::subnet_exists).
    pub fn subnet_exists(&self, netuid: u16) -> Result<bool> {
        wait(self.0.subnet_exists(netuid))
    }

    /// See [`At::neurons`](crate::At::neurons).
    pub fn neurons(&self, netuid: u16) -> Result<Vec<NeuronInfo>> {
        wait(self.0.neurons(netuid))
    }

    /// See [`At::neurons_lite`](crate::At::neurons_lite).
    pub fn neurons_lite(&self, netuid: u16) -> Result<Vec<NeuronInfoLite>> {
        wait(self.0.neurons_lite(netuid))
    }

    /// See [`At::neuron`](crate::At::neuron).
    pub fn neuron(&self, netuid: u16, uid: u16) -> Result<Option<NeuronInfo>> {
        wait(self.0.neuron(netuid, uid))
    }

    /// See [`At::uid_for_hotkey`](crate::At::uid_for_hotkey).
    pub fn uid_for_hotkey(&self, netuid: u16, hotkey: &AccountId) -> Result<Option<u16>> {
        wait(self.0.uid_for_hotkey(netuid, hotkey))
    }

    /// See [`At::balance`](crate::At::balance).
    pub fn balance(&self, account: &AccountId) -> Result<Balance> {
        wait(self.0.balance(account))
    }

    /// See [`At::balances`](crate::At::balances).
    pub fn balances(&self, accounts: &[AccountId]) -> Result<Vec<Balance>> {
        wait(self.0.balances(accounts))
    }

    /// See [`At::account`](crate::At::account).
    pub fn account(&self, account: &AccountId) -> Result<AccountInfo> {
        wait(self.0.account(account))
    }
}
