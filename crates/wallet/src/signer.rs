use std::pin::Pin;

use crate::{AccountId, Keypair, Result, Signature, SigningPayload};

/// A signature on its way.
pub type Signing<'a> = Pin<Box<dyn Future<Output = Result<Signature>> + Send + 'a>>;

/// Whoever signs for an account: a key in memory, a program, a device, a person at another machine.
pub trait Signer: Send + Sync {
    /// The account that it signs for.
    fn account(&self) -> AccountId;

    /// Signs what the payload says, [`SigningPayload::bytes`]. May take as long as a person does.
    fn sign<'a>(&'a self, payload: &'a SigningPayload) -> Signing<'a>;

    /// Whether it signs at once and may be asked again without asking anybody: then an extrinsic that an upgrade or a
    /// nonce has made void is signed anew instead of refused.
    fn is_local(&self) -> bool {
        false
    }
}

impl Signer for Keypair {
    fn account(&self) -> AccountId {
        Self::account(self)
    }

    fn sign<'a>(&'a self, payload: &'a SigningPayload) -> Signing<'a> {
        Box::pin(async { Ok(self.sign_bytes(&payload.bytes())) })
    }

    fn is_local(&self) -> bool {
        true
    }
}
