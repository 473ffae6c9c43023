//! What of SCALE is read without metadata: compact integers, byte strings, whose length is one, and plain numbers.

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

/// A block's number or a nonce: u32 on most chains and u64 on some.
pub(crate) fn little_endian(bytes: &[u8]) -> Option<u64> {
    match bytes.len() {
        4 | 8 => Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
