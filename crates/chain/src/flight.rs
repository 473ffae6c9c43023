use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use futures_util::{FutureExt, future::BoxFuture};
use tokio::{runtime::Handle, sync::watch, task::AbortHandle};

use crate::{Error, ErrorKind, Result};

/// Work that many callers wait for. It goes on whether or not any of them is polled, so that none who holds it can
/// keep the others waiting; it ends when the last of them is gone.
pub(crate) struct Flight<T>(Arc<Inner<T>>);

struct Inner<T> {
    result: watch::Receiver<Option<Result<T>>>,
    work: AbortHandle,
}

/// The same, without keeping the work alive.
pub(crate) struct WeakFlight<T>(Weak<Inner<T>>);

impl<T: Clone + Send + Sync + 'static> Flight<T> {
    /// Starts the work on the runtime that serves the connection.
    pub(crate) fn new(runtime: &Handle, work: impl Future<Output = Result<T>> + Send + 'static) -> Self {
        let (done, result) = watch::channel(None);
        let work = runtime.spawn(async move {
            let result = work.await;
            done.send_replace(Some(result));
        });
        Self(Arc::new(Inner { result, work: work.abort_handle() }))
    }

    /// The result, once it is there.
    pub(crate) async fn get(&self) -> Result<T> {
        let mut result = self.0.result.clone();
        let done = result.wait_for(Option::is_some).await.ok().and_then(|done| done.clone());
        done.unwrap_or_else(|| {
            Err(Error::new(ErrorKind::Connection, "the async runtime that served the connection has ended"))
        })
    }

    /// The result, if it is there.
    pub(crate) fn now(&self) -> Option<Result<T>> {
        self.0.result.borrow().clone()
    }

    pub(crate) fn downgrade(&self) -> WeakFlight<T> {
        WeakFlight(Arc::downgrade(&self.0))
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> WeakFlight<T> {
    pub(crate) fn upgrade(&self) -> Option<Flight<T>> {
        self.0.upgrade().map(Flight)
    }
}

impl<T> Clone for Flight<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Drop for Inner<T> {
    fn drop(&mut self) {
        self.work.abort();
    }
}

/// A flight that starts when it is first asked for.
pub(crate) struct LazyFlight<T> {
    runtime: Handle,
    start: Mutex<Option<Start<T>>>,
    flight: OnceLock<Flight<T>>,
}

type Start<T> = Box<dyn FnOnce() -> BoxFuture<'static, Result<T>> + Send>;

impl<T: Clone + Send + Sync + 'static> LazyFlight<T> {
    pub(crate) fn new(runtime: &Handle, work: impl Future<Output = Result<T>> + Send + 'static) -> Self {
        Self::starting(runtime, move || work)
    }

    /// The same, of which a part is done at once by whoever asks first.
    pub(crate) fn starting<W>(runtime: &Handle, start: impl FnOnce() -> W + Send + 'static) -> Self
    where
        W: Future<Output = Result<T>> + Send + 'static,
    {
        let start: Start<T> = Box::new(move || start().boxed());
        Self { runtime: runtime.clone(), start: Mutex::new(Some(start)), flight: OnceLock::new() }
    }

    /// The result, once it is there.
    pub(crate) async fn get(&self) -> Result<T> {
        let flight = self.flight.get_or_init(|| {
            let start = self.start.lock().unwrap_or_else(PoisonError::into_inner).take();
            // There is a start: this runs once.
            let work = start.map_or_else(|| std::future::pending().boxed(), |start| start());
            Flight::new(&self.runtime, work)
        });
        flight.get().await
    }

    /// The result, if it is there.
    pub(crate) fn now(&self) -> Option<Result<T>> {
        self.flight.get()?.now()
    }
}
