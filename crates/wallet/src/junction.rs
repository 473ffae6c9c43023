use parity_scale_codec::Encode;
use sp_crypto_hashing::blake2_256;

/// One step of a derivation path (`sp_core::crypto::DeriveJunction`).
pub(crate) struct Junction {
    /// Whether the child key tells nothing of its parent: `//name`, not `/name`.
    pub(crate) is_hard: bool,
    pub(crate) chain_code: [u8; 32],
}

impl Junction {
    /// A number is its 8 bytes, any other name its SCALE encoding; what is longer than 32 bytes is hashed.
    pub(crate) fn new(name: &str, is_hard: bool) -> Self {
        let code = name.parse().map_or_else(|_| name.encode(), |number: u64| number.encode());
        let mut chain_code = [0; 32];
        match chain_code.get_mut(..code.len()) {
            Some(start) => start.copy_from_slice(&code),
            None => chain_code = blake2_256(&code),
        }
        Self { is_hard, chain_code }
    }
}
