use std::{sync::Arc, time::Duration};

use serde::Deserialize;
use tensorwire_rpc::{Client, Request};
use tensorwire_scale::Runtime;

use crate::{
    Error, ErrorKind, Hash, Result, RuntimeVersion,
    pin::{Flight, flight},
    runtimes::Runtimes,
};

/// What all blocks of a chain share: the connection, the chain's identity, the runtimes.
pub(crate) struct Node {
    pub(crate) client: Client,
    pub(crate) timeout: Duration,
    pub(crate) runtimes: Runtimes,
    genesis: Flight<Hash>,
}

impl Node {
    /// One request, sent at once: nothing is answered before the chain has proven which one it is.
    pub(crate) fn new(client: Client, timeout: Duration, runtimes: Runtimes, expected: Option<Hash>) -> Self {
        let asked = client.send(Request::new("chain_getBlockHash").param(0));
        let endpoint = client.endpoint().to_owned();
        let genesis = flight(async move {
            let genesis: Hash = asked.await?.json()?;
            match expected {
                Some(expected) if expected != genesis => Err(Error::new(
                    ErrorKind::WrongChain,
                    format!("{endpoint} serves the chain of genesis {genesis}, wanted is {expected}"),
                )),
                _ => Ok(genesis),
            }
        });
        Self { client, timeout, runtimes, genesis }
    }

    pub(crate) async fn genesis(&self) -> Result<Hash> {
        self.genesis.clone().await
    }

    /// The runtime in force at a block: one request for its version, more if that version is new.
    pub(crate) async fn runtime_at(&self, block: Hash) -> Result<Arc<Runtime>> {
        let asked = self.client.request(Request::new("state_getRuntimeVersion").param(block)).await?;
        self.runtime(RuntimeVersion::read(&asked)?, block).await
    }

    /// The runtime of that version, downloaded as of that block if it is new.
    pub(crate) async fn runtime(&self, version: RuntimeVersion, block: Hash) -> Result<Arc<Runtime>> {
        self.runtimes.get(&self.client, self.genesis().await?, version, block).await
    }

    /// One request.
    pub(crate) async fn number_of(&self, block: Hash) -> Result<u64> {
        #[derive(Deserialize)]
        struct Header {
            number: String,
        }
        let answer = self.client.request(Request::new("chain_getHeader").param(block)).await?;
        let header: Option<Header> = answer.json()?;
        let header = header
            .ok_or_else(|| Error::new(ErrorKind::UnknownBlock, format!("the node has no block {block}")))?;
        let digits = header.number.trim_start_matches("0x");
        u64::from_str_radix(digits, 16)
            .map_err(|_| Error::new(ErrorKind::Protocol, format!("`{}` is no block number", header.number)))
    }

    /// Ends a read within the deadline, however many requests it takes, and names it if it fails.
    pub(crate) async fn bounded<T>(
        &self,
        asked: impl Fn() -> String,
        read: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        match tokio::time::timeout(self.timeout, read).await {
            Ok(result) => result.map_err(|error| error.asking(asked)),
            Err(_) => Err(Error::new(
                ErrorKind::Timeout,
                format!("no answer from {} within {:?}", self.client.endpoint(), self.timeout),
            )
            .asking(asked)),
        }
    }
}
