//! What commands share: the options, the way out, and the connection once one is needed.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use tensorwire::{At, Cache, Runtime, Subtensor};

use crate::{failure::Interrupted, options::Options, output::Output};

pub(crate) struct Context {
    options: Options,
    pub(crate) output: Output,
}

/// No handshake is worth a longer wait, whatever the reads may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

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
        self.wait(async {
            let subtensor = interruptible(self.connect()).await?;
            let result = interruptible(work(&subtensor)).await;
            subtensor.close().await;
            result
        })
    }

    /// The same, at the block that `--at` names.
    pub(crate) fn at_block<T>(&self, work: impl AsyncFnOnce(&At) -> Result<T>) -> Result<T> {
        self.connected(async |subtensor| work(&subtensor.at(self.options.at).await?).await)
    }

    /// The runtime in force at that block.
    pub(crate) fn runtime(&self) -> Result<Arc<Runtime>> {
        self.at_block(async |at| Ok(at.runtime().await?))
    }

    async fn connect(&self) -> Result<Subtensor> {
        let Options { network, timeout, no_cache, .. } = &self.options;
        let cache = if *no_cache { Cache::none() } else { Cache::on_disk() };
        let builder = Subtensor::builder(network.clone()).cache(cache);
        let builder = builder.timeout(*timeout).connect_timeout((*timeout).min(CONNECT_TIMEOUT));
        Ok(builder.connect().await?)
    }
}

/// The work's result, or [`Interrupted`] on Ctrl-C.
pub(crate) async fn interruptible<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::select! {
        result = work => result,
        signal = tokio::signal::ctrl_c() => {
            signal.context("Ctrl-C cannot be listened for")?;
            Err(Interrupted.into())
        }
    }
}
