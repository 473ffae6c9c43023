//! What blocks hold, events and extrinsics and the errors in them, and what is composed for them. Tests that need files of the shared folder are
//! skipped where there is none.
#![allow(clippy::unwrap_used)]

mod calls;
mod errors;
mod events;
mod extrinsics;
mod listings;
mod metadata_hash;
mod other_chains;
mod sample;
mod signing;
mod support;
