//! A request under way.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::time::Instant;

use crate::answer::Origin;
use crate::client::Handle;
use crate::mux::Outcome;
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
                Some(Payload::Error(error)) => Err(origin.blame(Error::server(*error))),
                None => Err(not_json_rpc(&origin)),
            },
            Outcome::Subscribed(_) => Err(not_json_rpc(&origin)),
        })
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({})", self.0.id)
    }
}

pub(crate) fn not_json_rpc(origin: &Origin) -> Error {
    origin.blame(Error::new(ErrorKind::Protocol, "the node's answer has neither a result nor an error"))
}

/// A claim on one entry of the mux; gives it up when dropped.
pub(crate) struct Ticket {
    pub(crate) handle: Arc<Handle>,
    pub(crate) id: u64,
    pub(crate) ended: bool,
}

impl Ticket {
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<(Origin, Outcome)> {
        let ended = ready!(self.handle.shared.with(|mux| mux.poll_call(self.id, cx.waker())));
        self.ended = true;
        Poll::Ready(ended)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if !self.ended {
            let now = Instant::now().into_std();
            self.handle.shared.with(|mux| mux.cancel(self.id, now));
        }
    }
}
