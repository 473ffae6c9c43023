use super::{Era, Signature};
use crate::{AccountId, hash::blake2_256};
use parity_scale_codec::{Compact, Encode};
use std::borrow::Cow;

/// What a signer is asked to sign, and what becomes an extrinsic with the signature: made by
/// [`Runtime::signing_payload`](crate::Runtime::signing_payload), or read from JSON on another machine.
///
/// It holds no secret. It is bound to one runtime version: an extrinsic of it is refused after an upgrade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningPayload {
    pub(crate) account: AccountId,
    pub(crate) call: Vec<u8>,
    /// What the extrinsic carries of its extensions.
    pub(crate) explicit: Vec<u8>,
    /// What is signed and not carried.
    pub(crate) implicit: Vec<u8>,
    /// The signer as the runtime addresses accounts.
    pub(crate) address: Vec<u8>,
    pub(crate) genesis: [u8; 32],
    pub(crate) spec_version: u32,
    pub(crate) transaction_version: u32,
    pub(crate) era: Era,
    pub(crate) birth: [u8; 32],
    pub(crate) nonce: u64,
    pub(crate) tip: u128,
}

/// Payloads longer than this are signed as their hash (`sp_runtime::generic::SignedPayload`).
const LONGEST_SIGNED_WHOLE: usize = 256;

/// The version of the format, and that it is signed.
const SIGNED_V4: u8 = 0b1000_0000 | 4;

impl SigningPayload {
    /// The bytes to sign: call and extensions, or their blake2-256 hash if those are longer than 256 bytes.
    pub fn bytes(&self) -> Cow<'static, [u8]> {
        let payload = [&self.call[..], &self.explicit, &self.implicit].concat();
        if payload.len() > LONGEST_SIGNED_WHOLE {
            blake2_256(&payload).to_vec().into()
        } else {
            payload.into()
        }
    }

    /// The signed extrinsic, its length in front: what a node takes. The signature is not checked here.
    pub fn extrinsic(&self, signature: &Signature) -> Vec<u8> {
        let body =
            [&[SIGNED_V4], &self.address[..], &signature.encode(), &self.explicit, &self.call].concat();
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
        self.genesis
    }

    /// The spec version of the runtime that it is for.
    pub fn spec_version(&self) -> u32 {
        self.spec_version
    }

    /// The transaction version of the runtime that it is for.
    pub fn transaction_version(&self) -> u32 {
        self.transaction_version
    }

    /// For which blocks it is valid.
    pub fn era(&self) -> Era {
        self.era
    }

    /// The hash of the era's first block; of block 0 where it is immortal.
    pub fn birth(&self) -> [u8; 32] {
        self.birth
    }

    /// How many transactions the signer has made before it.
    pub fn nonce(&self) -> u64 {
        self.nonce
    }

    /// What the block's author is offered above the fee, in the smallest unit of the chain's token.
    pub fn tip(&self) -> u128 {
        self.tip
    }
}
