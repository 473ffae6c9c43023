use sp_core::H256;
use sp_runtime::{generic::Digest, traits::Header as _};

use super::{Journal, Record, sealed};
use crate::{ErrorKind, runtime::Header};

fn imported(number: u32) -> Record {
    let header = Header::new(number, H256::zero(), H256::zero(), H256::zero(), Digest::default());
    Record::Imported { header, extrinsics: vec![vec![number as u8; 3]], inherents: 1 }
}

/// A file in a directory of its own, which goes with the test.
struct Scratch(std::path::PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let directory =
            std::env::temp_dir().join(format!("tensorwire-journal-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        Self(directory)
    }

    fn file(&self) -> std::path::PathBuf {
        self.0.join("chain")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const GENESIS: H256 = H256::repeat_byte(7);

#[test]
fn what_is_written_is_read_again_up_to_any_cut() {
    let scratch = Scratch::new("cut");
    let all = || [imported(1), imported(2), Record::Finalized(1), imported(3)];
    let (journal, before) = Journal::open(&scratch.file(), GENESIS).unwrap();
    assert!(before.is_empty());
    for record in all() {
        journal.append(|| record);
    }
    drop(journal);
    let whole = std::fs::read(scratch.file()).unwrap();
    let last = sealed(&imported(3)).len();
    for (cut, left) in [(0, 4), (1, 3), (last - 1, 3), (last, 3), (last + 1, 2), (whole.len(), 0)] {
        std::fs::write(scratch.file(), &whole[..whole.len() - cut]).unwrap();
        let (journal, records) = Journal::open(&scratch.file(), GENESIS).unwrap();
        assert_eq!(records, all()[..left], "{cut} bytes short");
        // What is written after a cut is found behind it.
        journal.append(|| Record::Finalized(9));
        drop(journal);
        let (_, records) = Journal::open(&scratch.file(), GENESIS).unwrap();
        assert_eq!((records.len(), records.last()), (left + 1, Some(&Record::Finalized(9))));
    }
}

#[test]
fn a_file_that_is_not_this_chains_is_left_alone() {
    let scratch = Scratch::new("other");
    let cases: [(&[u8], &str); 2] = [
        (
            b"# a file of notes, longer than the head of a chain's file would be, so it is not one",
            "another kind",
        ),
        (&[&b"tensorwire devnet chain 1"[..], &[8; 32]].concat(), "another genesis"),
    ];
    for (content, reason) in cases {
        std::fs::write(scratch.file(), content).unwrap();
        let error = Journal::open(&scratch.file(), GENESIS).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::State);
        assert!(error.to_string().contains(reason), "{error}");
        assert_eq!(std::fs::read(scratch.file()).unwrap(), content);
    }
    std::fs::remove_file(scratch.file()).unwrap();
    let _journal = Journal::open(&scratch.file(), GENESIS).unwrap();
    let error = Journal::open(&scratch.file(), GENESIS).err().unwrap();
    assert!(error.to_string().contains("another process uses it"), "{error}");
}
