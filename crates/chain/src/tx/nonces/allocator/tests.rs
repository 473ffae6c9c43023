use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;

/// An account on a chain, with those who send from here and the pool of a node.
struct Model {
    allocator: Allocator,
    /// How many wait.
    waiting: usize,
    unanswered: VecDeque<u64>,
    /// The chain's nonce, and those in the pool: ours, or of another process.
    next: u64,
    pool: BTreeSet<u64>,
    ours: BTreeSet<u64>,
    refused: usize,
    /// How many were sent together at most.
    burst: usize,
    rounds: usize,
}

impl Model {
    fn new(waiting: usize) -> Self {
        let mut allocator = Allocator::default();
        allocator.read(7, true);
        Self {
            allocator,
            waiting,
            unanswered: VecDeque::new(),
            next: 7,
            pool: BTreeSet::new(),
            ours: BTreeSet::new(),
            refused: 0,
            burst: 0,
            rounds: 0,
        }
    }

    /// What a node says.
    fn ready(&self) -> u64 {
        (self.next..).find(|nonce| !self.pool.contains(nonce)).unwrap()
    }

    /// All go who may.
    fn go(&mut self) {
        while self.waiting > 0 {
            if !self.allocator.is_sure() {
                self.allocator.read(self.ready(), true);
            }
            let Some(nonce) = self.allocator.send(self.waiting - 1) else { break };
            assert!(!self.unanswered.contains(&nonce), "{nonce} has two owners");
            assert!(!self.ours.contains(&nonce), "{nonce} is in the pool");
            self.waiting -= 1;
            self.unanswered.push_back(nonce);
        }
        self.burst = self.burst.max(self.unanswered.len());
        self.rounds += 1;
    }

    /// The node answers one of them.
    fn answer(&mut self, which: usize, refuses: bool) {
        if self.unanswered.is_empty() {
            return;
        }
        let nonce = self.unanswered.remove(which % self.unanswered.len()).unwrap();
        if refuses {
            self.refused += 1;
            self.allocator.give_back(nonce);
        } else if nonce < self.next || self.pool.contains(&nonce) {
            // Another process was faster: he stands in line again.
            self.allocator.taken(nonce);
            self.waiting += 1;
        } else {
            self.pool.insert(nonce);
            self.ours.insert(nonce);
            self.allocator.is_now(nonce, Hold::Pooled);
        }
    }

    fn another_process(&mut self) {
        self.pool.insert(self.ready());
    }

    /// A block takes all that is ready, and it is told of.
    fn block(&mut self) {
        while self.pool.remove(&self.next) {
            if self.ours.remove(&self.next) {
                self.allocator.used(self.next);
            }
            self.next += 1;
        }
    }

    /// What waits in the pool for a nonce that nobody has.
    fn is_whole(&self) -> bool {
        self.pool.range(self.ready()..).next().is_none()
    }
}

proptest! {
    #[test]
    fn g5_no_nonce_has_two_owners_and_no_hole_stays(
        submissions in 1_usize..60,
        steps in prop::collection::vec((any::<usize>(), 0_u8..100), 0..400),
        refused_of_100 in 0_u8..60,
        another_of_20 in 0_u8..4,
    ) {
        let mut model = Model::new(submissions);
        let mut steps = steps.into_iter();
        for _ in 0..10_000 {
            model.go();
            let (which, dice) = steps.next().unwrap_or((0, 99));
            model.answer(which, dice < refused_of_100);
            if dice % 20 < another_of_20 {
                model.another_process();
            }
            if dice % 10 == 3 {
                model.block();
            }
            if model.waiting == 0 && model.unanswered.is_empty() {
                break;
            }
        }
        prop_assert!(model.waiting == 0 && model.unanswered.is_empty(), "somebody waits for ever");
        prop_assert!(model.refused > SPARE || model.is_whole(), "a hole is left after {} refusals", model.refused);
        // Who comes next fills what is left.
        for _ in 0..submissions {
            model.waiting = 1;
            model.go();
            model.answer(0, false);
        }
        prop_assert!(model.is_whole());
    }

    #[test]
    fn g5_a_fifth_refused_leaves_no_hole(dice in prop::collection::vec(0_u8..5, 200)) {
        let mut model = Model::new(dice.len());
        let mut dice = dice.into_iter();
        while model.waiting > 0 || !model.unanswered.is_empty() {
            model.go();
            for _ in 0..model.unanswered.len() {
                model.answer(0, dice.next() == Some(0));
            }
        }
        prop_assert!(model.is_whole());
        model.block();
        prop_assert_eq!(model.next, 7 + 200 - model.refused as u64);
    }
}

#[test]
fn g5_two_hundred_submissions_take_few_round_trips() {
    let mut model = Model::new(200);
    while model.waiting > 0 || !model.unanswered.is_empty() {
        model.go();
        for _ in 0..model.unanswered.len() {
            model.answer(0, false);
        }
    }
    assert!(model.burst >= 90, "{}", model.burst);
    assert!(model.rounds <= 16, "{}", model.rounds);
}

#[test]
fn g5_a_nonce_that_a_caller_has_chosen_is_nobody_elses() {
    let mut allocator = Allocator::default();
    allocator.read(5, true);
    allocator.set_apart(6);
    assert_eq!((allocator.reserve(), allocator.reserve()), (Some(5), Some(7)));
    // Far ahead it makes no hole for others to fill.
    allocator.set_apart(1_000);
    assert_eq!(allocator.reserve(), Some(8));
    // A second transaction with it, to replace the first one.
    allocator.set_apart(6);
    allocator.unset_apart(6);
    assert_eq!(allocator.reserve(), Some(9));
    allocator.unset_apart(6);
    assert_eq!(allocator.reserve(), Some(6));
    // To replace one that was given out.
    allocator.set_apart(7);
    allocator.unset_apart(7);
    assert_eq!(allocator.reserve(), Some(10));
}

#[test]
fn g5_what_a_block_holds_and_what_the_chain_says_is_believed() {
    let mut allocator = Allocator::default();
    assert!(!allocator.is_sure() && allocator.reserve().is_none());
    allocator.read(5, true);
    assert_eq!(allocator.send(0), Some(5));
    // It is on its way: nobody goes ahead of it without company.
    assert_eq!(allocator.send(SPARE), None);
    allocator.is_now(5, Hold::Pooled);
    assert_eq!(allocator.send(0), Some(6));
    // Another process has used more.
    allocator.used(6);
    allocator.taken(7);
    assert!(!allocator.is_sure());
    allocator.read(9, true);
    assert_eq!(allocator.send(0), Some(9));
    // A node that lags does not bring back what is in the pool.
    allocator.give_back(9);
    allocator.doubt();
    allocator.read(5, true);
    assert_eq!(allocator.send(0), Some(9));
}

#[test]
fn g5_the_last_nonce_of_all_is_given_out_once() {
    let mut allocator = Allocator::default();
    allocator.read(u64::MAX, true);
    assert_eq!((allocator.reserve(), allocator.reserve()), (Some(u64::MAX), None));
    allocator.used(u64::MAX);
    assert_eq!(allocator.reserve(), Some(u64::MAX));
}
