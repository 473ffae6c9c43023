use std::{
    collections::HashMap,
    future::poll_fn,
    ops::RangeInclusive,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::Poll,
    time::Duration,
};

use futures_util::future::{select, try_join, try_join_all};
use tensorwire_rpc::Request;
use tokio::{
    runtime::Handle,
    sync::Notify,
    time::{Instant, sleep_until},
};

use crate::{
    Error, ErrorKind, Result,
    changes::Changes,
    flight::LazyFlight,
    node::Node,
    pin::{Located, Pin},
    pool::{Needs, Pool},
    verified::Verified,
};

/// Keys per request. A node serves one request in one task: a few middling requests beat a giant one.
const KEYS_PER_REQUEST: usize = 256;

/// Requests that leave in a burst before the next ones keep their distance.
const EAGER_REQUESTS: usize = 2;

/// The distance between requests in a burst, unless they are full: it doubles from the first to the last.
const DISTANCES: RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_millis(4);

/// The storage reads of one block. Reads that begin together go out together. A read that comes while none is
/// unanswered, and the first few that come while one is, leave at once; in a burst they wait up to [`DISTANCES`] for
/// company. So a thousand reads are a handful of requests, and a lone read waits for nothing.
#[derive(Clone)]
pub(crate) struct Reads(Arc<Shared>);

struct Shared {
    runtime: Handle,
    source: Source,
    /// The batch that reads join now.
    open: Mutex<Weak<Batch>>,
    pace: Mutex<Pace>,
}

/// Whose word counts for a value.
pub(crate) enum Source {
    /// A node's.
    Told(Arc<Node>, Arc<Pin>),
    /// The state root's.
    Proven(Arc<Verified>),
}

#[derive(Default)]
struct Pace {
    unanswered: usize,
    /// Requests that left early in this burst.
    early: usize,
    distance: Duration,
    last: Option<Instant>,
}

impl Pace {
    /// Until when a request that is not full waits.
    fn wait(&mut self, now: Instant) -> Option<Instant> {
        let last = self.last.filter(|last| now < *last + *DISTANCES.end());
        if last.is_none() {
            self.early = 0;
            self.distance = *DISTANCES.start();
        }
        if self.unanswered == 0 || self.early < EAGER_REQUESTS {
            self.early += usize::from(self.unanswered > 0);
            return None;
        }
        let until = last.map(|last| last + self.distance);
        self.distance = (self.distance * 2).min(*DISTANCES.end());
        until
    }
}

/// One request that is unanswered, however that ends.
struct Unanswered<'a>(&'a Mutex<Pace>);

impl<'a> Unanswered<'a> {
    fn new(pace: &'a Mutex<Pace>) -> Self {
        let mut state = lock(pace);
        state.unanswered += 1;
        state.last = Some(Instant::now());
        Self(pace)
    }
}

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        lock(self.0).unanswered -= 1;
    }
}

/// The reads of one request. It ends with the last of its readers.
struct Batch {
    gathered: Arc<Gathered>,
    request: LazyFlight<Values>,
}

/// The keys of a request, before it is sent.
#[derive(Default)]
struct Gathered {
    keys: Mutex<Keys>,
    full: Notify,
}

#[derive(Default)]
struct Keys {
    list: Vec<Vec<u8>>,
    positions: HashMap<Vec<u8>, usize>,
}

type Values = Arc<Vec<Option<Vec<u8>>>>;

/// Where one value is: shared with the other values of its request.
#[derive(Clone)]
pub(crate) struct Found {
    values: Values,
    index: usize,
}

impl Found {
    /// All of these values, which are there.
    pub(crate) fn all(values: Vec<Vec<u8>>) -> Vec<Self> {
        let values: Values = Arc::new(values.into_iter().map(Some).collect());
        (0..values.len()).map(|index| Self { values: values.clone(), index }).collect()
    }

    /// The value's bytes, `None` if the key is absent.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        self.values.get(self.index)?.as_deref()
    }
}

impl Reads {
    pub(crate) fn new(node: &Node, source: Source) -> Self {
        let runtime = node.handle.clone();
        Self(Arc::new(Shared { runtime, source, open: Mutex::default(), pace: Mutex::default() }))
    }

    /// The value of one key, which is announced when this returns.
    pub(crate) fn one(&self, key: Vec<u8>) -> impl Future<Output = Result<Found>> + Send + use<> {
        let (batch, index) = self.announce(&mut lock(&self.0.open), key);
        async move {
            give_way().await;
            Ok(Found { values: batch.request.get().await?, index })
        }
    }

    /// The values of many keys, in their order.
    pub(crate) async fn many(&self, keys: Vec<Vec<u8>>) -> Result<Vec<Found>> {
        let (mut batches, mut places) = (Vec::<Arc<Batch>>::new(), Vec::with_capacity(keys.len()));
        {
            let mut open = lock(&self.0.open);
            for key in keys {
                let (batch, index) = self.announce(&mut open, key);
                if !batches.last().is_some_and(|last| Arc::ptr_eq(last, &batch)) {
                    batches.push(batch);
                }
                places.push((batches.len() - 1, index));
            }
        }
        give_way().await;
        let answers = try_join_all(batches.iter().map(|batch| batch.request.get())).await?;
        let found = |(batch, index): (usize, usize)| Found { values: answers[batch].clone(), index };
        Ok(places.into_iter().map(found).collect())
    }

    /// Puts the key into the open batch, unless it is there already: a node answers a key once.
    fn announce(&self, open: &mut Weak<Batch>, key: Vec<u8>) -> (Arc<Batch>, usize) {
        let batch = open.upgrade().unwrap_or_else(|| {
            let gathered = Arc::<Gathered>::default();
            let send = self.0.clone().send(gathered.clone());
            let batch = Arc::new(Batch { gathered, request: LazyFlight::new(&self.0.runtime, send) });
            *open = Arc::downgrade(&batch);
            batch
        });
        let mut keys = lock(&batch.gathered.keys);
        let position = match keys.positions.get(&key) {
            Some(position) => *position,
            None => {
                let position = keys.list.len();
                keys.list.push(key.clone());
                keys.positions.insert(key, position);
                position
            }
        };
        if keys.list.len() == KEYS_PER_REQUEST {
            batch.gathered.full.notify_one();
            *open = Weak::new();
        }
        drop(keys);
        (batch, position)
    }
}

impl Shared {
    /// Sends the batch when it is full, or when its time has come. Whoever waits has given way before.
    async fn send(self: Arc<Self>, gathered: Arc<Gathered>) -> Result<Values> {
        let full = lock(&gathered.keys).list.len() == KEYS_PER_REQUEST;
        let wait = if full { None } else { lock(&self.pace).wait(Instant::now()) };
        if let Some(until) = wait {
            select(pin!(gathered.full.notified()), pin!(sleep_until(until))).await;
        }
        let _unanswered = Unanswered::new(&self.pace);
        let keys = {
            let mut open = lock(&self.open);
            if open.upgrade().is_some_and(|open| Arc::ptr_eq(&open.gathered, &gathered)) {
                *open = Weak::new();
            }
            std::mem::take(&mut lock(&gathered.keys).list)
        };
        self.source.fetch(&keys).await.map(Arc::new)
    }
}

/// Gives every other task that is ready one turn. A task that wakes itself goes to the end of the queue; tokio's own
/// `yield_now` comes back sooner, in the middle of a burst.
async fn give_way() {
    let mut given = false;
    poll_fn(|context| {
        if std::mem::replace(&mut given, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Source {
    async fn fetch(&self, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>> {
        let Self::Told(node, pin) = self else { return self.fetch_at(keys).await };
        if pin.is_open_head() {
            // The head is still being asked for. A storage read says which block it was made at, so it goes out
            // beside that question, and counts if it turns out to be of the same block.
            let sent = node.pool.send(Changes::request(keys, None), Needs::Head);
            let (head, answer) = try_join(pin.hash_of(), async { Ok(sent.await) }).await?;
            if let Ok(changes) = answer.and_then(|asked| Changes::read(&asked.answer, keys))
                && changes.block == head
            {
                return Ok(changes.values);
            }
        }
        if !node.values.are_kept() {
            return self.fetch_at(keys).await;
        }
        let at = pin.located().await?;
        let known = node.values.storage(at, keys);
        let fetched = match known.missing.as_slice() {
            [] => Vec::new(),
            missing => self.fetch_at(missing).await?,
        };
        Ok(node.values.complete(at, known, fetched))
    }

    async fn fetch_at(&self, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>> {
        let answer = match self {
            Self::Told(node, pin) => told(&node.pool, pin.located().await?, keys).await,
            Self::Proven(verified) => verified.values(keys).await,
        };
        match answer {
            // One huge value must not take its neighbours with it.
            Err(error) if keys.len() > 1 && is_too_big(&error) => {
                let (left, right) = keys.split_at(keys.len() / 2);
                let (mut left, right) =
                    try_join(Box::pin(self.fetch_at(left)), Box::pin(self.fetch_at(right))).await?;
                left.extend(right);
                Ok(left)
            }
            answer => answer,
        }
    }
}

async fn told(pool: &Arc<Pool>, at: Located, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>> {
    let block = at.hash;
    if let [key] = keys {
        let request = Request::new("state_getStorage").hex_param(key).param(block);
        return Ok(vec![pool.send(request, at.needs()).await?.answer.bytes()?]);
    }
    let asked = pool.send(Changes::request(keys, Some(block)), at.needs()).await?;
    let changes = Changes::read(&asked.answer, keys)?;
    if changes.block == block {
        return Ok(changes.values);
    }
    let message = format!("the node answered for block {}, asked for block {block}", changes.block);
    Err(Error::new(ErrorKind::Protocol, message))
}

/// -32008 is what a node's server says of an answer above its limit.
pub(crate) fn is_too_big(error: &Error) -> bool {
    error.rpc().and_then(|error| error.server_error()).is_some_and(|error| error.code == -32008)
}
