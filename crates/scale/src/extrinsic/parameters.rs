use super::{
    Era, Signature, SigningPayload,
    payload::Extension,
    terms::{CHARGE, Content, METADATA_HASH, MORTALITY, Terms},
};
use crate::{
    AccountId, Error, ErrorKind, Result, Runtime, TransactionExtension, TypeId, Value, nearest::did_you_mean,
};
use std::collections::BTreeMap;

/// What the extensions of a signed extrinsic are filled with.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ExtrinsicParameters {
    /// The hash of the chain's block 0.
    pub genesis: [u8; 32],
    /// For which blocks it is valid.
    pub era: Era,
    /// The hash of the era's first block. An immortal one is bound to block 0, whatever this says.
    pub birth: [u8; 32],
    /// How many transactions the signer has made before.
    pub nonce: u64,
    /// What the block's author is offered above the fee, in the smallest unit of the chain's token.
    pub tip: u128,
    /// The hash of the metadata that the signer has checked (RFC-78), where it is to be signed.
    pub metadata_hash: Option<[u8; 32]>,
    /// Extensions by name that are not known here, and the asset of `ChargeAssetTxPayment`: there the value is the tip
    /// and the asset.
    pub extensions: BTreeMap<String, ExtensionValue>,
}

/// What an extension is filled with.
#[derive(Clone, Debug, PartialEq)]
pub struct ExtensionValue {
    /// What the extrinsic carries.
    pub explicit: Value,
    /// What is signed and not carried.
    pub implicit: Value,
}

impl ExtensionValue {
    /// What the extrinsic carries, of an extension that signs nothing besides.
    pub fn explicit(value: impl Into<Value>) -> Self {
        Self { explicit: value.into(), implicit: ().into() }
    }
}

impl ExtrinsicParameters {
    /// Those of an immortal extrinsic without a tip.
    pub fn new(genesis: [u8; 32], nonce: u64) -> Self {
        Self {
            genesis,
            era: Era::Immortal,
            birth: genesis,
            nonce,
            tip: 0,
            metadata_hash: None,
            extensions: BTreeMap::new(),
        }
    }

    fn terms(&self, runtime: &Runtime) -> Terms {
        Terms {
            genesis: self.genesis,
            spec_version: runtime.spec_version(),
            transaction_version: runtime.transaction_version(),
            era: self.era,
            birth: if self.era == Era::Immortal { self.genesis } else { self.birth },
            nonce: self.nonce,
            tip: self.tip,
            metadata_hash: self.metadata_hash,
        }
    }
}

impl Runtime {
    /// What the account has to sign for this call, which is given as its bytes.
    ///
    /// The extensions are those of the metadata, by name; those that hold no bytes need not be known.
    ///
    /// Fails with [`ErrorKind::Encode`] naming an extension that is not known here and holds bytes:
    /// [`ExtrinsicParameters::extensions`] takes its value. Likewise on a parameter that the runtime has no extension for
    /// or that is out of its range, on a runtime that takes no signed extrinsics of version 4, and on one whose
    /// signatures are no `MultiSignature` or whose addresses no 32-byte accounts. Fails with [`ErrorKind::NotFound`]
    /// on a value for an extension that the runtime lacks.
    pub fn signing_payload(
        &self,
        call: Vec<u8>,
        account: AccountId,
        parameters: &ExtrinsicParameters,
    ) -> Result<SigningPayload> {
        self.check_format()?;
        self.check_wanted(parameters)?;
        let address = self.part("address", self.extrinsic().address())?;
        let address = self.plan().encode(address, &account.into());
        let address = address.map_err(|error| error.inside("address").explained(&format!(" of {self}")))?;
        let terms = parameters.terms(self);
        let fill = |extension: &TransactionExtension| {
            let content = self.fill(extension, &terms, parameters.extensions.get(extension.identifier()))?;
            Ok(Extension { name: extension.identifier.clone(), content })
        };
        let extensions = self.extrinsic().extensions().iter().map(fill).collect::<Result<_>>()?;
        Ok(SigningPayload { account, address, call, extensions, terms })
    }

    /// Signed extrinsics are composed in the version 4, with a `MultiSignature`.
    fn check_format(&self) -> Result<()> {
        let format = self.extrinsic();
        if !format.versions().contains(&4) {
            let message =
                format!("{self} takes extrinsics of the versions {:?}: only version 4 is signed here", {
                    format.versions()
                });
            return Err(Error::new(ErrorKind::Encode, message));
        }
        let signature = self.part("signature", format.signature())?;
        if self.is_value(signature, &Signature::Sr25519([0; 64]).encode()).is_err() {
            let name = self.plan().type_name(signature);
            let message = format!("the signatures of {self} are of the type {name}, not MultiSignature");
            return Err(Error::new(ErrorKind::Encode, message));
        }
        Ok(())
    }

    /// That there is an extension for all that is asked for.
    fn check_wanted(&self, parameters: &ExtrinsicParameters) -> Result<()> {
        let extensions = self.extrinsic().extensions();
        let has = |name: &str| extensions.iter().any(|extension| extension.identifier() == name);
        if let Some(name) = parameters.extensions.keys().find(|name| !has(name)) {
            let names = extensions.iter().map(TransactionExtension::identifier);
            let message =
                format!("no transaction extension is named {name:?} in {self}{}", did_you_mean(name, names));
            return Err(Error::new(ErrorKind::NotFound, message));
        }
        let wanted = [
            (parameters.era != Era::Immortal, "an era", &MORTALITY[..]),
            (parameters.tip != 0, "a tip", &CHARGE),
            (parameters.metadata_hash.is_some(), "the metadata's hash", &[METADATA_HASH]),
        ];
        match wanted.into_iter().find(|(wanted, _, names)| *wanted && !names.iter().any(|name| has(name))) {
            Some((_, what, _)) => {
                Err(Error::new(ErrorKind::Encode, format!("{self} has no transaction extension for {what}")))
            }
            None => Ok(()),
        }
    }

    fn fill(
        &self,
        extension: &TransactionExtension,
        terms: &Terms,
        given: Option<&ExtensionValue>,
    ) -> Result<Content> {
        let name = extension.identifier();
        let failed = |message: String| {
            Error::new(ErrorKind::Encode, format!("the transaction extension {name} of {self} {message}"))
        };
        if let Some(given) = given {
            let encode = |ty, value| self.plan().encode(ty, value).map_err(|error| error.inside(name));
            let content = Content {
                explicit: encode(extension.type_id(), &given.explicit)?,
                implicit: encode(extension.implicit(), &given.implicit)?,
            };
            return match terms.agree(name, &content) {
                true => Ok(content),
                false => Err(failed("is given a value that contradicts the other parameters".to_owned())),
            };
        }
        let known = terms.content(name);
        let is_known = known.is_some();
        let content = known.unwrap_or_default();
        let fits = self
            .is_value(extension.type_id(), &content.explicit)
            .and_then(|()| self.is_value(extension.implicit(), &content.implicit));
        fits.map_err(|error| match is_known {
            true => failed(format!("cannot be filled: {error}")),
            false => {
                let name_of = |ty| self.plan().type_name(ty);
                let (explicit, implicit) = (name_of(extension.type_id()), name_of(extension.implicit()));
                failed(format!(
                    "is not known: give its value, which carries {explicit} and signs {implicit}, as a parameter"
                ))
            }
        })?;
        Ok(content)
    }

    /// Whether the bytes, all of them, are a value of that type.
    pub(super) fn is_value(&self, ty: TypeId, bytes: &[u8]) -> Result<()> {
        let mut rest = bytes;
        self.plan().skip(ty, &mut rest)?;
        self.plan().expect_end(ty, bytes, rest)
    }
}
