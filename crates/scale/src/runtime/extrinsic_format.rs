use crate::TypeId;

/// What an extrinsic of a runtime consists of.
#[derive(Debug, Clone)]
pub struct ExtrinsicFormat {
    pub(crate) versions: Vec<u8>,
    pub(crate) type_id: Option<TypeId>,
    pub(crate) address: Option<TypeId>,
    pub(crate) call: Option<TypeId>,
    pub(crate) signature: Option<TypeId>,
    pub(crate) extra: Option<TypeId>,
    pub(crate) extensions: Vec<TransactionExtension>,
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

    /// The transaction extensions in the order in which an extrinsic carries them.
    pub fn extensions(&self) -> &[TransactionExtension] {
        &self.extensions
    }
}

/// One transaction extension: once called a signed extension.
#[derive(Debug, Clone)]
pub struct TransactionExtension {
    pub(crate) identifier: String,
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
