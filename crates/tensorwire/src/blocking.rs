//! The same without `async`: for threads that wait.
//!
//! All methods may be called from any thread, from many at once, and from inside an async runtime (where they block
//! the worker they are called on). One background thread serves the sockets of all handles.

mod at;
mod chain;
mod entries;
mod runtime;
mod subtensor;

pub use at::At;
pub use chain::Chain;
pub use entries::Entries;
pub use subtensor::Subtensor;

use runtime::wait;
