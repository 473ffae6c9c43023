use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{
    name::Name,
    store::{RuntimeStore, StoreEntry, StoreFuture},
};

/// All entries together take at most about this many bytes: the files used longest ago go first.
const LIMIT: u64 = 256 << 20;

/// Plain files, one per entry, safe to share between processes: each is written under a temporary name and then renamed.
#[derive(Debug)]
pub(super) struct DiskStore {
    folder: PathBuf,
}

impl DiskStore {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Disks block: a thread that serves sockets has no time for them.
    fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> StoreFuture<'static, T> {
        let folder = self.folder.clone();
        let work = tokio::task::spawn_blocking(move || work(&folder));
        Box::pin(async move { work.await.map_err(io::Error::other)? })
    }
}

impl RuntimeStore for DiskStore {
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        let key = key.to_owned();
        self.blocking(move |folder| read(&folder.join(key)))
    }

    fn put<'a>(&'a self, key: &'a str, content: Vec<u8>) -> StoreFuture<'a, ()> {
        let key = key.to_owned();
        self.blocking(move |folder| {
            write(&folder.join(key), &content)?;
            prune(folder, LIMIT)
        })
    }

    fn list(&self) -> StoreFuture<'_, Vec<StoreEntry>> {
        self.blocking(entries)
    }

    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, bool> {
        let key = key.to_owned();
        self.blocking(move |folder| remove(&folder.join(key)))
    }

    fn location(&self) -> String {
        self.folder.display().to_string()
    }
}

/// `None` for a file or folder that is not there.
fn present<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let content = present(fs::read(path))?;
    if content.is_some() {
        // What is in use is not the oldest. It may be another user's file: then it keeps its time.
        let file = fs::File::options().append(true).open(path);
        let _ = file.and_then(|file| file.set_modified(SystemTime::now()));
    }
    Ok(content)
}

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    file.persist(path)?;
    Ok(())
}

fn remove(path: &Path) -> io::Result<bool> {
    let was_there = present(fs::remove_file(path))?.is_some();
    // The last one takes its folder along.
    let _ = path.parent().map(fs::remove_dir);
    Ok(was_there)
}

/// The files that are entries: the folder may hold others.
fn entries(folder: &Path) -> io::Result<Vec<StoreEntry>> {
    let mut entries = Vec::new();
    for below in present(fs::read_dir(folder))?.into_iter().flatten().flatten() {
        for file in present(fs::read_dir(below.path()))?.into_iter().flatten().flatten() {
            let (below, name) = (below.file_name(), file.file_name());
            let key = format!("{}/{}", below.to_string_lossy(), name.to_string_lossy());
            // Another process may have removed it meanwhile.
            if let (Some(_), Ok(metadata)) = (Name::parse(&key), file.metadata()) {
                entries.push(StoreEntry { key, bytes: metadata.len(), used: metadata.modified().ok() });
            }
        }
    }
    Ok(entries)
}

/// Removes the oldest entries until what is left fits. Another process that wants one gets it again.
fn prune(folder: &Path, limit: u64) -> io::Result<()> {
    let mut entries = entries(folder)?;
    entries.sort_by_key(|entry| entry.used);
    let mut total: u64 = entries.iter().map(|entry| entry.bytes).sum();
    for entry in entries {
        if total <= limit {
            break;
        }
        remove(&folder.join(&entry.key))?;
        total -= entry.bytes;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
