//! SCALE bytes to values and back, driven by a Substrate chain's runtime metadata. No async, no IO.
#![forbid(unsafe_code)]

mod account;
mod error;
pub mod hash;

pub use account::AccountId;
pub use error::{Error, ErrorKind, Result};
