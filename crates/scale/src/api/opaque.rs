use crate::{Error, ErrorKind, Result, TypeId};
use parity_scale_codec::{Compact, Decode};
use std::borrow::Cow;

#[cfg(test)]
mod tests;

/// An answer declared as `Vec<u8>` that holds an encoded value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opaque {
    /// The type of the value.
    pub(crate) content: TypeId,
    /// The value is an `Option` that is encoded bare: `None` as no bytes, and `Some` without its marker.
    pub(crate) bare_option: bool,
}

impl Opaque {
    /// The encoded value within an answer.
    pub(crate) fn content_of<'a>(&self, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>> {
        let mut content = bytes;
        let length = Compact::<u32>::decode(&mut content).map(|Compact(length)| length as usize);
        match length {
            Ok(length) if length < content.len() => {
                let message = format!("{} bytes follow the answer", content.len() - length);
                Err(Error::new(ErrorKind::TrailingBytes, message))
            }
            Ok(length) if length > content.len() => {
                let message = format!("an answer of {length} bytes was announced, {} follow", content.len());
                Err(Error::new(ErrorKind::Decode, message))
            }
            Err(_) => Err(Error::new(ErrorKind::Decode, "the answer does not begin with its length")),
            Ok(_) if !self.bare_option => Ok(Cow::Borrowed(content)),
            Ok(0) => Ok(Cow::Borrowed(&[0])),
            Ok(_) => Ok(Cow::Owned([&[1], content].concat())),
        }
    }
}
