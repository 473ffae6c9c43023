//! The handle everything is sent through.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::call::{Ticket, not_json_rpc};
use crate::mux::{Outcome, Purpose};
use crate::shared::Shared;
use crate::wire::{self, Payload};
use crate::{Answer, Builder, Call, Error, Lane, Request, Result, State, Stats, Subscription};

/// A handle on one websocket, for any number of tasks and threads. Cloning it is cheap.
///
/// The websocket closes when the last clone, call and subscription is dropped; that never blocks.
#[derive(Clone)]
pub struct Client {
    handle: Arc<Handle>,
}

impl Client {
    pub(crate) fn new(shared: Arc<Shared>, endpoint: Arc<str>, ended: watch::Receiver<()>) -> Self {
        Self { handle: Arc::new(Handle { shared, endpoint, ended }) }
    }

    /// Opens a websocket with all defaults: one TCP (and TLS) and websocket handshake, no request.
    /// The websocket is served by a task on the current tokio runtime.
    ///
    /// # Errors
    /// Those of [`Builder::connect`].
    pub async fn connect(url: &str) -> Result<Self> {
        Self::builder(url).connect().await
    }

    /// Settings for a client of `url`, `ws://` or `wss://`.
    pub fn builder(url: &str) -> Builder {
        Builder::new(url)
    }

    /// Sends a request: it is queued when this returns, not when the [`Call`] is polled. One request.
    pub fn send(&self, request: Request) -> Call {
        Call(self.ticket(request, Purpose::Call))
    }

    /// Sends a request and waits for its answer. One request.
    ///
    /// # Errors
    /// `Timeout`, `Disconnected`, `Closed` or `TooLarge` if no answer came, `Server` if the node answered with an error,
    /// `Protocol` if its answer makes no sense, `Request` if a parameter is no JSON.
    pub async fn request(&self, request: Request) -> Result<Answer> {
        self.send(request).await
    }

    /// Opens a subscription, in the priority lane. One request, and one more by `unsubscribe_method` when it is dropped.
    ///
    /// # Errors
    /// Those of [`Client::request`].
    pub async fn subscribe(
        &self,
        subscribe: Request,
        unsubscribe_method: &'static str,
    ) -> Result<Subscription> {
        let request = subscribe.lane(Lane::Priority);
        let mut ticket = self.ticket(request, Purpose::Subscribe(unsubscribe_method));
        let (origin, outcome) = poll_fn(|cx| ticket.poll(cx)).await;
        match outcome {
            Outcome::Subscribed(key) => Ok(Subscription::new(Arc::clone(&self.handle), key)),
            Outcome::Failed(error) => Err(error),
            Outcome::Frame(frame) => match wire::payload(&frame) {
                Some(Payload::Error(error)) => Err(origin.blame(Error::server(*error))),
                _ => Err(not_json_rpc(&origin)),
            },
        }
    }

    /// The endpoint's URL, credentials and keys hidden.
    pub fn endpoint(&self) -> &str {
        &self.handle.endpoint
    }

    /// What this client has done so far.
    pub fn stats(&self) -> Stats {
        self.handle.shared.with(|mux| mux.stats())
    }

    /// How the client stands with its endpoint. Costs no request.
    pub fn state(&self) -> State {
        self.handle.shared.with(|mux| mux.state())
    }

    /// Why the last websocket ended or could not be opened, unless nobody needed it any more. Costs no request.
    pub fn last_error(&self) -> Option<Error> {
        self.handle.shared.with(|mux| mux.last_error())
    }

    /// Closes the websocket for all clones and waits until it is closed, a second at most.
    /// Calls under way and later ones end with kind `Closed`.
    pub async fn close(&self) {
        let mut ended = self.handle.ended.clone();
        self.handle.shared.with(|mux| mux.close());
        // The driver never sends anything; it drops its end when it is through.
        let _ = ended.changed().await;
    }

    fn ticket(&self, request: Request, purpose: Purpose) -> Ticket {
        let now = Instant::now().into_std();
        let parts = request.into_parts();
        let id = self.handle.shared.with(|mux| mux.submit(parts, purpose, now));
        Ticket { handle: Arc::clone(&self.handle), id, ended: false }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.endpoint())
    }
}

/// What clones, calls and subscriptions hold on to. The last one to go closes the websocket.
pub(crate) struct Handle {
    pub(crate) shared: Arc<Shared>,
    endpoint: Arc<str>,
    ended: watch::Receiver<()>,
}

impl Handle {
    pub(crate) fn client(self: &Arc<Self>) -> Client {
        Client { handle: Arc::clone(self) }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.with(|mux| mux.close());
    }
}
