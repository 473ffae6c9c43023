//! What a websocket must show before anything it says is believed.

use std::fmt;
use std::sync::Arc;

use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::answer::Origin;
use crate::mux::Verdict;
use crate::wire::{self, Payload};
use crate::{Answer, Error, ErrorKind, Request};

/// A request, and what its answer must be.
#[derive(Clone)]
pub(crate) struct Proof {
    pub(crate) request: Request,
    check: Arc<Check>,
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

    /// Looks at the answer.
    pub(crate) fn judge(&self, frame: Utf8Bytes, endpoint: &Arc<str>) -> Verdict {
        let origin =
            Origin { method: self.request.method().to_owned().into(), endpoint: Arc::clone(endpoint) };
        match wire::payload(&frame) {
            Some(Payload::Result(range)) => match (self.check)(&Answer::new(frame, range, origin.clone())) {
                Ok(()) => Verdict::Accepted,
                Err(text) => Verdict::Refused(origin.blame(Error::new(ErrorKind::Unproven, text))),
            },
            Some(Payload::Error(error)) => Verdict::Failed(origin.blame(Error::server(*error))),
            None => {
                let message = "the answer to the client's proof is not JSON-RPC";
                Verdict::Failed(origin.blame(Error::new(ErrorKind::Protocol, message)))
            }
        }
    }
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proof({})", self.request.method())
    }
}
