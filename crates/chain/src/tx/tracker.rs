use std::{future::pending, pin::pin, sync::Arc, time::Duration};

use futures_util::future::{Either, select};
use tensorwire_rpc::{self as rpc, Replay, Request};
use tensorwire_scale::Runtime;
use tokio::{
    sync::{oneshot, watch},
    time::sleep,
};

use super::{
    Pending, Rejection, Status,
    nonces::Nonce,
    present::Watching,
    refusal::{Refusal, Unwatched},
    status::Update,
    submission::{End, Progress, strike},
};
use crate::{BlockRef, Chain, Error, Hash, Result, pool::Feed};

mod settle;

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
    /// The final blocks up to this one do not hold it.
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
            clear: pending.clear(),
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
            Update::Broadcast(peers) => self.tell(Status::Broadcast { peers: peers.len() }),
            Update::InBlock(block) => self.said = Some((block, false)),
            Update::Finalized(block) => self.said = Some((block, true)),
            Update::Retracted(block) => {
                self.said.take_if(|(said, _)| *said == block);
                if self.included.is_some_and(|included| included.hash == block) {
                    self.retract();
                }
            }
            Update::FinalityTimeout(block) => self.tell_last(Status::FinalityTimeout { block }),
            Update::Usurped(by) => self.tell_last(Status::Usurped { by }),
            Update::Dropped => self.tell_last(Status::Dropped),
            Update::Invalid => self.tell_last(Status::Invalid),
        }
    }

    fn lost(&mut self) {
        self.feed = None;
        self.offer = true;
        self.tell(Status::Lost);
    }

    /// A node has nothing more to say after this, and leaves the subscription open.
    fn tell_last(&mut self, status: Status) {
        self.feed = None;
        self.tell(status);
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
