use std::{collections::BTreeMap, time::Duration};

use tensorwire_scale::{
    AccountId, Arguments, Era, ExtensionValue, ExtrinsicParameters, Runtime, Signature, SigningPayload,
    Value, hash::blake2_256,
};
use tensorwire_wallet::Signer;

use super::{
    PaymentInfo, Pending, SignedTransaction, Submission,
    anchor::Lifetime,
    nonces::{Nonce, Turn},
    present::Tip,
    refusal::{Refusal, Why},
};
use crate::{Chain, Error, ErrorKind, Hash, Result};

/// A transaction being made. See [`Chain::tx`].
///
/// Nothing is asked before one of the methods that are awaited. What is not set is chosen: the next nonce of the signer, a
/// life of 128 blocks, no tip.
#[derive(Debug, Clone)]
#[must_use = "nothing is sent before `sign_and_submit`"]
pub struct Transaction {
    chain: Chain,
    call: Asked,
    lifetime: Lifetime,
    nonce: Option<u64>,
    tip: u128,
    extensions: BTreeMap<String, ExtensionValue>,
    timeout: Duration,
}

/// What is to be called, as the caller has said it.
#[derive(Debug, Clone)]
enum Asked {
    Nothing,
    Call { pallet: String, name: String, arguments: Vec<Value> },
    Value(Value),
    Bytes(Vec<u8>),
}

/// How long a submission is waited for, unless told otherwise.
pub(super) const TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// How often a transaction is signed anew before it is given up: each time the chain has moved under it.
const ATTEMPTS: usize = 16;

/// Making transactions.
impl Chain {
    /// Begins a transaction. No request.
    ///
    /// ```no_run
    /// # async fn run(chain: tensorwire_chain::Chain, alice: tensorwire_wallet::Keypair, bob: tensorwire_chain::AccountId) -> tensorwire_chain::Result<()> {
    /// use tensorwire_chain::Value;
    ///
    /// let bob = Value::variant("Id", [bob.into()]);
    /// let transfer = chain.tx().call("Balances", "transfer_keep_alive", (bob, 1_000_000_000_u64));
    /// let receipt = transfer.sign_and_submit(&alice).await?.finalized().await?;
    /// assert!(receipt.ok(), "{:?}", receipt.error());
    /// # Ok(()) }
    /// ```
    pub fn tx(&self) -> Transaction {
        Transaction {
            chain: self.clone(),
            call: Asked::Nothing,
            lifetime: Lifetime::Usual,
            nonce: None,
            tip: 0,
            extensions: BTreeMap::new(),
            timeout: TIMEOUT,
        }
    }
}

impl Transaction {
    /// What to call, with its arguments in order, or a struct that has them by name.
    pub fn call(mut self, pallet: &str, name: &str, arguments: impl Arguments) -> Self {
        let (pallet, name, arguments) = (pallet.to_owned(), name.to_owned(), arguments.into_values());
        self.call = Asked::Call { pallet, name, arguments };
        self
    }

    /// What to call, as a value of the runtime's type of calls: such as those within a batch.
    pub fn call_value(mut self, call: Value) -> Self {
        self.call = Asked::Value(call);
        self
    }

    /// What to call, in bytes.
    pub fn call_bytes(mut self, call: Vec<u8>) -> Self {
        self.call = Asked::Bytes(call);
        self
    }

    /// For how many blocks it is valid: the next power of two from 4 to 65,536. Default is 128.
    pub fn mortal(mut self, blocks: u64) -> Self {
        self.lifetime = Lifetime::Blocks(blocks);
        self
    }

    /// Makes it valid for ever: if it comes into no block, it is never proven that it will not.
    pub fn immortal(mut self) -> Self {
        self.lifetime = Lifetime::Immortal;
        self
    }

    /// The nonce, instead of the signer's next one. A used one is refused, one far ahead waits in the pool for those before.
    pub fn nonce(mut self, nonce: u64) -> Self {
        self.nonce = Some(nonce);
        self
    }

    /// What the block's author is offered above the fee, in the smallest unit of the chain's token.
    pub fn tip(mut self, tip: u128) -> Self {
        self.tip = tip;
        self
    }

    /// What to fill a transaction extension with, by its name: for one that is not known here, or to be filled otherwise.
    pub fn extension(mut self, name: &str, value: ExtensionValue) -> Self {
        self.extensions.insert(name.to_owned(), value);
        self
    }

    /// How long each wait for the submission may take, as in [`Submission::in_block`]. Default is 30 minutes.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

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
        let nonce = self.turn(*account, Turn::Fresh).await?;
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
        let nonce = match self.nonce {
            Some(nonce) => self.chain.nonces().hold(account, nonce),
            None => self.chain.nonces().reserve(&self.chain, account).await?,
        };
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
                Why::Proof if may_sign_again && self.is_upgraded(&present.tip).await? => held,
                Why::Era if may_sign_again => held,
                _ => {
                    held.refused();
                    return Err(error);
                }
            };
        }
        // The attempts are bounded above.
        Err(Error::new(ErrorKind::Rejected, "refused again and again"))
    }

    /// Whether the runtime is another than it was: then a signature for that one is a bad one. Two requests, unless that has
    /// been seen already.
    async fn is_upgraded(&self, signed_at: &Tip) -> Result<bool> {
        Ok(self.chain.present_after(signed_at).await?.tip.version != signed_at.version)
    }

    async fn turn(&self, account: AccountId, turn: Turn) -> Result<Nonce> {
        match self.nonce {
            Some(nonce) => Ok(self.chain.nonces().hold(account, nonce)),
            None => self.chain.nonces().turn(&self.chain, account, turn).await,
        }
    }

    async fn prepare(&self, account: AccountId, nonce: u64) -> Result<Prepared> {
        let present = self.chain.present().await?;
        let call = self.encode(&present.runtime)?;
        let anchor = self.chain.anchor(&present, self.lifetime).await?;
        let mut parameters = ExtrinsicParameters::new(present.genesis.0, nonce);
        parameters.era = anchor.era;
        parameters.birth = anchor.birth.hash.0;
        parameters.tip = self.tip;
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

    fn encode(&self, runtime: &Runtime) -> Result<Vec<u8>> {
        let value = match &self.call {
            Asked::Nothing => {
                let message = "the transaction calls nothing: give it a `call`";
                return Err(Error::new(ErrorKind::Invalid, message));
            }
            Asked::Bytes(bytes) => return Ok(bytes.clone()),
            Asked::Call { pallet, name, arguments } => {
                return Ok(runtime.encode_call(pallet, name, arguments)?);
            }
            Asked::Value(value) => value,
        };
        let ty = runtime.extrinsic().call().ok_or_else(|| {
            Error::new(ErrorKind::Decode, format!("the metadata of {runtime} does not say what a call is"))
        })?;
        Ok(runtime.plan().encode(ty, value)?)
    }

    /// The call's name, for messages.
    fn named(&self) -> String {
        match &self.call {
            Asked::Call { pallet, name, .. } => format!("{pallet}.{name}"),
            _ => "a transaction".to_owned(),
        }
    }
}

/// What is to be signed, and the blocks between which it can be in one.
struct Prepared {
    payload: SigningPayload,
    birth: u64,
    last: Option<u64>,
}
