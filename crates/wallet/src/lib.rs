//! Keys: pairs, mnemonics, keyfiles, and whoever signs. No network.
#![forbid(unsafe_code)]

mod command_signer;
mod crypto_type;
mod error;
mod junction;
mod keyfile;
mod keypair;
mod mnemonic;
mod password;
mod public_key;
mod secret_uri;
mod signer;
mod wallet;

pub use command_signer::CommandSigner;
pub use crypto_type::CryptoType;
pub use error::{Error, ErrorKind, Result};
pub use keyfile::{Encryption, IfExists, Keyfile};
pub use keypair::Keypair;
pub use mnemonic::Mnemonic;
pub use password::password_from_environment;
pub use public_key::{PublicKey, verify};
pub use signer::{Signer, Signing};
pub use tensorwire_scale::{AccountId, Signature, SigningPayload};
pub use wallet::Wallet;
