//! Errors of starting and driving a chain.

use std::{fmt, io, path::Path, sync::Arc};

use crate::chain::{ForkError, Unfinalizable};

/// A result with this crate's error.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the chain did not start or did not go on. Cheap to clone.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The builder was given what no chain can start with.
    Config,
    /// The port could not be listened on.
    Port,
    /// The runtime failed to execute a block.
    Execution,
    /// What was asked for would undo what is final, or make final what is not there.
    Finality,
    /// A text names no fault.
    Fault,
    /// The file that keeps the chain cannot be used.
    State,
}

impl Error {
    pub(crate) fn config(message: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Config, format!("cannot make a genesis: {message}"))
    }

    #[cfg(feature = "wasm")]
    pub(crate) fn spec(file: &Path, message: impl fmt::Display) -> Self {
        Self::new(
            ErrorKind::Config,
            format!("cannot begin with the chain spec {}: {message}", file.display()),
        )
    }

    pub(crate) fn port(port: u16, error: &io::Error) -> Self {
        let hint = if port == 0 { "" } else { "; choose another one, or 0 for any that is free" };
        Self::new(ErrorKind::Port, format!("cannot listen on port {port}: {error}{hint}"))
    }

    pub(crate) fn execution(message: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Execution, format!("cannot execute a block: {message}"))
    }

    pub(crate) fn fault(message: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Fault, message.to_string())
    }

    pub(crate) fn state(file: &Path, message: impl fmt::Display) -> Self {
        Self::new(ErrorKind::State, format!("{} cannot keep the chain: {message}", file.display()))
    }

    fn new(kind: ErrorKind, message: String) -> Self {
        Self(Arc::new(Inner { kind, message }))
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }
}

impl From<Unfinalizable> for Error {
    fn from(error: Unfinalizable) -> Self {
        Self::new(ErrorKind::Finality, error.to_string())
    }
}

impl From<ForkError> for Error {
    fn from(error: ForkError) -> Self {
        match error {
            ForkError::TooDeep { .. } => Self::new(ErrorKind::Finality, error.to_string()),
            ForkError::Execution(error) => Self::execution(error),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)
    }
}

/// Errors are equal if they say the same.
impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        (self.kind(), &self.0.message) == (other.kind(), &other.0.message)
    }
}

impl Eq for Error {}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Error").field("kind", &self.0.kind).field("message", &self.0.message).finish()
    }
}

impl std::error::Error for Error {}
