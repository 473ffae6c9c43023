//! Metadata bytes of every supported version, read into one form.

use crate::{Error, ErrorKind, ExtrinsicFormat, Result};
use frame_metadata::{
    RuntimeMetadata, RuntimeMetadataPrefixed,
    v15::{PalletMetadata, RuntimeApiMetadata},
};
use parity_scale_codec::{Compact, Decode};
use scale_info::{PortableRegistry, form::PortableForm};

mod convert;
/// What all metadata versions have in common, in the form of V15.
pub(crate) struct Metadata {
    pub(crate) version: u32,
    pub(crate) types: PortableRegistry,
    pub(crate) pallets: Vec<PalletMetadata<PortableForm>>,
    pub(crate) extrinsic: ExtrinsicFormat,
    /// None for V14, which does not describe runtime APIs.
    pub(crate) apis: Option<Vec<RuntimeApiMetadata<PortableForm>>>,
}

const MAGIC: &[u8] = b"meta";

impl Metadata {
    /// Reads metadata V14 to V16, plain or as a runtime API answers it: within `Vec<u8>` or `Option<Vec<u8>>`.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self> {
        let mut input = plain(bytes)?;
        let length = input.len();
        match input.get(MAGIC.len()) {
            Some(14..=16) => {}
            Some(version) => {
                return Err(corrupt(format!("metadata V{version}: only V14, V15 and V16 can be read")));
            }
            None => return Err(corrupt("metadata ends before its version")),
        }
        let RuntimeMetadataPrefixed(_, metadata) = Decode::decode(&mut input).map_err(|error| {
            // The static codec tells the way to the place first, line by line, and the cause last.
            let chain = error.to_string();
            let cause = chain.lines().last().unwrap_or_default().trim().to_lowercase();
            corrupt(format!("metadata: {cause}")).at_offset(length - input.len())
        })?;
        if !input.is_empty() {
            let message = format!("metadata is followed by {} bytes that are not part of it", input.len());
            return Err(corrupt(message).at_offset(length - input.len()));
        }
        match metadata {
            RuntimeMetadata::V14(metadata) => Ok(metadata.into()),
            RuntimeMetadata::V15(metadata) => Ok(metadata.into()),
            RuntimeMetadata::V16(metadata) => Ok(metadata.into()),
            other => {
                Err(corrupt(format!("metadata V{}: only V14, V15 and V16 can be read", other.version())))
            }
        }
    }
}

/// Takes off what a runtime API puts around metadata.
fn plain(bytes: &[u8]) -> Result<&[u8]> {
    if bytes.starts_with(MAGIC) {
        return Ok(bytes);
    }
    if bytes == [0] {
        return Err(corrupt("the runtime offers no metadata of that version"));
    }
    let some = bytes.strip_prefix(&[1]).and_then(opaque);
    match some.or_else(|| opaque(bytes)) {
        Some((announced, content)) if announced == content.len() => Ok(content),
        Some((announced, content)) => {
            Err(corrupt(format!("metadata of {announced} bytes was announced, {} follow", content.len())))
        }
        None => Err(corrupt("not metadata: it does not begin with \"meta\"")),
    }
}

/// The announced length and the content of metadata within `Vec<u8>`, if that is what the bytes are.
fn opaque(mut bytes: &[u8]) -> Option<(usize, &[u8])> {
    let Compact(length) = Compact::<u32>::decode(&mut bytes).ok()?;
    bytes.starts_with(MAGIC).then_some((usize::try_from(length).ok()?, bytes))
}

pub(crate) fn corrupt(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Metadata, message)
}
