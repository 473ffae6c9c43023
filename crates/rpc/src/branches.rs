//! The websockets a client opens beside its first, where one does not carry all its subscriptions.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle as Runtime;

use crate::limits::Limits;
use crate::{Builder, Client, Result};

pub(crate) struct Branches {
    /// What they are opened with, and on which runtime. `None`: the client cannot open any.
    opener: Option<(Builder, Runtime)>,
    /// How long a request may take that says nothing else.
    pub(crate) timeout: Duration,
    /// How many subscriptions one websocket carries, as it was set, or as the node has taught.
    room: AtomicUsize,
    open: Mutex<Vec<Client>>,
}

impl Branches {
    pub(crate) fn new(opener: Option<(Builder, Runtime)>, limits: &Limits) -> Self {
        let room = AtomicUsize::new(limits.max_subscriptions);
        Self { opener, timeout: limits.timeout, room, open: Mutex::default() }
    }

    /// How many subscriptions one websocket carries.
    pub(crate) fn room(&self) -> usize {
        self.room.load(Ordering::Relaxed)
    }

    /// The node refused a subscription beside so many.
    pub(crate) fn learn(&self, subscriptions: usize) {
        // A node that takes none at all has other reasons.
        self.room.fetch_min(subscriptions.max(1), Ordering::Relaxed);
    }

    /// The client behind one more websocket; it is made now if there was none. `None` if there may be no more.
    pub(crate) fn get(&self, number: usize) -> Result<Option<Client>> {
        let mut open = self.lock();
        if let Some(client) = open.get(number) {
            return Ok(Some(client.clone()));
        }
        let Some((builder, runtime)) = &self.opener else { return Ok(None) };
        // The client itself has the first.
        if open.len() + 1 >= builder.limits().max_connections {
            return Ok(None);
        }
        let _entered = runtime.enter();
        let client = builder.clone().max_connections(1).build()?;
        open.push(client.clone());
        Ok(Some(client))
    }

    pub(crate) fn all(&self) -> Vec<Client> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Client>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
