use tensorwire_chain::{Entry, Result};

use super::wait;

/// The blocking twin of [`Entries`](crate::Entries): an iterator.
#[derive(Debug)]
#[must_use = "an iterator does nothing unless advanced"]
pub struct Entries(pub(super) crate::Entries);

impl Iterator for Entries {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Result<Entry>> {
        wait(async { self.0.next().await.transpose() }).transpose()
    }
}
