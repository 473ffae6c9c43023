use std::ops::RangeInclusive;

use super::{HeadEvent, branch::Branch, line::Line};
use crate::{BlockRef, Error, ErrorKind, Hash, Header, Result};

/// The most blocks that a stream of best heads catches up with by itself.
pub(super) const REPLAYED: u64 = 1024;

/// Blocks whose hashes are asked for together. A stream of finalized ones that is further behind tells the lowest as
/// they come; one that is less so checks them from the head down first.
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
    /// The last of them, or a descendant: whoever has it on its best chain has the others there as well.
    pub(super) top: BlockRef,
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
                let far = branch.lowest() == head && parent.number - next >= CHUNK;
                Ok(if far {
                    Step::Above(Stretch::above(next, head.block()))
                } else {
                    Step::Below(Stretch::below(parent, next))
                })
            }
            parent if last.is_none() || parent == last => Ok(self.tell(branch)),
            _ => Err(reverted(head)),
        }
    }

    /// Takes the block right above the line.
    ///
    /// # Errors
    /// `Protocol` if it is not linked to the line: a head that leads there reverts what was told.
    pub(super) fn meet_above(&mut self, header: Header) -> Result<HeadEvent> {
        if self.line.last().is_some_and(|last| !header.follows(last)) {
            return Err(reverted(&header));
        }
        self.line.push(&header);
        Ok(HeadEvent::Block(header))
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

    /// Which blocks of a stretch are to be fetched, given the hashes of its [`numbers`](Stretch::numbers): in
    /// ascending order, those above the last one that was told. `None` if these are not the blocks looked for: they are of another branch.
    pub(super) fn missing(&self, stretch: &Stretch, hashes: &[Option<Hash>]) -> Option<Vec<BlockRef>> {
        if !stretch.fits(hashes) {
            return None;
        }
        let block = |(number, &hash): (u64, &Option<Hash>)| Some(BlockRef { number, hash: hash? });
        let mut blocks: Vec<_> = stretch.numbers().into_iter().zip(hashes).filter_map(block).collect();
        blocks.retain(|block| stretch.heights.contains(&block.number));
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
        Self { heights: first..=top.number, top }
    }

    /// The heights from `next` on, on the way to that head.
    fn above(next: u64, head: BlockRef) -> Self {
        Self { heights: next..=next.saturating_add(CHUNK - 1), top: head }
    }

    /// The heights whose hashes are to be asked for. A top above the others comes first: a node that gets there only
    /// while it answers has not shown the way.
    pub(super) fn numbers(&self) -> Vec<u64> {
        let top = Some(self.top.number).filter(|number| !self.heights.contains(number));
        top.into_iter().chain(self.heights.clone()).collect()
    }

    /// A height of which there is no block; the top's where the node has not got there.
    pub(super) fn unknown(&self, hashes: &[Option<Hash>]) -> Option<u64> {
        let numbers = self.numbers();
        let mut unknown =
            numbers.into_iter().zip(hashes).filter_map(|(number, hash)| hash.is_none().then_some(number));
        let lowest = unknown.next()?;
        Some(unknown.find(|&number| number == self.top.number).unwrap_or(lowest))
    }

    /// Whether these can be the hashes of the blocks looked for.
    pub(super) fn fits(&self, hashes: &[Option<Hash>]) -> bool {
        let numbers = self.numbers();
        let fits = |(number, hash): (&u64, &Option<Hash>)| match hash {
            Some(hash) => *number != self.top.number || *hash == self.top.hash,
            None => false,
        };
        numbers.len() == hashes.len() && numbers.iter().zip(hashes).all(fits)
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
