use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use etcetera::BaseStrategy;
use tensorwire_scale::{
    Runtime,
    hash::{blake2_128, blake2_256},
};

use crate::{
    Error, ErrorKind, Hash, Result,
    runtimes::{Key, off_thread},
};

/// Where runtime metadata is kept between runs.
///
/// Plain files, one per runtime, safe to share between processes: each is written under a temporary name and then
/// renamed, and carries a hash of its content, so that a damaged one is noticed and downloaded again. About 256 MiB
/// are kept at most. A cache that cannot be read or written makes nothing fail.
#[derive(Debug, Clone, Default)]
pub struct Cache {
    folder: Option<PathBuf>,
}

/// All metadata together takes at most about this many bytes: the files used longest ago go first.
const LIMIT: u64 = 256 << 20;

/// Starts every file. It changes when the layout does.
const MAGIC: &[u8; 8] = b"twmeta01";

impl Cache {
    /// The user's cache folder: `$XDG_CACHE_HOME/tensorwire` or its equivalent on this system.
    pub fn on_disk() -> Self {
        let base = etcetera::choose_base_strategy().ok();
        Self { folder: base.map(|base| base.cache_dir().join("tensorwire")) }
    }

    /// A folder of the caller's choice. It is made when first written to.
    pub fn folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Some(folder.into()) }
    }

    /// Nothing is read from or written to disk; runtimes are still kept in memory.
    pub fn none() -> Self {
        Self::default()
    }

    pub(crate) async fn load(&self, key: Key) -> Option<Arc<Runtime>> {
        let folder = self.folder.clone()?;
        let read = off_thread(move || (read(&folder, key), folder)).await.ok()?;
        match read {
            (Ok(runtime), _) => runtime,
            (Err(why), folder) => {
                let path = folder.join(key.file());
                tracing::warn!(target: "tensorwire::cache", ?path, %why, "ignoring a cache file");
                None
            }
        }
    }

    /// The runtime last used at that endpoint.
    pub(crate) async fn last(&self, endpoint: &str) -> Option<(Key, Arc<Runtime>)> {
        let folder = self.folder.clone()?;
        let pointer = pointer(&folder, endpoint);
        let load = move || {
            let key = Key::parse(fs::read_to_string(pointer).ok()?.trim())?;
            Some((key, read(&folder, key).ok()??))
        };
        off_thread(load).await.ok()?
    }

    /// Written in the background: no caller waits for the disk.
    pub(crate) fn store(&self, key: Key, metadata: Arc<Vec<u8>>) {
        let Some(folder) = self.folder.clone() else { return };
        tokio::task::spawn_blocking(move || {
            let content = [MAGIC, blake2_256(&metadata).as_slice(), &metadata].concat();
            let written = write(&folder.join(key.file()), &content).and_then(|()| prune(&folder, LIMIT));
            if let Err(error) = written {
                tracing::debug!(target: "tensorwire::cache", %error, "metadata was not cached");
            }
        });
    }

    /// Notes which runtime the endpoint uses now.
    pub(crate) fn remember(&self, endpoint: &str, key: Key) {
        let Some(folder) = self.folder.clone() else { return };
        let pointer = pointer(&folder, endpoint);
        tokio::task::spawn_blocking(move || write(&pointer, key.text().as_bytes()));
    }
}

impl Key {
    /// `<genesis>/<spec version>-<fingerprint>`
    fn text(&self) -> String {
        let genesis = const_hex::encode(self.genesis.0);
        format!("{genesis}/{}-{}", self.spec_version, const_hex::encode(self.fingerprint))
    }

    fn file(&self) -> PathBuf {
        PathBuf::from(self.text() + ".scale")
    }

    fn parse(text: &str) -> Option<Self> {
        let (genesis, rest) = text.split_once('/')?;
        let (spec_version, fingerprint) = rest.split_once('-')?;
        Some(Self {
            genesis: Hash(const_hex::decode_to_array(genesis).ok()?),
            spec_version: spec_version.parse().ok()?,
            fingerprint: const_hex::decode_to_array(fingerprint).ok()?,
        })
    }
}

fn pointer(folder: &Path, endpoint: &str) -> PathBuf {
    folder.join("endpoints").join(const_hex::encode(blake2_128(endpoint.as_bytes())))
}

/// `None` if there is no file, an error if it is damaged.
fn read(folder: &Path, key: Key) -> Result<Option<Arc<Runtime>>> {
    let damaged = |why: &str| Err(Error::new(ErrorKind::Decode, why));
    let path = folder.join(key.file());
    let Ok(content) = fs::read(&path) else { return Ok(None) };
    let Some((hash, metadata)) = content.strip_prefix(MAGIC).and_then(|rest| rest.split_at_checked(32))
    else {
        return damaged("it is truncated or of another version");
    };
    if hash != blake2_256(metadata) {
        return damaged("its content does not match its hash");
    }
    let runtime = Runtime::from_metadata(metadata)?;
    if runtime.spec_version() != key.spec_version {
        return damaged("it holds another spec version");
    }
    // What is in use is not the oldest. It may be another user's file: then it keeps its time.
    let _ =
        fs::File::options().append(true).open(&path).and_then(|file| file.set_modified(SystemTime::now()));
    Ok(Some(Arc::new(runtime)))
}

/// Removes the oldest metadata until what is left fits. Another process that wants it downloads it again.
fn prune(folder: &Path, limit: u64) -> io::Result<()> {
    let mut files = Vec::new();
    for genesis in fs::read_dir(folder)?.flatten().filter(|entry| entry.path().is_dir()) {
        for file in fs::read_dir(genesis.path())?.flatten() {
            let is_metadata = file.path().extension().is_some_and(|extension| extension == "scale");
            // Another process may have removed it meanwhile.
            if let (true, Ok(metadata)) = (is_metadata, file.metadata()) {
                files.push((metadata.modified()?, metadata.len(), file.path()));
            }
        }
    }
    files.sort();
    let mut total: u64 = files.iter().map(|(_, size, _)| size).sum();
    for (_, size, path) in files {
        if total <= limit {
            break;
        }
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => total -= size,
        }
    }
    Ok(())
}

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests;
