//! The hashes that Substrate builds storage keys and extrinsic hashes from.

pub use sp_crypto_hashing::{blake2_128, blake2_256, twox_64, twox_128, twox_256};
