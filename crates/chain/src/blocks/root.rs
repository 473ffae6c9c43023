//! The root of a block's extrinsics, as headers name it: that of a trie whose keys are the extrinsics' places, each a
//! compact integer, and whose values are the extrinsics. So a body belongs to one header.
//!
//! Source: the Polkadot specification, "Extrinsics root" and "Modified Merkle Patricia trie"; `sp_trie::LayoutV0` and
//! `LayoutV1` are the reference.

use tensorwire_scale::hash::blake2_256;

use crate::{Hash, compact, proof::nibbles};

/// In tries of version 1, longer values are named by their hashes.
const LONGEST_INLINE_V1: usize = 32;

/// Whether these are the extrinsics that a header names by that root. Which version of the trie a runtime uses is no
/// matter here: there is no other body that fits either of them.
pub(super) fn is_root_of(root: Hash, extrinsics: &[Vec<u8>]) -> bool {
    let entries = entries(extrinsics);
    [LONGEST_INLINE_V1, usize::MAX]
        .into_iter()
        .any(|longest| blake2_256(&node(&entries, 0, longest)) == root.0)
}

/// A key, nibble by nibble, and its value.
type Entry<'a> = (Vec<u8>, &'a [u8]);

fn entries(extrinsics: &[Vec<u8>]) -> Vec<Entry<'_>> {
    let entry = |(index, extrinsic)| {
        let mut key = Vec::new();
        compact::append(index, &mut key);
        (nibbles(&key), extrinsic)
    };
    let mut entries: Vec<Entry<'_>> = (0..).zip(extrinsics.iter().map(Vec::as_slice)).map(entry).collect();
    entries.sort_unstable();
    entries
}

/// The node above these entries, of whose keys so many nibbles are spent. No key of compact integers begins another
/// one, so a branch has no value of its own; none is longer than ten nibbles, so a node's header is one byte.
fn node(entries: &[Entry<'_>], spent: usize, longest: usize) -> Vec<u8> {
    const EMPTY: u8 = 0;
    const LEAF: u8 = 0b0100_0000;
    const LEAF_OF_A_HASH: u8 = 0b0010_0000;
    const BRANCH: u8 = 0b1000_0000;

    let (Some((first, value)), Some((last, _))) = (entries.first(), entries.last()) else {
        return vec![EMPTY];
    };
    let (first, last) = (first.get(spent..).unwrap_or_default(), last.get(spent..).unwrap_or_default());
    if entries.len() == 1 {
        let hashed = value.len() > longest;
        let mut leaf = partial_key(if hashed { LEAF_OF_A_HASH } else { LEAF }, first);
        if hashed {
            leaf.extend(blake2_256(value));
        } else {
            append(value, &mut leaf);
        }
        return leaf;
    }
    // Entries are sorted: what the outermost share, all share.
    let shared = first.iter().zip(last).take_while(|(a, b)| a == b).count();
    let mut branch = partial_key(BRANCH, &first[..shared]);
    let nibble = |entry: &Entry<'_>| entry.0.get(spent + shared).copied();
    let (mut bitmap, mut children) = (0_u16, Vec::new());
    for group in entries.chunk_by(|a, b| nibble(a) == nibble(b)) {
        bitmap |= group.first().and_then(nibble).map_or(0, |nibble| 1 << nibble);
        let child = node(group, spent + shared + 1, longest);
        if child.len() < 32 {
            append(&child, &mut children);
        } else {
            append(&blake2_256(&child), &mut children);
        }
    }
    branch.extend(bitmap.to_le_bytes());
    branch.extend(children);
    branch
}

/// A node's kind, and the nibbles that lead to it: two a byte, an odd one by itself in front.
fn partial_key(kind: u8, nibbles: &[u8]) -> Vec<u8> {
    let (odd, pairs) = nibbles.split_at(nibbles.len() % 2);
    let mut bytes = vec![kind | nibbles.len() as u8];
    bytes.extend(odd);
    bytes.extend(pairs.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]));
    bytes
}

/// A byte string behind its length.
fn append(bytes: &[u8], out: &mut Vec<u8>) {
    compact::append(bytes.len() as u64, out);
    out.extend(bytes);
}

#[cfg(test)]
mod tests;
