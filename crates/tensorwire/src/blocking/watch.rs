use tensorwire_chain::{Change, Result};

use super::wait;

/// The blocking twin of [`Watch`](crate::Watch): an endless iterator, which waits for the next change.
#[derive(Debug)]
#[must_use = "an iterator does nothing unless advanced"]
pub struct Watch(pub(super) crate::Watch);

impl Iterator for Watch {
    type Item = Result<Change>;

    fn next(&mut self) -> Option<Result<Change>> {
        wait(async { self.0.next().await.transpose() }).transpose()
    }
}
