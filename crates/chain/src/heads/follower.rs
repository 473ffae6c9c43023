use std::ops::RangeInclusive;

use super::{HeadEvent, branch::Branch, line::Line};
use crate::{BlockRef, Error, ErrorKind, Hash, Header, Result};

/// The most blocks that a stream of best heads catches up with by itself, and that a stream of finalized ones checks
/// from the head down before it tells the first of them.
pub(super) const REPLAYED: u64 = 1024;

/// Headers that are fetched together.
const CHUNK: u64 = 64;

/// What a stream has told, and what it takes to tell more: no IO, no clock.
#[derive(Debug)]
pub(super) struct Follower {
    path: Path,
    line: Line,
    /// Whether the present subscription has been seen to be as far as the line. One that is behind may be of an endpoint
    /// that lags: its heads are old, not a reorganisation.
    level: bool,
    /// The last block told before the line was given up.
    left: Option<BlockRef>,
}

/// Which heads are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Path {
    /// Best ones, from the present one on.
    Best,
    /// Finalized ones, from that number on, or from the present one on.
    Finalized { from: Option<u64> },
}

/// What is next.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    /// These are to be told; there may be none.
    Tell(Vec<HeadEvent>),
    /// Blocks below the branch are missing.
    Below(Stretch),
    /// So many blocks are missing that the lowest of them come first.
    Above(Stretch),
    /// The header of this block is missing, the first of the line.
    Older(BlockRef),
}

/// Consecutive heights whose blocks are missing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stretch {
    pub(super) heights: RangeInclusive<u64>,
    /// What the first one must be, where that is known: it has been told, and its header is not wanted.
    pub(super) told: Option<Hash>,
    /// What the last one must be, where that is known.
    pub(super) top: Option<Hash>,
}

impl Follower {
    pub(super) fn new(path: Path) -> Self {
        Self { path, line: Line::default(), level: false, left: None }
    }

    pub(super) fn is_finalized(&self) -> bool {
        self.path != Path::Best
    }

    /// The heads that come now may be of an endpoint that is behind.
    pub(super) fn source_changed(&mut self) {
        self.level = false;
    }

    /// What to do about a head and those of its ancestors that are known.
    ///
    /// # Errors
    /// `Protocol` if the branch has no block in common with what was told: see [`give_up`](Self::give_up).
    pub(super) fn meet(&mut self, branch: &Branch) -> Result<Step> {
        match self.path {
            Path::Best => self.meet_best(branch),
            Path::Finalized { from } => self.meet_finalized(branch, from),
        }
    }

    fn meet_best(&mut self, branch: &Branch) -> Result<Step> {
        let head = branch.head();
        let Some(last) = self.line.last() else { return Ok(self.start_at(head)) };
        self.level |= head.number >= last.number;
        if self.line.contains(head.block()) || !self.level {
            return Ok(Step::Tell(Vec::new()));
        }
        if head.number.saturating_sub(last.number) > REPLAYED {
            self.give_up();
            return Ok(self.start_at(head));
        }
        let Some(parent) = branch.parent() else { return Err(self.no_common_block(head)) };
        if self.line.contains(parent) {
            return Ok(self.tell(branch));
        }
        let first = self.line.first().unwrap_or(last);
        if parent.number < first.number {
            // The line does not reach down to where the branches met.
            return Ok(Step::Older(first));
        }
        let floor = if parent.number > last.number { last.number + 1 } else { first.number };
        Ok(Step::Below(Stretch::below(parent, floor)))
    }

    fn meet_finalized(&mut self, branch: &Branch, from: Option<u64>) -> Result<Step> {
        let (head, last) = (branch.head(), self.line.last());
        if self.line.at(head.number).is_some_and(|told| told != head.hash) {
            return Err(reverted(head));
        }
        let next = last.map(|last| last.number.saturating_add(1)).or(from).unwrap_or(head.number);
        if head.number < next || last.is_some_and(|last| last == head.block()) {
            return Ok(Step::Tell(Vec::new()));
        }
        match branch.parent() {
            Some(parent) if parent.number >= next => {
                let far = branch.lowest() == head && parent.number - next >= REPLAYED;
                Ok(if far {
                    Step::Above(Stretch::above(last, next))
                } else {
                    Step::Below(Stretch::below(parent, next))
                })
            }
            parent if last.is_none() || parent == last => Ok(self.tell(branch)),
            _ => Err(reverted(head)),
        }
    }

    /// Tells the blocks right above the line, as far as they are linked to it and to each other. False if not all are.
    pub(super) fn meet_above(&mut self, headers: Vec<Header>, told: &mut impl Extend<HeadEvent>) -> bool {
        for header in headers {
            if self.line.last().is_some_and(|last| !header.follows(last)) {
                return false;
            }
            self.line.push(&header);
            told.extend([HeadEvent::Block(header)]);
        }
        true
    }

    /// Extends the line by the parent of its first block, whose header this is. False if it reaches as far down as it
    /// can.
    pub(super) fn meet_older(&mut self, first: &Header) -> bool {
        self.line.push_below(first.parent)
    }

    /// Whether a head is higher than what was told.
    pub(super) fn is_news(&self, head: &Header) -> bool {
        self.line.last().is_none_or(|last| head.number > last.number)
    }

    /// That a head has nothing in common with what was told.
    pub(super) fn no_common_block(&self, head: &Header) -> Error {
        let last = self.line.last().map_or_else(String::new, |last| format!(" up to {last}"));
        let message = format!(
            "none of the {} blocks{last} is an ancestor of the head {}",
            self.line.len(),
            head.block()
        );
        Error::new(ErrorKind::Protocol, message)
    }

    /// Forgets what was told: the next head is told by itself, after a `Lagged`.
    pub(super) fn give_up(&mut self) {
        self.left = self.line.last().or(self.left);
        self.line.clear();
    }

    /// Which blocks of a stretch are to be fetched, given the hashes of them all in ascending order: those above the
    /// last one that was told. `None` if these are not the blocks looked for: they are of another branch.
    pub(super) fn missing(&self, stretch: &Stretch, hashes: &[Option<Hash>]) -> Option<Vec<BlockRef>> {
        if !stretch.fits(hashes) {
            return None;
        }
        let block = |(number, &hash): (u64, &Option<Hash>)| Some(BlockRef { number, hash: hash? });
        let mut blocks: Vec<_> = stretch.heights.clone().zip(hashes).filter_map(block).collect();
        let told = blocks.iter().rposition(|&block| self.line.contains(block));
        Some(blocks.split_off(told.map_or(0, |told| told + 1)))
    }

    fn start_at(&mut self, head: &Header) -> Step {
        let lagged = self.left.take().map(|left| HeadEvent::Lagged {
            missed: head.number.saturating_sub(left.number).saturating_sub(1),
        });
        self.level = true;
        self.line.push(head);
        Step::Tell(lagged.into_iter().chain([HeadEvent::Block(head.clone())]).collect())
    }

    /// The whole branch, whose parent is on the line if there is one.
    fn tell(&mut self, branch: &Branch) -> Step {
        let mut events = Vec::new();
        if let (Some(from), Some(to)) = (self.line.last(), branch.parent())
            && from != to
        {
            events.push(HeadEvent::Reorg { from, to });
            self.line.cut_above(to.number);
        }
        for header in branch.blocks() {
            self.line.push(header);
            events.push(HeadEvent::Block(header.clone()));
        }
        Step::Tell(events)
    }
}

impl Stretch {
    /// The heights that end at that block, but none below the floor.
    fn below(top: BlockRef, floor: u64) -> Self {
        let first = top.number.saturating_sub(CHUNK - 1).max(floor);
        Self { heights: first..=top.number, told: None, top: Some(top.hash) }
    }

    /// The heights from `next` on, and the one before where that block was told.
    fn above(last: Option<BlockRef>, next: u64) -> Self {
        let first = last.map_or(next, |last| last.number);
        Self { heights: first..=next.saturating_add(CHUNK - 1), told: last.map(|last| last.hash), top: None }
    }

    /// The lowest height of which there is no block.
    pub(super) fn unknown(&self, hashes: &[Option<Hash>]) -> Option<u64> {
        self.heights.clone().zip(hashes).find_map(|(number, hash)| hash.is_none().then_some(number))
    }

    /// Whether these can be the hashes of the blocks looked for.
    pub(super) fn fits(&self, hashes: &[Option<Hash>]) -> bool {
        let is =
            |wanted: Option<Hash>, there: Option<&Option<Hash>>| wanted.is_none() || there == Some(&wanted);
        hashes.len() == self.heights.clone().count()
            && hashes.iter().all(Option::is_some)
            && is(self.told, hashes.first())
            && is(self.top, hashes.last())
    }
}

fn reverted(head: &Header) -> Error {
    let message = format!(
        "finality was reverted: the node calls {} finalized, which is not on the chain of the blocks finalized before",
        head.block()
    );
    Error::new(ErrorKind::Protocol, message)
}

#[cfg(test)]
mod tests;
