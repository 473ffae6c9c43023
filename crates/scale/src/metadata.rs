//! Metadata bytes of every supported version, read into one form.

use crate::{Error, ErrorKind, ExtrinsicFormat, Result, Types};
use frame_metadata::{
    RuntimeMetadata, RuntimeMetadataPrefixed,
    v15::{PalletMetadata, RuntimeApiMetadata},
};
use legacy::LegacyMetadata;
use parity_scale_codec::{Compact, Decode};
use scale_info::{PortableRegistry, form::PortableForm};

mod convert;
mod legacy;

/// What all metadata versions have in common, in the form of V15.
pub(crate) struct Metadata {
    pub(crate) version: u32,
    /// What is known of it besides the constant `System.Version`, which metadata before V14 need not have.
    pub(crate) spec_version: Option<u32>,
    pub(crate) types: PortableRegistry,
    pub(crate) pallets: Vec<PalletMetadata<PortableForm>>,
    pub(crate) extrinsic: ExtrinsicFormat,
    /// None up to V14, which does not describe runtime APIs.
    pub(crate) apis: Option<Vec<RuntimeApiMetadata<PortableForm>>>,
}

const MAGIC: &[u8] = b"meta";

impl Metadata {
    /// Reads metadata V8 to V16, plain or as a runtime API answers it: within `Vec<u8>` or `Option<Vec<u8>>`.
    ///
    /// Up to V13 with the types that hold for the spec version, which is the metadata's own or, if it says none, the
    /// one given.
    pub(crate) fn decode(bytes: &[u8], types: &Types, spec_version: Option<u32>) -> Result<Self> {
        let mut input = plain(bytes)?;
        let length = input.len();
        let read = match input.get(MAGIC.len()) {
            Some(version @ 8..=13) => {
                input = &input[MAGIC.len() + 1..];
                LegacyMetadata::decode(*version, &mut input).map(Read::Legacy)
            }
            Some(14..=16) => Decode::decode(&mut input).map(Read::Described),
            Some(version) => return Err(unreadable(u32::from(*version))),
            None => return Err(corrupt("metadata ends before its version")),
        };
        let read = read.map_err(|error| {
            // The static codec tells the way to the place first, line by line, and the cause last.
            let chain = error.to_string();
            let cause = chain.lines().last().unwrap_or_default().trim().to_lowercase();
            corrupt(format!("metadata: {cause}")).at_offset(length - input.len())
        })?;
        if !input.is_empty() {
            let message = format!("metadata is followed by {} bytes that are not part of it", input.len());
            return Err(corrupt(message).at_offset(length - input.len()));
        }
        match read {
            Read::Legacy(metadata) => legacy::convert(metadata, types, spec_version),
            Read::Described(RuntimeMetadataPrefixed(_, metadata)) => match metadata {
                RuntimeMetadata::V14(metadata) => Ok(metadata.into()),
                RuntimeMetadata::V15(metadata) => Ok(metadata.into()),
                RuntimeMetadata::V16(metadata) => Ok(metadata.into()),
                other => Err(unreadable(other.version())),
            },
        }
    }
}

enum Read {
    Legacy(LegacyMetadata),
    Described(RuntimeMetadataPrefixed),
}

fn unreadable(version: u32) -> Error {
    corrupt(format!("metadata V{version}: only V8 to V16 can be read"))
}

/// Takes off what a runtime API puts around metadata.
pub(crate) fn plain(bytes: &[u8]) -> Result<&[u8]> {
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
