use super::{
    Call, Era, ExtensionValue, ExtrinsicParameters, Signature,
    terms::{Content, Terms},
};
use crate::{AccountId, Error, ErrorKind, Result, Runtime, hash::blake2_256};
use parity_scale_codec::{Compact, Encode};
use std::{borrow::Cow, sync::Arc};

mod json;

/// What a signer is asked to sign, and what becomes an extrinsic with the signature: made by
/// [`Runtime::signing_payload`], or read from JSON on another machine.
///
/// It holds no secret. It is bound to one runtime version: an extrinsic of it is refused after an upgrade.
///
/// In JSON it is one object: `account`, `call`, `genesis`, `spec_version`, `transaction_version`, `era`, `birth`, `nonce`,
/// `tip`, `address`, `extensions` (each `name`, `explicit`, `implicit`) and `payload`, the bytes to sign, which is all
/// that a signer without metadata needs. Bytes are 0x-hex. An object whose parts contradict each other is not read;
/// what it takes metadata to see is seen by [`Runtime::check_payload`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningPayload {
    pub(super) account: AccountId,
    /// The signer as the runtime addresses accounts.
    pub(super) address: Vec<u8>,
    pub(super) call: Vec<u8>,
    /// In the runtime's order.
    pub(super) extensions: Box<[Extension]>,
    pub(super) terms: Terms,
}

/// A transaction extension and what it is filled with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Extension {
    pub(super) name: Arc<str>,
    pub(super) content: Content,
}

/// Payloads longer than this are signed as their hash (`sp_runtime::generic::SignedPayload`).
const LONGEST_SIGNED_WHOLE: usize = 256;

/// The version of the format, and that it is signed.
const SIGNED_V4: u8 = 0b1000_0000 | 4;

impl SigningPayload {
    /// The bytes to sign: call and extensions, or their blake2-256 hash if those are longer than 256 bytes.
    pub fn bytes(&self) -> Cow<'static, [u8]> {
        let mut payload = self.call.clone();
        self.extensions.iter().for_each(|extension| payload.extend(&extension.content.explicit));
        self.extensions.iter().for_each(|extension| payload.extend(&extension.content.implicit));
        if payload.len() > LONGEST_SIGNED_WHOLE {
            payload = blake2_256(&payload).to_vec();
        }
        payload.into()
    }

    /// The signed extrinsic, its length in front: what a node takes. The signature is not checked here.
    pub fn extrinsic(&self, signature: &Signature) -> Vec<u8> {
        let mut body = vec![SIGNED_V4];
        body.extend(&self.address);
        body.extend(signature.encode());
        self.extensions.iter().for_each(|extension| body.extend(&extension.content.explicit));
        body.extend(&self.call);
        let mut extrinsic = Compact(body.len() as u32).encode();
        extrinsic.extend(body);
        extrinsic
    }

    /// Who signs.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The call's bytes.
    pub fn call(&self) -> &[u8] {
        &self.call
    }

    /// The hash of the chain's block 0.
    pub fn genesis(&self) -> [u8; 32] {
        self.terms.genesis
    }

    /// The spec version of the runtime that it is for.
    pub fn spec_version(&self) -> u32 {
        self.terms.spec_version
    }

    /// The transaction version of the runtime that it is for.
    pub fn transaction_version(&self) -> u32 {
        self.terms.transaction_version
    }

    /// For which blocks it is valid.
    pub fn era(&self) -> Era {
        self.terms.era
    }

    /// The hash of the era's first block; of block 0 where it is immortal.
    pub fn birth(&self) -> [u8; 32] {
        self.terms.birth
    }

    /// How many transactions the signer has made before it.
    pub fn nonce(&self) -> u64 {
        self.terms.nonce
    }

    /// What the block's author is offered above the fee, in the smallest unit of the chain's token.
    pub fn tip(&self) -> u128 {
        self.terms.tip
    }

    /// The hash of the metadata that is signed too, where it is.
    pub fn metadata_hash(&self) -> Option<[u8; 32]> {
        self.terms.metadata_hash
    }
}

impl Runtime {
    /// The call that a payload from elsewhere asks to sign, after the payload has been found true to this runtime: what
    /// is signed is that call, by that account, for that era, nonce, tip and chain, and nothing else.
    ///
    /// That the genesis is that of the chain meant, and the era's first block one of it, metadata cannot tell.
    ///
    /// Fails with [`ErrorKind::Payload`] saying what differs, and with [`ErrorKind::Decode`] or
    /// [`ErrorKind::TrailingBytes`] where the call is none.
    pub fn check_payload(&self, payload: &SigningPayload) -> Result<Call> {
        let terms = &payload.terms;
        let refuse = |message: String| Error::new(ErrorKind::Payload, message);
        let (theirs, ours) = (
            (terms.spec_version, terms.transaction_version),
            (self.spec_version(), self.transaction_version()),
        );
        if theirs != ours {
            return Err(refuse(format!(
                "the payload is for spec version {} and transaction version {}, the metadata is of {self} with \
                 transaction version {}",
                theirs.0, theirs.1, ours.1
            )));
        }
        let format = self.extrinsic().extensions();
        let names = || payload.extensions.iter().map(|extension| &*extension.name);
        if !names().eq(format.iter().map(|extension| extension.identifier())) {
            let names: Vec<_> = names().collect();
            return Err(refuse(format!("its extensions are not those of {self}: {}", names.join(", "))));
        }
        let mut parameters = ExtrinsicParameters {
            genesis: terms.genesis,
            era: terms.era,
            birth: terms.birth,
            nonce: terms.nonce,
            tip: terms.tip,
            metadata_hash: terms.metadata_hash,
            extensions: Default::default(),
        };
        for (extension, Extension { name, content }) in format.iter().zip(&payload.extensions) {
            let decode = |ty, bytes| {
                let value = self.plan().decode(ty, bytes).map_err(|error| error.inside(&**name));
                value.map_err(|error| refuse(format!("an extension of it is no value of its type: {error}")))
            };
            if !terms.agree(name, content) {
                return Err(refuse(format!("its extension {name} contradicts the rest of the payload")));
            }
            let value = ExtensionValue {
                explicit: decode(extension.type_id(), &content.explicit)?,
                implicit: decode(extension.implicit(), &content.implicit)?,
            };
            parameters.extensions.insert(name.to_string(), value);
        }
        let again = self.signing_payload(payload.call.clone(), payload.account, &parameters)?;
        if again != *payload {
            return Err(refuse(format!("{self} gives other bytes for what the payload says")));
        }
        self.decode_call(&payload.call)
    }
}
