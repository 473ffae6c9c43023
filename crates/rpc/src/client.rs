//! The handle everything is sent through.

use std::borrow::Cow;
use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;

use futures_util::future::join_all;
use tokio::sync::watch;

use crate::answer::Origin;
use crate::branches::Branches;
use crate::call::{Ticket, not_json_rpc, refusal};
use crate::mux::{Outcome, Purpose};
use crate::shared::Shared;
use crate::timer::now;
use crate::{Answer, Builder, Call, Error, ErrorKind, Lane, Request, Result, State, Stats, Subscription};

/// A handle on one endpoint, for any number of tasks and threads. Cloning it is cheap.
///
/// One websocket is open while a call or a subscription needs it: opened by the first call, opened again when it was lost,
/// closed after a while without use. The client closes when the last clone, call and subscription is dropped; that never
/// blocks.
#[derive(Clone)]
pub struct Client {
    handle: Arc<Handle>,
}

impl Client {
    pub(crate) fn new(
        shared: Arc<Shared>,
        endpoint: Arc<str>,
        ended: watch::Receiver<()>,
        branches: Branches,
    ) -> Self {
        Self { handle: Arc::new(Handle { shared, endpoint, ended, branches }) }
    }

    /// A client with all defaults, its websocket open: one TCP (and TLS) and websocket handshake, no request.
    /// A task on the current tokio runtime serves it.
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
        Call(self.handle.ticket(request, Purpose::Call))
    }

    /// Sends a request and waits for its answer. One request; up to three more if websockets are lost over it, unless it
    /// must not be sent twice.
    ///
    /// # Errors
    /// `Timeout`, `Disconnected`, `FateUnknown`, `Closed` or `TooLarge` if no answer came, `Server` if the node answered with
    /// an error, `Protocol` if its answer makes no sense, `Request` if a parameter is no JSON, `Overloaded` if too much waits
    /// already, `Unproven` if the endpoint is not the one it should be, `Forked` in a process forked off; and, if the
    /// request is to fail fast, those of [`Builder::connect`](crate::Builder::connect).
    pub async fn request(&self, request: Request) -> Result<Answer> {
        self.send(request).await
    }

    /// Opens a subscription, in the priority lane. One request, one more on every later websocket, and one by
    /// `unsubscribe_method` when it is dropped.
    ///
    /// If a websocket carries no more subscriptions (as the node says, or `max_subscriptions`), another one is opened, up to
    /// `max_connections`. That the node says so costs one request, once.
    ///
    /// # Errors
    /// Those of [`Client::request`], and `TooManySubscriptions` if all websockets are full.
    pub async fn subscribe(
        &self,
        subscribe: Request,
        unsubscribe_method: &'static str,
    ) -> Result<Subscription> {
        let started = now();
        let branches = &self.handle.branches;
        let mut request = subscribe.lane(Lane::Priority);
        let timeout = request.own_timeout().unwrap_or(branches.timeout);
        let mut handle = Arc::clone(&self.handle);
        let mut number = 0;
        loop {
            match handle.subscribe(request.clone(), unsubscribe_method, branches).await {
                Err(error) if error.kind() == ErrorKind::TooManySubscriptions => {
                    // The list of branches is behind a lock, which is of no use in a process forked off.
                    if self.handle.shared.is_forked() {
                        return Err(self.handle.over());
                    }
                    let Some(branch) = branches.get(number)? else { return Err(error) };
                    handle = branch.handle;
                    number += 1;
                    // One deadline, however many websockets are tried.
                    request = request.timeout(timeout.saturating_sub(now() - started));
                }
                ended => return ended,
            }
        }
    }

    /// The endpoint's URL, credentials and keys hidden.
    pub fn endpoint(&self) -> &str {
        &self.handle.endpoint
    }

    /// What this client has done so far. Costs no request. All zero in a process forked off.
    pub fn stats(&self) -> Stats {
        let own = self.handle.shared.call(|mux| mux.stats()).unwrap_or_default();
        self.branches().iter().fold(own, |sum, branch| sum.plus(branch.stats()))
    }

    /// How the client stands with its endpoint. Costs no request.
    pub fn state(&self) -> State {
        self.handle.shared.call(|mux| mux.state(now())).unwrap_or(State::Closed)
    }

    /// Why the last websocket ended or could not be opened, unless nobody needed it any more. Costs no request.
    pub fn last_error(&self) -> Option<Error> {
        self.handle.shared.call(|mux| mux.last_error()).unwrap_or_else(|| Some(self.handle.over()))
    }

    /// Closes the client for all clones: its websocket with a closing handshake, and any attempt to open one. Waits until
    /// it is closed, a second at most. Calls under way and later ones end with kind `Closed`.
    pub async fn close(&self) {
        let mut ended = self.handle.ended.clone();
        if self.handle.shared.is_forked() {
            return;
        }
        self.handle.shared.call(|mux| mux.close());
        join_all(self.branches().iter().map(|branch| Box::pin(branch.close()))).await;
        // The supervisor never sends anything; it drops its end when it is through.
        let _ = ended.changed().await;
    }
}

impl Client {
    /// The clients behind the other websockets.
    fn branches(&self) -> Vec<Self> {
        if self.handle.shared.is_forked() { Vec::new() } else { self.handle.branches.all() }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.endpoint())
    }
}

/// What clones, calls and subscriptions hold on to. The last one to go closes the client.
pub(crate) struct Handle {
    pub(crate) shared: Arc<Shared>,
    endpoint: Arc<str>,
    ended: watch::Receiver<()>,
    branches: Branches,
}

impl Handle {
    /// Opens a subscription on this websocket, if it has room for one.
    async fn subscribe(
        self: &Arc<Self>,
        request: Request,
        unsubscribe_method: &'static str,
        branches: &Branches,
    ) -> Result<Subscription> {
        let room = branches.room();
        let method = request.method().to_owned();
        let parts = request.into_parts();
        let purpose = Purpose::Subscribe(unsubscribe_method);
        let submitted = self.shared.call(|mux| mux.has_room(room).then(|| mux.submit(parts, purpose, now())));
        let full = || {
            let message = format!("the endpoint takes no more than {room} subscriptions on a websocket");
            Error::new(ErrorKind::TooManySubscriptions, message).at(&self.endpoint).about(method.into())
        };
        let id = submitted.map(|id| id.ok_or_else(full)).transpose()?;
        let mut ticket = Ticket { handle: Arc::clone(self), id };
        let (origin, outcome) = poll_fn(|cx| ticket.poll(cx)).await;
        match outcome {
            Outcome::Subscribed(key) => Ok(Subscription::new(Arc::clone(self), key)),
            Outcome::Failed(error) => Err(error),
            Outcome::Frame(frame) => {
                let error = refusal(&frame, &origin);
                if error.server_error().is_some_and(|error| error.is_too_many_subscriptions()) {
                    branches.learn(self.shared.call(|mux| mux.stats().subscriptions).unwrap_or_default());
                    return Err(error.into_kind(ErrorKind::TooManySubscriptions));
                }
                Err(error)
            }
            Outcome::Gone => Err(not_json_rpc(&origin)),
        }
    }

    pub(crate) fn ticket(self: &Arc<Self>, request: Request, purpose: Purpose) -> Ticket {
        let parts = request.into_parts();
        let id = self.shared.call(|mux| mux.submit(parts, purpose, now()));
        Ticket { handle: Arc::clone(self), id }
    }

    pub(crate) fn origin(&self) -> Origin {
        Origin { method: Cow::Borrowed(""), endpoint: Arc::clone(&self.endpoint) }
    }

    /// Why there is nothing to wait for.
    pub(crate) fn over(&self) -> Error {
        let error = match self.shared.is_forked() {
            true => {
                let message = "this client was opened before fork(): open a new one in the child";
                Error::new(ErrorKind::Forked, message)
            }
            false => Error::new(ErrorKind::Closed, "this call has ended before"),
        };
        error.at(&self.endpoint)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.call(|mux| mux.close());
    }
}
