//! The nonces of the accounts that sign here.
//!
//! One allocator for each account of a chain, shared by all clones of its handle. Who wants to send waits in line: before a
//! nonce is given out, the unanswered sendings must not outnumber those who wait behind, so that every refused nonce
//! finds a taker. Of n submissions about half are sent at once, then half of the rest, and so on.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tensorwire_scale::AccountId;

use crate::{Chain, Result};

mod allocator;
mod held;
mod index;
mod queue;

pub(crate) use held::Nonce;
pub(crate) use index::next_index;

use queue::Queue;

/// How a place in the line is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// At its end.
    Next,
    /// At its end, and the chain is asked for the nonce in any case: for a signer that takes its time.
    Fresh,
    /// At its front: the nonce that was had before is another's.
    Again,
}

#[derive(Default)]
pub(crate) struct Nonces(Mutex<Queues>);

#[derive(Default)]
struct Queues {
    by_account: HashMap<AccountId, Arc<Queue>>,
    /// How many there may be before those that nobody uses are dropped.
    sweep_above: usize,
}

/// Of how many accounts more is remembered than what is in use.
const REMEMBERED: usize = 64;

impl Nonces {
    /// The account's next nonce, as soon as one may be sent. One request if it is not known; none while something of the
    /// account is on its way, or was within the last minute. Dropping the future gives the place up.
    ///
    /// # Errors
    /// What the chain answered when it was asked for the nonce, to all who waited then.
    pub(crate) async fn turn(&self, chain: &Chain, account: AccountId, turn: Turn) -> Result<Nonce> {
        let queue = self.queue(account);
        queue.next(chain, account, Some(turn)).await
    }

    /// A nonce for a transaction that is signed now and sent later, or never: nobody waits for it.
    pub(crate) async fn reserve(&self, chain: &Chain, account: AccountId) -> Result<Nonce> {
        let queue = self.queue(account);
        queue.next(chain, account, None).await
    }

    /// A nonce that the caller has chosen. Nobody else gets it meanwhile.
    pub(crate) fn hold(&self, account: AccountId, nonce: u64) -> Nonce {
        Nonce::chosen(self.queue(account), nonce)
    }

    fn queue(&self, account: AccountId) -> Arc<Queue> {
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if queues.by_account.len() > queues.sweep_above.max(REMEMBERED) {
            queues.by_account.retain(|_, queue| Arc::strong_count(queue) > 1);
            queues.sweep_above = 2 * queues.by_account.len();
        }
        queues.by_account.entry(account).or_default().clone()
    }
}

#[cfg(test)]
mod tests;
