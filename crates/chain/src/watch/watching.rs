use std::{collections::VecDeque, pin::pin};

use futures_util::future::{Either, select, try_join};
use tensorwire_rpc::{self as rpc, Answer, Request};
use tokio::time::timeout;

use super::{Change, item::Items};
use crate::{
    BlockRef, Chain, Header, Result, StorageQuery, backfill,
    changes::ChangeSet,
    outage::{Fault, Outage, until},
    pool::Feed,
};

/// A watch at work. Beside the items it follows the heads: a node does not tell which values a reorganisation has
/// brought back.
pub(super) struct Watching {
    chain: Chain,
    items: Items,
    feeds: Option<Feeds>,
    /// Changes of one block, of which the first was told.
    others: VecDeque<Change>,
    /// Whether something was told.
    begun: bool,
    /// Whether changes may be missing before the next one told.
    gap: bool,
    outage: Outage,
}

struct Feeds {
    values: Feed,
    heads: Feed,
    /// The last head seen.
    head: Option<BlockRef>,
}

/// What a subscription gives, or why it ended.
type Given = Option<Result<Answer, rpc::Error>>;

impl Feeds {
    /// What comes next: of the values, or of the heads. Dropping the future loses nothing.
    async fn next(&mut self) -> Either<Given, Given> {
        match select(pin!(self.values.next()), pin!(self.heads.next())).await {
            Either::Left((value, _)) => Either::Left(value),
            Either::Right((head, _)) => Either::Right(head),
        }
    }
}

impl Watching {
    pub(super) fn new(chain: Chain, items: Vec<StorageQuery>) -> Self {
        let outage = Outage::new(chain.node().clone());
        let (items, others) = (Items::new(items), VecDeque::new());
        Self { chain, items, feeds: None, others, begun: false, gap: false, outage }
    }

    /// The next change; `None` after an error that cannot heal.
    pub(super) async fn next(&mut self) -> Option<Result<Change>> {
        if let Some(change) = self.others.pop_front() {
            return Some(Ok(change));
        }
        loop {
            if self.outage.has_ended() {
                self.feeds = None;
                return None;
            }
            self.outage.pause().await;
            match self.advance().await {
                Ok(Some(change)) => {
                    // The present value, told anew, shows that the node lives, not that it goes on.
                    if change.gap {
                        self.outage.heard()
                    } else {
                        self.outage.over()
                    }
                    return Some(Ok(change));
                }
                Ok(None) => {}
                Err(fault) => {
                    if let Some(error) = self.outage.note(fault) {
                        return Some(Err(error.asking(|| format!("watch {}", self.items))));
                    }
                }
            }
        }
    }

    async fn advance(&mut self) -> Result<Option<Change>, Fault> {
        let heard = until(self.outage.deadline(), self.hear()).await?;
        self.outage.waited();
        match heard {
            Some(Either::Left(value)) => self.take_value(value).await,
            Some(Either::Right(head)) => self.take_head(head).map(|()| None),
            None => self.ask().await.map(|()| None),
        }
    }

    /// What comes next; `None` after a long silence.
    async fn hear(&mut self) -> Result<Option<Either<Given, Given>>, Fault> {
        let feeds = match &mut self.feeds {
            Some(feeds) => feeds,
            None => {
                let feeds = self.subscribe().await?;
                self.feeds.insert(feeds)
            }
        };
        Ok(timeout(self.chain.node().timeout(), feeds.next()).await.ok())
    }

    async fn subscribe(&mut self) -> Result<Feeds, Fault> {
        let keys = self.items.keys(&self.chain).await?;
        let node = self.chain.node();
        let values = Request::new("state_subscribeStorage").param(keys);
        let (values, heads) = try_join(
            node.subscribe(values, "state_unsubscribeStorage"),
            node.subscribe(Request::new("chain_subscribeNewHeads"), "chain_unsubscribeNewHeads"),
        )
        .await?;
        Ok(Feeds { values, heads, head: None })
    }

    /// The present value is asked for anew: changes before it may be missing.
    fn start_over(&mut self) {
        self.feeds = None;
        self.gap = self.begun;
    }

    async fn take_value(&mut self, given: Given) -> Result<Option<Change>, Fault> {
        let answer = match given {
            Some(Ok(answer)) => answer,
            // The present value follows.
            Some(Err(error)) if error.is_gap() => {
                self.gap = self.begun;
                return Ok(None);
            }
            other => return self.end_of_feed(other).map(|()| None),
        };
        let change = self.read(&answer).await;
        if change.is_err() {
            self.start_over();
        }
        change
    }

    async fn read(&mut self, answer: &Answer) -> Result<Option<Change>, Fault> {
        let changes = ChangeSet::read(answer)?;
        let same_key = self.items.take_runtime(&changes, &self.chain).await?;
        if !same_key {
            self.start_over();
            return Ok(None);
        }
        let values = self.items.values(&changes)?;
        if values.is_empty() {
            return Ok(None);
        }
        self.begun = true;
        let (block, gap) = (changes.block, std::mem::take(&mut self.gap));
        self.others = values.into_iter().map(|(item, value)| Change { block, item, value, gap }).collect();
        Ok(self.others.pop_front())
    }

    fn take_head(&mut self, given: Given) -> Result<(), Fault> {
        let answer = match given {
            Some(Ok(answer)) => answer,
            Some(Err(error)) if error.is_gap() => {
                if let Some(feeds) = &mut self.feeds {
                    feeds.head = None;
                }
                return Ok(());
            }
            other => return self.end_of_feed(other),
        };
        let head = Header::announced(&answer).map_err(Fault::Malformed)?;
        let Some(feeds) = &mut self.feeds else { return Ok(()) };
        let last = feeds.head.replace(head.block());
        if last.is_some_and(|last| last != head.block() && !head.follows(last)) {
            self.start_over();
        }
        Ok(())
    }

    /// Both have been silent for long: are they dead?
    async fn ask(&mut self) -> Result<(), Fault> {
        let newest = backfill::newest(self.chain.node(), false).await?;
        if self.feeds.as_ref().is_some_and(|feeds| feeds.head != Some(newest.block())) {
            self.start_over();
        }
        Ok(())
    }

    fn end_of_feed(&mut self, given: Given) -> Result<(), Fault> {
        self.start_over();
        match given.and_then(Result::err) {
            Some(error) if error.is_lagged() => Ok(()),
            ended => Err(Fault::of_feed(ended)),
        }
    }
}
