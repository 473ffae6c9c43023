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
    /// It is told, and the stream goes on.
    Told(Error),
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
    failures: u32,
    ended: bool,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let closed = error.rpc().is_some_and(|error| error.kind() == rpc::ErrorKind::Closed);
        match error.kind() {
            _ if closed => Self::Final(error),
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
        let Some(error) = ended else {
            return Self::Passing(Error::new(ErrorKind::Connection, "the subscription has ended"));
        };
        let timed_out = error.is_timeout();
        match Self::from(Error::from(error)) {
            Self::Told(error) if !timed_out => Self::Passing(error),
            fault => fault,
        }
    }
}

impl Outage {
    pub(crate) fn new(node: Arc<Node>) -> Self {
        Self { node, attempt: Instant::now(), untold: None, failures: 0, ended: false }
    }

    /// All is well.
    pub(crate) fn over(&mut self) {
        (self.untold, self.failures) = (None, 0);
    }

    /// Not all is well yet, but something has come of it.
    pub(crate) fn progress(&mut self) {
        self.untold = None;
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

    /// A subscription has been waited for: what fails now has not failed for that long.
    pub(crate) fn heard(&mut self) {
        self.attempt = Instant::now();
    }

    /// Takes note of a failure. What is to be told of it, if anything.
    pub(crate) fn note(&mut self, fault: Fault) -> Option<Error> {
        self.failures = self.failures.saturating_add(1);
        let closed = self.node.pool.first().client().state() == rpc::State::Closed;
        self.ended = closed || matches!(fault, Fault::Final(_));
        let untold = self.untold.take();
        match fault {
            Fault::Passing(error) if !self.ended => {
                let since = untold.map_or(self.attempt, |(since, _)| since);
                if since.elapsed() >= self.node.timeout() {
                    return Some(error);
                }
                self.untold = Some((since, error));
                None
            }
            Fault::Passing(error) | Fault::Told(error) | Fault::Final(error) => Some(error),
            Fault::Overdue => untold.map(|(_, error)| error),
        }
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
