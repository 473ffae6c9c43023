//! Who may be written next.

use std::collections::VecDeque;

use crate::Lane;

/// Two queues of request ids with slots of their own.
///
/// Ids of requests that have ended stay queued until they come up; [`Lanes::shed`] keeps them from piling up.
#[derive(Debug)]
pub(crate) struct Lanes {
    read: Queue,
    priority: Queue,
    slots: usize,
    /// Whose turn it is while both lanes wait.
    turn: Lane,
    /// How many turns in a row the priority lane has had while reads waited.
    passed: usize,
}

/// While turns are scarce a read waits for so many priority requests: a flow of those must not keep it waiting for ever.
const PASSING: usize = 3;

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<u64>,
    /// Requests whose turn had come, but which must not be written yet.
    held: VecDeque<u64>,
    /// How many of both have ended.
    gone: usize,
    in_flight: usize,
}

impl Queue {
    fn len(&self) -> usize {
        self.waiting.len() + self.held.len()
    }

    /// Queues an id in its old place: they stand in their order.
    fn put_back(&mut self, id: u64) {
        let place = self.waiting.partition_point(|&other| other < id);
        self.waiting.insert(place, id);
    }

    fn alive(&self) -> usize {
        self.len().saturating_sub(self.gone)
    }
}

impl Lanes {
    pub(crate) fn new(slots: usize) -> Self {
        Self {
            read: Queue::default(),
            priority: Queue::default(),
            slots: slots.max(1),
            turn: Lane::Priority,
            passed: 0,
        }
    }

    pub(crate) fn push(&mut self, lane: Lane, id: u64) {
        self.queue(lane).waiting.push_back(id);
    }

    /// Whether [`Lanes::next`] has something. `reads` is false while the read lane must hold back.
    pub(crate) fn ready(&self, reads: bool) -> bool {
        self.lane_ready(Lane::Priority, reads) || self.lane_ready(Lane::Read, reads)
    }

    /// The next id to be written; the caller tells by [`Lanes::started`] whether it still exists. While turns are
    /// `scarce` the priority lane has nearly all of them.
    pub(crate) fn next(&mut self, reads: bool, scarce: bool) -> Option<(Lane, u64)> {
        let waiting = (self.lane_ready(Lane::Priority, reads), self.lane_ready(Lane::Read, reads));
        let lane = match waiting {
            (true, true) if scarce && self.passed < PASSING => Lane::Priority,
            (true, true) if scarce => Lane::Read,
            (true, true) => self.turn,
            (true, false) => Lane::Priority,
            (false, true) => Lane::Read,
            (false, false) => return None,
        };
        self.turn = if lane == Lane::Read { Lane::Priority } else { Lane::Read };
        self.passed = if lane == Lane::Priority && waiting.1 { self.passed + 1 } else { 0 };
        self.queue(lane).waiting.pop_front().map(|id| (lane, id))
    }

    /// A popped id takes a slot.
    pub(crate) fn started(&mut self, lane: Lane) {
        self.queue(lane).in_flight += 1;
    }

    /// A popped id was one already cancelled.
    pub(crate) fn skipped(&mut self, lane: Lane) {
        let queue = self.queue(lane);
        queue.gone = queue.gone.saturating_sub(1);
    }

    /// A popped id must not be written before [`Lanes::release`].
    pub(crate) fn hold(&mut self, lane: Lane, id: u64) {
        self.queue(lane).held.push_back(id);
    }

    /// What was held may be written.
    pub(crate) fn release(&mut self) {
        for queue in [&mut self.read, &mut self.priority] {
            while let Some(id) = queue.held.pop_back() {
                queue.put_back(id);
            }
        }
    }

    /// A request in flight is to be written again.
    pub(crate) fn again(&mut self, lane: Lane, id: u64) {
        self.finished(lane);
        self.queue(lane).put_back(id);
    }

    /// A request in flight is over.
    pub(crate) fn finished(&mut self, lane: Lane) {
        let queue = self.queue(lane);
        queue.in_flight = queue.in_flight.saturating_sub(1);
    }

    /// A queued request is over. Drops the ids of such once they are half of the queue.
    pub(crate) fn shed(&mut self, lane: Lane, is_alive: impl Fn(u64) -> bool) {
        let queue = self.queue(lane);
        queue.gone += 1;
        if queue.gone > 64 && 2 * queue.gone > queue.len() {
            queue.waiting.retain(|&id| is_alive(id));
            queue.held.retain(|&id| is_alive(id));
            queue.gone = 0;
        }
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.read.in_flight + self.priority.in_flight
    }

    pub(crate) fn queued(&self) -> usize {
        self.read.alive() + self.priority.alive()
    }

    /// How many are queued before a new request, where the priority lane goes first.
    pub(crate) fn ahead(&self, lane: Lane) -> usize {
        self.priority.alive() + if lane == Lane::Read { self.read.alive() } else { 0 }
    }

    /// Gives back what the largest burst took.
    pub(crate) fn shrink(&mut self) {
        for queue in [&mut self.read, &mut self.priority] {
            queue.waiting.shrink_to(2 * queue.waiting.len() + 64);
            queue.held.shrink_to(2 * queue.held.len() + 64);
        }
    }

    fn lane_ready(&self, lane: Lane, reads: bool) -> bool {
        let queue = match lane {
            Lane::Read if !reads => return false,
            Lane::Read => &self.read,
            Lane::Priority => &self.priority,
        };
        !queue.waiting.is_empty() && queue.in_flight < self.slots
    }

    fn queue(&mut self, lane: Lane) -> &mut Queue {
        match lane {
            Lane::Read => &mut self.read,
            Lane::Priority => &mut self.priority,
        }
    }
}
