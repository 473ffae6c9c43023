//! What blocks hold: events and extrinsics, and the errors in them. Tests that need files of the shared folder are
//! skipped where there is none.
#![allow(clippy::unwrap_used)]

mod errors;
mod events;
mod extrinsics;
mod listings;
mod sample;
mod support;
