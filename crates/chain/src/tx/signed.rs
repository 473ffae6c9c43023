use std::{fmt, time::Duration};

use tensorwire_scale::{AccountId, Era, Signature, SigningPayload, hash::blake2_256};

use super::{
    Pending, Submission,
    anchor::{hashes_kept, last_block, still_lasts},
    nonces::Nonce,
    present::Tip,
    refusal::Why,
    search::{self, Found},
    transaction::TIMEOUT,
};
use crate::{Chain, Error, ErrorKind, Hash, Result};

/// A transaction with its signature, ready to be sent. Its nonce is reserved until it is dropped.
#[must_use = "nothing is sent before `submit`"]
pub struct SignedTransaction {
    pub(super) chain: Chain,
    pub(super) pending: Pending,
    pub(super) bytes: Vec<u8>,
    pub(super) era: Era,
    pub(super) nonce: Option<Nonce>,
    pub(super) timeout: Duration,
}

impl SignedTransaction {
    /// Of a payload that was made at this chain, by the block in which its era begins.
    pub(super) fn new(
        chain: &Chain,
        payload: &SigningPayload,
        signature: &Signature,
        (birth, last_block): (u64, Option<u64>),
        nonce: Nonce,
        timeout: Duration,
    ) -> Self {
        let bytes = payload.extrinsic(signature);
        let pending = Pending {
            genesis: Hash(payload.genesis()),
            hash: Hash(blake2_256(&bytes)),
            account: Some(payload.account()),
            nonce: Some(payload.nonce()),
            birth,
            last_block,
            spec_version: Some(payload.spec_version()),
            transaction_version: Some(payload.transaction_version()),
            bytes: Some(bytes.clone()),
        };
        Self { chain: chain.clone(), pending, bytes, era: payload.era(), nonce: Some(nonce), timeout }
    }

    /// The hash by which it is known: blake2-256 of its bytes.
    pub fn hash(&self) -> Hash {
        self.pending.hash
    }

    /// Its bytes as nodes take them, their length in front.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Who signed it; none for an unsigned one.
    pub fn account(&self) -> Option<AccountId> {
        self.pending.account
    }

    /// Its nonce; none for an unsigned one.
    pub fn nonce(&self) -> Option<u64> {
        self.pending.nonce
    }

    /// For which blocks it is valid.
    pub fn era(&self) -> Era {
        self.era
    }

    /// The last block that can hold it; none for an immortal one.
    pub fn last_block(&self) -> Option<u64> {
        self.pending.last_block
    }

    /// What to write down before it is sent, to find out later what became of it.
    pub fn pending(&self) -> &Pending {
        &self.pending
    }

    /// Sends it. Returns when the node has answered: one request, whose answer says whether its pool took it.
    ///
    /// An answer that is lost is no error: the submission finds out what became of it.
    ///
    /// # Errors
    /// `Expired` or `RuntimeChanged` if it is too late for it: nothing was sent. `Rejected` if the node refuses it, which
    /// [`Error::transaction_error`] explains. `Connection` and others if it cannot be sent. In all these cases no node
    /// has taken it.
    pub async fn submit(self) -> Result<Submission> {
        let asked = format!("submission of {}", self.hash());
        let begun = async {
            let present = self.chain.present().await?;
            self.check(&present.tip)?;
            let (chain, pending) = (self.chain.clone(), self.pending.clone());
            let (refusal, nonce) = match Submission::begin(self, &present).await {
                Ok(submission) => return Ok(submission),
                Err(refused) => refused,
            };
            if refusal.why != Why::Nonce {
                nonce.into_iter().for_each(Nonce::refused);
                return Err(refusal.error);
            }
            nonce.into_iter().for_each(Nonce::taken);
            // Signed elsewhere, it may have been sent before: then it has used its nonce itself.
            match search::search(&chain, &pending, pending.clear(), present.tip.best, false).await? {
                Found::In(_) | Found::Untold(_) => chain.resolve(&pending).await,
                _ => Err(refusal.error),
            }
        };
        begun.await.map_err(|error| error.asking(|| asked))
    }

    /// Whether it can still come into a block.
    pub(super) fn check(&self, tip: &Tip) -> Result<()> {
        if let (Some(spec), Some(transaction)) = (self.pending.spec_version, self.pending.transaction_version)
        {
            tip.takes(spec, transaction)?;
        }
        still_lasts(self.pending.last_block, tip)
    }
}

/// What comes from elsewhere.
impl Chain {
    /// The transaction of a payload and its signature, from whoever signs elsewhere. One request where the payload's era
    /// begins at a block that is not known.
    ///
    /// # Errors
    /// `WrongChain` for a payload of another chain, `RuntimeChanged` or `Expired` if it is too late for it.
    pub async fn signed(&self, payload: SigningPayload, signature: Signature) -> Result<SignedTransaction> {
        let present = self.present().await?;
        if payload.genesis() != present.genesis.0 {
            let (genesis, here) = (Hash(payload.genesis()), present.genesis);
            let message =
                format!("the payload is for the chain with genesis {genesis}, this one's is {here}");
            return Err(Error::new(ErrorKind::WrongChain, message));
        }
        present.tip.takes(payload.spec_version(), payload.transaction_version())?;
        let era = payload.era();
        let birth = birth(era, present.tip.best.number);
        let known = [present.tip.best, present.tip.finalized].into_iter().find(|block| block.number == birth);
        let hash = match (era, known) {
            (Era::Immortal, _) => present.genesis,
            (_, Some(block)) => block.hash,
            (_, None) => self.node().hash_of(birth).await?,
        };
        if hash.0 != payload.birth() {
            let message = format!(
                "the payload's era ({era}) has passed, or begins in a block that was reorganised away: the one that \
                 holds now begins with block {birth} ({hash}), the payload names {}",
                Hash(payload.birth())
            );
            return Err(Error::new(ErrorKind::Expired, message));
        }
        let last = last_block(era, birth, hashes_kept(&present.runtime)?);
        let nonce = self.nonces().hold(payload.account(), payload.nonce());
        let signed = SignedTransaction::new(self, &payload, &signature, (birth, last), nonce, TIMEOUT);
        signed.check(&present.tip)?;
        Ok(signed)
    }

    /// A transaction from its bytes, their length in front: signer, nonce and era are read from them. No
    /// request of its own.
    ///
    /// What the bytes do not tell is for which runtime and which era they were signed: if it is not the present one, the
    /// node refuses them as badly signed. Bytes that were sent before, and are in a block, are told as what became of them
    /// then.
    ///
    /// # Errors
    /// `Decode` if they are no extrinsic of the present runtime.
    pub async fn signed_bytes(&self, bytes: Vec<u8>) -> Result<SignedTransaction> {
        let present = self.present().await?;
        let extrinsic = present.runtime.decode_extrinsic(&bytes).map_err(|error| {
            Error::from(error).asking(|| format!("an extrinsic of {} bytes", bytes.len()))
        })?;
        let era = extrinsic.era().unwrap_or(Era::Immortal);
        let birth = birth(era, present.tip.best.number);
        let signer = extrinsic.signer().zip(extrinsic.nonce());
        let pending = Pending {
            genesis: present.genesis,
            hash: Hash(extrinsic.hash()),
            account: signer.map(|(account, _)| account),
            nonce: signer.map(|(_, nonce)| nonce),
            birth,
            last_block: last_block(era, birth, hashes_kept(&present.runtime)?),
            spec_version: None,
            transaction_version: None,
            bytes: Some(bytes.clone()),
        };
        let nonce = signer.map(|(account, nonce)| self.nonces().hold(account, nonce));
        Ok(SignedTransaction { chain: self.clone(), pending, bytes, era, nonce, timeout: TIMEOUT })
    }
}

/// The first block of the era that holds at the best one; the best one itself where it is immortal: it is in none before.
fn birth(era: Era, best: u64) -> u64 {
    match era {
        Era::Immortal => best,
        era => era.birth(best),
    }
}

impl fmt::Debug for SignedTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedTransaction").field("hash", &self.hash()).field("nonce", &self.nonce()).finish()
    }
}
