//! Transactions: composed and signed for the chain as it is, sent once, and followed until the chain shows what became
//! of them.

mod anchor;
mod batch;
mod evidence;
mod nonces;
mod outcome;
mod payment;
mod pending;
mod present;
mod refusal;
mod search;
mod sign;
mod signed;
mod stale;
mod status;
mod submission;
mod tracker;
mod transaction;

pub(crate) use evidence::Evidence;
pub(crate) use nonces::Nonces;
pub use outcome::{Cause, Expiry, Outcome, Rejection};
pub use payment::PaymentInfo;
pub use pending::Pending;
pub(crate) use present::Following;
pub use signed::SignedTransaction;
pub use stale::Stale;
pub use status::Status;
pub use submission::{Statuses, Submission};
pub use transaction::Transaction;
