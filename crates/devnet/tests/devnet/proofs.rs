//! What the client believes of a proof, beside the trie of the node itself.

use std::{collections::BTreeMap, ops::Bound};

use proptest::{collection, prelude::*, sample::Index};
use sp_core::{H256, blake2_256};
use sp_runtime::{StateVersion, traits::BlakeTwo256};
use sp_state_machine::{InMemoryBackend, prove_read, read_proof_check};
use sp_trie::StorageProof;
use tensorwire_chain::{Hash, proof::Proof};

type Entries = BTreeMap<Vec<u8>, Vec<u8>>;

/// A state, as a chain has it whose values were partly written before state version 1.
#[derive(Debug)]
struct State {
    entries: Entries,
    trie: InMemoryBackend<BlakeTwo256>,
}

impl State {
    fn new(old: Entries, new: Entries) -> Self {
        let trie = InMemoryBackend::from((old.clone(), StateVersion::V0));
        let changes: Vec<_> = new.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect();
        let trie = trie.update(vec![(None, changes)], StateVersion::V1);
        Self { entries: old.into_iter().chain(new).collect(), trie }
    }

    fn root(&self) -> Hash {
        Hash(self.trie.root().0)
    }

    /// The nodes that a node answers `state_getReadProof` with.
    fn nodes<'k>(&self, keys: impl IntoIterator<Item = &'k Vec<u8>>) -> Vec<Vec<u8>> {
        let trie = self.trie.clone();
        prove_read(trie, keys).unwrap().into_iter_nodes().collect()
    }

    fn range(&self, start: &[u8], end: Option<&[u8]>) -> Entries {
        if end.is_some_and(|end| end <= start) {
            return Entries::new();
        }
        let end = end.map_or(Bound::Unbounded, Bound::Excluded);
        let entries = self.entries.range::<[u8], _>((Bound::Included(start), end));
        entries.map(|(key, value)| (key.clone(), value.clone())).collect()
    }
}

/// Keys that share much of their beginnings, and now and then a long one.
fn key() -> impl Strategy<Value = Vec<u8>> {
    let byte = || proptest::sample::select(vec![0x00, 0x01, 0x0f, 0x10, 0xf0, 0xff]);
    let tail = prop_oneof![6 => Just(0), 1 => 20..40_usize, 1 => 120..300_usize];
    (collection::vec(byte(), 0..5), byte(), tail)
        .prop_map(|(head, last, tail)| head.into_iter().chain(std::iter::repeat_n(last, tail)).collect())
}

/// Values around the sizes at which nodes and values are put elsewhere.
fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        collection::vec(any::<u8>(), 0..4),
        collection::vec(any::<u8>(), 24..40),
        collection::vec(any::<u8>(), 60..70),
    ]
}

fn entries() -> impl Strategy<Value = Entries> {
    collection::btree_map(key(), value(), 0..40)
}

fn state() -> impl Strategy<Value = State> {
    (entries(), entries()).prop_map(|(old, new)| State::new(old, new))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn g24_present_and_absent_keys_read_as_they_are(state in state(), others in collection::vec(key(), 0..8)) {
        let keys: Vec<_> = state.entries.keys().chain(&others).collect();
        let proof = Proof::new(state.root(), state.nodes(keys.iter().copied()));
        for key in keys {
            prop_assert_eq!(proof.get(key).unwrap(), state.entries.get(key).map(Vec::as_slice));
        }
    }

    #[test]
    fn g24_a_proof_shows_its_keys_and_of_others_nothing_false(
        state in state(), keys in collection::vec(key(), 0..4), others in collection::vec(key(), 0..8),
    ) {
        let proof = Proof::new(state.root(), state.nodes(&keys));
        for key in keys.iter().chain(state.entries.keys()).chain(&others) {
            if let Ok(value) = proof.get(key) {
                prop_assert_eq!(value, state.entries.get(key).map(Vec::as_slice));
            }
        }
    }

    #[test]
    fn g24_a_range_is_proven_by_its_keys_and_its_ends(
        state in state(), start in key(), end in proptest::option::of(key()),
    ) {
        let (start, end) = (start.as_slice(), end.as_deref());
        let entries = state.range(start, end);
        let keys: Vec<_> = entries.keys().cloned().collect();
        let ends = [Some(start), end].into_iter().flatten().map(<[u8]>::to_vec).collect::<Vec<_>>();
        let proof = Proof::new(state.root(), state.nodes(keys.iter().chain(&ends)));
        let values: Vec<_> = entries.into_values().collect();
        prop_assert_eq!(proof.values_of(&keys, start, end), Ok(values));
    }

    #[test]
    fn g24_no_other_list_of_keys_is_proven(
        state in state(), start in key(), end in proptest::option::of(key()), place in any::<Index>(), other in key(),
    ) {
        let (start, end) = (start.as_slice(), end.as_deref());
        let keys: Vec<_> = state.range(start, end).into_keys().collect();
        let ends = [Some(start), end].into_iter().flatten().map(<[u8]>::to_vec).collect::<Vec<_>>();
        let mut wrong = vec![[keys.as_slice(), &[other]].concat()];
        if !keys.is_empty() {
            let place = place.index(keys.len());
            let mut short = keys.clone();
            let left_out = short.remove(place);
            let mut twice = keys.clone();
            twice.insert(place, left_out);
            wrong.extend([short, twice]);
        }
        for listed in wrong {
            if listed == keys {
                continue;
            }
            // By a node that lies about the list alone, and by one that leaves it out of the proof too.
            for shown in [keys.iter().chain(&listed), listed.iter().chain(&[])] {
                let proof = Proof::new(state.root(), state.nodes(shown.chain(&ends)));
                prop_assert!(proof.values_of(&listed, start, end).is_err());
            }
        }
    }

    #[test]
    fn g24_what_is_changed_in_a_proof_is_caught(
        state in state(), key in key(), place in any::<Index>(), byte in any::<Index>(), change in 1..=u8::MAX,
    ) {
        let keys: Vec<_> = state.entries.keys().chain([&key]).cloned().collect();
        let mut nodes = state.nodes(&keys);
        prop_assume!(!nodes.is_empty());
        let node = place.index(nodes.len());
        let byte = byte.index(nodes[node].len());
        nodes[node][byte] ^= change;
        let proof = Proof::new(state.root(), nodes);
        let mut caught = false;
        for key in &keys {
            match proof.get(key) {
                Ok(value) => prop_assert_eq!(value, state.entries.get(key).map(Vec::as_slice)),
                Err(_) => caught = true,
            }
        }
        prop_assert!(caught);
        let listed: Vec<_> = state.entries.keys().cloned().collect();
        prop_assert!(proof.values_of(&listed, &[], None).is_err());
    }

    #[test]
    fn g24_a_forged_root_is_read_as_the_node_reads_it_or_not_at_all(
        state in state(), place in any::<Index>(), byte in any::<Index>(), change in any::<u8>(), asked in key(),
    ) {
        let keys: Vec<_> = state.entries.keys().chain([&asked]).cloned().collect();
        let mut nodes = state.nodes(&keys);
        prop_assume!(!nodes.is_empty());
        // Any node as the root, with a byte changed: what hangs from it is in the proof.
        let mut root = nodes[place.index(nodes.len())].clone();
        let byte = byte.index(root.len());
        root[byte] = change;
        let hash = blake2_256(&root);
        nodes.push(root);
        let proof = Proof::new(Hash(hash), nodes.clone());
        let _ = proof.values_of(&keys, &[], None);
        if let Ok(ours) = proof.get(&asked) {
            let theirs = read_proof_check::<BlakeTwo256, _>(H256(hash), StorageProof::new(nodes), [&asked]);
            let theirs = theirs.unwrap().remove(&asked).flatten();
            prop_assert_eq!(theirs.as_deref(), ours);
        }
    }

    #[test]
    fn g24_arbitrary_bytes_are_no_panic(
        nodes in collection::vec(collection::vec(any::<u8>(), 0..80), 1..4), key in key(),
    ) {
        let proof = Proof::new(Hash(blake2_256(&nodes[0])), nodes);
        let _ = proof.get(&key);
        let _ = proof.values_of(&[key], &[], None);
    }
}

/// Nodes of which each leads to the next one sixteen times: more paths than could ever be walked.
#[test]
fn g24_a_proof_that_unfolds_without_end_is_refused() {
    let mut nodes = vec![vec![0x40, 0x04, 0x2a]];
    for _ in 0..64 {
        let below = blake2_256(nodes.last().unwrap());
        let branch: Vec<u8> =
            [0x80, 0xff, 0xff].into_iter().chain([[0x80].as_slice(), &below].concat().repeat(16)).collect();
        nodes.push(branch);
    }
    let root = Hash(blake2_256(nodes.last().unwrap()));
    let proof = Proof::new(root, nodes);
    assert!(proof.values_of(&[], &[], None).is_err());
    assert!(proof.values_of(&[vec![0; 32], vec![1; 32]], &[], None).is_err());
}

/// As deep as a message may be long.
#[test]
fn g24_depth_costs_no_stack() {
    let mut below = vec![0x40, 0x04, 0x2a];
    let mut nodes = Vec::new();
    for _ in 0..20_000 {
        let hash = blake2_256(&below);
        let branch = [[0x80, 0x01, 0x00, 0x80].as_slice(), &hash].concat();
        nodes.push(std::mem::replace(&mut below, branch));
    }
    let root = Hash(blake2_256(&below));
    nodes.push(below);
    let proof = Proof::new(root, nodes);
    let key = vec![0; 10_000];
    assert_eq!(proof.get(&key), Ok(Some([0x2a].as_slice())));
    assert_eq!(proof.values_of(&[key], &[], None), Ok(vec![vec![0x2a]]));
}
