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
use tokio::time::sleep;

use crate::{
    faults::{Faults, Refusal},
    relay::{Ending, Switch},
};

/// The code of a close frame to a client that asks too much.
const POLICY: u16 = 1008;

/// Counts the requests of one connection, refuses those beyond a limit, and holds answers back.
#[derive(Clone)]
pub(super) struct Middleware<S> {
    pub(super) inner: S,
    pub(super) requests: Arc<AtomicU64>,
    pub(super) faults: Arc<Faults>,
    pub(super) ending: Switch,
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
            Some(Refusal::Close) => {
                self.ending.send_replace(Some(Ending::Close(POLICY)));
                // Nobody waits for an answer any more.
                pending().await
            }
        }
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
            match this.admit(1, request.id()).await {
                Ok(()) => this.hold_back(this.inner.call(request).await).await,
                Err(refusal) => refusal,
            }
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
