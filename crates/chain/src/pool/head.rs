use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tensorwire_rpc::{Answer, Request};
use tokio::time::{Instant, sleep};

use super::{
    Asked, Needs, Pool,
    choice::{Choice, Tried},
};
use crate::{Error, ErrorKind, Hash, HeadEvent, Result, header::Height};

/// The heads that callers were told of. None of a later answer is older.
#[derive(Debug, Default)]
pub(super) struct Told {
    head: AtomicU64,
    finalized: AtomicU64,
}

impl Told {
    pub(super) fn head(&self) -> u64 {
        self.head.load(Ordering::Relaxed)
    }
}

/// The pause before a node is asked for its head again that has told of one too old.
const PAUSE: Duration = Duration::from_millis(500);

impl Pool {
    /// A caller was told of what happened to the best chain.
    pub(crate) fn told_event(&self, event: &HeadEvent) {
        match event {
            HeadEvent::Block(header) => self.told_head(header.number),
            // The head goes back, and the caller knows.
            HeadEvent::Reorg { to, .. } => _ = self.told.head.fetch_min(to.number, Ordering::Relaxed),
            HeadEvent::Lagged { .. } => {}
        }
    }

    /// A caller was told of a best head.
    fn told_head(&self, number: u64) {
        self.told.head.fetch_max(number, Ordering::Relaxed);
    }

    /// The head of the chain, by a question whose answer names a block and its number: an answer older than what a
    /// caller was told is asked for again, elsewhere or later.
    pub(crate) async fn head<T>(
        self: &Arc<Self>,
        first: impl Future<Output = Result<Asked>>,
        question: impl Fn() -> Request,
        read: impl Fn(&Answer) -> Result<(u64, T)>,
    ) -> Result<(T, usize)> {
        let deadline = self.deadline();
        let mut asked = first.await?;
        loop {
            let told = self.told.head();
            let (number, value) = read(&asked.answer)?;
            self.saw_head(asked.endpoint, number);
            if number >= told {
                self.told_head(number);
                return Ok((value, asked.endpoint));
            }
            asked = self.again(&asked, (number, told), question(), deadline).await?;
        }
    }

    /// The finalized head. Where there are several endpoints, one more request for its number: an answer older than what
    /// a caller was told is asked for again, elsewhere or later.
    pub(crate) async fn finalized(
        self: &Arc<Self>,
        first: impl Future<Output = Result<Asked>>,
        question: impl Fn() -> Request,
    ) -> Result<(Hash, Option<u64>, usize)> {
        let deadline = self.deadline();
        let mut asked = first.await?;
        loop {
            let hash: Hash = asked.answer.json()?;
            if self.is_alone() {
                return Ok((hash, None, asked.endpoint));
            }
            let needs = Needs::State { number: None, seen_at: Some(asked.endpoint) };
            let header = self.send(Request::new("chain_getHeader").param(hash), needs).await?;
            let header: Option<Height> = header.answer.json()?;
            let number = header.and_then(|header| header.number()).unwrap_or_default();
            let told = self.told.finalized.fetch_max(number, Ordering::Relaxed);
            if number >= told {
                return Ok((hash, Some(number), asked.endpoint));
            }
            asked = self.again(&asked, (number, told), question(), deadline).await?;
        }
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.timeout
    }

    /// Asks who has what a caller was told of; after a pause, if that is nobody else.
    async fn again(
        self: &Arc<Self>,
        asked: &Asked,
        (number, told): (u64, u64),
        question: Request,
        deadline: Instant,
    ) -> Result<Asked> {
        if Instant::now() + PAUSE >= deadline {
            let endpoint = self.endpoints[asked.endpoint].name();
            let message = format!(
                "{endpoint} fell back to block {number}: this client has seen block {told}, and no endpoint has it"
            );
            return Err(Error::new(ErrorKind::Stale, message));
        }
        match self.choose(Needs::Block(told), &Tried::default()) {
            Choice::Now(endpoint) if endpoint != asked.endpoint => {
                self.send(question, Needs::Block(told)).await
            }
            _ => {
                sleep(PAUSE).await;
                self.send(question, Needs::Head).await
            }
        }
    }
}
