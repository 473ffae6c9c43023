use std::{pin::pin, sync::Arc, time::Duration};

use futures_util::{
    FutureExt,
    future::{Either, select},
};
use tokio::time::{sleep, timeout};

use super::{
    Tip,
    following::{View, Voice, WANTED_FOR},
};
use crate::{
    BlockRef, DigestItem, Error, ErrorKind, HeadEvent, Heads, Result, RuntimeVersion, node::Node, pool::Needs,
};

/// The pause after a failure. The streams of heads have waited for as long as they do.
const PAUSE: Duration = Duration::from_secs(1);

/// Why following ends.
enum End {
    Unwanted,
    Failed(Error),
    Over(Error),
}

pub(super) async fn run(node: Arc<Node>, voice: Voice) {
    loop {
        match follow(&node, &voice).await {
            End::Unwanted => return,
            End::Over(error) => return voice.say(View::Over(error)),
            End::Failed(error) => voice.say(View::Failed(error)),
        }
        if voice.may_end() {
            return;
        }
        sleep(PAUSE).await;
    }
}

async fn follow(node: &Arc<Node>, voice: &Voice) -> End {
    let (mut best, mut finalized) = (Heads::best(node), Heads::finalized(node));
    let mut seen = Seen::default();
    loop {
        let heard = match timeout(WANTED_FOR, select(pin!(best.next()), pin!(finalized.next()))).await {
            Ok(Either::Left((event, _))) => Some((true, event)),
            Ok(Either::Right((event, _))) => Some((false, event)),
            Err(_) => None,
        };
        if voice.may_end() {
            return End::Unwanted;
        }
        let Some((is_best, event)) = heard else { continue };
        match event {
            Some(Ok(event)) if is_best => seen.best(event),
            Some(Ok(event)) => seen.finalized(event),
            Some(Err(error)) => {
                let stream = if is_best { &mut best } else { &mut finalized };
                let is_over = matches!(stream.next().now_or_never(), Some(None));
                return if is_over { End::Over(error) } else { End::Failed(error) };
            }
            None => return End::Over(Error::new(ErrorKind::Connection, "the stream of heads has ended")),
        }
        if let Err(error) = seen.tell(node, voice).await {
            return End::Failed(error);
        }
    }
}

/// What the streams have told.
#[derive(Default)]
struct Seen {
    best: Option<BlockRef>,
    finalized: Option<BlockRef>,
    /// Which runtime the best block's state holds, and from which block of its branch on that is known.
    version: Option<(u64, RuntimeVersion)>,
}

impl Seen {
    fn best(&mut self, event: HeadEvent) {
        match event {
            HeadEvent::Block(header) => {
                // The new code is in the state of the block that tells of it.
                if header.digest_items().contains(&DigestItem::RuntimeEnvironmentUpdated) {
                    self.version = None;
                }
                self.best = Some(header.block());
            }
            HeadEvent::Reorg { to, .. } => {
                self.version.take_if(|(since, _)| *since > to.number);
                // The new branch follows.
                self.best = None;
            }
            HeadEvent::Lagged { .. } => self.version = None,
        }
    }

    fn finalized(&mut self, event: HeadEvent) {
        if let HeadEvent::Block(header) = event {
            self.finalized = Some(header.block());
        }
    }

    /// Says what is known. One request for the runtime's version, where it may be another than before.
    async fn tell(&mut self, node: &Node, voice: &Voice) -> Result<()> {
        let (Some(best), Some(finalized)) = (self.best, self.finalized) else { return Ok(()) };
        if self.version.is_none() {
            voice.say(View::Unknown);
            let needs = Needs::State { number: Some(best.number), seen_at: None };
            match node.version_at(best.hash, needs).await {
                Ok(version) => self.version = Some((best.number, version)),
                // It was reorganised away: what replaces it comes next.
                Err(error) if error.kind() == ErrorKind::UnknownBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        if let Some((_, version)) = self.version.clone() {
            voice.say(View::Known(Tip { best, finalized, version }));
        }
        Ok(())
    }
}
