//! The same without `async`: for threads that wait.
//!
//! All methods may be called from any thread, from many at once, and from inside an async runtime (where they block
//! the worker they are called on). One background thread serves the sockets of all handles.
//!
//! After a `fork()` the child opens its own connections, served by a thread of its own. A handle that was opened before
//! fails there at once, and the parent's goes on.

mod at;
mod chain;
mod entries;
mod heads;
mod runtime;
mod subtensor;
mod tx;
mod watch;

pub use at::At;
pub use chain::Chain;
pub use entries::Entries;
pub use heads::Heads;
pub use subtensor::Subtensor;
pub use tx::{SignedTransaction, Statuses, Submission, Transaction};
pub use watch::Watch;

use runtime::wait;
