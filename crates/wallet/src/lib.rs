//! Keys: pairs, mnemonics, keyfiles, and whoever signs. No network.
#![forbid(unsafe_code)]

mod error;
mod keypair;
mod signer;

pub use error::{Error, ErrorKind, Result};
pub use keypair::Keypair;
pub use signer::{Signer, Signing};
pub use tensorwire_scale::{AccountId, Signature, SigningPayload};
