//! Proofs of what a block's state holds, checked against the state's root.
//!
//! The state is a base-16 Merkle trie hashed by 32 bytes of Blake2b. A proof is a set of its nodes: whoever knows the
//! root knows which node belongs where, so nothing in a proof is believed but what hangs together from the root down.

mod node;
mod walk;

use std::collections::HashMap;

use tensorwire_scale::hash::blake2_256;

use crate::Hash;
use node::{Node, Stored};
use walk::Walk;

/// What is wrong with a proof.
pub type Flaw = &'static str;

const MISSING: Flaw = "the proof lacks a node that it needs";

/// The nodes of a trie that someone has shown, and the root that they have to hang from.
#[derive(Debug)]
pub struct Proof {
    root: [u8; 32],
    /// Nodes and values, under their hashes. What does not belong to the trie is never met.
    shown: HashMap<[u8; 32], Vec<u8>>,
}

impl Proof {
    /// A proof of the trie with this root.
    pub fn new(root: Hash, shown: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let shown = shown.into_iter().map(|bytes| (blake2_256(&bytes), bytes)).collect();
        Self { root: root.0, shown }
    }

    /// The value of a key: `None` if the proof shows that there is none.
    ///
    /// # Errors
    /// If it shows neither.
    pub fn get(&self, key: &[u8]) -> Result<Option<&[u8]>, Flaw> {
        let key = nibbles(key);
        let (mut rest, mut node) = (key.as_slice(), self.node(self.root())?);
        loop {
            let Some(below) = rest.strip_prefix(node.partial.as_slice()) else { return Ok(None) };
            let Some((nibble, below)) = below.split_first() else {
                return node.value.map(|value| self.bytes(value)).transpose();
            };
            let Some(child) = node.children.get(usize::from(*nibble)).copied().flatten() else {
                return Ok(None);
            };
            (rest, node) = (below, self.node(child)?);
        }
    }

    /// The values of these keys, ascending, if they are all that there are from `start` on, and below `end` if
    /// there is one.
    ///
    /// # Errors
    /// If the proof does not show so.
    pub fn values_of(
        &self,
        keys: &[Vec<u8>],
        start: &[u8],
        end: Option<&[u8]>,
    ) -> Result<Vec<Vec<u8>>, Flaw> {
        let mut listed = keys.iter();
        // It ends at the first entry that differs, so the keys bound the work, whatever the nodes are.
        let values = Walk::new(self, start, end).map(|entry| {
            let (key, value) = entry?;
            let is_listed = listed.next() == Some(&key);
            if is_listed { Ok(value.to_vec()) } else { Err("the list of keys is not that of the state") }
        });
        let values = values.collect::<Result<Vec<_>, _>>()?;
        if values.len() == keys.len() {
            Ok(values)
        } else {
            Err("the list has a key that is not in the state")
        }
    }

    fn root(&self) -> Stored<'_> {
        Stored::ByHash(&self.root)
    }

    fn node<'p>(&'p self, stored: Stored<'p>) -> Result<Node<'p>, Flaw> {
        match (stored, self.bytes(stored)?) {
            // A trie without anything in it.
            (Stored::ByHash(hash), [0]) if *hash == self.root => Ok(Node::default()),
            (_, bytes) => Node::read(bytes),
        }
    }

    fn bytes<'p>(&'p self, stored: Stored<'p>) -> Result<&'p [u8], Flaw> {
        match stored {
            Stored::Here(bytes) => Ok(bytes),
            Stored::ByHash(hash) => self.shown.get(hash).map(Vec::as_slice).ok_or(MISSING),
        }
    }
}

/// Each byte's two halves, the higher one first.
pub(crate) fn nibbles(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]).collect()
}
