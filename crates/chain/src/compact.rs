//! Compact integers of SCALE, and byte strings, whose length is one.

use parity_scale_codec::{Compact, Decode, Encode};

/// Writes a compact integer.
pub(crate) fn append(value: u64, out: &mut Vec<u8>) {
    Compact(value).encode_to(out);
}

/// A compact integer, and what follows it.
pub(crate) fn split(mut bytes: &[u8]) -> Option<(u32, &[u8])> {
    let Compact(value) = Compact::<u32>::decode(&mut bytes).ok()?;
    Some((value, bytes))
}

/// A byte string without its length, and what follows it.
pub(crate) fn split_bytes(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = split(bytes)?;
    rest.split_at_checked(usize::try_from(length).ok()?)
}

#[cfg(test)]
mod tests;
