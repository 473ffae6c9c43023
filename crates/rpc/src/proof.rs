//! What a websocket must show before anything it says is believed.

use std::fmt;
use std::sync::Arc;

use crate::{Answer, Request};

/// A request, and what its answer must be.
#[derive(Clone)]
#[allow(dead_code)]
pub(crate) struct Proof {
    pub(crate) request: Request,
    pub(crate) check: Arc<Check>,
}

/// Says why an answer is refused.
type Check = dyn Fn(&Answer) -> Result<(), String> + Send + Sync;

impl Proof {
    pub(crate) fn new(
        request: Request,
        check: impl Fn(&Answer) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        Self { request, check: Arc::new(check) }
    }
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proof({})", self.request.method())
    }
}
