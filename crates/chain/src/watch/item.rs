use std::{fmt, sync::Arc};

use tensorwire_scale::{Runtime, StorageEntry, Value};

use crate::{Chain, StorageQuery, changes::ChangeSet, outage::Fault};

/// The watched items, and the runtime that their values are read with.
pub(super) struct Items {
    items: Vec<StorageQuery>,
    known: Option<Known>,
}

struct Known {
    runtime: Arc<Runtime>,
    /// The storage keys of the items, in their order.
    keys: Vec<Vec<u8>>,
    /// The storage key of what the state says of the last upgrade: it is watched as well.
    upgrade_key: Option<Vec<u8>>,
    /// What it said.
    upgraded_to: Option<u64>,
}

impl Items {
    pub(super) fn new(items: Vec<StorageQuery>) -> Self {
        Self { items, known: None }
    }

    /// The storage keys to subscribe to. No request once the runtime is known.
    pub(super) async fn keys(&mut self, chain: &Chain) -> Result<Vec<String>, Fault> {
        let known = match self.known.take() {
            Some(known) => known,
            None => self.with(chain.head().await?.executed_by().await?)?,
        };
        let known = self.known.insert(known);
        Ok(known.keys.iter().chain(&known.upgrade_key).map(const_hex::encode_prefixed).collect())
    }

    /// Takes over the runtime that made these changes, if it is another one. False if an item has another key now.
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
        Ok(before.map(|before| before.keys) == self.known.as_ref().map(|known| known.keys.clone()))
    }

    /// The values that are among the changes, each with its item's place.
    pub(super) fn values(&self, changes: &ChangeSet<'_>) -> Result<Vec<(usize, Value)>, Fault> {
        let Some(known) = &self.known else { return Ok(Vec::new()) };
        let mut values = Vec::new();
        for (place, (item, key)) in self.items.iter().zip(&known.keys).enumerate() {
            if let Some(bytes) = changes.get(key)? {
                let entry = known.runtime.storage(&item.pallet, &item.item).map_err(no_item)?;
                values.push((place, entry.decode(bytes.as_deref()).map_err(no_item)?));
            }
        }
        Ok(values)
    }

    fn with(&self, runtime: Arc<Runtime>) -> Result<Known, Fault> {
        let key = |item: &StorageQuery| runtime.storage(&item.pallet, &item.item)?.key(&item.keys);
        let keys = self.items.iter().map(key).collect::<Result<_, _>>().map_err(no_item)?;
        let upgrade_key = last_upgrade(&runtime).and_then(|entry| entry.key(&[]).ok());
        Ok(Known { keys, upgrade_key, upgraded_to: None, runtime })
    }
}

impl fmt::Display for Items {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, others)) = self.items.split_first() else { return f.write_str("of nothing") };
        write!(f, "{}.{}", first.pallet, first.item)?;
        if others.is_empty() { Ok(()) } else { write!(f, " and {} more", others.len()) }
    }
}

fn last_upgrade(runtime: &Runtime) -> Option<&StorageEntry> {
    runtime.storage("System", "LastRuntimeUpgrade").ok()
}

/// The runtime does not have the item, or its value is not what it should be: no other attempt helps.
fn no_item(error: tensorwire_scale::Error) -> Fault {
    Fault::Final(error.into())
}
