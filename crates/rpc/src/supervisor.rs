//! The one task of a client: it waits until a websocket is needed, opens it, serves it, and sees it end; then again.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::backoff::Backoff;
use crate::dialer::{Dialer, Socket};
use crate::driver::Driver;
use crate::mux::End;
use crate::proof::Proof;
use crate::shared::{Asleep, Shared};
use crate::timer::{Timer, now};
use crate::{Error, ErrorKind};

/// How long the closing handshake may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

pub(crate) struct Supervisor {
    pub(crate) shared: Arc<Shared>,
    pub(crate) endpoint: Arc<str>,
    /// `None`: the websocket was given, and its loss is final.
    pub(crate) dialer: Option<Dialer>,
    pub(crate) proof: Option<Proof>,
    pub(crate) ping_interval: Duration,
    /// Dropped with the supervisor, which is how `Client::close` learns of its end.
    pub(crate) _ended: watch::Sender<()>,
}

impl Supervisor {
    /// Serves the client until it is closed.
    pub(crate) async fn run(self, given: Option<Socket>) {
        let shared = Arc::clone(&self.shared);
        let mut serving = pin!(self.serve(given));
        poll_fn(|cx| match shared.is_forked() {
            // The socket is the parent's: a copy of this task must not touch it.
            true => Poll::Pending,
            false => serving.as_mut().poll(cx),
        })
        .await;
    }

    /// A websocket is open. To be called before a given one is served, so that a client that connected is one that is open.
    pub(crate) fn opened(&self) {
        tracing::debug!(target: "tensorwire::rpc", endpoint = %self.endpoint, "connected");
        let proof = self.proof.as_ref().map(|proof| proof.request.clone().into_parts());
        self.shared.with(|mux| mux.on_open(proof, now()));
    }

    async fn serve(self, mut given: Option<Socket>) {
        let mut timer = Timer::new();
        let mut attempts = Attempts { backoff: Backoff::new(fastrand::Rng::new()), opened: now(), due: None };
        loop {
            let socket = match given.take() {
                Some(socket) => socket,
                None => match self.open(&mut timer, &mut attempts).await {
                    Some(socket) => {
                        self.opened();
                        socket
                    }
                    None => return self.end(Error::new(ErrorKind::Closed, "the client was closed")),
                },
            };
            let mut driver =
                Driver::new(socket, &self.shared, &self.endpoint, self.proof.as_ref(), self.ping_interval);
            attempts.opened = now();
            let end = driver.run(&mut timer).await;
            let goodbye = driver.goodbye();
            match end {
                End::Closed => {
                    self.end(Error::new(ErrorKind::Closed, "the client was closed"));
                    let _ = tokio::time::timeout(CLOSE_TIMEOUT, goodbye).await;
                    return;
                }
                End::Lost(error) | End::Failed(error) | End::Refused(error) if self.dialer.is_none() => {
                    self.end(error);
                    let _ = tokio::time::timeout(CLOSE_TIMEOUT, goodbye).await;
                    return;
                }
                end => {
                    self.settle(end, &mut attempts);
                    self.part(goodbye).await;
                }
            }
        }
    }

    /// Says what a websocket's end means for the calls, and when the next may be opened.
    fn settle(&self, end: End, attempts: &mut Attempts) {
        let endpoint = &self.endpoint;
        match end {
            End::Closed => {}
            End::Idle => {
                tracing::debug!(target: "tensorwire::rpc", %endpoint, "idle");
                attempts.backoff.reset();
                self.shared.with(|mux| mux.on_idle());
            }
            End::Lost(error) => {
                tracing::debug!(target: "tensorwire::rpc", %endpoint, %error, "lost");
                let was_useful = self.shared.with(|mux| mux.was_useful());
                let due = attempts.after(was_useful);
                self.shared.with(|mux| mux.on_lost(error, due, now()));
            }
            End::Failed(error) => {
                tracing::debug!(target: "tensorwire::rpc", %endpoint, %error, "lost");
                let due = attempts.after(false);
                self.shared.with(|mux| mux.on_unproven(error, due, now()));
            }
            End::Refused(error) => {
                tracing::debug!(target: "tensorwire::rpc", %endpoint, %error, "refused");
                let due = attempts.after(false);
                self.shared.with(|mux| mux.on_refused(error, due));
            }
        }
    }

    /// Waits until a websocket is needed and may be tried for, and opens it. `None` once the client is closed.
    async fn open(&self, timer: &mut Timer, attempts: &mut Attempts) -> Option<Socket> {
        let dialer = self.dialer.as_ref()?;
        let endpoint = &self.endpoint;
        loop {
            if poll_fn(|cx| self.poll_needed(cx)).await == Needed::Closed {
                return None;
            }
            // `None` is the smaller one: at once.
            if let Some(due) = attempts.due.max(self.shared.with(|mux| mux.connect_at(now()))) {
                let retry_in_ms = due.saturating_duration_since(now()).as_millis() as u64;
                let attempt = attempts.backoff.failures() + 1;
                tracing::debug!(target: "tensorwire::rpc", %endpoint, attempt, retry_in_ms, "retry");
                if self.meanwhile(timer, tokio::time::sleep_until(due.into())).await.is_none() {
                    continue;
                }
                attempts.due = None;
            }
            tracing::debug!(target: "tensorwire::rpc", %endpoint, "connecting");
            self.shared.with(|mux| mux.on_connecting(now()));
            match self.meanwhile(timer, dialer.dial()).await {
                Some(Ok(socket)) => return Some(socket),
                Some(Err(error)) => {
                    tracing::debug!(target: "tensorwire::rpc", %endpoint, %error, "lost");
                    let due = attempts.after(false);
                    self.shared.with(|mux| mux.on_unreachable(error, due, now()));
                }
                None => self.shared.with(|mux| mux.on_unneeded()),
            }
        }
    }

    /// Does `work` while no websocket is open. `None` as soon as none is needed any more.
    async fn meanwhile<T>(&self, timer: &mut Timer, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        poll_fn(|cx| {
            loop {
                self.shared.awake();
                let (needed, next) = self.shared.with(|mux| {
                    mux.on_tick(now());
                    (mux.is_needed() && !mux.is_closing(), mux.next_deadline())
                });
                if !needed {
                    return Poll::Ready(None);
                }
                if let Poll::Ready(done) = work.as_mut().poll(cx) {
                    return Poll::Ready(Some(done));
                }
                if next.is_some_and(|next| timer.poll(next, cx).is_ready()) {
                    continue;
                }
                let asleep = Asleep { blocked: false, armed: timer.armed(), needed: true };
                if self.shared.sleep(asleep, cx.waker()) {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    fn poll_needed(&self, cx: &mut Context<'_>) -> Poll<Needed> {
        loop {
            self.shared.awake();
            let (closing, needed) = self.shared.with(|mux| {
                // Takes the deadlines of ended calls away, which would count as something due.
                mux.on_tick(now());
                mux.on_rest(now());
                (mux.is_closing(), mux.is_needed())
            });
            if closing {
                return Poll::Ready(Needed::Closed);
            }
            if needed {
                return Poll::Ready(Needed::Yes);
            }
            let asleep = Asleep { blocked: false, armed: None, needed: false };
            if self.shared.sleep(asleep, cx.waker()) {
                return Poll::Pending;
            }
        }
    }

    /// Says goodbye on a websocket, for as long as nobody needs another one.
    async fn part(&self, goodbye: impl Future) {
        let mut goodbye = pin!(tokio::time::timeout(CLOSE_TIMEOUT, goodbye));
        poll_fn(|cx| match goodbye.as_mut().poll(cx) {
            Poll::Ready(_) => Poll::Ready(()),
            Poll::Pending => self.poll_needed(cx).map(drop),
        })
        .await;
    }

    fn end(&self, error: Error) {
        tracing::debug!(target: "tensorwire::rpc", endpoint = %self.endpoint, %error, "closed");
        self.shared.with(|mux| mux.on_end(error));
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Needed {
    Yes,
    Closed,
}

/// When the next websocket may be tried for.
struct Attempts {
    backoff: Backoff,
    /// When the latest websocket was.
    opened: Instant,
    due: Option<Instant>,
}

impl Attempts {
    /// A websocket was lost, or could not be opened.
    fn after(&mut self, was_useful: bool) -> Instant {
        let now = now();
        let wait = match was_useful {
            true => self.backoff.after_use(now.saturating_duration_since(self.opened)),
            false => self.backoff.after_failure(),
        };
        let due = now + wait;
        self.due = Some(due);
        due
    }
}

impl Drop for Supervisor {
    /// The runtime may end before the client does: its callers may live on another.
    fn drop(&mut self) {
        let error = Error::new(ErrorKind::Closed, "the runtime that served the websocket has ended");
        self.shared.call(|mux| mux.on_end(error));
    }
}
