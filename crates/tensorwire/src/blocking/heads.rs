use tensorwire_chain::{HeadEvent, Result};

use super::wait;

/// The blocking twin of [`Heads`](crate::Heads): an endless iterator, which waits for the next block.
#[derive(Debug)]
#[must_use = "an iterator does nothing unless advanced"]
pub struct Heads(pub(super) crate::Heads);

impl Iterator for Heads {
    type Item = Result<HeadEvent>;

    fn next(&mut self) -> Option<Result<HeadEvent>> {
        wait(async { self.0.next().await.transpose() }).transpose()
    }
}
