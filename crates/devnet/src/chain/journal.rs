//! A chain in a file: what happened to it, in order. Its states follow from its blocks.

#[cfg(test)]
mod tests;

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

use parity_scale_codec::{Decode, Encode};
use parking_lot::Mutex;
use sp_core::{H256, blake2_256};

use super::Block;
use crate::{
    error::{Error, Result},
    runtime::Header,
};

/// Begins every such file; the genesis hash follows, then records.
const MAGIC: &[u8; 25] = b"tensorwire devnet chain 1";
const HEAD: usize = MAGIC.len() + 32;
/// Ends a record: the beginning of its hash. One that was cut short has none.
const SEAL: usize = 8;

/// What happened to the chain.
#[derive(Debug, PartialEq, Eq, Encode, Decode)]
pub(super) enum Record {
    /// A block was executed.
    Imported { header: Header, extrinsics: Vec<Vec<u8>>, inherents: u32 },
    /// The best chain became final up to this number.
    Finalized(u32),
}

impl Record {
    pub(super) fn imported(block: &Block) -> Self {
        let extrinsics = block.extrinsics.iter().map(|extrinsic| extrinsic.0.clone()).collect();
        Self::Imported { header: block.header.clone(), extrinsics, inherents: block.inherents as u32 }
    }
}

/// The file that is written to, if any; none after a write has failed.
#[derive(Default)]
pub(super) struct Journal(Mutex<Option<File>>);

impl Journal {
    /// Opens the file, or makes it, and returns what is in it. A record that was cut short at the end is cut off.
    pub(super) fn open(path: &Path, genesis: H256) -> Result<(Self, Vec<Record>)> {
        let failed = |error: io::Error| Error::state(path, error);
        let mut options = OpenOptions::new();
        let mut file =
            options.read(true).write(true).create(true).truncate(false).open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::state(path, "another process uses it")),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        let head = [&MAGIC[..], genesis.as_bytes()].concat();
        if head.starts_with(&bytes) {
            // New, or its process ended before anything was in it.
            bytes = head.clone();
            file.rewind().and_then(|()| file.write_all(&bytes)).map_err(failed)?;
        }
        if !bytes.starts_with(MAGIC) {
            return Err(Error::state(path, "it is another kind of file"));
        }
        if !bytes.starts_with(&head) {
            return Err(Error::state(path, "it has a chain of another genesis (seed, subnets or neurons)"));
        }
        let (records, length) = records(&bytes);
        file.set_len(length as u64).map_err(failed)?;
        file.seek(SeekFrom::Start(length as u64)).map_err(failed)?;
        Ok((Self(Mutex::new(Some(file))), records))
    }

    /// Lets the file go: another process may have it.
    pub(super) fn close(&self) {
        *self.0.lock() = None;
    }

    /// Adds a record. A file that takes no more is given up, and the chain goes on without.
    pub(super) fn append(&self, record: impl FnOnce() -> Record) {
        let mut open = self.0.lock();
        let Some(file) = &mut *open else { return };
        if let Err(error) = file.write_all(&sealed(&record())) {
            tracing::error!(target: "tensorwire::devnet", %error, "the chain is no longer kept in its file");
            *open = None;
        }
    }
}

/// A record as it is written: its length, itself, its seal.
fn sealed(record: &Record) -> Vec<u8> {
    let content = record.encode();
    let seal = blake2_256(&content);
    [&(content.len() as u32).to_le_bytes()[..], &content, &seal[..SEAL]].concat()
}

/// The records of a file as far as they are whole, and the length of all that is.
fn records(bytes: &[u8]) -> (Vec<Record>, usize) {
    let mut records = Vec::new();
    let mut length = HEAD;
    while let Some((record, next)) = bytes.get(length..).and_then(first) {
        records.push(record);
        length += next;
    }
    (records, length)
}

fn first(bytes: &[u8]) -> Option<(Record, usize)> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (content, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let seal = rest.get(..SEAL)?;
    let mut input = content;
    let record = blake2_256(content).starts_with(seal).then(|| Record::decode(&mut input).ok())??;
    Some((record, 4 + content.len() + SEAL))
}
