//! What commands share: the options, the way out, and the connection once one is needed.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, anyhow};
use tensorwire::{At, BlockId, Builder, Cache, ErrorKind, Network, Outbox, Runtime, Subtensor, Types};

use crate::{endpoint_option::EndpointOption, metadata_file, options::Options, output::Output, stop};

#[derive(Clone)]
pub(crate) struct Context {
    options: Options,
    pub(crate) output: Output,
}

/// How long a name resolution or a file write that nobody waits for any more may hold up the end.
const LINGER: Duration = Duration::from_secs(1);

impl Context {
    pub(crate) fn new(options: Options) -> Self {
        let output = Output::new(options.json);
        Self { options, output }
    }

    /// Runs async work to its end or to Ctrl-C.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.context("the async runtime cannot be started")?;
        let result = runtime.block_on(work);
        runtime.shutdown_timeout(LINGER);
        result
    }

    /// Connects, works with the connection, and closes it: also after an error or Ctrl-C.
    pub(crate) fn connected<T>(&self, work: impl AsyncFnOnce(&Subtensor) -> Result<T>) -> Result<T> {
        self.session(self.pool()?.connect(), work)
    }

    /// The same for what sends: what is sent is written down before, if that is asked for.
    pub(crate) fn connected_to_send<T>(
        &self,
        outbox: Option<&Outbox>,
        work: impl AsyncFnOnce(&Subtensor) -> Result<T>,
    ) -> Result<T> {
        let pool = self.pool()?;
        let pool = outbox.into_iter().fold(pool, |pool, outbox| pool.outbox(outbox));
        self.session(pool.connect(), work)
    }

    /// The same where work may begin with no endpoint in reach.
    pub(crate) fn unconnected<T>(&self, work: impl AsyncFnOnce(&Subtensor) -> Result<T>) -> Result<T> {
        self.session(self.pool()?.connect_lazily(), work)
    }

    fn session<T>(
        &self,
        connect: impl Future<Output = tensorwire::Result<Subtensor>>,
        work: impl AsyncFnOnce(&Subtensor) -> Result<T>,
    ) -> Result<T> {
        let connect = async { connect.await.map_err(|error| EndpointOption::blame(&self.options, error)) };
        self.wait(async {
            let mut open = None;
            // One ear for the whole of it: a Ctrl-C between connecting and working would go unheard.
            let result = interruptible(async { work(open.insert(connect.await?)).await }).await;
            if let Some(subtensor) = open {
                subtensor.close().await;
            }
            result
        })
    }

    /// The block that `--at` names.
    pub(crate) fn block(&self) -> BlockId {
        self.options.at
    }

    /// Connects, and works at the block that `--at` names.
    pub(crate) fn at_block<T>(&self, work: impl AsyncFnOnce(&At) -> Result<T>) -> Result<T> {
        self.at(None, work)
    }

    /// The same at another block, if there is one.
    pub(crate) fn at<T>(
        &self,
        block: Option<BlockId>,
        work: impl AsyncFnOnce(&At) -> Result<T>,
    ) -> Result<T> {
        self.connected_at(block, async |_, at| work(at).await)
    }

    /// The same, with the connection.
    pub(crate) fn connected_at<T>(
        &self,
        block: Option<BlockId>,
        work: impl AsyncFnOnce(&Subtensor, &At) -> Result<T>,
    ) -> Result<T> {
        let at = block.unwrap_or(self.options.at);
        self.connected(async |subtensor| {
            let block = subtensor.at(at).await?;
            let block = if self.options.verify { block.verified() } else { block };
            let result = work(subtensor, &block).await;
            result.map_err(|error| match error.downcast_ref::<tensorwire::Error>() {
                // Each node words this differently.
                Some(cause) if cause.kind() == ErrorKind::UnknownBlock && matches!(at, BlockId::Hash(_)) => {
                    match subtensor.status().as_slice() {
                        [only] => anyhow!("{} has no {at}", only.endpoint),
                        _ => anyhow!("no endpoint has {at}"),
                    }
                }
                _ => error,
            })
        })
    }

    /// The runtime in force at that block.
    pub(crate) fn runtime(&self) -> Result<Arc<Runtime>> {
        self.at_block(async |at| Ok(at.runtime().await?))
    }

    /// What is kept between runs.
    pub(crate) fn cache(&self) -> Cache {
        match &self.options {
            Options { no_cache: true, .. } => Cache::none(),
            Options { cache: Some(cache), .. } => cache.clone(),
            Options { cache: None, .. } => Cache::on_disk(),
        }
    }

    /// A connection still to be made, with the deadlines that `--timeout` sets.
    pub(crate) fn builder(&self, network: impl Into<Network>) -> Builder {
        let builder = Subtensor::builder(network);
        match self.options.timeout {
            Some(timeout) => builder.timeout(timeout).connect_timeout(timeout),
            None => builder,
        }
    }

    /// The runtime of a metadata file, with the types that the options name.
    pub(crate) fn runtime_of_file(&self, path: &Path) -> Result<Runtime> {
        metadata_file::load(path, &self.types()?, self.options.spec_version)
    }

    fn types(&self) -> Result<Types> {
        Ok(self.options.types.iter().try_fold(Types::new(), Types::file)?)
    }

    /// The endpoints that the options name.
    fn pool(&self) -> Result<Builder> {
        let Options { network, fallback, archive, no_pool, .. } = &self.options;
        let builder = self.builder(network.clone()).cache(self.cache()).network_pool(!no_pool);
        let builder = fallback.iter().fold(builder, |builder, url| builder.fallback(url));
        Ok(archive.iter().fold(builder, |builder, url| builder.archive(url)).types(self.types()?))
    }
}

/// The work's result, or [`Stopped`](stop::Stopped) on Ctrl-C and its like.
pub(crate) async fn interruptible<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let stopped = stop::asked()?;
    tokio::select! {
        result = work => result,
        stopped = stopped => Err(stopped.into()),
    }
}
