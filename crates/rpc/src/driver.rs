//! One open websocket, from its opening to its end.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::{Sink, SinkExt, Stream};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{self, Bytes, Message, Utf8Bytes, error::CapacityError};

use crate::answer::cut;
use crate::dialer::Socket;
use crate::liveness::{Liveness, Silence};
use crate::mux::{End, Received, Verdict};
use crate::proof::Proof;
use crate::shared::{Asleep, Shared};
use crate::timer::{Timer, now};
use crate::trace::shown;
use crate::{Error, ErrorKind};

/// Frames read, or handed to the websocket, before the other direction has its turn.
const BATCH: usize = 256;

/// Turns of the loop before other tasks have theirs.
const TURNS: usize = 4;

/// Moves frames between one open websocket and the mux.
pub(crate) struct Driver<'a> {
    socket: Socket,
    shared: &'a Shared,
    endpoint: &'a Arc<str>,
    proof: Option<&'a Proof>,
    liveness: Liveness,
    inbox: VecDeque<Utf8Bytes>,
    outbox: Vec<Utf8Bytes>,
    ping: bool,
    unflushed: bool,
    /// Whether anybody waited for the node when the deadlines were looked at.
    needed: bool,
}

impl<'a> Driver<'a> {
    pub(crate) fn new(
        socket: Socket,
        shared: &'a Shared,
        endpoint: &'a Arc<str>,
        proof: Option<&'a Proof>,
        ping_interval: Duration,
    ) -> Self {
        Self {
            socket,
            shared,
            endpoint,
            proof,
            liveness: Liveness::new(ping_interval, now()),
            inbox: VecDeque::with_capacity(BATCH),
            outbox: Vec::with_capacity(BATCH),
            ping: false,
            unflushed: false,
            needed: false,
        }
    }

    /// Serves the websocket until it is lost, or until nobody needs it.
    pub(crate) async fn run(&mut self, timer: &mut Timer) -> End {
        poll_fn(|cx| self.poll_serve(timer, cx)).await
    }

    /// Says goodbye if the peer still listens; what it answers interests nobody.
    pub(crate) async fn goodbye(&mut self) {
        let normal = CloseFrame { code: CloseCode::Normal, reason: Utf8Bytes::default() };
        // Fails where the peer has closed before.
        let _ = self.socket.send(Message::Close(Some(normal))).await;
        let _ = poll_fn(|cx| self.poll_close(cx)).await;
    }

    /// Serves until the end. What the mux has decided meanwhile counts for more than how the websocket was lost: a node may
    /// close it right behind an answer that is refused.
    fn poll_serve(&mut self, timer: &mut Timer, cx: &mut Context<'_>) -> Poll<End> {
        let end = ready!(self.poll_turns(timer, cx));
        let decided = self.shared.with(|mux| mux.take_end());
        Poll::Ready(decided.unwrap_or(end))
    }

    /// Reading and writing always advance together: preferring either can leave both sides waiting for the other to read.
    fn poll_turns(&mut self, timer: &mut Timer, cx: &mut Context<'_>) -> Poll<End> {
        self.shared.awake();
        for _ in 0..TURNS {
            let more_to_read = match self.poll_read(cx) {
                Poll::Ready(Err(error)) => return Poll::Ready(End::Lost(error)),
                other => other.is_ready(),
            };
            if let Poll::Ready(error) = self.poll_deadlines(timer, cx) {
                return Poll::Ready(End::Lost(error));
            }
            if let Some(end) = self.shared.with(|mux| mux.take_end()) {
                return Poll::Ready(end);
            }
            let more_to_write = match self.poll_write(cx) {
                Poll::Ready(Err(error)) => return Poll::Ready(End::Lost(error)),
                other => other.is_ready(),
            };
            if more_to_write {
                // Still one flush for all of it: the buffer writes itself out when it is full.
                continue;
            }
            if let Poll::Ready(Err(error)) = self.poll_flush(cx) {
                return Poll::Ready(End::Lost(error));
            }
            if more_to_read {
                continue;
            }
            let asleep = Asleep { blocked: self.unflushed, armed: timer.armed(), needed: self.needed };
            if self.shared.sleep(asleep, cx.waker()) {
                return Poll::Pending;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Reads a batch of frames and hands them to the mux. Ready if there may be more.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let mut end = None;
        let mut pending = false;
        for _ in 0..BATCH {
            match Pin::new(&mut self.socket).poll_next(cx) {
                Poll::Pending => {
                    pending = true;
                    break;
                }
                Poll::Ready(Some(Ok(message))) => match message {
                    Message::Text(text) => self.inbox.push_back(text),
                    // Some gateways send JSON as binary frames; what is no text is no JSON either.
                    Message::Binary(bytes) => self.inbox.push_back(bytes.try_into().unwrap_or_default()),
                    Message::Close(frame) => {
                        end = Some(closed_by_peer(frame));
                        break;
                    }
                    // The websocket answers pings by itself, with the next flush.
                    Message::Ping(_) => self.unflushed = true,
                    Message::Pong(_) | Message::Frame(_) => {}
                },
                Poll::Ready(Some(Err(error))) => {
                    end = Some(lost(error));
                    break;
                }
                Poll::Ready(None) => {
                    end = Some(Error::new(ErrorKind::Disconnected, "the node closed the websocket"));
                    break;
                }
            }
        }
        self.deliver();
        match end {
            Some(error) => Poll::Ready(Err(error)),
            None if pending => Poll::Pending,
            None => Poll::Ready(Ok(())),
        }
    }

    fn deliver(&mut self) {
        for frame in &self.inbox {
            tracing::trace!(target: "tensorwire::frames", endpoint = %self.endpoint, frame = %shown(frame), "received");
        }
        let mut odd = Vec::new();
        while !self.inbox.is_empty() {
            let now = now();
            let inbox = &mut self.inbox;
            let proof = self.shared.with(|mux| {
                while let Some(frame) = inbox.pop_front() {
                    let beginning = frame.clone();
                    match mux.on_frame(frame, now) {
                        Received::Answer | Received::Notification | Received::Held => {}
                        Received::Proof => return Some(beginning),
                        received => odd.push((received, beginning)),
                    }
                }
                None
            });
            // The check is the caller's code, and must not run under the lock.
            if let (Some(frame), Some(proof)) = (proof, self.proof) {
                let verdict = proof.judge(frame, self.endpoint);
                let is_accepted = matches!(verdict, Verdict::Accepted);
                let mut held = self.shared.with(|mux| mux.on_proof(verdict, now));
                // What comes behind a proof that is not accepted interests nobody.
                if is_accepted {
                    held.append(&mut self.inbox);
                }
                self.inbox = held;
            }
        }
        // Told once the lock is released: a subscriber of traces may look at this client.
        for (received, frame) in odd {
            let frame = shown(&frame);
            let endpoint = self.endpoint;
            match received {
                Received::Resumed => tracing::debug!(target: "tensorwire::rpc", %endpoint, %frame, "resumed"),
                Received::Refused => {
                    tracing::debug!(target: "tensorwire::rpc", %endpoint, %frame, "rate limited")
                }
                _ => {
                    tracing::debug!(target: "tensorwire::rpc", %endpoint, ?received, %frame, "unexpected message")
                }
            }
        }
    }

    /// Ends calls that are due, and sees to a silent peer. Ready if that is lost.
    fn poll_deadlines(&mut self, timer: &mut Timer, cx: &mut Context<'_>) -> Poll<Error> {
        // Bounded: each turn takes an entry off the heap, or finds the timer set to the earliest one.
        loop {
            let now = now();
            let (needed, next) = self.shared.with(|mux| {
                mux.on_tick(now);
                mux.on_rest(now);
                (mux.is_needed(), mux.next_deadline())
            });
            self.needed = needed;
            let bearable_until = match self.liveness.look(self.socket.get_ref().bytes_read(), needed, now) {
                Silence::Bearable(until) => until,
                Silence::Suspicious => {
                    self.ping = true;
                    continue;
                }
                Silence::Fatal => {
                    let message = "the websocket was lost: the node is silent, and does not answer a ping";
                    return Poll::Ready(Error::new(ErrorKind::Disconnected, message));
                }
            };
            let Some(next) = next.into_iter().chain(bearable_until).min() else { return Poll::Pending };
            if timer.poll(next, cx).is_pending() {
                return Poll::Pending;
            }
        }
    }

    /// Hands a batch of frames to the websocket's buffer. Ready if there may be more to write.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        ready!(Pin::new(&mut self.socket).poll_ready(cx)).map_err(lost)?;
        if std::mem::take(&mut self.ping) {
            self.shared.with(|mux| mux.on_ping());
            Pin::new(&mut self.socket).start_send(Message::Ping(Bytes::new())).map_err(lost)?;
            self.unflushed = true;
        }
        let outbox = &mut self.outbox;
        let now = now();
        self.shared.with(|mux| {
            let mut bytes = 0;
            while outbox.len() < BATCH && bytes < WRITE_BYTES {
                let Some(frame) = mux.next_frame(now) else { break };
                bytes += frame.len();
                outbox.push(frame);
            }
        });
        if self.outbox.is_empty() {
            return Poll::Pending;
        }
        for frame in self.outbox.drain(..) {
            tracing::trace!(target: "tensorwire::frames", endpoint = %self.endpoint, frame = %shown(&frame), "sent");
            self.unflushed = true;
            Pin::new(&mut self.socket).start_send(Message::Text(frame)).map_err(lost)?;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if self.unflushed {
            ready!(Pin::new(&mut self.socket).poll_flush(cx)).map_err(lost)?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), tungstenite::Error>> {
        ready!(Pin::new(&mut self.socket).poll_close(cx))?;
        loop {
            match ready!(Pin::new(&mut self.socket).poll_next(cx)) {
                Some(Ok(_)) => {}
                Some(Err(error)) => return Poll::Ready(Err(error)),
                None => return Poll::Ready(Ok(())),
            }
        }
    }
}

/// The bytes of one batch to be written: about what the websocket buffers before it writes by itself.
pub(crate) const WRITE_BYTES: usize = 128 << 10;

fn closed_by_peer(frame: Option<CloseFrame>) -> Error {
    let Some(CloseFrame { code, reason }) = frame else {
        return Error::new(ErrorKind::Disconnected, "the node closed the websocket");
    };
    let reason = cut(&reason, 200);
    let colon = if reason.is_empty() { "" } else { ": " };
    let message = format!("the node closed the websocket with code {code}{colon}{reason}");
    Error::new(ErrorKind::Disconnected, message).closed_with(code.into())
}

fn lost(error: tungstenite::Error) -> Error {
    match error {
        tungstenite::Error::Capacity(CapacityError::MessageTooLong { size, max_size }) => {
            let message = format!(
                "a message of {size} bytes exceeds the limit of {max_size}: raise max_response_bytes or ask for less"
            );
            Error::new(ErrorKind::TooLarge, message)
        }
        tungstenite::Error::Io(error) => {
            Error::new(ErrorKind::Disconnected, format!("the websocket was lost: {error}"))
        }
        error => Error::new(ErrorKind::Disconnected, format!("the websocket was lost: {error}")),
    }
}
