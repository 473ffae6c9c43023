//! A stream of a node's notifications.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::Stream;
use tokio::time::Instant;

use crate::client::Handle;
use crate::{Answer, Lane, Request, Result};

/// The items of one subscription, in the order the node sent them.
///
/// Items wait in a bounded buffer. A consumer that falls behind gets an error of kind `Lagged(n)` in place of the `n`
/// oldest items, then the newer ones. When the websocket is lost, or the node ends the subscription, the last item is
/// an error that says so. Dropping the subscription unsubscribes.
pub struct Subscription {
    handle: Arc<Handle>,
    key: u64,
    open: bool,
}

impl Subscription {
    pub(crate) fn new(handle: Arc<Handle>, key: u64) -> Self {
        Self { handle, key, open: true }
    }

    /// The next item; `None` after the last. Costs no request. Waits as long as the node keeps silent.
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
        let Some((method, id)) = self.handle.shared.with(|mux| mux.take_subscription(self.key)) else {
            return Ok(());
        };
        let request = Request::new(method).lane(Lane::Priority).raw_params(format!("[{id}]"))?;
        self.handle.client().request(request).await.map(drop)
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Answer>>> {
        self.handle.shared.with(|mux| mux.poll_subscription(self.key, cx.waker()))
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
            let now = Instant::now().into_std();
            self.handle.shared.with(|mux| mux.drop_subscription(self.key, now));
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subscription({})", self.key)
    }
}
