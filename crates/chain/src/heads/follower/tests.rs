use std::collections::HashMap;

use fastrand::Rng;

use super::{CHUNK, Follower, Path, REPLAYED, Step, Stretch};
use crate::{
    BlockRef, ErrorKind, Hash, Header, Result,
    heads::{HeadEvent, branch::Branch},
};

/// A chain that forks, as a node sees it.
struct Tree {
    best: Vec<Header>,
    blocks: HashMap<Hash, Header>,
    made: u64,
}

impl Tree {
    fn new(height: u64) -> Self {
        let mut tree = Self { best: Vec::new(), blocks: HashMap::new(), made: 0 };
        (0..=height).for_each(|_| tree.grow());
        tree
    }

    fn grow(&mut self) {
        self.made += 1;
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&self.made.to_le_bytes());
        let header = Header {
            number: self.best.len() as u64,
            hash: Hash(hash),
            parent: self.best.last().map_or(Hash([0; 32]), |parent| parent.hash),
            state_root: Hash([0; 32]),
            extrinsics_root: Hash([0; 32]),
            digest: Vec::new(),
        };
        self.blocks.insert(header.hash, header.clone());
        self.best.push(header);
    }

    /// Replaces that many blocks by one more.
    fn fork(&mut self, depth: usize) {
        self.best.truncate(self.best.len() - depth);
        (0..=depth).for_each(|_| self.grow());
    }

    fn head(&self) -> Header {
        self.best.last().unwrap().clone()
    }

    fn hashes(&self, stretch: &Stretch) -> Vec<Option<Hash>> {
        let hash = |number| Some(self.best.get(usize::try_from(number).unwrap())?.hash);
        stretch.numbers().into_iter().map(hash).collect()
    }
}

/// A consumer that believes what it is told, if it fits.
#[derive(Default)]
struct Replay {
    blocks: Vec<BlockRef>,
    reorgs: usize,
    lagged: Vec<u64>,
}

impl Replay {
    fn apply(&mut self, event: HeadEvent) {
        match event {
            HeadEvent::Block(header) => {
                if let Some(&last) = self.blocks.last() {
                    assert!(header.follows(last), "{} after {last}", header.block());
                }
                self.blocks.push(header.block());
            }
            HeadEvent::Reorg { from, to } => {
                assert_eq!(self.blocks.last(), Some(&from));
                assert!(to.number < from.number);
                self.blocks.retain(|block| block.number <= to.number);
                if let Some(last) = self.blocks.last() {
                    assert_eq!(last, &to);
                }
                self.reorgs += 1;
            }
            HeadEvent::Lagged { missed } => {
                self.blocks.clear();
                self.lagged.push(missed);
            }
        }
    }
}

/// What a stream does, without the waiting. Counts the questions by what they ask.
struct Stream {
    follower: Follower,
    replay: Replay,
    lists: usize,
    headers: usize,
}

impl Stream {
    fn new(path: Path) -> Self {
        Self { follower: Follower::new(path), replay: Replay::default(), lists: 0, headers: 0 }
    }

    /// `meanwhile` happens between two questions.
    fn take(&mut self, tree: &mut Tree, head: Header, mut meanwhile: impl FnMut(&mut Tree)) -> Result<()> {
        let mut branch = Branch::new(head);
        for _ in 0..10_000 {
            let step = self.follower.meet(&branch)?;
            let (Step::Below(stretch) | Step::Above(stretch)) = &step else {
                match step {
                    Step::Tell(events) => {
                        events.into_iter().for_each(|event| self.replay.apply(event));
                        return Ok(());
                    }
                    Step::Older(first) => {
                        self.headers += 1;
                        assert!(self.follower.meet_older(&tree.blocks[&first.hash]));
                    }
                    _ => unreachable!(),
                }
                continue;
            };
            meanwhile(tree);
            self.lists += 1;
            let hashes = tree.hashes(stretch);
            let Some(missing) = self.follower.missing(stretch, &hashes) else {
                if !self.follower.is_finalized() {
                    branch = Branch::new(tree.head());
                }
                continue;
            };
            assert!(!missing.is_empty() && missing.len() as u64 <= CHUNK);
            self.headers += missing.len();
            let headers = missing.iter().map(|block| tree.blocks[&block.hash].clone());
            if matches!(step, Step::Below(_)) {
                assert!(headers.rev().all(|header| branch.extend(header)));
            } else {
                headers.for_each(|header| self.replay.apply(self.follower.meet_above(header).unwrap()));
            }
        }
        panic!("no end");
    }
}

fn best_of(tree: &Tree, replay: &Replay) {
    let last = replay.blocks.last().unwrap();
    assert_eq!(*last, tree.head().block());
    let first = replay.blocks[0].number as usize;
    let best: Vec<_> = tree.best[first..].iter().map(Header::block).collect();
    assert_eq!(replay.blocks, best);
}

#[test]
fn g3_whatever_is_lost_best_heads_replay_to_the_best_chain() {
    for seed in 0..300 {
        let mut rng = Rng::with_seed(seed);
        let mut tree = Tree::new(10);
        let mut stream = Stream::new(Path::Best);
        for _ in 0..rng.usize(1..200) {
            match rng.u8(..10) {
                0 => tree.fork(rng.usize(1..5)),
                _ => (0..rng.usize(1..4)).for_each(|_| tree.grow()),
            }
            if rng.u8(..10) < 5 {
                continue;
            }
            let mut head = tree.head();
            if rng.u8(..10) == 0 {
                // Another endpoint, which lags.
                stream.follower.source_changed();
                head = tree.best[tree.best.len().saturating_sub(rng.usize(1..8))].clone();
            }
            let unsteady = rng.u8(..10) == 0;
            let mut moves = 0;
            let meanwhile = |tree: &mut Tree| {
                if unsteady && moves < 5 && rng.bool() {
                    moves += 1;
                    tree.fork(rng.usize(1..5));
                }
            };
            stream.take(&mut tree, head, meanwhile).unwrap();
        }
        let head = tree.head();
        stream.take(&mut tree, head, |_| {}).unwrap();
        best_of(&tree, &stream.replay);
        assert!(stream.replay.lagged.is_empty());
    }
}

#[test]
fn g3_finalized_blocks_come_once_each_whatever_is_lost() {
    for seed in 0..200 {
        let mut rng = Rng::with_seed(seed);
        let mut tree = Tree::new(rng.u64(0..3000));
        let start = rng.u64(0..3200);
        let from = rng.bool().then_some(start);
        let mut stream = Stream::new(Path::Finalized { from });
        let mut first = from;
        let mut finalized = tree.best.len() - 1;
        for _ in 0..20 {
            let head = tree.best[finalized].clone();
            first.get_or_insert(head.number);
            // The unfinalized end changes all the time.
            stream.take(&mut tree, head, |tree| tree.fork(tree.best.len() - 1 - finalized)).unwrap();
            (0..rng.usize(1..200)).for_each(|_| tree.grow());
            finalized += rng.usize(0..tree.best.len() - finalized);
        }
        let head = tree.best[finalized].clone();
        stream.take(&mut tree, head, |_| {}).unwrap();
        let first = first.unwrap() as usize;
        let wanted: Vec<_> =
            tree.best[first.min(finalized + 1)..=finalized].iter().map(Header::block).collect();
        assert_eq!(stream.replay.blocks, wanted);
        assert_eq!(stream.replay.reorgs, 0);
    }
}

#[test]
fn nothing_is_asked_while_nothing_is_missing() {
    let mut tree = Tree::new(10);
    let mut stream = Stream::new(Path::Best);
    for _ in 0..10_000 {
        let head = tree.head();
        // Each head twice.
        stream.take(&mut tree, head.clone(), |_| {}).unwrap();
        stream.take(&mut tree, head, |_| {}).unwrap();
        tree.grow();
    }
    assert_eq!((stream.lists, stream.headers), (0, 0));
    assert_eq!(stream.replay.blocks.len(), 10_000);
}

#[test]
fn a_gap_costs_its_headers_and_a_list_for_every_chunk() {
    for (gap, lists) in [(1, 1), (64, 1), (65, 2), (100, 2), (1023, 16)] {
        for path in [Path::Best, Path::Finalized { from: None }] {
            let mut tree = Tree::new(10);
            let mut stream = Stream::new(path);
            let head = tree.head();
            stream.take(&mut tree, head, |_| {}).unwrap();
            (0..=gap).for_each(|_| tree.grow());
            let head = tree.head();
            stream.take(&mut tree, head, |_| {}).unwrap();
            assert_eq!((stream.lists, stream.headers), (lists, gap));
            best_of(&tree, &stream.replay);
        }
    }
}

#[test]
fn a_reorganisation_costs_the_new_branch_only() {
    let mut tree = Tree::new(10);
    let mut stream = Stream::new(Path::Best);
    for _ in 0..100 {
        let head = tree.head();
        stream.take(&mut tree, head, |_| {}).unwrap();
        tree.grow();
    }
    let head = tree.head();
    stream.take(&mut tree, head, |_| {}).unwrap();
    tree.fork(3);
    let head = tree.head();
    stream.take(&mut tree, head, |_| {}).unwrap();
    assert_eq!((stream.lists, stream.headers, stream.replay.reorgs), (1, 3, 1));
    best_of(&tree, &stream.replay);
}

#[test]
fn a_branch_that_left_before_the_first_block_is_followed_too() {
    let mut tree = Tree::new(10);
    let mut stream = Stream::new(Path::Best);
    let head = tree.head();
    stream.take(&mut tree, head, |_| {}).unwrap();
    tree.fork(4);
    let head = tree.head();
    stream.take(&mut tree, head, |_| {}).unwrap();
    assert_eq!(stream.replay.reorgs, 1);
    assert_eq!(stream.replay.blocks.first().unwrap().number, 7);
    best_of(&tree, &stream.replay);
}

#[test]
fn an_endpoint_that_lags_is_not_a_reorganisation_but_a_shorter_branch_of_the_same_one_is() {
    let mut tree = Tree::new(20);
    let mut stream = Stream::new(Path::Best);
    let blocks = tree.best[5..=20].to_vec();
    for block in blocks {
        stream.take(&mut tree, block, |_| {}).unwrap();
    }
    let told = stream.replay.blocks.len();
    // A lagging endpoint, on the same branch and on another one.
    tree.fork(3);
    let other = tree.best[19].clone();
    stream.follower.source_changed();
    for head in [tree.best[15].clone(), other.clone()] {
        stream.take(&mut tree, head, |_| {}).unwrap();
    }
    assert_eq!((stream.replay.blocks.len(), stream.replay.reorgs), (told, 0));
    let head = tree.head();
    stream.take(&mut tree, head, |_| {}).unwrap();
    best_of(&tree, &stream.replay);
    // The endpoint that was level says that a shorter branch is the best one.
    tree.best.truncate(18);
    tree.grow();
    let head = tree.head();
    stream.take(&mut tree, head, |_| {}).unwrap();
    best_of(&tree, &stream.replay);
    assert_eq!(stream.replay.reorgs, 2);
}

#[test]
fn more_than_is_replayed_is_said_and_the_stream_goes_on() {
    let mut tree = Tree::new(10);
    let mut stream = Stream::new(Path::Best);
    let head = tree.head();
    stream.take(&mut tree, head, |_| {}).unwrap();
    (0..=REPLAYED).for_each(|_| tree.grow());
    let head = tree.head();
    stream.take(&mut tree, head, |_| {}).unwrap();
    assert_eq!(stream.replay.lagged, [REPLAYED]);
    assert_eq!(stream.lists, 0);
    best_of(&tree, &stream.replay);
}

#[test]
fn finality_that_is_reverted_is_an_error_never_followed() {
    for (grown, forked) in [(10, 3), (1, 1), (0, 0)] {
        let mut tree = Tree::new(20);
        let mut stream = Stream::new(Path::Finalized { from: None });
        let head = tree.head();
        stream.take(&mut tree, head, |_| {}).unwrap();
        tree.best.truncate(20 - forked);
        (0..=forked + grown).for_each(|_| tree.grow());
        let head = tree.head();
        let error = stream.take(&mut tree, head, |_| {}).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol);
        assert!(error.to_string().starts_with("finality was reverted"), "{error}");
        assert_eq!(stream.replay.blocks.len(), 1);
    }
}

#[test]
fn another_chain_is_an_error_and_no_panic() {
    let mut tree = Tree::new(5);
    let mut stream = Stream::new(Path::Best);
    let head = tree.head();
    stream.take(&mut tree, head.clone(), |_| {}).unwrap();
    let mut stranger = Branch::new(Header { number: 0, hash: Hash([7; 32]), ..head.clone() });
    assert_eq!(stream.follower.meet(&stranger).unwrap_err().kind(), ErrorKind::Protocol);
    for number in [0, 1, 4, 5, 6, u64::MAX - 1, u64::MAX] {
        stranger = Branch::new(Header { number, hash: Hash([8; 32]), parent: Hash([9; 32]), ..head.clone() });
        let _ = stream.follower.meet(&stranger);
        stream.follower.give_up();
        let _ = stream.follower.meet(&stranger);
        let _ = Follower::new(Path::Finalized { from: Some(number) }).meet(&stranger);
        let _ = Follower::new(Path::Finalized { from: Some(0) }).meet(&stranger);
    }
}
