use std::{fmt, sync::Arc};

use tensorwire_scale::{Runtime, StorageEntry, Value};

use crate::{Chain, changes::ChangeSet, outage::Fault};

/// The watched item, and the runtime that its values are read with.
pub(super) struct Item {
    pallet: String,
    name: String,
    keys: Vec<Value>,
    known: Option<Known>,
}

struct Known {
    runtime: Arc<Runtime>,
    /// The storage key of the item.
    key: Vec<u8>,
    /// The storage key of what the state says of the last upgrade: it is watched as well.
    upgrade_key: Option<Vec<u8>>,
    /// What it said.
    upgraded_to: Option<u64>,
}

impl Item {
    pub(super) fn new(pallet: &str, name: &str, keys: Vec<Value>) -> Self {
        Self { pallet: pallet.to_owned(), name: name.to_owned(), keys, known: None }
    }

    /// The storage keys to subscribe to. No request once the runtime is known.
    pub(super) async fn keys(&mut self, chain: &Chain) -> Result<Vec<String>, Fault> {
        let known = match self.known.take() {
            Some(known) => known,
            None => self.with(chain.head().await?.executed_by().await?)?,
        };
        let known = self.known.insert(known);
        Ok([Some(&known.key), known.upgrade_key.as_ref()]
            .into_iter()
            .flatten()
            .map(const_hex::encode_prefixed)
            .collect())
    }

    /// Takes over the runtime that made these changes, if it is another one. False if the item has another key now.
    pub(super) async fn take_runtime(
        &mut self,
        changes: &ChangeSet<'_>,
        chain: &Chain,
    ) -> Result<bool, Fault> {
        let Some(known) = &mut self.known else { return Ok(false) };
        let upgrade = match &known.upgrade_key {
            Some(key) => changes.get(key)?,
            None => None,
        };
        let upgraded_to = match upgrade {
            Some(bytes) => last_upgrade(&known.runtime).and_then(|entry| entry.decode(bytes.as_deref()).ok()),
            None => None,
        };
        let spec = upgraded_to.and_then(|upgrade| upgrade["spec_version"].as_u64()).or(known.upgraded_to);
        known.upgraded_to = spec;
        if spec == Some(u64::from(known.runtime.spec_version())) {
            return Ok(true);
        }
        let runtime = chain.at(changes.block).await?.executed_by().await?;
        let mut next = self.with(runtime)?;
        next.upgraded_to = spec;
        let before = self.known.replace(next);
        Ok(before.map(|before| before.key) == self.known.as_ref().map(|known| known.key.clone()))
    }

    /// The item's value, if it is among the changes.
    pub(super) fn value(&self, changes: &ChangeSet<'_>) -> Result<Option<Value>, Fault> {
        let Some(known) = &self.known else { return Ok(None) };
        let Some(bytes) = changes.get(&known.key)? else { return Ok(None) };
        let entry = known.runtime.storage(&self.pallet, &self.name).map_err(no_item)?;
        entry.decode(bytes.as_deref()).map(Some).map_err(no_item)
    }

    fn with(&self, runtime: Arc<Runtime>) -> Result<Known, Fault> {
        let entry = runtime.storage(&self.pallet, &self.name).map_err(no_item)?;
        let key = entry.key(&self.keys).map_err(no_item)?;
        let upgrade_key = last_upgrade(&runtime).and_then(|entry| entry.key(&[]).ok());
        Ok(Known { key, upgrade_key, upgraded_to: None, runtime })
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.pallet, self.name)
    }
}

fn last_upgrade(runtime: &Runtime) -> Option<&StorageEntry> {
    runtime.storage("System", "LastRuntimeUpgrade").ok()
}

/// The runtime does not have the item, or its value is not what it should be: no other attempt helps.
fn no_item(error: tensorwire_scale::Error) -> Fault {
    Fault::Final(error.into())
}
