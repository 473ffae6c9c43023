use std::{
    collections::BTreeSet,
    fs,
    io::ErrorKind as Io,
    path::{Path, PathBuf},
};

use crate::{
    Error, ErrorKind, IfExists, Keyfile, Keypair, PublicKey, Result,
    keyfile::{
        PUBLIC,
        file::{expanded, refused},
    },
};

/// A wallet as bittensor lays it out: a folder with a coldkey and any number of hotkeys.
///
/// ```text
/// FOLDER/NAME/coldkey             mostly encrypted
/// FOLDER/NAME/coldkeypub.txt
/// FOLDER/NAME/hotkeys/HOTKEY      mostly plain
/// FOLDER/NAME/hotkeys/HOTKEYpub.txt
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wallet {
    folder: PathBuf,
    name: String,
}

/// Where bittensor keeps wallets.
const FOLDER: &str = "~/.bittensor/wallets";

const COLDKEY: &str = "coldkey";
const HOTKEYS: &str = "hotkeys";

impl Wallet {
    /// The wallet of that name in that folder of wallets; in `~/.bittensor/wallets` if none is given. Nothing is read,
    /// and it need not exist.
    ///
    /// # Errors
    /// `Key` if the name is none of a file.
    pub fn new(folder: Option<&Path>, name: &str) -> Result<Self> {
        let folder = expanded(folder.unwrap_or(Path::new(FOLDER)));
        Ok(Self { folder: folder.join(file_name(name)?), name: name.to_owned() })
    }

    /// All wallets of a folder, by name. A folder that is not there has none.
    ///
    /// # Errors
    /// `Io` if the folder cannot be read.
    pub fn list(folder: Option<&Path>) -> Result<Vec<Self>> {
        let folder = expanded(folder.unwrap_or(Path::new(FOLDER)));
        let names = names(&folder, |path| path.is_dir())?;
        Ok(names.into_iter().map(|name| Self { folder: folder.join(&name), name }).collect())
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its keys are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where its coldkey is.
    pub fn coldkey(&self) -> PathBuf {
        self.folder.join(COLDKEY)
    }

    /// Where a hotkey of it is.
    ///
    /// # Errors
    /// `Key` if the name is none of a file.
    pub fn hotkey(&self, name: &str) -> Result<PathBuf> {
        Ok(self.folder.join(HOTKEYS).join(file_name(name)?))
    }

    /// The names of its hotkeys, in order; also of those whose public half alone is here.
    ///
    /// # Errors
    /// `Io` if their folder cannot be read.
    pub fn hotkeys(&self) -> Result<Vec<String>> {
        let files = names(&self.folder.join(HOTKEYS), |path| path.is_file())?;
        let names = files.iter().map(|name| name.strip_suffix(PUBLIC).unwrap_or(name));
        let names: BTreeSet<_> = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
        Ok(names.into_iter().collect())
    }

    /// Where the public half of a key is whose keyfile is there: `coldkeypub.txt` beside `coldkey`.
    pub fn public(keyfile: &Path) -> PathBuf {
        let mut name = keyfile.as_os_str().to_owned();
        name.push(PUBLIC);
        name.into()
    }

    /// The public half of a key without its password: from the file beside it, or from the keyfile itself where that
    /// is plain.
    ///
    /// # Errors
    /// `NotFound` if neither is there, `PasswordNeeded` if the keyfile alone is there, and encrypted; others as for
    /// [`Keyfile::public_key`].
    pub fn read_public(keyfile: &Path) -> Result<PublicKey> {
        let read = match Keyfile::read(Self::public(keyfile)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Keyfile::read(keyfile),
            read => read,
        };
        read?.public_key(None)
    }

    /// Writes a key and, beside it, its public half: see [`Keyfile::write`]. Where one of the two files is there and
    /// may not be replaced, nothing is written, unless it is the public half of this very key.
    ///
    /// # Errors
    /// `Exists`, `Io`.
    pub fn write(keyfile: &Path, pair: &Keypair, password: Option<&str>, if_exists: IfExists) -> Result<()> {
        let public = Self::public(keyfile);
        let key = pair.public_key();
        if if_exists == IfExists::Refuse && Self::known(&public)?.is_some_and(|known| known != key) {
            let message = format!("{} is there, of another key, and is left as it is", public.display());
            return Err(Error::new(ErrorKind::Exists, message));
        }
        Keyfile::write(keyfile, pair, password, if_exists)?;
        Keyfile::write_public(&public, key, IfExists::Replace)
    }

    /// The key of a file of public halves, if there is one.
    fn known(public: &Path) -> Result<Option<PublicKey>> {
        match Keyfile::read(public).and_then(|file| file.public_key(None)) {
            Ok(known) => Ok(Some(known)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// What is in a folder, in order, but for hidden files and names that are no text.
fn names(folder: &Path, counts: impl Fn(&Path) -> bool) -> Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == Io::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(refused("read", folder, &error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| refused("read", folder, &error))?;
        if let Ok(name) = entry.file_name().into_string()
            && !name.starts_with('.')
            && counts(&entry.path())
        {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// A name is one step of a path, and not hidden.
fn file_name(name: &str) -> Result<&str> {
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0']) {
        let message =
            format!("{name:?} is no name of a wallet or a hotkey: it would be no file's of its own");
        return Err(Error::new(ErrorKind::Key, message));
    }
    Ok(name)
}
