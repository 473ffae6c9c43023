use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use tensorwire_scale::AccountId;
use tokio::{sync::watch, time::Instant};

use super::{Nonce, Turn, allocator::Allocator, index::next_index};
use crate::{Chain, Error, Result, flight::Flight};

/// Those who wait for a nonce of one account.
pub(super) struct Queue {
    line: Mutex<Line>,
    changed: watch::Sender<()>,
}

struct Line {
    allocator: Allocator,
    waiting: VecDeque<Arc<Waiting>>,
    /// When the chain last said something that the allocator knows.
    heard: Option<Instant>,
    /// The question that it is being asked, and since when.
    asking: Option<(Flight<u64>, Instant)>,
}

/// One who waits.
struct Waiting {
    /// None for one who signs now and sends later.
    turn: Option<Turn>,
    /// Why he waits no longer.
    failure: OnceLock<Error>,
}

/// How long what is known is trusted while nothing is on its way: another process may use the key.
const TRUSTED_FOR: Duration = Duration::from_secs(60);

/// What the first in the line has to do.
enum Step {
    Go(u64),
    Ask,
    Wait,
}

impl Default for Queue {
    fn default() -> Self {
        let line =
            Line { allocator: Allocator::default(), waiting: VecDeque::new(), heard: None, asking: None };
        Self { line: Mutex::new(line), changed: watch::Sender::new(()) }
    }
}

impl Queue {
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the chain, or an owner of a nonce, says of it.
    pub(super) fn note(&self, said: impl FnOnce(&mut Allocator)) {
        said(&mut self.line().allocator);
        self.changed.send_replace(());
    }

    /// The same, where the chain has said it.
    pub(super) fn heard(&self, said: impl FnOnce(&mut Allocator)) {
        self.line().heard = Some(Instant::now());
        self.note(said);
    }

    pub(super) async fn next(
        self: &Arc<Self>,
        chain: &Chain,
        account: AccountId,
        turn: Option<Turn>,
    ) -> Result<Nonce> {
        let mut changed = self.changed.subscribe();
        let place = Place::take(self, turn);
        let mut asks = turn == Some(Turn::Fresh);
        loop {
            match place.step(asks)? {
                Step::Go(nonce) => return Ok(Nonce::allocated(self.clone(), nonce)),
                Step::Ask => {
                    let question = self.question(chain, account);
                    let next = question.get().await;
                    asks = false;
                    self.answered(&question, next);
                }
                // The sender lives as long as this queue.
                Step::Wait => _ = changed.changed().await,
            }
        }
    }

    /// The question for the next nonce, which is one for all.
    fn question(&self, chain: &Chain, account: AccountId) -> Flight<u64> {
        let node = chain.node();
        let begin = || (Flight::new(&node.handle, next_index(node.clone(), account)), Instant::now());
        let asking = &mut self.line().asking;
        // Whoever asked is gone, and the answer of then is none of now.
        asking.take_if(|(asking, _)| asking.now().is_some());
        asking.get_or_insert_with(begin).0.clone()
    }

    /// Whoever is first to see the answer notes it for all. If there is none, nobody who waits needs to ask the same.
    fn answered(&self, question: &Flight<u64>, next: Result<u64>) {
        let mut line = self.line();
        let Some((_, since)) = line.asking.take_if(|(asking, _)| asking.is(question)) else { return };
        match next {
            Ok(next) => {
                let is_news = line.heard.is_none_or(|heard| heard <= since);
                line.allocator.read(next, is_news);
                line.heard = Some(Instant::now());
            }
            Err(error) => {
                for waiting in line.waiting.drain(..) {
                    let _ = waiting.failure.set(error.clone());
                }
            }
        }
        self.changed.send_replace(());
    }
}

/// A place in the line, given up when it is dropped.
struct Place<'a> {
    queue: &'a Queue,
    waiting: Arc<Waiting>,
}

impl<'a> Place<'a> {
    fn take(queue: &'a Queue, turn: Option<Turn>) -> Self {
        let waiting = Arc::new(Waiting { turn, failure: OnceLock::new() });
        let line = &mut queue.line().waiting;
        match turn {
            Some(Turn::Again) => line.push_front(waiting.clone()),
            _ => line.push_back(waiting.clone()),
        }
        Self { queue, waiting }
    }

    fn step(&self, asks: bool) -> Result<Step> {
        if let Some(error) = self.waiting.failure.get() {
            return Err(error.clone());
        }
        let mut line = self.queue.line();
        let Line { allocator, waiting, heard, .. } = &mut *line;
        let is_first = waiting.front().is_some_and(|first| Arc::ptr_eq(first, &self.waiting));
        // Who sends later keeps nobody waiting, and waits for nobody.
        if self.waiting.turn.is_some() && !is_first {
            return Ok(Step::Wait);
        }
        let recent = heard.is_some_and(|heard| heard.elapsed() < TRUSTED_FOR);
        let is_outdated = !(recent || allocator.is_busy());
        if is_outdated {
            allocator.forget_taken();
        }
        if asks || is_outdated || !allocator.is_sure() {
            return Ok(Step::Ask);
        }
        let nonce = match self.waiting.turn {
            Some(_) => allocator.send(waiting.iter().filter(|other| other.turn.is_some()).count() - 1),
            None => allocator.reserve(),
        };
        Ok(nonce.map_or(Step::Wait, Step::Go))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.queue.line().waiting.retain(|waiting| !Arc::ptr_eq(waiting, &self.waiting));
        self.queue.changed.send_replace(());
    }
}
