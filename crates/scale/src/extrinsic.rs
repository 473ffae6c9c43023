use crate::{AccountId, Value};
use std::{fmt, sync::Arc};

mod call;
mod compose;
mod decode;
mod era;
mod json;
mod parameters;
mod payload;
mod signature;
mod terms;

pub use call::Call;
pub use era::Era;
pub use parameters::{ExtensionValue, ExtrinsicParameters};
pub use payload::SigningPayload;
pub use signature::Signature;

/// An extrinsic of a block: a signed transaction, an inherent, or what an extension authorizes.
///
/// Serialized it is one object of all its parts; displayed, `Pallet.call {argument: ..} by 5Grw..`.
#[derive(Clone, Debug, PartialEq)]
pub struct Extrinsic {
    version: u8,
    kind: ExtrinsicKind,
    extensions: Extensions,
    call: Call,
    hash: [u8; 32],
    length: usize,
}

/// What each extension carries, by name.
type Extensions = Box<[(Arc<str>, Value)]>;

/// Who answers for an extrinsic.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ExtrinsicKind {
    /// Nobody: an inherent, or a transaction that the runtime checks by itself.
    Bare,
    /// A signature before everything else: version 4.
    Signed(Signed),
    /// Its extensions: version 5.
    General {
        /// The version of the extensions.
        extension_version: u8,
    },
}

/// The signature of an extrinsic.
#[derive(Clone, Debug, PartialEq)]
pub struct Signed {
    /// Who signed, as the runtime addresses accounts: mostly a `MultiAddress`.
    pub address: Value,
    /// The signature: mostly a `MultiSignature`.
    pub signature: Value,
}

impl Extrinsic {
    /// The version of its format: 4 or 5.
    pub fn version(&self) -> u8 {
        self.version
    }

    /// Who answers for it.
    pub fn kind(&self) -> &ExtrinsicKind {
        &self.kind
    }

    /// The account that signed it. None for an unsigned one, and where the signer is no 32-byte account: then
    /// [`Signed::address`] says who it is.
    pub fn signer(&self) -> Option<AccountId> {
        self.signer_value()?.as_account()
    }

    /// The signature; also of a general extrinsic that carries one in its extensions.
    pub fn signature(&self) -> Option<&Value> {
        match &self.kind {
            ExtrinsicKind::Signed(signed) => Some(&signed.signature),
            _ => self.extension(SIGNATURE)?.get("signature"),
        }
    }

    /// What its transaction extensions carry, by name, in order; none for a bare one.
    pub fn extensions(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.extensions.iter().map(|(name, value)| (&**name, value))
    }

    /// What the transaction extension of that name carries.
    pub fn extension(&self, name: &str) -> Option<&Value> {
        self.extensions().find(|(found, _)| *found == name).map(|(_, value)| value)
    }

    /// How many transactions the signer had made before.
    pub fn nonce(&self) -> Option<u64> {
        self.content("CheckNonce")?.as_u64()
    }

    /// What was offered to the block's author above the fee, in the smallest unit of the chain's token.
    pub fn tip(&self) -> Option<u128> {
        self.tip_value()?.as_u128()
    }

    /// For which blocks it was valid.
    pub fn era(&self) -> Option<Era> {
        Era::of(terms::MORTALITY.iter().find_map(|name| self.content(name))?)
    }

    /// What was called.
    pub fn call(&self) -> &Call {
        &self.call
    }

    /// The blake2-256 hash of its bytes, by which explorers and nodes know it.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// Its length in bytes, the length before it included.
    pub fn length(&self) -> usize {
        self.length
    }

    /// What an extension carries, without the name that definitions of old runtimes give it.
    fn content(&self, extension: &str) -> Option<&Value> {
        match self.extension(extension)? {
            Value::Struct(_, fields) if fields.len() == 1 => fields.first(),
            content => Some(content),
        }
    }

    /// The signer's account with its prefix, or the whole address.
    fn signer_value(&self) -> Option<&Value> {
        let address = match &self.kind {
            ExtrinsicKind::Signed(signed) => &signed.address,
            _ => self.extension(SIGNATURE)?.get("account")?,
        };
        match address.as_variant() {
            Some(("Id" | "Address32" | "Address20", [account])) => Some(account),
            _ => Some(address),
        }
    }

    /// Some chains let fees be paid in other assets: there the tip stands beside the asset.
    fn tip_value(&self) -> Option<&Value> {
        let charge = terms::CHARGE.iter().find_map(|name| self.extension(name))?;
        charge.as_integer().map(|_| charge).or_else(|| charge.get("tip")).or_else(|| charge.get(0))
    }
}

/// The extension by which a general extrinsic is signed.
const SIGNATURE: &str = "VerifyMultiSignature";

impl fmt::Display for Extrinsic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.call.fmt(f)?;
        self.signer_value().map_or(Ok(()), |signer| write!(f, " by {signer}"))
    }
}
