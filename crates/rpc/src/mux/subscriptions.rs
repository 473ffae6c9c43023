//! Subscriptions and their unread items.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::task::{Poll, Waker};

use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::entry::MAY_HAVE_RUN;
use crate::answer::Origin;
use crate::{Answer, Error, ErrorKind, Replay, Result, ServerError, request};

/// What is to be read next of a subscription.
#[derive(Debug)]
pub(crate) enum Item {
    Result(Utf8Bytes, Range<usize>),
    /// The node's last word: it has ended the subscription.
    Error(Box<ServerError>),
    /// Its websocket was lost, and it goes on over another one.
    Gap,
}

impl Item {
    fn bytes(&self) -> usize {
        match self {
            Self::Result(frame, _) => frame.len(),
            Self::Error(_) | Self::Gap => 0,
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

/// What is left to do about a subscription nobody reads any more.
#[derive(Debug)]
pub(crate) enum Remains {
    Nothing,
    /// The node is to be told: by this method, this id.
    Open(&'static str, Box<str>),
    /// This call would open it again.
    Resuming(u64),
}

/// The request that opened a subscription, and opens it again on the next websocket.
pub(crate) struct Opener {
    /// As it was written, its id included.
    pub(crate) frame: Utf8Bytes,
    pub(crate) replay: Replay,
    /// The consumer has another endpoint: the subscription ends with its websocket.
    pub(crate) fail_fast: bool,
    pub(crate) unsubscribe: &'static str,
    pub(crate) origin: Origin,
}

/// All subscriptions of a client, by a local key. Their items are bounded in number each and in bytes together.
#[derive(Debug)]
pub(crate) struct Subscriptions {
    all: HashMap<u64, Subscription>,
    /// How many of them have not ended.
    live: usize,
    /// By the id the node gave them on this websocket.
    keys: HashMap<Box<str>, u64>,
    /// Items that overtook the answer to their subscribe request.
    early: VecDeque<(Box<str>, Item)>,
    early_lost: u64,
    max_items: usize,
    bytes: usize,
    lagged: u64,
}

struct Subscription {
    opener: Opener,
    standing: Standing,
    items: VecDeque<Item>,
    lagged: u64,
    /// Whether a gap is among the items dropped.
    gap: bool,
    /// Why no item follows; taken once it was told.
    end: Option<Error>,
    waker: Option<Waker>,
}

#[derive(Debug, PartialEq, Eq)]
enum Standing {
    /// Open at the node under this id.
    Open(Box<str>),
    /// To be opened again by this call.
    Resuming(u64),
    Ended,
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscription")
            .field("standing", &self.standing)
            .field("items", &self.items.len())
            .finish_non_exhaustive()
    }
}

impl Subscription {
    /// Ends it with this error, after the items it has.
    fn end(&mut self, error: Error, wakers: &mut Vec<Waker>) {
        let error = self.opener.origin.blame(error);
        self.end = Some(match self.opener.replay {
            Replay::Safe => error,
            Replay::Never => {
                let params = request::params(&self.opener.frame).unwrap_or_default();
                error.note(MAY_HAVE_RUN, true).unknown_fate(params)
            }
        });
        self.standing = Standing::Ended;
        wakers.extend(self.waker.take());
    }
}

impl Subscriptions {
    pub(crate) fn new(max_items: usize) -> Self {
        Self {
            all: HashMap::new(),
            live: 0,
            keys: HashMap::new(),
            early: VecDeque::new(),
            early_lost: 0,
            max_items,
            bytes: 0,
            lagged: 0,
        }
    }

    /// How many have not ended.
    pub(crate) fn live(&self) -> usize {
        self.live
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
    pub(crate) fn open(&mut self, key: u64, id: &str, opener: Opener, wakers: &mut Vec<Waker>) {
        let subscription = Subscription {
            opener,
            standing: Standing::Ended,
            items: VecDeque::new(),
            lagged: 0,
            gap: false,
            end: None,
            waker: None,
        };
        self.all.insert(key, subscription);
        self.live += 1;
        self.attach(key, id, wakers);
    }

    /// Goes on under a new id, after a gap. `false` if the subscription is not waiting for that.
    pub(crate) fn resume(&mut self, key: u64, id: &str, wakers: &mut Vec<Waker>) -> bool {
        let Some(subscription) = self.all.get_mut(&key) else { return false };
        if !matches!(subscription.standing, Standing::Resuming(_)) {
            return false;
        }
        let told = matches!(subscription.items.back(), Some(Item::Gap));
        if !told {
            subscription.items.push_back(Item::Gap);
        }
        wakers.extend(subscription.waker.take());
        self.attach(key, id, wakers);
        true
    }

    fn attach(&mut self, key: u64, id: &str, wakers: &mut Vec<Waker>) {
        if let Some(older) = self.keys.insert(id.into(), key) {
            let message = format!("the node gave this subscription's id, {id}, to another one");
            self.end(older, Error::new(ErrorKind::Protocol, message), wakers);
        }
        let Some(subscription) = self.all.get_mut(&key) else { return };
        subscription.standing = Standing::Open(id.into());
        subscription.lagged += self.early_lost;
        let (items, others): (VecDeque<_>, _) =
            std::mem::take(&mut self.early).into_iter().partition(|(early, _)| **early == *id);
        self.early = others;
        for (_, item) in items {
            self.bytes -= item.bytes();
            self.push(key, item, usize::MAX);
        }
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
        if let Some(&key) = self.keys.get(id) {
            self.push(key, item, room);
            wakers.extend(self.all.get_mut(&key).and_then(|subscription| subscription.waker.take()));
            return Delivery::Delivered;
        }
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
        Delivery::Kept
    }

    fn push(&mut self, key: u64, item: Item, room: usize) {
        let Some(subscription) = self.all.get_mut(&key) else { return };
        if let (Item::Error(_), Standing::Open(id)) = (&item, &subscription.standing) {
            self.keys.remove(id);
            subscription.standing = Standing::Ended;
            self.live -= 1;
        }
        self.bytes += item.bytes();
        subscription.items.push_back(item);
        while subscription.items.len() > self.max_items || (self.bytes > room && subscription.items.len() > 1)
        {
            match subscription.items.pop_front() {
                Some(Item::Gap) => subscription.gap = true,
                Some(lost) => {
                    self.bytes -= lost.bytes();
                    subscription.lagged += 1;
                    self.lagged += 1;
                }
                None => break,
            }
        }
    }

    /// No subscribe request is in flight any more: early items are nobody's. Returns how many there were.
    pub(crate) fn forget_early(&mut self) -> u64 {
        let forgotten = std::mem::take(&mut self.early);
        self.bytes -= forgotten.iter().map(|(_, item)| item.bytes()).sum::<usize>();
        self.early_lost = 0;
        forgotten.len() as u64
    }

    /// The next item: `Lagged` first if some were dropped, then items in order, then the error that ended it, then `None`.
    pub(crate) fn poll(&mut self, key: u64, waker: &Waker) -> Poll<Option<Result<Answer>>> {
        let Some(subscription) = self.all.get_mut(&key) else { return Poll::Ready(None) };
        let origin = &subscription.opener.origin;
        if subscription.lagged > 0 {
            let lagged = std::mem::take(&mut subscription.lagged);
            let message = format!("the consumer was too slow: {lagged} items were dropped");
            return Poll::Ready(Some(Err(origin.blame(Error::new(ErrorKind::Lagged(lagged), message)))));
        }
        let item = match std::mem::take(&mut subscription.gap) {
            true => Some(Item::Gap),
            false => subscription.items.pop_front(),
        };
        if subscription.items.is_empty() {
            subscription.items.shrink_to(64);
        }
        if let Some(item) = item {
            self.bytes -= item.bytes();
            return Poll::Ready(Some(match item {
                Item::Result(frame, range) => Ok(Answer::new(frame, range, origin.clone())),
                Item::Error(error) => Err(origin.blame(Error::server(*error))),
                Item::Gap => {
                    let message = "the websocket was lost: items may be missing here";
                    Err(origin.blame(Error::new(ErrorKind::Gap, message)))
                }
            }));
        }
        if let Some(error) = subscription.end.take() {
            return Poll::Ready(Some(Err(error)));
        }
        if subscription.standing == Standing::Ended {
            return Poll::Ready(None);
        }
        subscription.waker.replace(waker.clone());
        Poll::Pending
    }

    /// Forgets a subscription, and says what is left to do about it.
    pub(crate) fn close(&mut self, key: u64) -> Remains {
        let Some(subscription) = self.all.remove(&key) else { return Remains::Nothing };
        self.bytes -= subscription.items.iter().map(Item::bytes).sum::<usize>();
        self.live -= usize::from(subscription.standing != Standing::Ended);
        match subscription.standing {
            Standing::Open(id) => {
                self.keys.remove(&id);
                Remains::Open(subscription.opener.unsubscribe, id)
            }
            Standing::Resuming(call) => Remains::Resuming(call),
            Standing::Ended => Remains::Nothing,
        }
    }

    /// Ends a subscription with this error, after the items it has.
    pub(crate) fn end(&mut self, key: u64, error: Error, wakers: &mut Vec<Waker>) {
        let Some(subscription) = self.all.get_mut(&key) else { return };
        if subscription.standing != Standing::Ended {
            self.live -= 1;
            subscription.end(error, wakers);
        }
    }

    /// The websocket is gone. Subscriptions that may not be opened again end with this error; the others are the keys
    /// returned, each to be opened again by a call that [`Subscriptions::resuming`] is told of.
    pub(crate) fn lost(&mut self, error: &Error, wakers: &mut Vec<Waker>) -> Vec<u64> {
        self.keys = HashMap::new();
        let mut resumable = Vec::new();
        for (&key, subscription) in &mut self.all {
            let Standing::Open(_) = subscription.standing else { continue };
            if subscription.opener.replay == Replay::Safe && !subscription.opener.fail_fast {
                resumable.push(key);
            } else {
                subscription.end(error.clone(), wakers);
                self.live -= 1;
            }
        }
        // In the order they were opened.
        resumable.sort_unstable();
        resumable
    }

    pub(crate) fn opener(&self, key: u64) -> Option<&Opener> {
        self.all.get(&key).map(|subscription| &subscription.opener)
    }

    /// A call was queued that opens this subscription again.
    pub(crate) fn resuming(&mut self, key: u64, call: u64) {
        if let Some(subscription) = self.all.get_mut(&key) {
            subscription.standing = Standing::Resuming(call);
        }
    }

    /// No websocket will come: every subscription ends with this error.
    pub(crate) fn fail(&mut self, error: &Error, wakers: &mut Vec<Waker>) {
        self.keys = HashMap::new();
        for subscription in self.all.values_mut().filter(|one| one.standing != Standing::Ended) {
            subscription.end(error.clone(), wakers);
        }
        self.live = 0;
    }

    /// Gives back what the largest burst took.
    pub(crate) fn shrink(&mut self) {
        self.all.shrink_to(2 * self.all.len() + 64);
        self.keys.shrink_to(2 * self.keys.len() + 64);
    }
}
