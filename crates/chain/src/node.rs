use std::{sync::Arc, time::Duration};

use tensorwire_rpc::{Answer, Request};
use tensorwire_scale::Runtime;
use tokio::runtime::Handle;
use tracing::{Instrument, field::Empty};

use crate::{
    Error, ErrorKind, Hash, Outbox, Result, RuntimeVersion, backfill,
    header::Height,
    history::History,
    pin::Located,
    pool::{Feed, Needs, Pool},
    runtimes::Runtimes,
    values::Values,
};

/// What all blocks of a chain share: the endpoints, the runtimes.
pub(crate) struct Node {
    pub(crate) pool: Arc<Pool>,
    pub(crate) runtimes: Runtimes,
    pub(crate) history: History,
    pub(crate) values: Values,
    pub(crate) outbox: Option<Outbox>,
    /// The runtime that serves the connections.
    pub(crate) handle: Handle,
    /// The process that opened them.
    process: u32,
}

impl Node {
    pub(crate) fn new(
        pool: Arc<Pool>,
        handle: Handle,
        runtimes: Runtimes,
        values: Values,
        outbox: Option<Outbox>,
    ) -> Self {
        let (history, process) = (History::default(), std::process::id());
        Self { pool, runtimes, history, values, outbox, handle, process }
    }

    /// Fails in a child of the process that opened the connections: its copies of them are shared sockets and tasks
    /// that nobody runs.
    pub(crate) fn is_ours(&self) -> Result<()> {
        if self.process == std::process::id() {
            return Ok(());
        }
        let message = "this connection was opened before fork(): open a new one in the child";
        Err(Error::new(ErrorKind::Forked, message))
    }

    /// Asks an endpoint that has what the question needs.
    pub(crate) async fn request(&self, request: Request, needs: Needs) -> Result<Answer> {
        Ok(self.pool.send(request, needs).await?.answer)
    }

    /// Asks one endpoint after another until an answer is accepted; the last answer if none is.
    pub(crate) async fn request_where(
        &self,
        request: Request,
        needs: Needs,
        accept: impl Fn(&Answer) -> bool + Send,
    ) -> Result<Answer> {
        Ok(self.pool.send_where(request, needs, accept).await?.answer)
    }

    /// Subscribes at the freshest endpoint.
    pub(crate) async fn subscribe(&self, request: Request, unsubscribe: &'static str) -> Result<Feed> {
        self.is_ours()?;
        self.pool.subscribe(request, unsubscribe).await
    }

    /// No request once a websocket has proven it.
    pub(crate) async fn genesis(&self) -> Result<Hash> {
        self.pool.genesis().await
    }

    /// One request.
    pub(crate) async fn version_at(&self, block: Hash, needs: Needs) -> Result<RuntimeVersion> {
        RuntimeVersion::read(
            &self.request(Request::new("state_getRuntimeVersion").param(block), needs).await?,
        )
    }

    /// The runtime of that version, downloaded as of that block if it is new.
    pub(crate) async fn runtime(
        &self,
        version: &RuntimeVersion,
        block: Hash,
        needs: Needs,
    ) -> Result<Arc<Runtime>> {
        self.runtimes.get(self.genesis().await?, version, block, needs).await
    }

    /// What the chain's end uses is what the next read will likely need.
    pub(crate) async fn is_current(&self, version: &RuntimeVersion, runtime: &Arc<Runtime>) -> Result<()> {
        self.runtimes.is_current(self.genesis().await?, version, runtime);
        Ok(())
    }

    /// The runtime that executed a block which carries an upgrade, or may: its parent's. Two requests, and the metadata
    /// of a new runtime; none for the genesis, which nobody executed.
    pub(crate) async fn parents_runtime(&self, block: Located) -> Result<Option<Arc<Runtime>>> {
        if block.number == Some(0) {
            return Ok(None);
        }
        let header = backfill::by_hash(self, block.hash, block.needs_block()).await?;
        let header = header.ok_or_else(|| self.pool.has_no_block(block.hash))?;
        if header.number == 0 {
            return Ok(None);
        }
        let parent = Located { number: Some(header.number - 1), hash: header.parent, ..block };
        let known = block.is_final.then(|| self.history.executor(header.number)).flatten();
        let version = match known {
            Some(version) => version,
            None => self.version_at(parent.hash, parent.needs()).await?,
        };
        if block.is_final {
            self.history.executed(header.number, &version);
        }
        self.runtime(&version, parent.hash, parent.needs()).await.map(Some)
    }

    /// The node had to be asked which runtime an old block has. Once it looks as if there will be more of them, it is asked
    /// for the newest final block and its runtime, beside what else is under way: what lies between is known then.
    pub(crate) fn asked_for_old(self: &Arc<Self>) {
        if self.history.wants_end() {
            let node = Arc::downgrade(self);
            self.handle.spawn(async move {
                let Some(node) = node.upgrade() else { return };
                let Ok(end) = backfill::newest(&node, true).await else { return };
                node.history.finalize(end.block());
                if let Ok(version) = node.version_at(end.hash, Needs::Block(end.number)).await {
                    node.history.holds(end.number, &version);
                }
            });
        }
    }

    /// One request.
    pub(crate) async fn number_of(&self, block: Hash, needs: Needs) -> Result<u64> {
        let request = Request::new("chain_getHeader").param(block);
        let answer = self.request_where(request, needs, |answer| !answer.is_null()).await?;
        let header: Option<Height> = answer.json()?;
        let header = header.ok_or_else(|| self.pool.has_no_block(block))?;
        header
            .number()
            .ok_or_else(|| Error::new(ErrorKind::Protocol, format!("{} is no header", answer.raw())))
    }

    /// The hash of the block of that height. One request; one or two more, if there is none, to say why.
    pub(crate) async fn hash_of(&self, number: u64) -> Result<Hash> {
        if let Some(hash) = self.hash_if_any(number).await? {
            return Ok(hash);
        }
        let head: Height = self.request(Request::new("chain_getHeader"), Needs::Head).await?.json()?;
        let head = head.number().unwrap_or_default();
        if number > head.max(self.pool.highest()) {
            let message = format!("block {number} is not there yet: the head is block {head}");
            return Err(Error::new(ErrorKind::NotYetImported, message));
        }
        // It may have come between the two questions.
        self.hash_if_any(number).await?.ok_or_else(|| {
            let message =
                format!("no endpoint has block {number}, though the head is block {head}: try an archive");
            Error::new(ErrorKind::UnknownBlock, message)
        })
    }

    async fn hash_if_any(&self, number: u64) -> Result<Option<Hash>> {
        let request = Request::new("chain_getBlockHash").param(number);
        let answer = self.request_where(request, Needs::Block(number), |answer| !answer.is_null()).await?;
        Ok(answer.json()?)
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.pool.timeout
    }

    /// Ends a read within the deadline, however many requests it takes, and names it if it fails.
    pub(crate) async fn bounded<T>(
        &self,
        asked: impl Fn() -> String,
        read: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        self.is_ours()?;
        let span = tracing::debug_span!(target: "tensorwire::chain", "read", asked = Empty);
        if !span.is_disabled() {
            span.record("asked", asked());
        }
        match tokio::time::timeout(self.timeout(), read.instrument(span)).await {
            Ok(result) => result.map_err(|error| error.asking(asked)),
            Err(_) => {
                let (first, timeout) = (self.pool.first(), self.timeout());
                let why = first.client().last_error().filter(|_| !first.is_open());
                let why = why.map(|error| format!(" ({error})")).unwrap_or_default();
                let message = format!("no answer from {} within {timeout:?}{why}", first.name());
                Err(Error::new(ErrorKind::Timeout, message).asking(asked))
            }
        }
    }
}
