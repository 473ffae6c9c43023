//! A request under way.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::answer::Origin;
use crate::client::Handle;
use crate::mux::Outcome;
use crate::timer::now;
use crate::wire::{self, Payload};
use crate::{Answer, Error, ErrorKind, Result};
use std::sync::Arc;

/// The future of one answer. The request is on its way already, whether or not this is polled.
///
/// Resolves within the request's deadline. Dropping it cancels the request: one not yet written is never written.
#[must_use = "dropping a call cancels it"]
pub struct Call(pub(crate) Ticket);

impl Future for Call {
    type Output = Result<Answer>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Answer>> {
        let (origin, outcome) = ready!(self.0.poll(cx));
        Poll::Ready(match outcome {
            Outcome::Failed(error) => Err(error),
            Outcome::Frame(frame) => match wire::payload(&frame) {
                Some(Payload::Result(range)) => Ok(Answer::new(frame, range, origin)),
                _ => Err(refusal(&frame, &origin)),
            },
            Outcome::Subscribed(_) | Outcome::Gone => Err(not_json_rpc(&origin)),
        })
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({:?})", self.0.id)
    }
}

pub(crate) fn not_json_rpc(origin: &Origin) -> Error {
    origin.blame(Error::new(ErrorKind::Protocol, "the node's answer has neither a result nor an error"))
}

/// What an answer that is no result says.
pub(crate) fn refusal(frame: &str, origin: &Origin) -> Error {
    match wire::payload(frame) {
        Some(Payload::Error(error)) => origin.blame(Error::server(*error)),
        _ => not_json_rpc(origin),
    }
}

/// A claim on one entry of the mux; gives it up when dropped.
pub(crate) struct Ticket {
    pub(crate) handle: Arc<Handle>,
    /// `None` once it has ended, and in a process forked off.
    pub(crate) id: Option<u64>,
}

impl Ticket {
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<(Origin, Outcome)> {
        let shared = &self.handle.shared;
        let ended = self.id.and_then(|id| shared.call(|mux| mux.poll_call(id, cx.waker())));
        match ended {
            Some(Poll::Pending) if !shared.is_forked() => return Poll::Pending,
            Some(Poll::Ready(ended)) => {
                self.id = None;
                return Poll::Ready(ended);
            }
            _ => {}
        }
        Poll::Ready((self.handle.origin(), Outcome::Failed(self.handle.over())))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.handle.shared.call(|mux| mux.cancel(id, now()));
        }
    }
}
