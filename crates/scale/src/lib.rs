//! SCALE bytes to values and back, driven by a Substrate chain's runtime metadata. No async, no IO.
#![forbid(unsafe_code)]

mod error;

pub use error::{Error, ErrorKind, Result};
