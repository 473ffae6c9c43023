use std::{sync::Arc, time::Duration};

use tensorwire_rpc as rpc;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::{Error, ErrorKind, node::Node};

/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Why a step of a stream failed.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Another attempt may do: it is told if that goes on for long.
    Passing(Error),
    /// The same, after some of what was asked for has come: no trouble up to now.
    Partial(Error),
    /// It is told at once, and the stream goes on.
    Told(Error),
    /// What was announced is not what it should be: once that may be chance.
    Malformed(Error),
    /// It is told, and the stream ends.
    Final(Error),
    /// The trouble has lasted for a timeout: what came last of it is told.
    Overdue,
}

/// How long a stream has been in trouble, and whether it has ended.
pub(crate) struct Outage {
    node: Arc<Node>,
    /// Since when the present attempt lasts.
    attempt: Instant,
    /// Since when there is trouble that was not told, and what it is.
    untold: Option<(Instant, Error)>,
    /// When something was last told of it.
    told: Option<Instant>,
    malformed: bool,
    failures: u32,
    ended: bool,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let closed = error.rpc().is_some_and(|error| error.kind() == rpc::ErrorKind::Closed);
        match error.kind() {
            _ if closed || is_unknown_method(&error) => Self::Final(error),
            ErrorKind::WrongChain | ErrorKind::Forked => Self::Final(error),
            ErrorKind::Connection | ErrorKind::RateLimited | ErrorKind::Stale => Self::Passing(error),
            // The wire has tried for as long as a call may take.
            ErrorKind::Timeout => Self::Told(Error::new(ErrorKind::Connection, error.to_string())),
            _ => Self::Told(error),
        }
    }
}

impl Fault {
    /// What the end of a subscription means: there can be another one.
    pub(crate) fn of_feed(ended: Option<rpc::Error>) -> Self {
        match ended {
            Some(error) => Self::from(Error::from(error)),
            None => Self::Passing(Error::new(ErrorKind::Connection, "the subscription has ended")),
        }
    }

    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, Self::Passing(_) | Self::Partial(_) | Self::Overdue)
    }

    /// Whether an endpoint could not be reached, or not in time: what it would have said is not known.
    pub(crate) fn is_of_wire(&self) -> bool {
        use ErrorKind::{Connection, RateLimited, Stale, Timeout};
        match self {
            Self::Passing(error) | Self::Told(error) => {
                matches!(error.kind(), Connection | RateLimited | Stale | Timeout)
            }
            Self::Malformed(_) | Self::Final(_) => false,
            Self::Partial(_) | Self::Overdue => true,
        }
    }
}

/// JSON-RPC's "Method not found": no other attempt helps.
/// Whether the node does not know the method.
pub(crate) fn is_unknown_method(error: &Error) -> bool {
    error.rpc().and_then(rpc::Error::server_error).is_some_and(|error| error.code == -32601)
}

impl Outage {
    pub(crate) fn new(node: Arc<Node>) -> Self {
        Self {
            node,
            attempt: Instant::now(),
            untold: None,
            told: None,
            malformed: false,
            failures: 0,
            ended: false,
        }
    }

    /// All is well.
    pub(crate) fn over(&mut self) {
        self.progress();
        (self.told, self.malformed) = (None, false);
    }

    /// Not all is well yet, but something has come of it.
    pub(crate) fn progress(&mut self) {
        self.heard();
        self.failures = 0;
    }

    /// Whether there was a failure that cannot heal.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Waits until the next attempt is due: at once after the first failure, then twice as long after each.
    pub(crate) async fn pause(&mut self) {
        if let Some(doublings) = self.failures.checked_sub(2) {
            let pause = Duration::from_millis(100).saturating_mul(2_u32.saturating_pow(doublings));
            let due = Instant::now() + pause.min(LONGEST_PAUSE);
            sleep_until(self.deadline().map_or(due, |deadline| due.min(deadline))).await;
        }
        self.attempt = Instant::now();
    }

    /// When the present trouble is to be told, if there is any.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let (since, _) = self.untold.as_ref()?;
        since.checked_add(self.node.timeout())
    }

    /// The node is there: what fails now has not failed for long.
    pub(crate) fn heard(&mut self) {
        (self.untold, self.attempt) = (None, Instant::now());
    }

    /// A subscription has been waited for: that was no attempt.
    pub(crate) fn waited(&mut self) {
        self.attempt = Instant::now();
    }

    /// Takes note of a failure. What is to be told of it, if anything: what was told at once is told again after a timeout.
    pub(crate) fn note(&mut self, fault: Fault) -> Option<Error> {
        if matches!(fault, Fault::Partial(_)) {
            self.progress();
        }
        self.failures = self.failures.saturating_add(1);
        let fault = match fault {
            Fault::Partial(error) => Fault::Passing(error),
            Fault::Malformed(error) if std::mem::replace(&mut self.malformed, true) => Fault::Final(error),
            Fault::Malformed(error) => Fault::Told(error),
            fault => fault,
        };
        let closed = self.node.pool.first().client().state() == rpc::State::Closed;
        self.ended = closed || matches!(fault, Fault::Final(_));
        let (now, timeout) = (Instant::now(), self.node.timeout());
        let untold = self.untold.take();
        let error = match fault {
            Fault::Passing(error) if !self.ended => {
                let since = untold.map_or(self.attempt, |(since, _)| since);
                if now - since < timeout {
                    self.untold = Some((since, error));
                    return None;
                }
                error
            }
            Fault::Told(_) if !self.ended && self.told.is_some_and(|told| now - told < timeout) => {
                return None;
            }
            Fault::Passing(error)
            | Fault::Partial(error)
            | Fault::Told(error)
            | Fault::Malformed(error)
            | Fault::Final(error) => error,
            Fault::Overdue => untold?.1,
        };
        self.told = Some(now);
        Some(error)
    }
}

/// An attempt, given up when its time has come.
pub(crate) async fn until<T>(
    deadline: Option<Instant>,
    attempt: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    match deadline {
        Some(deadline) => timeout_at(deadline, attempt).await.unwrap_or(Err(Fault::Overdue)),
        None => attempt.await,
    }
}
