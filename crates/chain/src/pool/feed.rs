use std::{pin::pin, sync::Arc};

use futures_util::future::{Either, select};
use tensorwire_rpc::{self as rpc, Answer, Request, Subscription};
use tokio::{sync::watch, time::Instant};

use super::{
    Needs, Pool,
    choice::{Choice, Tried},
};
use crate::{Error, Result};

/// A subscription at one endpoint. It ends when that endpoint is of no more use: subscribe again then.
pub(crate) struct Feed {
    pool: Arc<Pool>,
    endpoint: usize,
    subscription: Subscription,
    changed: watch::Receiver<()>,
}

impl Feed {
    /// As of [`Subscription::next`]: of this endpoint for as long as it can be reached, whether or not another is better.
    pub(crate) async fn next_here(&mut self) -> Option<Result<Answer, rpc::Error>> {
        self.subscription.next().await
    }

    /// As of [`Subscription::next`]; `None` also when another endpoint has become the better one.
    pub(crate) async fn next(&mut self) -> Option<Result<Answer, rpc::Error>> {
        let Self { pool, endpoint, subscription, changed } = self;
        loop {
            if !pool.is_alone() && !pool.is_best(*endpoint) {
                return None;
            }
            match select(pin!(subscription.next()), pin!(changed.changed())).await {
                Either::Left((item, _)) => return item,
                Either::Right(_) => {}
            }
        }
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.pool.activity.leave();
    }
}

impl Pool {
    /// Subscribes where the head is freshest. A subscription at one of several endpoints ends with its websocket. A request
    /// that must not be sent twice goes to another endpoint only if it has not reached the one before.
    pub(crate) async fn subscribe(
        self: &Arc<Self>,
        request: Request,
        unsubscribe: &'static str,
    ) -> Result<Feed> {
        self.activity.note();
        let deadline = Instant::now() + self.timeout;
        let mut tried = Tried::default();
        loop {
            let endpoint = match self.choose(Needs::Head, &tried) {
                Choice::Now(endpoint) => endpoint,
                Choice::Later(at) if at < deadline => {
                    tokio::time::sleep_until(at).await;
                    tried.forgive_losses();
                    continue;
                }
                Choice::Later(_) | Choice::None => return Err(tried.failure(self)),
            };
            // An endpoint that keeps silent leaves the next one its share of the time.
            let left = deadline.saturating_duration_since(Instant::now());
            let only_once = !request.is_safe_to_replay();
            let request = request.clone();
            let request = match self.is_alone() {
                true => request.timeout(left),
                false => request.timeout(left / 2).fail_fast(),
            };
            let changed = self.changed.subscribe();
            match self.endpoints[endpoint].client().subscribe(request, unsubscribe).await {
                Ok(subscription) => {
                    self.activity.enter();
                    return Ok(Feed { pool: self.clone(), endpoint, subscription, changed });
                }
                Err(error) if self.is_alone() || error.is_server() => return Err(error.into()),
                Err(error) if only_once && error.may_have_run() => return Err(error.into()),
                Err(error) => {
                    if error.is_timeout() {
                        let until = Instant::now() + self.max_lag.1;
                        self.endpoints[endpoint].health().silent_until = Some(until);
                    }
                    tried.lost(endpoint, Error::from(error));
                }
            }
        }
    }
}
