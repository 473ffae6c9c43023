//! A node's answer.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::{Error, ErrorKind, Result};

/// The result of one request, or one item of a subscription: JSON text, parsed when the caller asks.
///
/// Shares the frame it came in, so that cloning it costs a counter and parsing it borrows.
#[derive(Clone)]
pub struct Answer {
    frame: Utf8Bytes,
    result: Range<usize>,
    origin: Origin,
}

/// What the answer answers, for error messages.
#[derive(Clone)]
pub(crate) struct Origin {
    pub(crate) method: Cow<'static, str>,
    pub(crate) endpoint: Arc<str>,
}

impl Origin {
    pub(crate) fn blame(&self, error: Error) -> Error {
        error.at(&self.endpoint).about(self.method.clone())
    }
}

impl Answer {
    pub(crate) fn new(frame: Utf8Bytes, result: Range<usize>, origin: Origin) -> Self {
        Self { frame, result, origin }
    }

    /// Parses the result.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`] if the result is not a `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(self.raw()).map_err(|error| {
            let expected = std::any::type_name::<T>();
            self.decode_error(format!("the result is not a {expected}: {error}"))
        })
    }

    /// The result's JSON text.
    pub fn raw(&self) -> &str {
        self.frame.get(self.result.clone()).unwrap_or_default()
    }

    /// Whether the result is `null`.
    pub fn is_null(&self) -> bool {
        self.raw() == "null"
    }

    /// The bytes of a result that is a `0x` hex string; `None` if it is `null`.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`] if the result is anything else.
    pub fn bytes(&self) -> Result<Option<Vec<u8>>> {
        if self.is_null() {
            return Ok(None);
        }
        let Some(text) = self.raw().strip_prefix('"').and_then(|text| text.strip_suffix('"')) else {
            return Err(self.decode_error("the result is neither a 0x-hex string nor null"));
        };
        match const_hex::decode(text) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) => Err(self.decode_error(format!("the result is not a 0x-hex string: {error}"))),
        }
    }

    /// The length of the result's JSON text, in bytes.
    pub fn byte_len(&self) -> usize {
        self.result.len()
    }

    fn decode_error(&self, message: impl Into<Cow<'static, str>>) -> Error {
        self.origin.blame(Error::new(ErrorKind::Decode, message))
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({})", cut(self.raw(), 200))
    }
}

/// The beginning of `text`, at most `limit` bytes and whole characters.
pub(crate) fn cut(text: &str, limit: usize) -> &str {
    let end = (0..=limit.min(text.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    &text[..end]
}
