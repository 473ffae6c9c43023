use std::{fmt, sync::Arc};

/// The result of this crate's operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong with bytes, values or metadata.
///
/// Cheap to clone. The message says what was asked and what would have fitted.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    offset: Option<usize>,
    path: Vec<String>,
}

/// The kinds of [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The metadata cannot be read: not metadata, truncated, or of an unknown version.
    Metadata,
    /// A file of type definitions has a mistake, or lacks a type.
    Definitions,
    /// No pallet, item, constant, runtime API, method, variant, field or type of that name.
    NotFound,
    /// The bytes do not hold a value of the type.
    Decode,
    /// The value was decoded, and bytes are left over.
    TrailingBytes,
    /// The value does not fit the type.
    Encode,
    /// What is to be signed is not what it is said to be, or is for another runtime.
    Payload,
    /// The text is no address, or one of another network.
    Address,
    /// A Rust type does not match the layout that the chain uses.
    Layout,
}

impl Error {
    /// An error of that kind with that message.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Arc::new(Inner { kind, message: message.into(), offset: None, path: Vec::new() }))
    }

    /// The same error, at that byte of the input.
    #[must_use]
    pub fn at_offset(mut self, offset: usize) -> Self {
        self.inner_mut().offset = Some(offset);
        self
    }

    /// The same error, inside that field, variant or element: called from the innermost outwards.
    #[must_use]
    pub fn inside(mut self, segment: impl Into<String>) -> Self {
        self.inner_mut().path.insert(0, segment.into());
        self
    }

    /// The same error, its message continued; by a new sentence where that begins with a full stop.
    #[must_use]
    pub(crate) fn explained(mut self, more: &str) -> Self {
        let message = &mut self.inner_mut().message;
        // After a question there is none.
        let more = if message.ends_with('?') { more.trim_start_matches('.') } else { more };
        message.push_str(more);
        self
    }

    fn inner_mut(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }

    /// What kind of error this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The byte of the input where decoding stopped.
    pub fn offset(&self) -> Option<usize> {
        self.0.offset
    }

    /// The way from the outermost value to the place of the error, as in `data.free` or `[3].hotkey`.
    pub fn path(&self) -> String {
        let mut path = String::new();
        for segment in &self.0.path {
            if !path.is_empty() && !segment.starts_with('[') {
                path.push('.');
            }
            path.push_str(segment);
        }
        path
    }

    /// Whether a name was not found.
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        match (self.0.path.is_empty(), self.0.offset) {
            (true, None) => Ok(()),
            (true, Some(offset)) => write!(f, " (byte {offset})"),
            (false, None) => write!(f, " (in {})", self.path()),
            (false, Some(offset)) => write!(f, " (byte {offset}, in {})", self.path()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.kind())
    }
}

impl std::error::Error for Error {}
