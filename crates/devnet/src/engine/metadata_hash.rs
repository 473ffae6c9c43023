//! The digest of its metadata, which a runtime has compiled in elsewhere. Here it is a setting.

use sp_externalities::{ExternalitiesExt, decl_extension, with_externalities};

use crate::runtime::Code;

decl_extension! {
    /// The digest that the first runtime of this chain was built with.
    pub(super) struct MetadataHash([u8; 32]);
}

/// The digest that the runtime which this thread executes was built with.
pub(crate) fn metadata_hash() -> Option<[u8; 32]> {
    if Code::executing() != Some(Code::FIRST) {
        return None;
    }
    with_externalities(|mut externalities| {
        externalities.extension::<MetadataHash>().map(|MetadataHash(digest)| *digest)
    })
    .flatten()
}
