use std::{
    fmt,
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use crate::{Error, ErrorKind, Keypair, PublicKey, Result};

mod ansible;
mod content;
mod encryption;
mod fernet;
pub(crate) mod file;
mod nacl;

use content::Content;
pub use encryption::Encryption;
use encryption::Sealed;

/// A keyfile as bittensor writes it, read and not yet opened: JSON of a key or of its public half, plain or encrypted.
///
/// Opening and encrypting take seconds of work where a password is used: off an async thread.
pub struct Keyfile {
    path: PathBuf,
    content: Zeroizing<Vec<u8>>,
}

/// What is behind the name of a key in the name of the file of its public half.
pub(crate) const PUBLIC: &str = "pub.txt";

/// What to do where a file exists already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IfExists {
    /// Leave it as it is: the error is of kind `Exists`.
    #[default]
    Refuse,
    /// Write over it. What it held is gone.
    Replace,
}

impl IfExists {
    /// Whether that file may be written: a question to ask before one for a password.
    ///
    /// # Errors
    /// `Exists`, and `Io` where even that cannot be seen.
    pub fn check(self, path: impl AsRef<Path>) -> Result<()> {
        match self {
            Self::Refuse => file::refuse_existing(&file::expanded(path.as_ref())),
            Self::Replace => Ok(()),
        }
    }
}

impl Keyfile {
    /// Reads the file. Whether it is a keyfile is seen when it is opened.
    ///
    /// # Errors
    /// `NotFound`, `Io` if it cannot be read, `Keyfile` if it is longer than any.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = file::expanded(path.as_ref());
        let content = file::read(&path)?;
        Ok(Self { path, content })
    }

    /// Writes a key with its secret, encrypted as NaCl if there is a password: with mode 0600, into folders of mode
    /// 0700 that are made where they are missing, and whole or not at all.
    ///
    /// # Errors
    /// `Exists` unless it may be replaced, `Io` if it cannot be written.
    pub fn write(
        path: impl AsRef<Path>,
        pair: &Keypair,
        password: Option<&str>,
        if_exists: IfExists,
    ) -> Result<()> {
        let path = file::expanded(path.as_ref());
        // Seconds of work for nothing otherwise.
        if_exists.check(&path)?;
        write(&path, &Content::secret(pair), password, if_exists)
    }

    /// Writes the public half of a key, in the same way.
    ///
    /// # Errors
    /// `Exists` unless it may be replaced, `Io` if it cannot be written.
    pub fn write_public(path: impl AsRef<Path>, key: PublicKey, if_exists: IfExists) -> Result<()> {
        write(&file::expanded(path.as_ref()), &Content::public(key), None, if_exists)
    }

    /// Where it was read.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How it is encrypted; `None` if it is not.
    pub fn encryption(&self) -> Option<Encryption> {
        Encryption::of(&self.content)
    }

    /// The key pair in it. A password that is not needed is not looked at.
    ///
    /// # Errors
    /// `PasswordNeeded`, `WrongPassword`; `Keyfile` if it is damaged, holds a public key alone, or its secret is not
    /// that of its address.
    pub fn keypair(&self, password: Option<&str>) -> Result<Keypair> {
        self.content(password)?.keypair().map_err(|reason| self.damaged(&reason))
    }

    /// The public key in it. Only for an encrypted file a password is needed.
    ///
    /// # Errors
    /// As [`keypair`](Self::keypair).
    pub fn public_key(&self, password: Option<&str>) -> Result<PublicKey> {
        let content = self.content(password)?;
        match content.public_key() {
            Ok(Some(key)) => Ok(key),
            Ok(None) => {
                content.keypair().map(|pair| pair.public_key()).map_err(|reason| self.damaged(&reason))
            }
            Err(reason) => Err(self.damaged(&reason)),
        }
    }

    /// Writes the same content in place of the file, encrypted with the new password, or plain if there is none. Gives
    /// the key pair in it.
    ///
    /// # Errors
    /// As [`keypair`](Self::keypair), which it has to open as first; `Io` if it cannot be written.
    pub fn change_password(&self, old: Option<&str>, new: Option<&str>) -> Result<Keypair> {
        let plain = self.plain(old)?;
        let content = self.parsed(&plain)?;
        let pair = content.keypair().map_err(|reason| self.damaged(&reason))?;
        write_sealed(&self.path, &plain, new, IfExists::Replace)?;
        Ok(pair)
    }

    fn content(&self, password: Option<&str>) -> Result<Content> {
        self.parsed(&self.plain(password)?)
    }

    fn parsed(&self, plain: &[u8]) -> Result<Content> {
        let is_public = self.path.to_string_lossy().ends_with(PUBLIC);
        Content::parse(plain, is_public).map_err(|reason| self.damaged(&reason))
    }

    fn plain(&self, password: Option<&str>) -> Result<Zeroizing<Vec<u8>>> {
        let Some(encryption) = self.encryption() else { return Ok(self.content.clone()) };
        let Some(password) = password else {
            let message = format!("{} is encrypted: a password is needed", self.path.display());
            return Err(Error::new(ErrorKind::PasswordNeeded, message));
        };
        encryption.open(&self.content, password).map_err(|sealed| self.sealed(sealed))
    }

    fn sealed(&self, sealed: Sealed) -> Error {
        match sealed {
            Sealed::WrongPassword => {
                let message = format!("wrong password: {} does not open with it", self.path.display());
                Error::new(ErrorKind::WrongPassword, message)
            }
            Sealed::Damaged => self.damaged("what is encrypted in it is cut off or changed"),
            Sealed::NoMemory => no_memory(&self.path),
        }
    }

    fn damaged(&self, reason: &str) -> Error {
        Error::new(ErrorKind::Keyfile, format!("{} gives no key: {reason}", self.path.display()))
    }
}

fn write(path: &Path, content: &Content, password: Option<&str>, if_exists: IfExists) -> Result<()> {
    let json = content.to_json().map_err(|reason| Error::new(ErrorKind::Keyfile, reason))?;
    write_sealed(path, &json, password, if_exists)
}

fn write_sealed(path: &Path, plain: &[u8], password: Option<&str>, if_exists: IfExists) -> Result<()> {
    match password {
        Some(password) => {
            let sealed = nacl::seal(plain, password).map_err(|_| no_memory(path))?;
            file::write(path, &sealed, if_exists)
        }
        None => file::write(path, plain, if_exists),
    }
}

fn no_memory(path: &Path) -> Error {
    let message = format!("encryption of {} needs 512 MB of memory, which is not there", path.display());
    Error::new(ErrorKind::Io, message)
}

impl fmt::Debug for Keyfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyfile({})", self.path.display())
    }
}
