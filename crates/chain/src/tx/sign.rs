use futures_util::future::try_join;
use tensorwire_scale::{AccountId, Era, ExtrinsicParameters, Signature, SigningPayload, hash::blake2_256};
use tensorwire_wallet::Signer;
use tokio::time::timeout;

use super::{
    PaymentInfo, Pending, SignedTransaction, Submission, Transaction,
    nonces::{Nonce, Turn},
    refusal::{Refusal, Why},
};
use crate::{Error, ErrorKind, Hash, Result};

/// How often a transaction is signed anew before it is given up: each time the chain has moved under it.
const ATTEMPTS: usize = 16;

/// What is awaited.
impl Transaction {
    /// What it would cost that account, by `TransactionPaymentApi.query_info` of the head. One request, beside one for the
    /// account's next nonce where none is set: it counts in the length. Nothing is signed.
    ///
    /// # Errors
    /// `NotFound` for a pallet or call that does not exist, `Invalid` for arguments that do not fit.
    pub async fn payment_info(&self, account: &AccountId) -> Result<PaymentInfo> {
        let payload = self.payload(account).await?;
        let present = self.chain.present().await?;
        // Valid in form: it is measured, not checked.
        let extrinsic = payload.extrinsic(&Signature::Sr25519([1; 64]));
        let info =
            PaymentInfo::ask(self.chain.node(), &present.runtime, &extrinsic, present.tip.best.hash).await;
        info.map_err(|error| error.asking(|| "payment info".to_owned()))
    }

    /// What that account has to sign: for a signer at another machine, whose signature
    /// [`Chain::signed`](crate::Chain::signed) takes. Its nonce is not reserved.
    ///
    /// One request for the nonce where none is set.
    ///
    /// # Errors
    /// `NotFound` for a pallet or call that does not exist; `Invalid` for arguments that do not fit, for an extension that
    /// needs a value, and for a life too short for the chain's finality.
    pub async fn payload(&self, account: &AccountId) -> Result<SigningPayload> {
        let nonce = self.reserve(*account).await?;
        Ok(self.prepare(*account, nonce.value()).await?.payload)
    }

    /// Signs it. Its nonce is reserved until it is dropped.
    ///
    /// No request while transactions are being made; else one for the nonce, beside those for the heads.
    ///
    /// # Errors
    /// Those of [`payload`](Self::payload), and `Signer`.
    pub async fn sign(&self, signer: &dyn Signer) -> Result<SignedTransaction> {
        let account = signer.account();
        let nonce = self.reserve(account).await?;
        let prepared = self.prepare(account, nonce.value()).await?;
        self.signed(signer, prepared, nonce).await.map_err(|(error, _)| error)
    }

    /// The same without a signer: for calls that the runtime checks by themselves.
    ///
    /// # Errors
    /// Those of [`payload`](Self::payload).
    pub async fn unsigned(&self) -> Result<SignedTransaction> {
        let present = self.chain.present().await?;
        let call = self.encode(&present.runtime)?;
        let bytes = present.runtime.bare_extrinsic(&call);
        let pending = Pending {
            genesis: present.genesis,
            hash: Hash(blake2_256(&bytes)),
            account: None,
            nonce: None,
            birth: present.tip.finalized.number,
            last_block: None,
            spec_version: None,
            transaction_version: None,
            bytes: Some(bytes.clone()),
        };
        let (era, timeout) = (Era::Immortal, self.timeout);
        Ok(SignedTransaction { chain: self.chain.clone(), pending, bytes, era, nonce: None, timeout })
    }

    /// Signs and sends it. Returns when the node has answered: one request, while transactions are being made.
    ///
    /// A signer that [signs at once](Signer::is_local) is asked again where the node proves that the first transaction will
    /// never be in a block: after an upgrade, and where another process has used the nonce. An answer that is lost is no
    /// error, and no reason to sign again: the submission finds out what became of it.
    ///
    /// # Errors
    /// Those of [`sign`](Self::sign) and [`SignedTransaction::submit`]. In all these cases no node has taken it.
    pub async fn sign_and_submit(&self, signer: &dyn Signer) -> Result<Submission> {
        let account = signer.account();
        let asked = || format!("{} by {account}", self.named());
        self.sign_and_begin(signer).await.map_err(|error| error.asking(asked))
    }

    async fn sign_and_begin(&self, signer: &dyn Signer) -> Result<Submission> {
        let account = signer.account();
        let turn = if signer.is_local() { Turn::Next } else { Turn::Fresh };
        let mut nonce = self.turn(account, turn).await?;
        for attempt in 1.. {
            let prepared = self.prepare(account, nonce.value()).await?;
            let signed = self.signed(signer, prepared, nonce).await.map_err(|(error, _)| error)?;
            let present = self.chain.present().await?;
            let begun = match signed.check(&present.tip) {
                Ok(()) => Submission::begin(signed, &present).await,
                Err(error) => Err((Refusal::before(error), signed.nonce)),
            };
            let (Refusal { why, error }, held) = match begun {
                Ok(submission) => return Ok(submission),
                Err(refused) => refused,
            };
            let Some(held) = held else { return Err(error) };
            let may_sign_again = signer.is_local() && attempt < ATTEMPTS;
            nonce = match why {
                Why::Nonce if self.nonce.is_none() => {
                    held.taken();
                    if !may_sign_again {
                        return Err(error);
                    }
                    self.turn(account, Turn::Again).await?
                }
                Why::Runtime if may_sign_again => held,
                Why::Era if may_sign_again => {
                    self.chain.present_after(&present.tip).await?;
                    held
                }
                _ => {
                    held.refused();
                    return Err(error);
                }
            };
        }
        // The attempts are bounded above.
        Err(Error::new(ErrorKind::Rejected, "refused again and again"))
    }

    async fn turn(&self, account: AccountId, turn: Turn) -> Result<Nonce> {
        match self.nonce {
            Some(nonce) => Ok(self.chain.nonces().hold(account, nonce)),
            None => self.beside_present(self.chain.nonces().turn(&self.chain, account, turn)).await,
        }
    }

    async fn reserve(&self, account: AccountId) -> Result<Nonce> {
        match self.nonce {
            Some(nonce) => Ok(self.chain.nonces().hold(account, nonce)),
            None => self.beside_present(self.chain.nonces().reserve(&self.chain, account)).await,
        }
    }

    /// A nonce, while the heads are asked for where they are not known.
    async fn beside_present(&self, nonce: impl Future<Output = Result<Nonce>>) -> Result<Nonce> {
        let both = timeout(self.timeout, try_join(nonce, self.chain.present()));
        let Ok(both) = both.await else {
            let message = format!(
                "no nonce is free within {:?}: what was sent before is not answered; nothing was sent",
                self.timeout
            );
            return Err(Error::new(ErrorKind::Timeout, message));
        };
        Ok(both?.0)
    }

    async fn prepare(&self, account: AccountId, nonce: u64) -> Result<Prepared> {
        let present = self.chain.present().await?;
        let call = self.encode(&present.runtime)?;
        let anchor = self.chain.anchor(&present, self.lifetime).await?;
        let mut parameters = ExtrinsicParameters::new(present.genesis.0, nonce);
        parameters.era = anchor.era;
        parameters.birth = anchor.birth.hash.0;
        parameters.tip = self.tip;
        parameters.metadata_hash = self.metadata_hash;
        parameters.extensions.clone_from(&self.extensions);
        let payload = present.runtime.signing_payload(call, account, &parameters)?;
        // An immortal one cannot be in a block that is final already, either.
        let birth = anchor.last.map_or(present.tip.finalized.number, |_| anchor.birth.number);
        Ok(Prepared { payload, birth, last: anchor.last })
    }

    async fn signed(
        &self,
        signer: &dyn Signer,
        prepared: Prepared,
        nonce: Nonce,
    ) -> Result<SignedTransaction, (Error, Nonce)> {
        let Prepared { payload, birth, last } = prepared;
        match signer.sign(&payload).await {
            Ok(signature) => Ok(SignedTransaction::new(
                &self.chain,
                &payload,
                &signature,
                (birth, last),
                nonce,
                self.timeout,
            )),
            Err(error) => Err((error.into(), nonce)),
        }
    }
}

/// What is to be signed, and the blocks between which it can be in one.
struct Prepared {
    payload: SigningPayload,
    birth: u64,
    last: Option<u64>,
}
