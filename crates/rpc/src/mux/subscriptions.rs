//! Open subscriptions and their unread items.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::task::{Poll, Waker};

use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::answer::Origin;
use crate::{Answer, Error, ErrorKind, Result, ServerError};

/// What a node sent for a subscription.
#[derive(Debug)]
pub(crate) enum Item {
    Result(Utf8Bytes, Range<usize>),
    /// The node's last word: it has ended the subscription.
    Error(Box<ServerError>),
}

impl Item {
    fn bytes(&self) -> usize {
        match self {
            Self::Result(frame, _) => frame.len(),
            Self::Error(_) => 0,
        }
    }
}

/// What became of an item.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    Delivered,
    /// Its subscription is not known yet, but a subscribe request is in flight.
    Kept,
    /// It belongs to nobody.
    Stray,
}

/// All subscriptions of a client, by a local key. Their items are bounded in number each and in bytes together.
#[derive(Debug)]
pub(crate) struct Subscriptions {
    open: HashMap<u64, Open>,
    keys: HashMap<Box<str>, u64>,
    /// Items that overtook the answer to their subscribe request.
    early: VecDeque<(Box<str>, Item)>,
    early_lost: u64,
    max_items: usize,
    bytes: usize,
    lagged: u64,
}

struct Open {
    id: Box<str>,
    unsubscribe: &'static str,
    origin: Origin,
    items: VecDeque<Item>,
    lagged: u64,
    /// Why no item follows; taken once it was told.
    end: Option<Error>,
    ended: bool,
    waker: Option<Waker>,
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open").field("id", &self.id).field("items", &self.items.len()).finish_non_exhaustive()
    }
}

impl Subscriptions {
    pub(crate) fn new(max_items: usize) -> Self {
        Self {
            open: HashMap::new(),
            keys: HashMap::new(),
            early: VecDeque::new(),
            early_lost: 0,
            max_items: max_items.max(1),
            bytes: 0,
            lagged: 0,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.open.len()
    }

    /// Bytes of all unread items.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Items dropped for slow consumers so far.
    pub(crate) fn lagged(&self) -> u64 {
        self.lagged
    }

    /// Opens a subscription under the id the node gave it, with the items that came too early.
    pub(crate) fn open(&mut self, key: u64, id: &str, unsubscribe: &'static str, origin: Origin) {
        let (items, others) =
            std::mem::take(&mut self.early).into_iter().partition(|(early, _)| **early == *id);
        self.early = others;
        let items: VecDeque<(Box<str>, Item)> = items;
        let items = items.into_iter().map(|(_, item)| item).collect();
        let lagged = self.early_lost;
        let open =
            Open { id: id.into(), unsubscribe, origin, items, lagged, end: None, ended: false, waker: None };
        self.keys.insert(id.into(), key);
        self.open.insert(key, open);
    }

    /// Hands an item to the subscription of this id. `subscribing` says whether an unknown id may become known,
    /// `room` how many bytes may be buffered.
    pub(crate) fn deliver(
        &mut self,
        id: &str,
        item: Item,
        subscribing: bool,
        room: usize,
        wakers: &mut Vec<Waker>,
    ) -> Delivery {
        let Some(open) = self.keys.get(id).and_then(|key| self.open.get_mut(key)) else {
            if !subscribing {
                return Delivery::Stray;
            }
            self.bytes += item.bytes();
            self.early.push_back((id.into(), item));
            while self.early.len() > self.max_items || (self.bytes > room && self.early.len() > 1) {
                let Some((_, lost)) = self.early.pop_front() else { break };
                self.bytes -= lost.bytes();
                self.early_lost += 1;
                self.lagged += 1;
            }
            return Delivery::Kept;
        };
        self.bytes += item.bytes();
        open.items.push_back(item);
        while open.items.len() > self.max_items || (self.bytes > room && open.items.len() > 1) {
            let Some(lost) = open.items.pop_front() else { break };
            self.bytes -= lost.bytes();
            open.lagged += 1;
            self.lagged += 1;
        }
        wakers.extend(open.waker.take());
        Delivery::Delivered
    }

    /// No subscribe request is in flight any more: early items are nobody's. Returns how many there were.
    pub(crate) fn forget_early(&mut self) -> u64 {
        let forgotten = self.early.len();
        for (_, item) in self.early.drain(..) {
            self.bytes -= item.bytes();
        }
        self.early_lost = 0;
        forgotten as u64
    }

    /// The next item: `Lagged` first if some were dropped, then items in order, then the error that ended it, then `None`.
    pub(crate) fn poll(&mut self, key: u64, waker: &Waker) -> Poll<Option<Result<Answer>>> {
        let Some(open) = self.open.get_mut(&key) else { return Poll::Ready(None) };
        if open.lagged > 0 {
            let lagged = std::mem::take(&mut open.lagged);
            let message = format!("the consumer was too slow: {lagged} items were dropped");
            return Poll::Ready(Some(Err(open.origin.blame(Error::new(ErrorKind::Lagged(lagged), message)))));
        }
        if let Some(item) = open.items.pop_front() {
            self.bytes -= item.bytes();
            return Poll::Ready(Some(match item {
                Item::Result(frame, range) => Ok(Answer::new(frame, range, open.origin.clone())),
                Item::Error(error) => {
                    open.ended = true;
                    Err(open.origin.blame(Error::server(*error)))
                }
            }));
        }
        if let Some(error) = open.end.take() {
            return Poll::Ready(Some(Err(error)));
        }
        if open.ended {
            return Poll::Ready(None);
        }
        open.waker.replace(waker.clone());
        Poll::Pending
    }

    /// Ends a subscription. Returns the method and the id to unsubscribe with, unless the node has ended it already.
    pub(crate) fn close(&mut self, key: u64) -> Option<(&'static str, Box<str>)> {
        let open = self.open.remove(&key)?;
        self.bytes -= open.items.iter().map(Item::bytes).sum::<usize>();
        if self.keys.get(&open.id) == Some(&key) {
            self.keys.remove(&open.id);
        }
        (!open.ended).then_some((open.unsubscribe, open.id))
    }

    /// The websocket is gone: every subscription ends with this error after the items it has.
    pub(crate) fn fail(&mut self, error: &Error, wakers: &mut Vec<Waker>) {
        self.forget_early();
        self.keys.clear();
        for open in self.open.values_mut().filter(|open| !open.ended) {
            open.end = Some(error.clone().about(open.origin.method.clone()));
            open.ended = true;
            wakers.extend(open.waker.take());
        }
    }
}
