use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tensorwire_scale::hash::blake2_128;

use crate::{Error, ErrorKind, Hash, Pending, Result};

/// Some hundred thousand transactions.
const LARGEST: u64 = 256 << 20;

/// Above this, what has ended is left out of the file.
const LARGE: u64 = 1 << 20;

/// One line of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Record {
    /// It is about to be sent.
    Sending(Pending),
    /// What became of it is proven: in a word, for whoever reads the file.
    Ended { hash: Hash, how: String },
}

impl Record {
    /// What has been sent and has not ended, with this.
    pub(super) fn apply(self, pending: &mut Vec<Pending>) {
        let hash = match &self {
            Self::Sending(sending) => sending.hash,
            Self::Ended { hash, .. } => *hash,
        };
        pending.retain(|other| other.hash != hash);
        if let Self::Sending(sending) = self {
            pending.push(sending);
        }
    }
}

/// The file: lines of JSON, each behind the blake2-128 hash of its text. One process has it at a time.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// Up to where the file is whole.
    length: u64,
    /// What was left of it when what had ended was left out last.
    shortest: u64,
}

impl Journal {
    /// Opens the file, or makes it, readable by its owner alone; returns what was sent and has not ended. What has
    /// ended is left out of the file from then on.
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<Pending>)> {
        let failed = |error: io::Error| no_outbox(path, error);
        // It is the same file wherever the process goes.
        let path = &std::path::absolute(path).map_err(failed)?;
        let mut file = locked(path)?;
        let mut text = Vec::new();
        (&mut file).take(LARGEST + 1).read_to_end(&mut text).map_err(failed)?;
        if text.len() as u64 > LARGEST {
            return Err(no_outbox(
                path,
                format!("it is larger than {LARGEST} bytes: no outbox grows so far"),
            ));
        }
        let pending = pending(path, &text)?;
        let mut journal = Self { path: path.to_owned(), file, length: text.len() as u64, shortest: 0 };
        journal.rewrite(&pending).map_err(failed)?;
        Ok((journal, pending))
    }

    /// Adds records, all or none, and returns when they are on the disk.
    pub(super) fn append(&mut self, records: &[Record]) -> Result<()> {
        let text = lines(records);
        let written = self.file.write_all(&text).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // Half a line would not be taken for a whole one, but the next would be written behind it.
            let _ =
                self.file.set_len(self.length).and_then(|()| self.file.seek(SeekFrom::Start(self.length)));
            return Err(no_outbox(&self.path, error));
        }
        self.length += text.len() as u64;
        Ok(())
    }

    /// Whether what has ended is most of a large file.
    pub(super) fn is_long(&self) -> bool {
        self.length > LARGE.max(2 * self.shortest)
    }

    /// Leaves out what has ended. A file that cannot be written anew is gone on with.
    pub(super) fn shorten(&mut self, pending: &[Pending]) {
        if let Err(error) = self.rewrite(pending) {
            tracing::warn!(target: "tensorwire::tx", path = %self.path.display(), %error, "outbox not shortened");
            // Not with each record.
            self.shortest = self.length;
        }
    }

    /// Puts a new file in the place of the old one, if that is shorter. The lock goes over to it.
    fn rewrite(&mut self, pending: &[Pending]) -> io::Result<()> {
        let records: Vec<_> = pending.iter().cloned().map(Record::Sending).collect();
        let text = lines(&records);
        self.shortest = text.len() as u64;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        if self.shortest == self.length {
            self.file.seek(SeekFrom::End(0))?;
        } else {
            let mut new = tempfile::NamedTempFile::new_in(folder)?;
            new.write_all(&text)?;
            new.as_file().sync_data()?;
            new.as_file().lock()?;
            self.file = new.persist(&self.path)?;
            self.length = self.shortest;
        }
        // A new name survives a crash of the machine once its folder is on the disk. Elsewhere a folder is no file.
        if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
    }
}

/// The file, with a lock that ends with the process. Another process may have put a new one in its place meanwhile.
fn locked(path: &Path) -> Result<File> {
    const ATTEMPTS: u32 = 8;
    let failed = |error: io::Error| no_outbox(path, error);
    for _ in 0..ATTEMPTS {
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => break,
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        if is_at(&file, path).map_err(failed)? {
            return Ok(file);
        }
    }
    Err(no_outbox(path, "another process uses it: each needs an outbox of its own"))
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let (open, there) = (file.metadata()?, fs::metadata(path)?);
    Ok((open.dev(), open.ino()) == (there.dev(), there.ino()))
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> io::Result<bool> {
    fs::exists(path)
}

/// What was sent and has not ended, in order. A last line that was cut short was not sent: its process ended while it
/// wrote. Any other that is not as it was written is an error: nothing is passed over.
fn pending(path: &Path, text: &[u8]) -> Result<Vec<Pending>> {
    let mut pending: Vec<Pending> = Vec::new();
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    for (number, line) in (1..).zip(text[..whole].split_inclusive(|byte| *byte == b'\n')) {
        let record = parse(line).ok_or_else(|| {
            let why = format!("line {number} is not as it was written: mend or move the file, it may name extrinsics that were sent");
            no_outbox(path, why)
        })?;
        record.apply(&mut pending);
    }
    Ok(pending)
}

fn parse(line: &[u8]) -> Option<Record> {
    let line = line.strip_suffix(b"\n")?;
    let (seal, json) = line.split_at_checked(SEAL)?;
    (seal_of(json.strip_prefix(b" ")?).as_bytes() == seal).then_some(())?;
    serde_json::from_slice(json).ok()
}

fn lines(records: &[Record]) -> Vec<u8> {
    let mut text = Vec::new();
    for record in records {
        // Structs of numbers and texts: there is nothing that JSON cannot hold.
        let json = serde_json::to_vec(record).unwrap_or_default();
        text.extend_from_slice(seal_of(&json).as_bytes());
        text.push(b' ');
        text.extend(json);
        text.push(b'\n');
    }
    text
}

/// The length of a seal as it is written.
const SEAL: usize = 32;

fn seal_of(json: &[u8]) -> String {
    const_hex::encode(blake2_128(json))
}

fn no_outbox(path: &Path, why: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Store, format!("the outbox {}: {why}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g2_a_disk_that_is_full_is_an_error_and_leaves_no_half_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox");
        let (mut journal, _) = Journal::open(&path).unwrap();
        // Writing to this device always fails for want of space.
        let Ok(full) = File::options().write(true).open("/dev/full") else {
            println!("skipped: there is no /dev/full");
            return;
        };
        let whole = std::mem::replace(&mut journal.file, full);
        let record = Record::Ended { hash: Hash([0; 32]), how: "expired".into() };
        let error = journal.append(std::slice::from_ref(&record)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store);
        assert!(error.to_string().contains("No space left"), "{error}");
        assert_eq!(journal.length, 0);
        journal.file = whole;
        journal.append(&[record]).unwrap();
        assert_eq!(fs::read(&path).unwrap().len() as u64, journal.length);
    }
}
