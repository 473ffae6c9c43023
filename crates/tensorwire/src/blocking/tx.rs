use std::time::Duration;

use tensorwire_chain::{
    AccountId, Arguments, Era, ExtensionValue, Hash, Outcome, PaymentInfo, Pending, Receipt, Result,
    Signature, Signer, SigningPayload, Status, Value,
};

use super::{Chain, wait};

/// Making transactions.
impl Chain {
    /// See [`Chain::tx`](crate::Chain::tx).
    pub fn tx(&self) -> Transaction {
        Transaction(self.0.tx())
    }

    /// See [`Chain::signed`](crate::Chain::signed).
    pub fn signed(&self, payload: SigningPayload, signature: Signature) -> Result<SignedTransaction> {
        wait(self.0.signed(payload, signature)).map(SignedTransaction)
    }

    /// See [`Chain::signed_bytes`](crate::Chain::signed_bytes).
    pub fn signed_bytes(&self, bytes: Vec<u8>) -> Result<SignedTransaction> {
        wait(self.0.signed_bytes(bytes)).map(SignedTransaction)
    }

    /// See [`Chain::resolve`](crate::Chain::resolve).
    pub fn resolve(&self, pending: &Pending) -> Result<Submission> {
        wait(self.0.resolve(pending)).map(Submission)
    }

    /// See [`Chain::unfinished`](crate::Chain::unfinished).
    pub fn unfinished(&self) -> Result<Vec<Submission>> {
        Ok(wait(self.0.unfinished())?.into_iter().map(Submission).collect())
    }
}

/// The blocking twin of [`Transaction`](crate::Transaction).
#[derive(Debug, Clone)]
#[must_use = "nothing is sent before `sign_and_submit`"]
pub struct Transaction(crate::Transaction);

impl Transaction {
    /// See [`Transaction::call`](crate::Transaction::call).
    pub fn call(self, pallet: &str, name: &str, arguments: impl Arguments) -> Self {
        Self(self.0.call(pallet, name, arguments))
    }

    /// See [`Transaction::call_value`](crate::Transaction::call_value).
    pub fn call_value(self, call: Value) -> Self {
        Self(self.0.call_value(call))
    }

    /// See [`Transaction::call_bytes`](crate::Transaction::call_bytes).
    pub fn call_bytes(self, call: Vec<u8>) -> Self {
        Self(self.0.call_bytes(call))
    }

    /// See [`Transaction::batch`](crate::Transaction::batch).
    pub fn batch(self, calls: impl IntoIterator<Item = Value>) -> Self {
        Self(self.0.batch(calls))
    }

    /// See [`Transaction::batch_all`](crate::Transaction::batch_all).
    pub fn batch_all(self, calls: impl IntoIterator<Item = Value>) -> Self {
        Self(self.0.batch_all(calls))
    }

    /// See [`Transaction::force_batch`](crate::Transaction::force_batch).
    pub fn force_batch(self, calls: impl IntoIterator<Item = Value>) -> Self {
        Self(self.0.force_batch(calls))
    }

    /// See [`Transaction::mortal`](crate::Transaction::mortal).
    pub fn mortal(self, blocks: u64) -> Self {
        Self(self.0.mortal(blocks))
    }

    /// See [`Transaction::mortal_from_best`](crate::Transaction::mortal_from_best).
    pub fn mortal_from_best(self, blocks: u64) -> Self {
        Self(self.0.mortal_from_best(blocks))
    }

    /// See [`Transaction::immortal`](crate::Transaction::immortal).
    pub fn immortal(self) -> Self {
        Self(self.0.immortal())
    }

    /// See [`Transaction::nonce`](crate::Transaction::nonce).
    pub fn nonce(self, nonce: u64) -> Self {
        Self(self.0.nonce(nonce))
    }

    /// See [`Transaction::tip`](crate::Transaction::tip).
    pub fn tip(self, tip: u128) -> Self {
        Self(self.0.tip(tip))
    }

    /// See [`Transaction::metadata_hash`](crate::Transaction::metadata_hash).
    pub fn metadata_hash(self, hash: [u8; 32]) -> Self {
        Self(self.0.metadata_hash(hash))
    }

    /// See [`Transaction::extension`](crate::Transaction::extension).
    pub fn extension(self, name: &str, value: ExtensionValue) -> Self {
        Self(self.0.extension(name, value))
    }

    /// See [`Transaction::timeout`](crate::Transaction::timeout).
    pub fn timeout(self, timeout: Duration) -> Self {
        Self(self.0.timeout(timeout))
    }

    /// See [`Transaction::payment_info`](crate::Transaction::payment_info).
    pub fn payment_info(&self, account: &AccountId) -> Result<PaymentInfo> {
        wait(self.0.payment_info(account))
    }

    /// See [`Transaction::payload`](crate::Transaction::payload).
    pub fn payload(&self, account: &AccountId) -> Result<SigningPayload> {
        wait(self.0.payload(account))
    }

    /// See [`Transaction::sign`](crate::Transaction::sign).
    pub fn sign(&self, signer: &dyn Signer) -> Result<SignedTransaction> {
        wait(self.0.sign(signer)).map(SignedTransaction)
    }

    /// See [`Transaction::unsigned`](crate::Transaction::unsigned).
    pub fn unsigned(&self) -> Result<SignedTransaction> {
        wait(self.0.unsigned()).map(SignedTransaction)
    }

    /// See [`Transaction::sign_and_submit`](crate::Transaction::sign_and_submit).
    pub fn sign_and_submit(&self, signer: &dyn Signer) -> Result<Submission> {
        wait(self.0.sign_and_submit(signer)).map(Submission)
    }
}

/// The blocking twin of [`SignedTransaction`](crate::SignedTransaction).
#[derive(Debug)]
#[must_use = "nothing is sent before `submit`"]
pub struct SignedTransaction(crate::SignedTransaction);

impl SignedTransaction {
    /// See [`SignedTransaction::hash`](crate::SignedTransaction::hash).
    pub fn hash(&self) -> Hash {
        self.0.hash()
    }

    /// See [`SignedTransaction::bytes`](crate::SignedTransaction::bytes).
    pub fn bytes(&self) -> &[u8] {
        self.0.bytes()
    }

    /// See [`SignedTransaction::account`](crate::SignedTransaction::account).
    pub fn account(&self) -> Option<AccountId> {
        self.0.account()
    }

    /// See [`SignedTransaction::nonce`](crate::SignedTransaction::nonce).
    pub fn nonce(&self) -> Option<u64> {
        self.0.nonce()
    }

    /// See [`SignedTransaction::era`](crate::SignedTransaction::era).
    pub fn era(&self) -> Era {
        self.0.era()
    }

    /// See [`SignedTransaction::last_block`](crate::SignedTransaction::last_block).
    pub fn last_block(&self) -> Option<u64> {
        self.0.last_block()
    }

    /// See [`SignedTransaction::pending`](crate::SignedTransaction::pending).
    pub fn pending(&self) -> &Pending {
        self.0.pending()
    }

    /// See [`SignedTransaction::submit`](crate::SignedTransaction::submit).
    pub fn submit(self) -> Result<Submission> {
        wait(self.0.submit()).map(Submission)
    }
}

/// The blocking twin of [`Submission`](crate::Submission).
#[derive(Debug, Clone)]
#[must_use = "what was sent may fail: wait for `in_block`, `finalized` or `outcome`"]
pub struct Submission(crate::Submission);

impl Submission {
    /// See [`Submission::hash`](crate::Submission::hash).
    pub fn hash(&self) -> Hash {
        self.0.hash()
    }

    /// See [`Submission::nonce`](crate::Submission::nonce).
    pub fn nonce(&self) -> Option<u64> {
        self.0.nonce()
    }

    /// See [`Submission::last_block`](crate::Submission::last_block).
    pub fn last_block(&self) -> Option<u64> {
        self.0.last_block()
    }

    /// See [`Submission::pending`](crate::Submission::pending).
    pub fn pending(&self) -> &Pending {
        self.0.pending()
    }

    /// See [`Submission::in_block`](crate::Submission::in_block).
    pub fn in_block(&self) -> Result<Receipt> {
        wait(self.0.in_block())
    }

    /// See [`Submission::finalized`](crate::Submission::finalized).
    pub fn finalized(&self) -> Result<Receipt> {
        wait(self.0.finalized())
    }

    /// See [`Submission::known`](crate::Submission::known).
    pub fn known(&self) -> Outcome {
        self.0.known()
    }

    /// See [`Submission::outcome`](crate::Submission::outcome).
    ///
    /// # Errors
    /// Where this process cannot wait: it has no thread for it.
    pub fn outcome(&self) -> Result<Outcome> {
        wait(async { Ok(self.0.outcome().await) })
    }

    /// See [`Submission::statuses`](crate::Submission::statuses).
    pub fn statuses(&self) -> Statuses {
        Statuses(self.0.statuses())
    }
}

/// The blocking twin of [`Statuses`](crate::Statuses): an iterator, which waits for the next step.
#[derive(Debug)]
#[must_use = "an iterator does nothing unless advanced"]
pub struct Statuses(crate::Statuses);

impl Iterator for Statuses {
    type Item = Result<Status>;

    fn next(&mut self) -> Option<Result<Status>> {
        wait(async { self.0.next().await.transpose() }).transpose()
    }
}
