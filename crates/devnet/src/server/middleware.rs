//! What happens to requests on their way to the methods.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use jsonrpsee::{
    core::middleware::{Batch, Notification, RpcServiceT},
    server::MethodResponse,
    types::{ErrorObject, Id, Request},
};
use serde_json::json;
use tokio::time::sleep;

use crate::{
    faults::{Faults, Refusal, Step},
    relay::{Countdowns, Ending, Switch},
};

/// The code of a close frame to a client that asks too much.
const POLICY: u16 = 1008;

/// What the chosen submissions are refused with: an error of a pool, for a reason of Subtensor's.
const INVALID_TRANSACTION: i32 = 1_010;
const REASON: &str = "Custom error: 1";

/// Counts the requests of one connection, refuses some, holds answers back, and cuts.
#[derive(Clone)]
pub(super) struct Middleware<S> {
    pub(super) inner: S,
    pub(super) requests: Arc<AtomicU64>,
    pub(super) faults: Arc<Faults>,
    pub(super) ending: Switch,
    pub(super) countdowns: Arc<Countdowns>,
}

impl<S> Middleware<S> {
    /// Counts requests; the answer instead of theirs, if they are too many.
    async fn admit(&self, requests: usize, id: Id<'_>) -> Result<(), MethodResponse> {
        self.requests.fetch_add(requests as u64, Ordering::Relaxed);
        match self.faults.refused(u32::try_from(requests).unwrap_or(u32::MAX)) {
            None => Ok(()),
            Some(Refusal::Error(code)) => {
                Err(MethodResponse::error(id, ErrorObject::borrowed(code, "Too many requests", None)))
            }
            Some(Refusal::Close) => self.end(Ending::Close(POLICY)).await,
        }
    }

    async fn end<T>(&self, ending: Ending) -> T {
        self.ending.send_replace(Some(ending));
        // Nobody waits for an answer any more.
        pending().await
    }

    async fn hold_back<T>(&self, answer: T) -> T {
        if let Some(delay) = self.faults.delay() {
            sleep(delay).await;
        }
        answer
    }
}

impl<S> RpcServiceT for Middleware<S>
where
    S: RpcServiceT<MethodResponse = MethodResponse, BatchResponse = MethodResponse>
        + Send
        + Sync
        + Clone
        + 'static,
{
    type MethodResponse = MethodResponse;
    type NotificationResponse = S::NotificationResponse;
    type BatchResponse = MethodResponse;

    fn call<'a>(&self, request: Request<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let this = self.clone();
        async move {
            if let Err(refusal) = this.admit(1, request.id()).await {
                return refusal;
            }
            let step = this.faults.cut(request.method_name());
            if step == Some(Step::Asked) {
                return this.end(Ending::Cut).await;
            }
            let id = json!(request.id());
            let answer = if this.faults.rejects(request.method_name()) {
                let refusal = ErrorObject::owned(INVALID_TRANSACTION, "Invalid Transaction", Some(REASON));
                MethodResponse::error(request.id(), refusal)
            } else {
                this.inner.call(request).await
            };
            match step {
                Some(Step::Done) => this.end(Ending::Cut).await,
                Some(Step::Told(updates)) => this.countdowns.begin(id, updates),
                Some(Step::Asked) | None => {}
            }
            this.hold_back(answer).await
        }
    }

    fn batch<'a>(&self, batch: Batch<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let this = self.clone();
        async move {
            match this.admit(batch.len(), Id::Null).await {
                Ok(()) => this.hold_back(this.inner.batch(batch).await).await,
                Err(refusal) => refusal,
            }
        }
    }

    fn notification<'a>(
        &self,
        notification: Notification<'a>,
    ) -> impl Future<Output = Self::NotificationResponse> + Send + 'a {
        self.inner.notification(notification)
    }
}
