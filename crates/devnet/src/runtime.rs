//! The runtimes: FRAME's own pallets and `SubtensorModule`, at Subtensor's indices and with its parameters.
//!
//! There are two layouts, and any number of runtimes of each. The first is the real chain's. In the second two pallets
//! have changed places, a constant is another and the types of [`Layout`](crate::subtensor::layout::Layout) are others,
//! so that whoever decodes with the wrong one goes wrong. What is in `each` is compiled once for each layout.

mod check_metadata_hash;
mod check_nonce;
mod code;
mod extensions;
// FRAME's traits are implemented for each runtime; its sources are written once.
#[allow(clippy::duplicate_mod)]
pub(crate) mod first;
mod proxy_type;
mod runtime_apis;
#[allow(clippy::duplicate_mod)]
pub(crate) mod second;

use sp_runtime::{generic, traits::BlakeTwo256};

pub(crate) use code::Code;

pub(crate) type AccountId = sp_runtime::AccountId32;
pub(crate) type Balance = u64;
pub(crate) type BlockNumber = u32;
pub(crate) type Nonce = u32;
pub(crate) type Hash = sp_core::H256;
pub(crate) type Header = generic::Header<BlockNumber, BlakeTwo256>;

/// Milliseconds that have to pass between two blocks: half a slot of 12 seconds.
pub(crate) const MINIMUM_PERIOD: u64 = 6_000;
