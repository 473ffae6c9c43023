//! What the pool refuses to see again for a while.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use sp_core::H256;

/// How long a node refuses what it has banned.
const TERM: Duration = Duration::from_secs(30 * 60);

/// The hashes of what is refused unseen, each with the time from which it is refused no more.
#[derive(Default)]
pub(super) struct Bans(HashMap<H256, Instant>);

impl Bans {
    pub(super) fn add(&mut self, hash: H256) {
        self.0.insert(hash, Instant::now() + TERM);
    }

    pub(super) fn lift(&mut self, hash: &H256) {
        self.0.remove(hash);
    }

    /// Whether this is refused now.
    pub(super) fn hold(&self, hash: &H256) -> bool {
        self.0.get(hash).is_some_and(|end| Instant::now() < *end)
    }

    pub(super) fn forget_expired(&mut self) {
        let now = Instant::now();
        self.0.retain(|_, end| now < *end);
    }
}
