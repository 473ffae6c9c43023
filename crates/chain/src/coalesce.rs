use std::{
    collections::HashMap,
    future::poll_fn,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
};

use futures_util::future::{Either, join, select, try_join, try_join_all};
use serde::Deserialize;
use tensorwire_rpc::{Answer, Client, Request};
use tokio::sync::{Notify, Semaphore};

use crate::{
    Error, ErrorKind, Hash, Result,
    pin::{Flight, Pin, WeakFlight, flight},
};

/// Keys per request. A node serves one request in one task: a few middling requests beat a giant one.
const KEYS_PER_REQUEST: usize = 256;

/// Requests of one block that may be unanswered before further reads wait to fill theirs.
const EAGER_REQUESTS: usize = 4;

/// The storage reads of one block. Reads that begin together go out together, and so do reads that come while
/// [`EAGER_REQUESTS`] are under way. A lone read waits for nothing: there is no timer.
pub(crate) struct Reads(Arc<Shared>);

struct Shared {
    client: Client,
    pin: Arc<Pin>,
    open: Mutex<Option<Open>>,
    eager: Semaphore,
}

/// The batch that reads join now, and its request: weakly, so that it ends with the last of its readers.
struct Open {
    batch: Arc<Batch>,
    values: WeakFlight<Values>,
}

/// The reads of one request, before it is sent.
#[derive(Default)]
struct Batch {
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
pub(crate) struct Found {
    values: Values,
    index: usize,
}

impl Found {
    /// The value's bytes, `None` if the key is absent.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        self.values.get(self.index)?.as_deref()
    }
}

impl Reads {
    pub(crate) fn new(client: Client, pin: Arc<Pin>) -> Self {
        let eager = Semaphore::new(EAGER_REQUESTS);
        Self(Arc::new(Shared { client, pin, open: Mutex::default(), eager }))
    }

    /// The value of one key.
    pub(crate) async fn one(&self, key: Vec<u8>) -> Result<Found> {
        let (request, index) = self.announce(&mut lock(&self.0.open), key);
        give_way().await;
        Ok(Found { values: request.await?, index })
    }

    /// The values of many keys, in their order.
    pub(crate) async fn many(&self, keys: Vec<Vec<u8>>) -> Result<Vec<Found>> {
        let (mut requests, mut places) = (Vec::<Flight<Values>>::new(), Vec::with_capacity(keys.len()));
        {
            let mut open = lock(&self.0.open);
            for key in keys {
                let (request, index) = self.announce(&mut open, key);
                if !requests.last().is_some_and(|last| last.ptr_eq(&request)) {
                    requests.push(request);
                }
                places.push((requests.len() - 1, index));
            }
        }
        give_way().await;
        let answers = try_join_all(requests).await?;
        let found = |(request, index): (usize, usize)| Found { values: answers[request].clone(), index };
        Ok(places.into_iter().map(found).collect())
    }

    /// Puts the key into the open batch, unless it is there already: a node answers a key once.
    fn announce(&self, open: &mut Option<Open>, key: Vec<u8>) -> (Flight<Values>, usize) {
        let joined = open.as_ref().and_then(|open| Some((open.batch.clone(), open.values.upgrade()?)));
        let (batch, values) = joined.unwrap_or_else(|| {
            let batch = Arc::new(Batch::default());
            let values = flight(self.0.clone().send(batch.clone()));
            *open = values.downgrade().map(|values| Open { batch: batch.clone(), values });
            (batch, values)
        });
        let mut keys = lock(&batch.keys);
        let position = match keys.positions.get(&key) {
            Some(position) => *position,
            None => {
                let position = keys.list.len();
                keys.list.push(key.clone());
                keys.positions.insert(key, position);
                position
            }
        };
        let full = keys.list.len() == KEYS_PER_REQUEST;
        drop(keys);
        if full {
            batch.full.notify_one();
            *open = None;
        }
        (values, position)
    }
}

impl Shared {
    /// Sends the batch when it is full, or when not too many are under way. Whoever waits has given way before.
    async fn send(self: Arc<Self>, batch: Arc<Batch>) -> Result<Values> {
        let turn = match select(pin!(batch.full.notified()), pin!(self.eager.acquire())).await {
            Either::Left(_) => None,
            Either::Right((turn, _)) => turn.ok(),
        };
        let keys = {
            let mut open = lock(&self.open);
            if open.as_ref().is_some_and(|open| Arc::ptr_eq(&open.batch, &batch)) {
                *open = None;
            }
            std::mem::take(&mut lock(&batch.keys).list)
        };
        let values = fetch(&self.client, &self.pin, &keys).await;
        drop(turn);
        values.map(Arc::new)
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

async fn fetch(client: &Client, pin: &Pin, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>> {
    if pin.is_open_head() {
        // The head is still being asked for. A storage read says which block it was made at, so it goes out
        // beside that question, and counts if it turns out to be of the same block.
        let sent = client.send(Changes::request(keys, None));
        let (head, answer) = join(pin.hash_of(), sent).await;
        let head = head?;
        if let Ok(changes) = answer.map_err(Error::from).and_then(|answer| Changes::read(&answer, keys))
            && changes.block == head
        {
            return Ok(changes.values);
        }
    }
    let block = pin.hash_of().await?;
    fetch_at(client, block, keys).await
}

async fn fetch_at(client: &Client, block: Hash, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>> {
    if let [key] = keys {
        let request = Request::new("state_getStorage").hex_param(key).param(block);
        return Ok(vec![client.request(request).await?.bytes()?]);
    }
    match client.request(Changes::request(keys, Some(block))).await {
        Ok(answer) => {
            let changes = Changes::read(&answer, keys)?;
            if changes.block == block {
                return Ok(changes.values);
            }
            let message = format!("the node answered for block {}, asked for block {block}", changes.block);
            Err(Error::new(ErrorKind::Protocol, message))
        }
        // One huge value must not take its neighbours with it.
        Err(error) if is_too_big(&error) => {
            let (left, right) = keys.split_at(keys.len() / 2);
            let (mut left, right) =
                try_join(Box::pin(fetch_at(client, block, left)), Box::pin(fetch_at(client, block, right)))
                    .await?;
            left.extend(right);
            Ok(left)
        }
        Err(error) => Err(error.into()),
    }
}

/// -32008 is what a node's server says of an answer above its limit.
fn is_too_big(error: &tensorwire_rpc::Error) -> bool {
    error.server_error().is_some_and(|error| error.code == -32008)
}

/// The answer of `state_queryStorageAt`.
pub(crate) struct Changes {
    pub(crate) block: Hash,
    /// In the order of the keys asked.
    pub(crate) values: Vec<Option<Vec<u8>>>,
}

#[derive(Deserialize)]
struct ChangeSet<'a> {
    block: Hash,
    #[serde(borrow)]
    changes: Vec<(&'a str, Option<&'a str>)>,
}

impl Changes {
    pub(crate) fn request(keys: &[Vec<u8>], block: Option<Hash>) -> Request {
        let keys: Vec<_> = keys.iter().map(const_hex::encode_prefixed).collect();
        let request = Request::new("state_queryStorageAt").param(keys);
        match block {
            Some(block) => request.param(block),
            None => request,
        }
    }

    /// Matches the answer to the keys by name: a node may leave out repetitions and need not keep the order.
    pub(crate) fn read(answer: &Answer, keys: &[Vec<u8>]) -> Result<Self> {
        let protocol = |what: &str| Error::new(ErrorKind::Protocol, format!("state_queryStorageAt: {what}"));
        let sets: Vec<ChangeSet<'_>> =
            serde_json::from_str(answer.raw()).map_err(|error| protocol(&error.to_string()))?;
        let [set] = sets.as_slice() else {
            return Err(protocol("one set of changes is expected"));
        };
        let mut values = Vec::with_capacity(keys.len());
        let mut by_name = None;
        for (index, key) in keys.iter().enumerate() {
            let name = const_hex::encode_prefixed(key);
            let in_order = set.changes.get(index).filter(|(there, _)| *there == name);
            let (_, value) = in_order
                .or_else(|| {
                    by_name
                        .get_or_insert_with(|| {
                            set.changes.iter().map(|c| (c.0, c)).collect::<HashMap<_, _>>()
                        })
                        .get(name.as_str())
                        .copied()
                })
                .ok_or_else(|| protocol(&format!("the answer lacks the key {name}")))?;
            values.push(match value {
                Some(hex) => Some(const_hex::decode(hex).map_err(|_| protocol("a value is no hex"))?),
                None => None,
            });
        }
        Ok(Self { block: set.block, values })
    }
}
