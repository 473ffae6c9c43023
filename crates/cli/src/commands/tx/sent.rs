//! What has been signed so far: after an interruption it may be on the chain, and the user has to know.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use anyhow::Error;
use serde::Serialize;
use tensorwire::{AccountId, Hash, Pending};
use tensorwire_scale::{SigningPayload, hash::blake2_256};
use tensorwire_wallet::{Keypair, Signer, Signing};

use crate::{failure, stop::Stopped};

/// A transaction that was sent, or is about to be. Displayed as the command that asks for it.
#[derive(Clone, Copy, Serialize)]
pub(super) struct Submitted {
    pub(super) hash: Hash,
    pub(super) account: Option<AccountId>,
    pub(super) nonce: Option<u64>,
    /// The last block that can hold it; none where it is immortal, or not known.
    pub(super) last_block: Option<u64>,
}

impl From<&Pending> for Submitted {
    fn from(Pending { hash, account, nonce, last_block, .. }: &Pending) -> Self {
        Self { hash: *hash, account: *account, nonce: *nonce, last_block: *last_block }
    }
}

impl fmt::Display for Submitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tw tx status {}", self.hash)?;
        if let (Some(account), Some(nonce)) = (self.account, self.nonce) {
            write!(f, " --account {account} --nonce {nonce}")?;
            self.last_block.map_or(Ok(()), |last| write!(f, " --last-block {last}"))?;
        }
        Ok(())
    }
}

/// The last transaction that was signed to be sent.
#[derive(Default)]
pub(super) struct Sent(Mutex<Option<Submitted>>);

impl Sent {
    pub(super) fn note(&self, submitted: Submitted) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(submitted);
    }

    /// A key that notes what it signs.
    pub(super) fn noting(&self, key: Keypair) -> Noting<'_> {
        Noting { key, sent: self }
    }

    /// Says where the end of the command is not the end of the transaction.
    pub(super) fn tell_if_undecided(&self, error: &Error) {
        let sent = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(sent), true) = (sent, error.is::<Stopped>() || failure::is_undecided(error)) {
            eprintln!("sent: {} goes on without tw; to ask what became of it:\n{sent}", sent.hash);
        }
    }
}

/// A key that notes what it signs.
pub(super) struct Noting<'s> {
    key: Keypair,
    sent: &'s Sent,
}

impl Signer for Noting<'_> {
    fn account(&self) -> AccountId {
        self.key.account()
    }

    fn sign<'a>(&'a self, payload: &'a SigningPayload) -> Signing<'a> {
        Box::pin(async {
            let signature = self.key.sign(payload).await?;
            self.sent.note(Submitted {
                hash: Hash(blake2_256(&payload.extrinsic(&signature))),
                account: Some(payload.account()),
                nonce: Some(payload.nonce()),
                last_block: None,
            });
            Ok(signature)
        })
    }

    fn is_local(&self) -> bool {
        self.key.is_local()
    }
}
