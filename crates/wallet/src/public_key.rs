use ed25519_dalek::VerifyingKey;
use schnorrkel::signing_context;

use crate::{AccountId, CryptoType, Signature, keypair::SIGNING_CONTEXT};

/// The public half of a key pair: an account, and the kind of its signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PublicKey {
    /// The account of the key, which is the key itself.
    pub account: AccountId,
    /// How it signs.
    pub crypto_type: CryptoType,
}

impl PublicKey {
    /// Whether that signature is this key's, of those bytes. A signature of another kind is not.
    pub fn verify(&self, bytes: &[u8], signature: &Signature) -> bool {
        let is_same_kind = match signature {
            Signature::Sr25519(_) => self.crypto_type == CryptoType::Sr25519,
            Signature::Ed25519(_) => self.crypto_type == CryptoType::Ed25519,
            _ => false,
        };
        is_same_kind && verify(&self.account, bytes, signature)
    }
}

/// Whether that signature is the account's, of those bytes, by a key of the signature's kind. An ecdsa signature is
/// never found to be: its account is a hash of the key.
pub fn verify(account: &AccountId, bytes: &[u8], signature: &Signature) -> bool {
    match signature {
        Signature::Sr25519(signature) => {
            let key = schnorrkel::PublicKey::from_bytes(&account.0);
            let signature = schnorrkel::Signature::from_bytes(signature);
            let context = signing_context(SIGNING_CONTEXT).bytes(bytes);
            key.and_then(|key| key.verify(context, &signature?)).is_ok()
        }
        Signature::Ed25519(signature) => {
            let signature = ed25519_dalek::Signature::from_bytes(signature);
            VerifyingKey::from_bytes(&account.0).and_then(|key| key.verify_strict(bytes, &signature)).is_ok()
        }
        _ => false,
    }
}
