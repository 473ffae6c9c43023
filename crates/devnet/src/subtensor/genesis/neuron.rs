//! What one neuron is at genesis.

use parity_scale_codec::Encode;
use sp_core::{Pair, blake2_256, sr25519};
use sp_runtime::AccountId32;

/// The secret seed of the hotkey with this uid on this subnet.
pub(crate) fn hotkey_seed(seed: u64, netuid: u16, uid: u16) -> [u8; 32] {
    (b"hotkey", seed, netuid, uid).using_encoded(blake2_256)
}

/// The secret seed of the coldkey that owns the neuron with this uid on every subnet.
pub(crate) fn coldkey_seed(seed: u64, uid: u16) -> [u8; 32] {
    (b"coldkey", seed, uid).using_encoded(blake2_256)
}

/// The account a secret seed signs for.
pub(crate) fn account(secret: &[u8; 32]) -> AccountId32 {
    AccountId32::new(sr25519::Pair::from_seed(secret).public().0)
}

/// How many of a subnet's neurons validate: the first sixteenth, at least one.
pub(crate) fn validators(neurons: u16) -> u16 {
    neurons.div_ceil(16)
}

/// Random numbers that depend on nothing but the place they are for.
pub(crate) struct Draw([u8; 32]);

impl Draw {
    pub(crate) fn new(seed: u64, netuid: u16, uid: u16) -> Self {
        Self((b"neuron", seed, netuid, uid).using_encoded(blake2_256))
    }

    /// The nth number of this place; n below 16.
    pub(crate) fn number(&self, n: usize) -> u16 {
        let at = |index: usize| self.0.get(index).copied().unwrap_or_default();
        u16::from_le_bytes([at(2 * n), at(2 * n + 1)])
    }
}
