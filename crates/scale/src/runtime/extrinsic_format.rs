use super::Named;
use crate::TypeId;
use std::{collections::BTreeMap, sync::Arc};

/// What an extrinsic of a runtime consists of.
#[derive(Debug, Clone)]
pub struct ExtrinsicFormat {
    pub(crate) versions: Vec<u8>,
    pub(crate) type_id: Option<TypeId>,
    pub(crate) address: Option<TypeId>,
    pub(crate) call: Option<TypeId>,
    pub(crate) signature: Option<TypeId>,
    pub(crate) extra: Option<TypeId>,
    /// By version of the extensions.
    pub(crate) extensions: BTreeMap<u8, Vec<TransactionExtension>>,
}

impl ExtrinsicFormat {
    /// The extrinsic versions that the runtime accepts.
    pub fn versions(&self) -> &[u8] {
        &self.versions
    }

    /// The type of a whole extrinsic; only V14 metadata names it.
    pub fn type_id(&self) -> Option<TypeId> {
        self.type_id
    }

    /// The type of the signer's address.
    pub fn address(&self) -> Option<TypeId> {
        self.address
    }

    /// The type of the outermost call.
    pub fn call(&self) -> Option<TypeId> {
        self.call
    }

    /// The type of the signature.
    pub fn signature(&self) -> Option<TypeId> {
        self.signature
    }

    /// The type of all extensions together; V16 metadata does not name it.
    pub fn extra(&self) -> Option<TypeId> {
        self.extra
    }

    /// The transaction extensions of version 0, in the order in which an extrinsic carries them: those of every
    /// signed extrinsic.
    pub fn extensions(&self) -> &[TransactionExtension] {
        self.extensions_of(0).unwrap_or_default()
    }

    /// The transaction extensions that a general extrinsic of that extension version carries, in order. Before V16,
    /// metadata knows of version 0 alone.
    pub fn extensions_of(&self, version: u8) -> Option<&[TransactionExtension]> {
        self.extensions.get(&version).map(Vec::as_slice)
    }

    /// The versions of the extensions that the runtime knows, ascending.
    pub fn extension_versions(&self) -> impl Iterator<Item = u8> {
        self.extensions.keys().copied()
    }

    pub(crate) fn all_extensions(&self) -> impl Iterator<Item = &TransactionExtension> {
        self.extensions.values().flatten()
    }
}

/// One transaction extension: once called a signed extension.
#[derive(Debug, Clone)]
pub struct TransactionExtension {
    pub(crate) identifier: Arc<str>,
    pub(crate) type_id: TypeId,
    pub(crate) implicit: TypeId,
}

impl TransactionExtension {
    /// Its name, as in `CheckNonce`.
    pub fn identifier(&self) -> &str {
        &self.identifier
    }

    /// The type of what the extrinsic carries.
    pub fn type_id(&self) -> TypeId {
        self.type_id
    }

    /// The type of what is signed but not carried.
    pub fn implicit(&self) -> TypeId {
        self.implicit
    }
}

impl Named for TransactionExtension {
    fn name(&self) -> &str {
        &self.identifier
    }
}
