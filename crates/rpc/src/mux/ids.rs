//! Tables by request id.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A table by request id. Only ids this client gave itself, one after the other, are ever inserted: they need no protection
/// from collisions, and every request pays for several look-ups.
pub(crate) type ById<V> = HashMap<u64, V, BuildHasherDefault<IdHasher>>;

#[derive(Debug, Default)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write_u64(&mut self, id: u64) {
        // Spreads neighbours over the upper bits, of which a table takes its fingerprints.
        self.0 = id.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(self.0 ^ u64::from(byte));
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
