use std::{collections::VecDeque, mem, sync::Arc};

use futures_util::{StreamExt, future::BoxFuture, stream::FuturesUnordered};

use crate::{BlockRef, Error, ErrorKind, Hash, Header, Result, backfill, node::Node, outage::Fault};

/// Headers on their way, at most as many as a list of hashes names: what has come is kept until its turn, whatever
/// fails meanwhile.
pub(super) struct Fetch {
    node: Arc<Node>,
    /// In the order in which they are wanted.
    slots: VecDeque<Slot>,
    asked: FuturesUnordered<BoxFuture<'static, (Hash, Result<Option<Header>>)>>,
    /// How many are asked for together: at most half as many after a failure, one more once that many have
    /// come.
    window: usize,
    /// How many have come since it was set.
    came: usize,
    /// Why no more are asked for until those on their way have come or failed.
    failed: Option<Error>,
    /// Whether one has come since the last failure.
    progress: bool,
}

struct Slot {
    block: BlockRef,
    header: Option<Header>,
    asked: bool,
}

/// The most that are asked for together.
const WIDEST: usize = 64;

impl Fetch {
    pub(super) fn new(node: Arc<Node>) -> Self {
        let (slots, asked) = (VecDeque::new(), FuturesUnordered::new());
        Self { node, slots, asked, window: WIDEST, came: 0, failed: None, progress: false }
    }

    /// Wants these headers, and none of those it wanted before.
    pub(super) fn want(&mut self, blocks: impl IntoIterator<Item = BlockRef>) {
        self.clear();
        self.slots.extend(blocks.into_iter().map(|block| Slot { block, header: None, asked: false }));
    }

    /// The block whose header comes next.
    pub(super) fn first(&self) -> Option<BlockRef> {
        self.slots.front().map(|slot| slot.block)
    }

    /// The next header in its turn: one request for each. `None` if no endpoint has it, or none is wanted: then no other
    /// is wanted either.
    pub(super) async fn next(&mut self) -> Result<Option<Header>, Fault> {
        loop {
            if let Some(header) = self.slots.front_mut().and_then(|slot| slot.header.take()) {
                self.slots.pop_front();
                return Ok(Some(header));
            }
            self.ask();
            match self.asked.next().await {
                Some((hash, Ok(Some(header)))) => {
                    if let Some(slot) = self.slots.iter_mut().find(|slot| slot.block.hash == hash) {
                        slot.header = Some(header);
                    }
                    self.came += 1;
                    if self.came >= self.window {
                        self.set_window(self.window + 1);
                    }
                    self.progress = true;
                }
                Some((hash, Err(error))) if is_of_the_wire(&error) => {
                    if let Some(slot) = self.slots.iter_mut().find(|slot| slot.block.hash == hash) {
                        slot.asked = false;
                    }
                    if self.failed.is_none() {
                        let half = self.window / 2;
                        self.set_window(if self.came > 0 { half.min(self.came) } else { half });
                    }
                    self.failed = Some(error);
                }
                Some((_, Err(error))) => {
                    self.clear();
                    return Err(error.into());
                }
                Some((_, Ok(None))) => {
                    self.clear();
                    return Ok(None);
                }
                None => {
                    let Some(error) = self.failed.take() else { return Ok(None) };
                    return Err(match error.into() {
                        // Too many were asked for.
                        Fault::Passing(error) | Fault::Told(error) if mem::take(&mut self.progress) => {
                            Fault::Partial(error)
                        }
                        fault => fault,
                    });
                }
            }
        }
    }

    fn ask(&mut self) {
        if self.failed.is_some() {
            return;
        }
        let room = self.window.saturating_sub(self.asked.len());
        for slot in self.slots.iter_mut().filter(|slot| !slot.asked).take(room) {
            slot.asked = true;
            let (node, block) = (self.node.clone(), slot.block);
            self.asked.push(Box::pin(async move { (block.hash, backfill::header(&node, block).await) }));
        }
    }

    fn set_window(&mut self, window: usize) {
        (self.window, self.came) = (window.clamp(1, WIDEST), 0);
    }

    fn clear(&mut self) {
        self.slots.clear();
        self.asked.clear();
        self.failed = None;
    }
}

/// Whether the endpoint is out of reach or too slow: it may answer fewer questions.
fn is_of_the_wire(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Connection | ErrorKind::Timeout | ErrorKind::RateLimited)
}
