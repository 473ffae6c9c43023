//! The transaction pool: what is ready for a block, what waits for another transaction, who watches.

mod bans;
mod error;
mod status;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet, VecDeque};

use sp_core::{Bytes, H256, blake2_256};
use sp_runtime::transaction_validity::{TransactionTag, ValidTransaction};
use tokio::sync::mpsc;

use bans::Bans;
pub(crate) use error::PoolError;
pub(crate) use status::Status;

/// Transactions a pool holds at most.
const CAPACITY: usize = 8_192;
/// Blocks of the best chain that are followed until they are final, at most: a node's number.
const AWAITING_FINALITY: usize = 512;

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
pub(crate) struct Pool {
    transactions: HashMap<H256, Transaction>,
    arrivals: u64,
    /// What was found invalid, was dropped, or is in a block already.
    bans: Bans,
    watchers: HashMap<H256, Vec<mpsc::UnboundedSender<Status>>>,
    /// Blocks of the best chain that are not final, oldest first, with what they took from here.
    awaiting_finality: VecDeque<(H256, Vec<H256>)>,
    awaiting_finality_limit: usize,
}

impl Default for Pool {
    fn default() -> Self {
        Self {
            transactions: HashMap::new(),
            arrivals: 0,
            bans: Bans::default(),
            watchers: HashMap::new(),
            awaiting_finality: VecDeque::new(),
            awaiting_finality_limit: AWAITING_FINALITY,
        }
    }
}

impl Pool {
    /// Whether this transaction is in the pool, ready or not.
    pub(crate) fn contains(&self, hash: &H256) -> bool {
        self.transactions.contains_key(hash)
    }

    /// Whether a transaction of this hash may come in.
    pub(crate) fn admits(&self, hash: &H256) -> Result<(), PoolError> {
        if self.bans.hold(hash) {
            return Err(PoolError::TemporarilyBanned);
        }
        if self.contains(hash) {
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
        if valid.provides.is_empty() {
            return Err(PoolError::NoTagsProvided);
        }
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
            self.end(&rival, Status::Usurped(*newcomer));
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
        let hashes: Vec<_> = hashes.collect();
        for hash in &hashes {
            self.transactions.remove(hash);
            self.bans.add(*hash);
            self.notify(hash, Status::InBlock(block));
        }
        self.awaiting_finality.push_back((block, hashes));
        self.time_out();
        self.bans.forget_expired();
    }

    /// Sets how many blocks are followed until they are final, at most.
    pub(crate) fn set_awaiting_finality(&mut self, blocks: usize) {
        self.awaiting_finality_limit = blocks;
        self.time_out();
    }

    /// Gives up on the oldest of too many blocks that are not final.
    fn time_out(&mut self) {
        while self.awaiting_finality.len() > self.awaiting_finality_limit {
            let (block, hashes) = self.awaiting_finality.pop_front().unwrap_or_default();
            for hash in hashes {
                self.end(&hash, Status::FinalityTimeout(block));
            }
        }
    }

    /// Admits again what a block includes that is no longer part of the best chain.
    pub(crate) fn retracted(&mut self, block: H256, hashes: impl Iterator<Item = H256>) {
        self.awaiting_finality.retain(|(awaiting, _)| *awaiting != block);
        for hash in hashes {
            self.bans.lift(&hash);
            self.notify(&hash, Status::Retracted(block));
        }
    }

    /// Ends the watching of what a block includes.
    pub(crate) fn finalized(&mut self, block: H256, hashes: impl Iterator<Item = H256>) {
        self.awaiting_finality.retain(|(awaiting, _)| *awaiting != block);
        for hash in hashes {
            self.end(&hash, Status::Finalized(block));
        }
    }

    /// Bans what will never be in a block, and ends its watching. What was ready only because of it is thrown out
    /// too, but may come in again.
    pub(crate) fn refuse(&mut self, hash: &H256) {
        self.bans.add(*hash);
        let mut refused = vec![*hash];
        while let Some(hash) = refused.pop() {
            let removed = self.transactions.remove(&hash);
            self.end(&hash, Status::Invalid);
            let provided = removed.map(|transaction| transaction.valid.provides).unwrap_or_default();
            let depends = |transaction: &Transaction| {
                transaction.ready == Some(true)
                    && transaction.valid.requires.iter().any(|tag| provided.contains(tag))
            };
            let dependents = self.transactions.iter().filter(|(_, transaction)| depends(transaction));
            refused.extend(dependents.map(|(hash, _)| *hash));
        }
    }

    /// Throws out a transaction as for lack of room, and bans it; false where it is not in the pool. What requires it
    /// waits then.
    pub(crate) fn drop_transaction(&mut self, hash: &H256) -> bool {
        let dropped = self.transactions.remove(hash).is_some();
        if dropped {
            self.bans.add(*hash);
            self.end(hash, Status::Dropped);
            self.promote();
        }
        dropped
    }

    /// Refuses this for a while, as invalid or known already.
    pub(crate) fn ban(&mut self, hash: H256) {
        self.bans.add(hash);
    }

    /// Lets whatever was banned come in again.
    pub(crate) fn lift_bans(&mut self) {
        self.bans = Bans::default();
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

    /// Tells the last word on a transaction, and ends its watching.
    fn end(&mut self, hash: &H256, status: Status) {
        self.notify(hash, status);
        self.watchers.remove(hash);
    }

    fn notify(&self, hash: &H256, status: Status) {
        for watcher in self.watchers.get(hash).into_iter().flatten() {
            // A watcher that has gone needs no word.
            let _ = watcher.send(status.clone());
        }
    }
}
