//! The transaction pool: what is ready for a block, what waits for another transaction, who watches.

mod error;
mod status;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use sp_core::{Bytes, H256, blake2_256};
use sp_runtime::transaction_validity::{TransactionTag, ValidTransaction};
use tokio::sync::mpsc;

pub(crate) use error::PoolError;
pub(crate) use status::Status;

/// Transactions a pool holds at most.
const CAPACITY: usize = 8_192;

/// The hash an extrinsic is known by.
pub(crate) fn hash(extrinsic: &[u8]) -> H256 {
    blake2_256(extrinsic).into()
}

struct Transaction {
    extrinsic: Bytes,
    valid: ValidTransaction,
    /// Whether everything it requires is provided; `None` until that is first decided.
    ready: Option<bool>,
    arrival: u64,
}

/// The pool. Every method leaves it consistent and tells the watchers what changed.
#[derive(Default)]
pub(crate) struct Pool {
    transactions: HashMap<H256, Transaction>,
    arrivals: u64,
    /// What was found invalid or is in a block already. A node refuses it for half an hour, this pool for good.
    banned: HashSet<H256>,
    watchers: HashMap<H256, Vec<mpsc::UnboundedSender<Status>>>,
}

impl Pool {
    /// Whether a transaction of this hash may come in.
    pub(crate) fn admits(&self, hash: &H256) -> Result<(), PoolError> {
        if self.banned.contains(hash) {
            return Err(PoolError::TemporarilyBanned);
        }
        if self.transactions.contains_key(hash) {
            return Err(PoolError::AlreadyImported(*hash));
        }
        Ok(())
    }

    pub(crate) fn insert(
        &mut self,
        hash: H256,
        extrinsic: Bytes,
        valid: ValidTransaction,
    ) -> Result<(), PoolError> {
        self.admits(&hash)?;
        self.replace(&hash, &valid)?;
        if self.transactions.len() >= CAPACITY {
            return Err(PoolError::ImmediatelyDropped);
        }
        let arrival = self.arrivals;
        self.arrivals += 1;
        self.transactions.insert(hash, Transaction { extrinsic, valid, ready: None, arrival });
        self.promote();
        Ok(())
    }

    /// Makes room for a newcomer among those that provide the same, if it is worth more than each of them.
    fn replace(&mut self, newcomer: &H256, valid: &ValidTransaction) -> Result<(), PoolError> {
        let rivals: Vec<(H256, u64)> = self
            .transactions
            .iter()
            .filter(|(_, other)| other.valid.provides.iter().any(|tag| valid.provides.contains(tag)))
            .map(|(hash, other)| (*hash, other.valid.priority))
            .collect();
        if let Some((_, old)) = rivals.iter().find(|(_, old)| *old >= valid.priority) {
            return Err(PoolError::TooLowPriority { old: *old, new: valid.priority });
        }
        for (rival, _) in rivals {
            self.transactions.remove(&rival);
            self.notify(&rival, Status::Usurped(*newcomer));
            self.watchers.remove(&rival);
        }
        Ok(())
    }

    /// Decides anew what is ready: what requires nothing, or only what something ready provides.
    pub(crate) fn promote(&mut self) {
        let mut waiting: Vec<(&H256, &ValidTransaction)> =
            self.transactions.iter().map(|(hash, transaction)| (hash, &transaction.valid)).collect();
        let mut provided: HashSet<&TransactionTag> = HashSet::new();
        let mut ready: HashSet<H256> = HashSet::new();
        loop {
            let before = waiting.len();
            waiting.retain(|(hash, valid)| {
                let blocked = !valid.requires.iter().all(|tag| provided.contains(tag));
                if !blocked {
                    provided.extend(&valid.provides);
                    ready.insert(**hash);
                }
                blocked
            });
            if waiting.len() == before {
                break;
            }
        }
        let mut changed = Vec::new();
        for (hash, transaction) in &mut self.transactions {
            let now = ready.contains(hash);
            if transaction.ready != Some(now) {
                transaction.ready = Some(now);
                changed.push((*hash, now));
            }
        }
        for (hash, now) in changed {
            self.notify(&hash, if now { Status::Ready } else { Status::Future });
            if now {
                self.notify(&hash, Status::Broadcast(Vec::new()));
            }
        }
    }

    /// What is ready, in the order in which a block takes it: what is required first, then the highest priority,
    /// then the first come.
    pub(crate) fn ready(&self) -> Vec<(H256, Bytes)> {
        let mut waiting: Vec<_> =
            self.transactions.iter().filter(|(_, transaction)| transaction.ready == Some(true)).collect();
        waiting.sort_by_key(|(_, transaction)| {
            (std::cmp::Reverse(transaction.valid.priority), transaction.arrival)
        });
        let mut missing: HashSet<&TransactionTag> =
            waiting.iter().flat_map(|(_, transaction)| &transaction.valid.provides).collect();
        let mut ordered = Vec::with_capacity(waiting.len());
        while !waiting.is_empty() {
            let before = waiting.len();
            waiting.retain(|(hash, transaction)| {
                let blocked = transaction.valid.requires.iter().any(|tag| missing.contains(tag));
                if !blocked {
                    for tag in &transaction.valid.provides {
                        missing.remove(tag);
                    }
                    ordered.push((**hash, transaction.extrinsic.clone()));
                }
                blocked
            });
            if waiting.len() == before {
                break;
            }
        }
        ordered
    }

    /// All transactions, ready or not.
    pub(crate) fn pending(&self) -> Vec<(H256, Bytes)> {
        let mut all: Vec<_> = self.transactions.iter().collect();
        all.sort_by_key(|(_, transaction)| transaction.arrival);
        all.into_iter().map(|(hash, transaction)| (*hash, transaction.extrinsic.clone())).collect()
    }

    /// Takes a new validity of a transaction; `promote` decides then whether it is still ready.
    pub(crate) fn revalidated(&mut self, hash: &H256, valid: ValidTransaction) {
        if let Some(transaction) = self.transactions.get_mut(hash) {
            transaction.valid = valid;
        }
    }

    /// Takes out what a block of the best chain includes; it is watched until the block is final.
    pub(crate) fn included(&mut self, block: H256, hashes: impl Iterator<Item = H256>) {
        for hash in hashes {
            self.transactions.remove(&hash);
            self.banned.insert(hash);
            self.notify(&hash, Status::InBlock(block));
        }
    }

    /// Admits again what a block includes that is no longer part of the best chain.
    pub(crate) fn retracted(&mut self, block: H256, hashes: impl Iterator<Item = H256>) {
        for hash in hashes {
            self.banned.remove(&hash);
            self.notify(&hash, Status::Retracted(block));
        }
    }

    /// Ends the watching of what a block includes.
    pub(crate) fn finalized(&mut self, block: H256, hashes: impl Iterator<Item = H256>) {
        for hash in hashes {
            self.notify(&hash, Status::Finalized(block));
            self.watchers.remove(&hash);
        }
    }

    /// Bans what will never be in a block, and ends its watching.
    pub(crate) fn refuse(&mut self, hash: &H256) {
        self.transactions.remove(hash);
        self.banned.insert(*hash);
        self.notify(hash, Status::Invalid);
        self.watchers.remove(hash);
    }

    /// Follows a transaction from here on.
    pub(crate) fn watch(&mut self, hash: H256) -> mpsc::UnboundedReceiver<Status> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.watchers.entry(hash).or_default().push(sender);
        receiver
    }

    /// Whether something ready provides this.
    pub(crate) fn provides(&self, tag: &TransactionTag) -> bool {
        self.transactions
            .values()
            .any(|transaction| transaction.ready == Some(true) && transaction.valid.provides.contains(tag))
    }

    /// Forgets the watchers of a transaction that did not come in.
    pub(crate) fn unwatch(&mut self, hash: &H256) {
        if !self.transactions.contains_key(hash) {
            self.watchers.remove(hash);
        }
    }

    fn notify(&self, hash: &H256, status: Status) {
        for watcher in self.watchers.get(hash).into_iter().flatten() {
            // A watcher that has gone needs no word.
            let _ = watcher.send(status.clone());
        }
    }
}
