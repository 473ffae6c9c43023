//! The one task that owns the socket.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use futures_util::{Sink, Stream};
use tokio::sync::watch;
use tokio::time::Sleep;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{self, Message, Utf8Bytes, error::CapacityError};

use crate::answer::cut;
use crate::metered::Metered;
use crate::mux::Received;
use crate::shared::Shared;
use crate::{Error, ErrorKind};

/// Frames read, or handed to the websocket, before the other direction has its turn.
const BATCH: usize = 256;

/// Turns of the loop before other tasks have theirs.
const TURNS: usize = 4;

/// How long the closing handshake may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

pub(crate) struct Driver {
    socket: WebSocketStream<Metered>,
    shared: Arc<Shared>,
    endpoint: Arc<str>,
    timer: Pin<Box<Sleep>>,
    /// What `timer` is set to, if it is set.
    armed: Option<Instant>,
    inbox: Vec<Utf8Bytes>,
    outbox: Vec<Utf8Bytes>,
    unflushed: bool,
    /// Dropped with the driver, which is how `Client::close` learns of its end.
    _ended: watch::Sender<()>,
}

impl Driver {
    pub(crate) fn new(
        socket: WebSocketStream<Metered>,
        shared: Arc<Shared>,
        endpoint: Arc<str>,
        ended: watch::Sender<()>,
    ) -> Self {
        Self {
            socket,
            shared,
            endpoint,
            timer: Box::pin(tokio::time::sleep(Duration::ZERO)),
            armed: None,
            inbox: Vec::with_capacity(BATCH),
            outbox: Vec::with_capacity(BATCH),
            unflushed: false,
            _ended: ended,
        }
    }

    /// Serves the socket until it is lost, or until nobody needs it.
    pub(crate) async fn run(mut self) {
        let error = poll_fn(|cx| self.poll_serve(cx)).await;
        tracing::debug!(target: "tensorwire::rpc", endpoint = %self.endpoint, %error, "websocket ended");
        self.shared.with(|mux| mux.on_disconnect(error));
        // Says goodbye if the peer still listens; what it answers interests nobody.
        let _ = tokio::time::timeout(CLOSE_TIMEOUT, poll_fn(|cx| self.poll_close(cx))).await;
    }

    /// Reading and writing always advance together: preferring either can leave both sides waiting for the other to read.
    fn poll_serve(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        self.shared.awake();
        for _ in 0..TURNS {
            if self.shared.with(|mux| mux.is_closing()) {
                return Poll::Ready(Error::new(ErrorKind::Closed, "the client was closed"));
            }
            let more_to_read = match self.poll_read(cx) {
                Poll::Ready(Err(error)) => return Poll::Ready(error),
                other => other.is_ready(),
            };
            self.poll_deadlines(cx);
            let more_to_write = match self.poll_write(cx) {
                Poll::Ready(Err(error)) => return Poll::Ready(error),
                other => other.is_ready(),
            };
            if more_to_write {
                // Still one flush for all of it: the buffer writes itself out when it is full.
                continue;
            }
            if let Poll::Ready(Err(error)) = self.poll_flush(cx) {
                return Poll::Ready(error);
            }
            if more_to_read {
                continue;
            }
            if self.shared.sleep(self.unflushed, self.armed, cx.waker()) {
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
                    Message::Text(text) => self.inbox.push(text),
                    // Some gateways send JSON as binary frames; what is no text is no JSON either.
                    Message::Binary(bytes) => self.inbox.push(bytes.try_into().unwrap_or_default()),
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
        if self.inbox.is_empty() {
            return;
        }
        for frame in &self.inbox {
            tracing::trace!(target: "tensorwire::frames", endpoint = %self.endpoint, frame = cut(frame, 512), "received");
        }
        let now = tokio::time::Instant::now().into_std();
        let inbox = &mut self.inbox;
        let mut odd = Vec::new();
        self.shared.with(|mux| {
            for frame in inbox.drain(..) {
                let beginning = frame.clone();
                match mux.on_frame(frame, now) {
                    Received::Answer | Received::Notification => {}
                    // Told once the lock is released: a subscriber of traces may look at this client.
                    received => odd.push((received, beginning)),
                }
            }
        });
        for (received, frame) in odd {
            let frame = cut(&frame, 200);
            tracing::debug!(target: "tensorwire::rpc", endpoint = %self.endpoint, ?received, frame, "unexpected message");
        }
    }

    fn poll_deadlines(&mut self, cx: &mut Context<'_>) {
        // Bounded: each turn takes an entry off the heap, or finds the timer set to the earliest one.
        while let Some(next) = self.shared.with(|mux| mux.next_deadline()) {
            // The clock counts, not the timer: a busy runtime may be late to notice that a timer is due.
            let now = tokio::time::Instant::now().into_std();
            if next <= now {
                self.shared.with(|mux| mux.on_tick(now));
                continue;
            }
            if self.armed.is_none_or(|armed| next < armed) {
                self.timer.as_mut().reset(next.into());
                self.armed = Some(next);
            }
            if self.timer.as_mut().poll(cx).is_pending() {
                return;
            }
            self.armed = None;
        }
    }

    /// Hands a batch of frames to the websocket's buffer. Ready if there may be more to write.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        ready!(Pin::new(&mut self.socket).poll_ready(cx)).map_err(lost)?;
        let outbox = &mut self.outbox;
        self.shared.with(|mux| {
            let mut bytes = 0;
            while outbox.len() < BATCH && bytes < WRITE_BYTES {
                let Some(frame) = mux.next_frame() else { break };
                bytes += frame.len();
                outbox.push(frame);
            }
        });
        if self.outbox.is_empty() {
            return Poll::Pending;
        }
        for frame in self.outbox.drain(..) {
            tracing::trace!(target: "tensorwire::frames", endpoint = %self.endpoint, frame = cut(&frame, 512), "sent");
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

impl Drop for Driver {
    /// The runtime may end before the client does: its callers may live on another.
    fn drop(&mut self) {
        let error = Error::new(ErrorKind::Closed, "the runtime that served the websocket has ended");
        self.shared.with(|mux| mux.on_disconnect(error));
    }
}

fn closed_by_peer(frame: Option<tungstenite::protocol::CloseFrame>) -> Error {
    let message = match frame {
        Some(frame) if frame.reason.is_empty() => {
            format!("the node closed the websocket with code {}", frame.code)
        }
        Some(frame) => {
            let reason = cut(&frame.reason, 200);
            format!("the node closed the websocket with code {}: {reason}", frame.code)
        }
        None => "the node closed the websocket".to_owned(),
    };
    Error::new(ErrorKind::Disconnected, message)
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
