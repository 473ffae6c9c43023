use std::{future::pending, pin::pin, sync::Arc, time::Duration};

use futures_util::future::{Either, select};
use tensorwire_rpc::{self as rpc, Replay, Request};
use tensorwire_scale::Runtime;
use tokio::{
    sync::{oneshot, watch},
    time::sleep,
};

use super::{
    Expiry, Pending, Rejection, Status,
    nonces::Nonce,
    outcome::Cause,
    present::{Tip, Watching},
    refusal::{Refusal, Unwatched},
    search::{self, Found},
    status::Update,
    submission::{End, Progress, strike},
};
use crate::{BlockRef, Chain, Error, ErrorKind, Hash, Result, pool::Feed};

/// The task of one submission.
///
/// What a node's watch says is a hint where to look; what the blocks show decides. While a watch speaks nothing else is
/// asked. Without one, or when it has been silent for long, every new head is: was the nonce used?
pub(super) struct Tracker {
    chain: Chain,
    pending: Pending,
    nonce: Option<Nonce>,
    progress: watch::Sender<Progress>,
    feed: Option<Feed>,
    /// The block that holds it, as the watch says, and whether it is final.
    said: Option<(Hash, bool)>,
    included: Option<BlockRef>,
    /// Who used its nonce, in a block that is not final yet.
    rival: Option<(Option<Hash>, BlockRef)>,
    /// In the state of this block, a final one, its nonce is unused.
    clear: u64,
    /// How many heads have come since something was heard of it.
    quiet: u32,
    /// How many times it was looked for while nobody watched it, and was nowhere.
    unheard: u32,
    /// Whether the node is to be offered the bytes again.
    offer: bool,
}

/// Heads that may come without a word of the watch before the chain is asked.
const PATIENCE: u32 = 4;

/// Heads after which a transaction that nobody watches, and that is nowhere, is offered again: a pool may have lost it.
const OFFER_AGAIN: u32 = 8;

/// The longest pause after a failure.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What a tracker waits for.
enum News {
    Update(Update),
    /// The watch has ended; `true` if its node was lost.
    Unwatched(bool),
    Head,
    Retry,
    /// The chain was closed.
    Over(Error),
}

/// A refusal of the first sending, and the nonce, which is free again.
pub(super) type Refused = (Refusal, Option<Nonce>);

impl Tracker {
    pub(super) fn new(chain: Chain, pending: Pending, progress: watch::Sender<Progress>) -> Self {
        Self {
            chain,
            clear: pending.birth,
            pending,
            nonce: None,
            progress,
            feed: None,
            said: None,
            included: None,
            rival: None,
            quiet: 0,
            unheard: 0,
            offer: false,
        }
    }

    /// Sends the bytes for the first time, says what came of it, and follows the transaction unless it was refused.
    pub(super) async fn begin(
        mut self,
        mut nonce: Option<Nonce>,
        runtime: Arc<Runtime>,
        answer: oneshot::Sender<Result<(), Refused>>,
    ) {
        nonce.iter_mut().for_each(Nonce::sent);
        match self.send(&runtime).await {
            Ok(feed) => self.feed = Some(feed),
            Err(Unwatched::Known) => {}
            Err(Unwatched::Lost(_)) => self.lost(),
            Err(Unwatched::Refused(refusal)) => {
                let _ = answer.send(Err((refusal, nonce)));
                return;
            }
        }
        if !self.offer {
            nonce.iter_mut().for_each(Nonce::accepted);
        }
        self.nonce = nonce;
        if answer.send(Ok(())).is_ok() {
            self.follow().await;
        }
    }

    /// Follows a transaction that was sent before.
    pub(super) async fn resume(mut self, nonce: Option<Nonce>) {
        self.nonce = nonce;
        self.offer = true;
        self.follow().await;
    }

    /// One request.
    async fn send(&self, runtime: &Runtime) -> Result<Feed, Unwatched> {
        let bytes = self.pending.bytes.as_deref().unwrap_or_default();
        let request = Request::new("author_submitAndWatchExtrinsic").hex_param(bytes).replay(Replay::Never);
        let sent = self.chain.node().subscribe(request, "author_unwatchExtrinsic").await;
        sent.map_err(|error| Unwatched::read(error, runtime))
    }

    async fn follow(mut self) {
        let mut watching = self.chain.following().watch(self.chain.node());
        let mut failures = 0;
        let end = loop {
            match self.progress_made(&mut watching).await {
                Ok(Some(end)) => break end,
                Ok(None) => failures = 0,
                Err(error) if error.rpc().is_some_and(|error| error.kind() == rpc::ErrorKind::Closed) => {
                    break End::Failed(error);
                }
                Err(error) => {
                    failures += 1;
                    tracing::debug!(target: "tensorwire::tx", hash = %self.pending.hash, %error, "unsettled");
                }
            }
            match self.news(&mut watching, failures).await {
                News::Update(update) => self.hear(update),
                News::Unwatched(true) => self.lost(),
                News::Unwatched(false) => self.feed = None,
                News::Head => self.quiet = self.quiet.saturating_add(1),
                News::Retry => {}
                News::Over(error) => break End::Failed(error),
            }
        };
        if let Some(how) = end.proven() {
            strike(&self.chain, self.pending.hash, how).await;
        }
        self.end(end);
    }

    async fn progress_made(&mut self, watching: &mut Watching) -> Result<Option<End>> {
        let tip = match watching.now() {
            Some(tip) => tip,
            None => self.chain.present().await?.tip,
        };
        self.settle(&tip).await
    }

    async fn news(&mut self, watching: &mut Watching, failures: u32) -> News {
        let feed = &mut self.feed;
        let update = async {
            let Some(feed) = feed else { return pending().await };
            loop {
                match feed.next_here().await {
                    Some(Ok(update)) => match update.json() {
                        Ok(update) => return News::Update(update),
                        Err(error) => tracing::debug!(target: "tensorwire::tx", %error, "unknown status"),
                    },
                    Some(Err(error)) if error.is_lagged() => {}
                    Some(Err(_)) => return News::Unwatched(true),
                    None => return News::Unwatched(false),
                }
            }
        };
        let head = async { watching.changed().await.map_or_else(News::Over, |_| News::Head) };
        let retry = async {
            let Some(doublings) = failures.checked_sub(1) else { return pending().await };
            let pause = Duration::from_millis(100).saturating_mul(2_u32.saturating_pow(doublings));
            sleep(pause.min(LONGEST_PAUSE)).await;
            News::Retry
        };
        first(update, first(head, retry)).await
    }

    /// What the watch says.
    fn hear(&mut self, update: Update) {
        self.quiet = 0;
        match update {
            Update::Future => self.tell(Status::Future),
            Update::Ready => self.tell(Status::Ready),
            Update::Broadcast(peers) => self.tell(Status::Broadcast { peers }),
            Update::InBlock(block) => self.said = Some((block, false)),
            Update::Finalized(block) => self.said = Some((block, true)),
            Update::Retracted(block) => {
                self.said.take_if(|(said, _)| *said == block);
                if self.included.is_some_and(|included| included.hash == block) {
                    self.retract();
                }
            }
            Update::FinalityTimeout(block) => self.tell(Status::FinalityTimeout { block }),
            Update::Usurped(by) => self.tell(Status::Usurped { by }),
            Update::Dropped => self.tell(Status::Dropped),
            Update::Invalid => self.tell(Status::Invalid),
        }
    }

    /// Finds out what can be found out now. The end, if there is one.
    async fn settle(&mut self, tip: &Tip) -> Result<Option<End>> {
        if let Some((block, is_final)) = self.said {
            let end = match self.take(block, is_final).await {
                // It was reorganised away, and forgotten.
                Err(error) if error.kind() == ErrorKind::UnknownBlock => None,
                end => end?,
            };
            self.said = None;
            if end.is_some() {
                return Ok(end);
            }
        }
        if let Some(block) = self.included {
            return self.settle_included(block, tip).await;
        }
        if let Some((by, block)) = self.rival
            && block.number <= tip.finalized.number
        {
            if self.is_on_chain(block, tip).await? {
                return Ok(Some(self.replaced(by, block)));
            }
            self.rival = None;
        }
        if let Some(cause) = self.cause(tip).await? {
            return self.prove(cause, tip.finalized).await;
        }
        if self.feed.is_none() || self.quiet >= PATIENCE {
            self.quiet = 0;
            self.look(tip).await?;
        }
        if self.included.is_none() && self.rival.is_none() && self.feed.is_none() {
            self.unheard = self.unheard.saturating_add(1);
            if self.offer || self.unheard >= OFFER_AGAIN {
                self.offer_again(tip).await?;
            }
        }
        Ok(None)
    }

    /// Of a transaction that is in a block: whether that one is final, or gone.
    async fn settle_included(&mut self, block: BlockRef, tip: &Tip) -> Result<Option<End>> {
        let may_be_final = block.number <= tip.finalized.number;
        if self.chain.node().history.is_final(block) {
            return self.take(block.hash, true).await;
        }
        // The watch will tell, most likely with the head that has just come.
        if self.feed.is_some() && self.quiet < PATIENCE {
            return Ok(None);
        }
        let is_on_chain = self.is_on_chain(block, tip).await?;
        self.quiet = 0;
        match is_on_chain {
            true if may_be_final => self.take(block.hash, true).await,
            true => Ok(None),
            false => {
                self.retract();
                Ok(None)
            }
        }
    }

    /// Reads a block that is said to hold it.
    async fn take(&mut self, block: Hash, is_final: bool) -> Result<Option<End>> {
        let Some(receipt) = search::receipt(&self.chain, self.pending.hash, block).await? else {
            tracing::debug!(target: "tensorwire::tx", hash = %self.pending.hash, %block, "not in the block it was said to be in");
            return Ok(None);
        };
        let block = receipt.block();
        if self.included != Some(block) {
            self.included = Some(block);
            self.nonce.take().into_iter().for_each(Nonce::used);
            self.progress.send_modify(|progress| {
                progress.included = Some(receipt.clone());
                progress.tell(Status::InBlock { block });
            });
        }
        Ok(is_final.then_some(End::Finalized(receipt)))
    }

    fn retract(&mut self) {
        let Some(block) = self.included.take() else { return };
        self.progress.send_modify(|progress| {
            progress.included = None;
            progress.tell(Status::Retracted { block: block.hash });
        });
    }

    /// Whether that block is on the best chain.
    async fn is_on_chain(&self, block: BlockRef, tip: &Tip) -> Result<bool> {
        if block.number > tip.best.number {
            return Ok(false);
        }
        Ok(self.chain.evidence().at_height(&self.chain, block.number, tip.best).await? == block)
    }

    /// Why no block after the finalized one can hold it, if that is so. One request, where the runtime has been replaced.
    async fn cause(&self, tip: &Tip) -> Result<Option<Cause>> {
        if let Some(last_block) = self.pending.last_block.filter(|last| tip.finalized.number >= *last) {
            return Ok(Some(Cause::Era { last_block }));
        }
        let Some(signed_for) = self.pending.spec_version else { return Ok(None) };
        if tip.version.spec_version == signed_for {
            return Ok(None);
        }
        let now = self.chain.evidence().version(&self.chain, tip.finalized).await?.spec_version;
        Ok((now != signed_for).then_some(Cause::Runtime { signed_for, now }))
    }

    /// Proves by the final blocks that it never was in one: no later one can hold it.
    async fn prove(&mut self, cause: Cause, finalized: BlockRef) -> Result<Option<End>> {
        match search::search(&self.chain, &self.pending, self.clear, finalized, true).await? {
            Found::In(block) => self.take(block.hash, true).await,
            Found::Used(by, block) => Ok(Some(self.replaced(by, block))),
            Found::Nowhere => {
                self.nonce.take().into_iter().for_each(Nonce::dead);
                Ok(Some(End::Expired(Expiry { cause, finalized })))
            }
        }
    }

    /// Looks for it on the best chain.
    async fn look(&mut self, tip: &Tip) -> Result<()> {
        match search::search(&self.chain, &self.pending, self.clear, tip.best, false).await? {
            Found::In(block) => self.take(block.hash, false).await.map(drop),
            Found::Used(by, block) => {
                self.rival = Some((by, block));
                Ok(())
            }
            Found::Nowhere => Ok(()),
        }
    }

    fn replaced(&mut self, by: Option<Hash>, block: BlockRef) -> End {
        self.nonce.take().into_iter().for_each(Nonce::used);
        End::Rejected(Rejection { nonce: self.pending.nonce.unwrap_or_default(), by, block })
    }

    /// Offers the same bytes once more, if they can still come into a block: that makes no second transaction of it.
    async fn offer_again(&mut self, tip: &Tip) -> Result<()> {
        let is_too_late = self.pending.last_block.is_some_and(|last| tip.best.number >= last);
        if self.pending.bytes.is_none() || is_too_late {
            self.offer = false;
            return Ok(());
        }
        let runtime = self.chain.present().await?.runtime;
        match self.send(&runtime).await {
            Ok(feed) => {
                self.feed = Some(feed);
                self.tell(Status::Resent);
            }
            Err(Unwatched::Lost(error)) => return Err(error),
            // A refusal is of this moment: it does not undo what another node may have taken before.
            Err(Unwatched::Refused(refusal)) if refusal.is_of_wire() => return Err(refusal.error),
            Err(Unwatched::Known | Unwatched::Refused(_)) => {}
        }
        self.nonce.iter_mut().for_each(Nonce::accepted);
        (self.offer, self.unheard, self.quiet) = (false, 0, 0);
        Ok(())
    }

    fn lost(&mut self) {
        self.feed = None;
        self.offer = true;
        self.tell(Status::Lost);
    }

    fn tell(&self, status: Status) {
        self.progress.send_modify(|progress| progress.tell(status));
    }

    fn end(&self, end: End) {
        let status = match &end {
            End::Finalized(receipt) => Some(Status::Finalized { block: receipt.block() }),
            End::Rejected(Rejection { by, block, .. }) => Some(Status::Replaced { by: *by, block: *block }),
            End::Expired(_) => Some(Status::Expired),
            End::Failed(_) => None,
        };
        self.progress.send_modify(|progress| {
            status.into_iter().for_each(|status| progress.tell(status));
            progress.end = Some(end);
        });
    }
}

/// What comes first.
async fn first<T>(one: impl Future<Output = T>, other: impl Future<Output = T>) -> T {
    match select(pin!(one), pin!(other)).await {
        Either::Left((value, _)) | Either::Right((value, _)) => value,
    }
}
