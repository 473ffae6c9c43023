//! What goes wrong on purpose.

mod kinds;
mod plan;

use std::time::Duration;

pub use kinds::FaultKind;
pub(crate) use plan::{Faults, Passed};

/// Something that goes wrong on purpose: see [`Devnet::set_faults`](crate::Devnet::set_faults).
///
/// As text it is what `tw devnet --fault` takes, such as `lose-reply=10`; [`Fault::KINDS`] lists all.
///
/// Messages are what the node sends: answers, of which those to a batch are one, and what subscriptions tell. Both are
/// counted over all connections of the node, from the time on at which the faults were set.
///
/// ```
/// use tensorwire_devnet::Fault;
///
/// assert_eq!("lose-reply=10".parse(), Ok(Fault::LoseReply(10)));
/// let error = "loose-reply=10".parse::<Fault>().unwrap_err();
/// assert!(error.to_string().contains("lose-reply=N"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// After every so many messages the connection that carried the last is dropped, without a close frame.
    DropEvery(u32),
    /// Each answer is held back by a random time between these; later ones may overtake it.
    Delay {
        /// The shortest time.
        least: Duration,
        /// The longest time.
        most: Duration,
    },
    /// Of so many answers the last is never sent.
    LoseReply(u32),
    /// Of so many answers the last carries the id `null`.
    NullId(u32),
    /// Handshakes are refused with HTTP 429, and these seconds as `Retry-After` if there are any.
    TooManyRequests(Option<u32>),
    /// Requests beyond so many in a second, over all connections, are refused.
    Limit {
        /// Requests in a second that are answered.
        per_second: u32,
        /// How the others are refused.
        refusal: Refusal,
    },
    /// After every so many messages the connection that carried the last is closed, with this code.
    Close {
        /// The code of the close frame.
        code: u16,
        /// So many messages.
        every: u32,
    },
    /// The node's best and finalized block stay what they are, whatever the chain does. When they move again, what
    /// came since they subscribed is told to subscribers one after another.
    FreezeHead,
    /// The node is so many blocks behind the chain, and knows nothing above.
    Lag(u32),
    /// Connections are accepted and bytes are taken, and nothing ever comes back. A connection on which something was
    /// swallowed stays so.
    HalfOpen,
    /// So many of a hundred submissions, drawn by the seed, are refused with the error 1010 and `Custom error: 1`. The
    /// pool does not see them.
    Reject(u32),
    /// Once, a connection is cut while it carries a request.
    Cut {
        /// The method of the request.
        method: String,
        /// Which of the requests of this method it is, over all connections from the time on at which the faults were
        /// set; the first is 1. Those in a batch do not count.
        nth: u32,
        /// How far the request gets.
        step: Step,
    },
}

/// How far a request gets before its connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// It has arrived and is not carried out.
    Asked,
    /// It is carried out, and its answer is not sent.
    Done,
    /// Its answer is sent, and so many updates of what it subscribed to.
    Told(u32),
}

/// How a request beyond a limit is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// With a JSON-RPC error of this code, such as -32005, -32029 or -32004.
    Error(i32),
    /// The connection is closed, with the code 1008.
    Close,
}
