use std::{fmt, sync::Arc};

/// The result of this crate's operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong with a key. Cheap to clone. No message holds a secret.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
}

/// The kinds of [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A text is no key, mnemonic or derivation path.
    Key,
    /// A keyfile is encrypted, and no password was given.
    PasswordNeeded,
    /// A keyfile does not open with the password that was given.
    WrongPassword,
    /// A file is no keyfile, or a damaged one, or lacks what is asked of it.
    Keyfile,
    /// There is no such file.
    NotFound,
    /// The file exists already, and is not to be replaced.
    Exists,
    /// The file system has refused: no permission, no space, a read-only disk.
    Io,
    /// A signer has refused, or failed.
    Signer,
}

impl Error {
    /// An error of that kind with that message, which is to hold no secret.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Arc::new(Inner { kind, message: message.into() }))
    }

    /// What kind of error this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.kind())
    }
}

impl std::error::Error for Error {}
