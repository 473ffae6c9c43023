use std::{fmt, sync::Arc, time::Duration};

use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use tensorwire_scale::hash::blake2_256;
use tokio::{
    sync::{oneshot, watch},
    task::AbortHandle,
    time::timeout,
};

use super::{
    Expiry, Outcome, Pending, Rejection, SignedTransaction, Status, nonces::Nonce, present::Present,
    refusal::Refusal, tracker::Tracker, transaction::TIMEOUT,
};
use crate::{Chain, Error, ErrorKind, Hash, Outbox, Receipt, Result};

/// A transaction that was sent, or may have been: what became of it is followed until the chain shows it.
///
/// Cheap to clone. It works by itself, whether or not it is waited for, as long as a handle of it is left: a lost node is
/// waited for, the same bytes are offered again, and the blocks are searched. Dropping the handles ends that, not the
/// transaction.
///
/// There is no flag of success here: [`in_block`](Self::in_block) and [`finalized`](Self::finalized) give the [`Receipt`],
/// which has one.
#[derive(Clone)]
#[must_use = "what was sent may fail: wait for `in_block`, `finalized` or `outcome`"]
pub struct Submission(Arc<Inner>);

struct Inner {
    pending: Pending,
    timeout: Duration,
    progress: watch::Receiver<Progress>,
    work: AbortHandle,
}

/// How far a submission is.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// All statuses, but the oldest where there were very many.
    statuses: Vec<Status>,
    forgotten: usize,
    /// Where it is now, as long as that is not reorganised away.
    pub(super) included: Option<Receipt>,
    pub(super) end: Option<End>,
}

/// Nothing that comes later changes it.
#[derive(Debug, Clone)]
pub(super) enum End {
    Finalized(Box<Receipt>),
    Rejected(Rejection),
    Expired(Expiry),
    /// The chain was closed by its owner, or nobody is left who could tell.
    Failed(Error),
}

/// More are not remembered: a node may go on telling for ever.
const STATUSES: usize = 1024;

impl Progress {
    pub(super) fn tell(&mut self, status: Status) {
        if self.statuses.len() == STATUSES {
            self.statuses.remove(0);
            self.forgotten += 1;
        }
        self.statuses.push(status);
    }
}

impl Submission {
    /// Sends it and waits for the first answer; what sends it goes on with it.
    pub(super) async fn begin(
        signed: SignedTransaction,
        present: &Present,
    ) -> Result<Self, (Refusal, Option<Nonce>)> {
        let SignedTransaction { chain, pending, nonce, timeout, .. } = signed;
        if let Some(outbox) = &chain.node().outbox
            && let Err(error) = outbox.sending(&pending).await
        {
            return Err((Refusal::before(error), nonce));
        }
        let (answer, answered) = oneshot::channel();
        let submission = Self::start(&chain, pending, timeout, |tracker| {
            tracker.begin(nonce, present.runtime.clone(), answer)
        });
        match answered.await {
            Ok(Err((refusal, nonce))) => {
                strike(&chain, submission.hash(), "refused").await;
                Err((refusal.explained(&chain, submission.pending(), &present.tip).await, nonce))
            }
            Ok(Ok(())) | Err(_) => Ok(submission),
        }
    }

    fn start<F>(chain: &Chain, pending: Pending, timeout: Duration, run: impl FnOnce(Tracker) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (tell, progress) = watch::channel(Progress::default());
        let tracker = Tracker::new(chain.clone(), pending.clone(), tell);
        let work = chain.node().handle.spawn(run(tracker)).abort_handle();
        Self(Arc::new(Inner { pending, timeout, progress, work }))
    }

    /// The hash by which the transaction is known: blake2-256 of its bytes.
    pub fn hash(&self) -> Hash {
        self.0.pending.hash
    }

    /// Its nonce; none for an unsigned one.
    pub fn nonce(&self) -> Option<u64> {
        self.0.pending.nonce
    }

    /// The last block that can hold it; none for an immortal one.
    pub fn last_block(&self) -> Option<u64> {
        self.0.pending.last_block
    }

    /// What to write down to find out later, in another process too, what became of it.
    pub fn pending(&self) -> &Pending {
        &self.0.pending
    }

    /// What became of it in the block that holds it, as soon as one of the best chain does. A reorganisation may take the
    /// block away: [`finalized`](Self::finalized) waits for one that stays.
    ///
    /// Two requests for the block, whoever waits, shared by all submissions that are in it; none while it is waited for.
    ///
    /// # Errors
    /// `Rejected`, `Expired` and `RuntimeChanged` where the chain proves that it never will be in a block. `FateUnknown` after
    /// the transaction's [`timeout`](crate::Transaction::timeout): the submission goes on, and may be asked again.
    pub async fn in_block(&self) -> Result<Receipt> {
        self.wait(|progress| match &progress.end {
            Some(end) => Some(end.receipt()),
            None => progress.included.clone().map(Ok),
        })
        .await
    }

    /// What became of it in the final block that holds it.
    ///
    /// One request at most beside those of [`in_block`](Self::in_block).
    ///
    /// # Errors
    /// Those of [`in_block`](Self::in_block).
    pub async fn finalized(&self) -> Result<Receipt> {
        self.wait(|progress| progress.end.as_ref().map(End::receipt)).await
    }

    /// How it ended, or how far it came within the transaction's [`timeout`](crate::Transaction::timeout).
    pub async fn outcome(&self) -> Outcome {
        let mut progress = self.0.progress.clone();
        let ended = progress.wait_for(|progress| progress.end.is_some());
        let _ = timeout(self.0.timeout, ended).await;
        self.known()
    }

    /// How far it is now, as far as is known.
    pub fn known(&self) -> Outcome {
        let progress = self.0.progress.borrow();
        match (&progress.end, &progress.included) {
            (Some(End::Finalized(receipt)), _) => Outcome::Finalized((**receipt).clone()),
            (Some(End::Rejected(rejection)), _) => Outcome::Rejected(rejection.clone()),
            (Some(End::Expired(expiry)), _) => Outcome::Expired(expiry.clone()),
            (_, Some(receipt)) => Outcome::InBlock(receipt.clone()),
            (_, None) => {
                let (nonce, last_block) = (self.nonce(), self.last_block());
                Outcome::Unknown { hash: self.hash(), nonce, last_block }
            }
        }
    }

    /// Its steps from the first one on, and then as they come; ends after the last one.
    pub fn statuses(&self) -> Statuses {
        let next = |(submission, mut told): (Self, usize)| async move {
            let mut progress = submission.0.progress.clone();
            let is_there = |progress: &Progress| {
                progress.forgotten + progress.statuses.len() > told || progress.end.is_some()
            };
            let status = {
                let progress = progress.wait_for(is_there).await.ok()?;
                told = told.max(progress.forgotten);
                progress.statuses.get(told - progress.forgotten)?.clone()
            };
            Some((Ok(status), (submission, told + 1)))
        };
        Statuses(stream::unfold((self.clone(), 0), next).fuse().boxed())
    }

    async fn wait(&self, told: impl Fn(&Progress) -> Option<Result<Receipt>>) -> Result<Receipt> {
        let mut progress = self.0.progress.clone();
        let waited = timeout(self.0.timeout, progress.wait_for(|progress| told(progress).is_some())).await;
        let told = match waited {
            Ok(Ok(progress)) => told(&progress),
            Ok(Err(_)) => Some(Err(Error::new(
                ErrorKind::Connection,
                "the async runtime that served the connection has ended",
            ))),
            Err(_) => None,
        };
        told.unwrap_or_else(|| Err(self.unknown())).map_err(|error| error.asking(|| format!("{self:?}")))
    }

    fn unknown(&self) -> Error {
        let until = match self.last_block() {
            Some(last) => format!("no block after {last} can hold it"),
            None => "it is valid for ever".to_owned(),
        };
        let message = format!("not decided within {:?}: {until}; ask again", self.0.timeout);
        Error::new(ErrorKind::FateUnknown, message)
    }
}

impl Chain {
    /// Takes up a submission that was begun before, perhaps by another process: looks for it in the blocks, and offers the
    /// node its bytes again if it has them and they can still come into one. Returns at once.
    ///
    /// # Errors
    /// `WrongChain` for one of another chain, `Invalid` for one whose bytes are of another hash.
    pub async fn resolve(&self, pending: &Pending) -> Result<Submission> {
        if pending.bytes.as_deref().is_some_and(|bytes| blake2_256(bytes) != pending.hash.0) {
            let error = Error::new(ErrorKind::Invalid, "its bytes are those of another transaction");
            return Err(error.asking(|| format!("submission of {}", pending.hash)));
        }
        let genesis = self.genesis().await?;
        if pending.genesis != genesis {
            let message =
                format!("it is of the chain with genesis {}, this one's is {genesis}", pending.genesis);
            let error = Error::new(ErrorKind::WrongChain, message);
            return Err(error.asking(|| format!("submission of {}", pending.hash)));
        }
        let hold = pending.account.zip(pending.nonce);
        let nonce = hold.map(|(account, nonce)| self.nonces().hold(account, nonce));
        Ok(Submission::start(self, pending.clone(), TIMEOUT, |tracker| tracker.resume(nonce)))
    }

    /// Takes up all submissions to this chain that the [`Outbox`](crate::Outbox) knows of and that have not ended, oldest
    /// first: what a start after a crash begins with. None where the chain was built without one. Costs what
    /// [`resolve`](Self::resolve) does for each.
    pub async fn unfinished(&self) -> Result<Vec<Submission>> {
        let genesis = self.genesis().await?;
        let mut submissions = Vec::new();
        for pending in self.node().outbox.iter().flat_map(Outbox::pending) {
            if pending.genesis == genesis {
                submissions.push(self.resolve(&pending).await?);
            }
        }
        Ok(submissions)
    }
}

/// Strikes a transaction out of the outbox, whose end is known. One that stays in there is only asked about once more.
pub(super) async fn strike(chain: &Chain, hash: Hash, how: &str) {
    let Some(outbox) = &chain.node().outbox else { return };
    if let Err(error) = outbox.ended(hash, how).await {
        tracing::warn!(target: "tensorwire::tx", %hash, %error, "not struck out");
    }
}

impl End {
    /// In a word, for what is proven.
    pub(super) fn proven(&self) -> Option<&'static str> {
        match self {
            Self::Finalized(_) => Some("finalized"),
            Self::Rejected(_) => Some("rejected"),
            Self::Expired(_) => Some("expired"),
            Self::Failed(_) => None,
        }
    }

    fn receipt(&self) -> Result<Receipt> {
        match self {
            Self::Finalized(receipt) => Ok((**receipt).clone()),
            Self::Rejected(rejection) => Err(rejection.error()),
            Self::Expired(expiry) => Err(expiry.error()),
            Self::Failed(error) => Err(error.clone()),
        }
    }
}

/// The steps of a submission. See [`Submission::statuses`].
#[must_use = "a stream does nothing unless polled"]
pub struct Statuses(BoxStream<'static, Result<Status>>);

crate::streamed::streamed!(Statuses of Status, "The next step; `None` after the last. Dropping the future loses nothing.");

impl Drop for Inner {
    fn drop(&mut self) {
        self.work.abort();
    }
}

impl fmt::Debug for Submission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "transaction {}", self.hash())?;
        self.nonce().map_or(Ok(()), |nonce| write!(f, " with nonce {nonce}"))
    }
}
