use std::{collections::VecDeque, sync::Arc};

use tensorwire_rpc::Request;
use tokio::time::timeout;

use super::{
    HeadEvent,
    branch::Branch,
    fetch::Fetch,
    follower::{Follower, Path, Step, Stretch},
};
use crate::{
    BlockRef, Error, ErrorKind, Header, Result, backfill,
    node::Node,
    outage::{Fault, Outage, until},
    pool::Feed,
};

/// A stream at work: takes heads from a subscription, asks for what is missing, tells what is linked.
pub(super) struct Follow {
    node: Arc<Node>,
    follower: Follower,
    feed: Option<Feed>,
    /// Why the newest head is asked for, if it is.
    ask: Option<Why>,
    /// The head to be reached, and what is known of the way there.
    branch: Option<Branch>,
    /// The headers that come next on it.
    fetch: Fetch,
    told: VecDeque<HeadEvent>,
    is_best: bool,
    /// Whether nothing leads from what was told to the head.
    stranded: bool,
    outage: Outage,
}

/// Why a head is asked for beside the subscription.
#[derive(PartialEq)]
enum Why {
    /// The subscription has been silent for long: it may be dead.
    Silence,
    /// The node has changed its branch.
    Moved,
}

impl Follow {
    pub(super) fn new(node: Arc<Node>, path: Path) -> Self {
        Self {
            outage: Outage::new(node.clone()),
            fetch: Fetch::new(node.clone()),
            node,
            is_best: matches!(path, Path::Best),
            follower: Follower::new(path),
            feed: None,
            ask: None,
            branch: None,
            told: VecDeque::new(),
            stranded: false,
        }
    }

    /// The next event; `None` after an error that cannot heal.
    pub(super) async fn next(&mut self) -> Option<Result<HeadEvent>> {
        loop {
            if let Some(event) = self.told.pop_front() {
                match &event {
                    event if self.is_best => self.node.pool.told_event(event),
                    HeadEvent::Block(header) => self.node.history.finalize(header.block()),
                    _ => {}
                }
                return Some(Ok(event));
            }
            if self.outage.has_ended() {
                self.feed = None;
                return None;
            }
            self.outage.pause().await;
            let Err(fault) = self.advance().await else { continue };
            let (lasting, of_wire) = (!fault.is_passing(), fault.is_of_wire());
            let told = self.outage.note(fault);
            if !of_wire && (lasting || told.is_some()) {
                // The next head may lead further.
                self.branch = None;
                if std::mem::take(&mut self.stranded) {
                    self.follower.give_up();
                }
            }
            if let Some(error) = told {
                return Some(Err(error));
            }
        }
    }

    /// Takes a head, or goes on with the one there is.
    async fn advance(&mut self) -> Result<(), Fault> {
        let mut branch = match self.branch.take() {
            Some(branch) => branch,
            None => match until(self.outage.deadline(), self.head()).await? {
                Some(head) => Branch::new(head),
                None => return Ok(()),
            },
        };
        let reached = self.reach(&mut branch).await;
        match reached {
            Ok(true) => {
                // A head that is known already shows that the node lives, not that it goes on.
                if self.told.is_empty() {
                    self.outage.heard()
                } else {
                    self.outage.over()
                }
                self.stranded = false;
            }
            // A best head may be stale by now; a finalized one stays.
            Err(Fault::Passing(_)) if self.ask == Some(Why::Moved) => {}
            _ => self.branch = Some(branch),
        }
        reached.map(drop)
    }

    /// The next head, if there is one: from the subscription, unless there is a reason to ask.
    async fn head(&mut self) -> Result<Option<Header>, Fault> {
        if let Some(why) = &self.ask {
            let head = backfill::newest(&self.node, self.follower.is_finalized()).await?;
            // What the subscription holds is older.
            self.follower.source_changed();
            if *why == Why::Silence && self.follower.is_news(&head) {
                self.feed = None;
            }
            self.ask = None;
            return Ok(Some(head));
        }
        let feed = match &mut self.feed {
            Some(feed) => feed,
            None => {
                let feed = self.subscribe().await?;
                self.follower.source_changed();
                self.feed.insert(feed)
            }
        };
        let heard = timeout(self.node.timeout(), feed.next()).await;
        self.outage.waited();
        match heard {
            Ok(Some(Ok(head))) => Header::announced(&head).map(Some).map_err(Fault::Malformed),
            // The next head tells what was missed.
            Ok(Some(Err(error))) if error.is_gap() || error.is_lagged() => {
                self.follower.source_changed();
                Ok(None)
            }
            Ok(ended) => {
                self.feed = None;
                Err(Fault::of_feed(ended.and_then(Result::err)))
            }
            Err(_) => {
                self.ask = Some(Why::Silence);
                Ok(None)
            }
        }
    }

    async fn subscribe(&mut self) -> Result<Feed> {
        self.node.genesis().await?;
        let (subscribe, unsubscribe) = if self.follower.is_finalized() {
            ("chain_subscribeFinalizedHeads", "chain_unsubscribeFinalizedHeads")
        } else {
            ("chain_subscribeNewHeads", "chain_unsubscribeNewHeads")
        };
        self.node.subscribe(Request::new(subscribe), unsubscribe).await
    }

    /// Tells the way to a head, as far as it fits in memory. True if the head has been reached.
    async fn reach(&mut self, branch: &mut Branch) -> Result<bool, Fault> {
        loop {
            let step = self.follower.meet(branch).map_err(|error| self.lost(error))?;
            match step {
                Step::Tell(events) => {
                    self.told.extend(events);
                    return Ok(true);
                }
                Step::Below(stretch) => {
                    if self.fetch.first() != Some(stretch.top) {
                        let missing = self.missing(&stretch).await?;
                        self.fetch.want(missing.into_iter().rev());
                    }
                    let header = self.fetch.next().await?;
                    if !header.is_some_and(|header| branch.extend(header)) {
                        return Err(self.moved(&stretch));
                    }
                    self.outage.progress();
                }
                Step::Above(stretch) => {
                    if self.fetch.first().map(|block| block.number) != Some(*stretch.heights.start()) {
                        let missing = self.missing(&stretch).await?;
                        self.fetch.want(missing);
                    }
                    let Some(header) = self.fetch.next().await? else { return Err(self.moved(&stretch)) };
                    let event = self.follower.meet_above(header).map_err(|error| self.lost(error))?;
                    self.told.push_back(event);
                    self.outage.over();
                    return Ok(false);
                }
                Step::Older(first) => match backfill::header(&self.node, first).await? {
                    Some(header) if self.follower.meet_older(&header) => {}
                    Some(_) => return Err(self.lost(self.follower.no_common_block(branch.head()))),
                    None => {
                        // A node that lags may have it soon; one that has dropped its branch never will.
                        self.stranded = true;
                        let message = format!("no endpoint has block {first}, which was the best one");
                        return Err(Fault::Passing(Error::new(ErrorKind::UnknownBlock, message)));
                    }
                },
            }
        }
    }

    /// The blocks of a stretch but those told already: one request.
    async fn missing(&mut self, stretch: &Stretch) -> Result<Vec<BlockRef>, Fault> {
        let hashes = backfill::hashes(&self.node, &stretch.numbers(), |hashes| stretch.fits(hashes)).await?;
        if self.follower.is_finalized()
            && let Some(number) = stretch.unknown(&hashes)
        {
            let message = format!("no endpoint has block {number}, which was finalized: an archive has it");
            let error = Error::new(ErrorKind::UnknownBlock, message);
            // Whoever has not even the highest one may just be behind.
            let behind = number == stretch.top.number;
            return Err(if behind { Fault::Passing(error) } else { Fault::Told(error) });
        }
        self.follower.missing(stretch, &hashes).ok_or_else(|| self.moved(stretch))
    }

    /// The node, or the one that answered, is on another branch than the head.
    fn moved(&mut self, stretch: &Stretch) -> Fault {
        if !self.follower.is_finalized() {
            self.ask = Some(Why::Moved);
        }
        let (first, last) = (stretch.heights.start(), stretch.heights.end());
        let message = format!("the blocks {first} to {last} that the node gives do not lead to its head");
        Fault::Passing(Error::new(ErrorKind::Protocol, message))
    }

    /// What was told and what comes next have nothing in common. Finality cannot do that; best heads go on elsewhere.
    fn lost(&mut self, error: Error) -> Fault {
        if self.follower.is_finalized() {
            return Fault::Final(error);
        }
        self.stranded = true;
        Fault::Told(error)
    }
}
