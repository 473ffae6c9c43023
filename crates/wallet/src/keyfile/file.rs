use std::{
    fs,
    io::{self, ErrorKind as Io, Read as _, Write as _},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::IfExists;
use crate::{Error, ErrorKind, Result};

/// No keyfile is that long.
const LONGEST: u64 = 64 * 1024;

pub(crate) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let mut content = Zeroizing::new(Vec::with_capacity(LONGEST as usize + 1));
    let read = fs::File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut content));
    match read.map_err(|error| refused("read", path, &error))? {
        read if read as u64 > LONGEST => {
            let message = format!("{} is no keyfile: it is longer than any", path.display());
            Err(Error::new(ErrorKind::Keyfile, message))
        }
        _ => Ok(content),
    }
}

/// Writes a file that only its owner may read: whole, or not at all.
pub(crate) fn write(path: &Path, content: &[u8], if_exists: IfExists) -> Result<()> {
    // A link stays one: else what it points to would keep the old content.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let failed = |error: io::Error| match error.kind() {
        Io::AlreadyExists => exists(path),
        _ => refused("write", path, &error),
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    create_folder(folder).map_err(|error| refused("create", folder, &error))?;
    // Temporary files are made with mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(content).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    let persisted = match if_exists {
        IfExists::Refuse => file.persist_noclobber(path),
        IfExists::Replace => file.persist(path),
    };
    persisted.map_err(|error| failed(error.error))?;
    sync_folder(folder).map_err(failed)
}

/// Whatever is there, a dangling link too.
pub(crate) fn refuse_existing(path: &Path) -> Result<()> {
    match fs::symlink_metadata(path) {
        Ok(_) => Err(exists(path)),
        Err(error) if error.kind() == Io::NotFound => Ok(()),
        Err(error) => Err(refused("read", path, &error)),
    }
}

fn exists(path: &Path) -> Error {
    Error::new(ErrorKind::Exists, format!("{} exists already, and is left as it is", path.display()))
}

/// And those above it that are missing, open to their owner alone.
fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A new name survives a crash once its folder is on the disk. Elsewhere than on Unix a folder is no file.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
}

pub(crate) fn refused(what: &str, path: &Path, error: &io::Error) -> Error {
    match error.kind() {
        Io::NotFound if what == "read" => {
            Error::new(ErrorKind::NotFound, format!("there is no file {}", path.display()))
        }
        _ => Error::new(ErrorKind::Io, format!("cannot {what} {}: {error}", path.display())),
    }
}

/// `path`, with what the folder of the user is in place of a leading `~`.
pub(crate) fn expanded(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}
