//! A stream of a node's notifications.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::Stream;

use crate::call::refusal;
use crate::client::Handle;
use crate::mux::{Outcome, Purpose};
use crate::timer::now;
use crate::wire::{self, Payload};
use crate::{Answer, Lane, Request, Result};

/// The items of one subscription, in the order the node sent them.
///
/// Items wait in a bounded buffer. A consumer that falls behind gets an error of kind `Lagged(n)` in place of the `n`
/// oldest items, then the newer ones.
///
/// When the websocket is lost the subscription is opened again on the next one: unread items stay, then comes one error of
/// kind `Gap`, then the items of the new websocket. Opening it again has the client's timeout, from the loss on; if that
/// fails, or the node ends the subscription, the last item is an error that says so. A subscription made by a request that
/// must not be sent twice ends with its websocket. Dropping a subscription unsubscribes.
pub struct Subscription {
    handle: Arc<Handle>,
    key: u64,
    open: bool,
}

impl Subscription {
    pub(crate) fn new(handle: Arc<Handle>, key: u64) -> Self {
        Self { handle, key, open: true }
    }

    /// The next item; `None` after the last. Costs no request. Waits as long as the node has nothing to say.
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<Answer>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    /// Ends the subscription and waits for the node's word on it. One request; none if the node has ended it before.
    /// To end it without waiting, drop the subscription rather than this future.
    ///
    /// # Errors
    /// Those of [`Client::request`](crate::Client::request).
    pub async fn unsubscribe(mut self) -> Result<()> {
        self.open = false;
        let taken = self.handle.shared.call(|mux| mux.take_subscription(self.key, now()));
        let Some((method, id)) = taken.ok_or_else(|| self.handle.over())? else { return Ok(()) };
        let request = Request::new(method).lane(Lane::Priority).raw_params(format!("[{id}]"))?;
        let mut ticket = self.handle.ticket(request, Purpose::Unsubscribe);
        let (origin, outcome) = poll_fn(|cx| ticket.poll(cx)).await;
        match outcome {
            Outcome::Failed(error) => Err(error),
            Outcome::Frame(frame) if !matches!(wire::payload(&frame), Some(Payload::Result(_))) => {
                Err(refusal(&frame, &origin))
            }
            // The loss of the websocket ends it as well.
            Outcome::Frame(_) | Outcome::Gone | Outcome::Subscribed(_) => Ok(()),
        }
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Answer>>> {
        let shared = &self.handle.shared;
        let item = shared.call(|mux| mux.poll_subscription(self.key, cx.waker()));
        match item {
            Some(Poll::Pending) if !shared.is_forked() => Poll::Pending,
            Some(Poll::Ready(item)) => Poll::Ready(item),
            _ if std::mem::take(&mut self.open) => Poll::Ready(Some(Err(self.handle.over()))),
            _ => Poll::Ready(None),
        }
    }
}

impl Stream for Subscription {
    type Item = Result<Answer>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(cx)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if self.open {
            self.handle.shared.call(|mux| mux.drop_subscription(self.key, now()));
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subscription({})", self.key)
    }
}
