use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::Deserialize;
use tensorwire_rpc::{self as rpc, Answer, Client, Request, Subscription};
use tensorwire_scale::Runtime;
use tokio::runtime::Handle;

use crate::{Error, ErrorKind, Hash, Result, RuntimeVersion, flight::Flight, runtimes::Runtimes};

/// What all blocks of a chain share: the connection, the chain's identity, the runtimes.
pub(crate) struct Node {
    pub(crate) client: Client,
    pub(crate) timeout: Duration,
    pub(crate) runtimes: Runtimes,
    /// The runtime that serves the connection.
    pub(crate) handle: Handle,
    expected: Option<Hash>,
    genesis: Mutex<Flight<Hash>>,
}

impl Node {
    /// One request, sent at once: nothing is answered before the chain has proven which one it is.
    pub(crate) fn new(
        client: Client,
        handle: Handle,
        timeout: Duration,
        runtimes: Runtimes,
        expected: Option<Hash>,
    ) -> Self {
        let genesis = Mutex::new(ask_genesis(&client, &handle, expected));
        Self { client, timeout, runtimes, handle, expected, genesis }
    }

    /// No request: connecting has asked. A lost answer is asked for again; another chain stays another chain.
    pub(crate) async fn genesis(&self) -> Result<Hash> {
        let asked = self.genesis.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match asked.get().await {
            Err(error) if error.kind() != ErrorKind::WrongChain => self.genesis_again(&asked).get().await,
            answered => answered,
        }
    }

    fn genesis_again(&self, failed: &Flight<Hash>) -> Flight<Hash> {
        let mut genesis = self.genesis.lock().unwrap_or_else(PoisonError::into_inner);
        if genesis.is(failed) {
            *genesis = ask_genesis(&self.client, &self.handle, self.expected);
        }
        genesis.clone()
    }

    /// Asks an endpoint that has what the question needs.
    pub(crate) async fn request(&self, request: Request, _needs: Needs) -> Result<Answer> {
        Ok(self.client.request(request).await?)
    }

    /// Asks one endpoint after another until an answer is accepted; the last answer if none is.
    pub(crate) async fn request_where(
        &self,
        request: Request,
        needs: Needs,
        _accept: impl Fn(&Answer) -> bool,
    ) -> Result<Answer> {
        self.request(request, needs).await
    }

    /// Subscribes at the freshest endpoint.
    pub(crate) async fn subscribe(&self, request: Request, unsubscribe: &'static str) -> Result<Feed> {
        Ok(Feed { subscription: self.client.subscribe(request, unsubscribe).await? })
    }

    /// One request.
    pub(crate) async fn version_at(&self, block: Hash) -> Result<RuntimeVersion> {
        RuntimeVersion::read(
            &self.client.request(Request::new("state_getRuntimeVersion").param(block)).await?,
        )
    }

    /// The runtime of that version, downloaded as of that block if it is new.
    pub(crate) async fn runtime(&self, version: RuntimeVersion, block: Hash) -> Result<Arc<Runtime>> {
        self.runtimes.get(self.genesis().await?, version, block).await
    }

    /// The same for a block at the chain's end: what it uses is what the next read will likely need.
    pub(crate) async fn current_runtime(&self, version: RuntimeVersion, block: Hash) -> Result<Arc<Runtime>> {
        let runtime = self.runtime(version.clone(), block).await?;
        self.runtimes.is_current(self.genesis().await?, &version, &runtime);
        Ok(runtime)
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

/// What an endpoint must have to answer a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Any endpoint of the chain will do.
    Anything,
    /// The freshest head there is.
    Head,
    /// The block of that number.
    Block(u64),
}

/// A subscription at one endpoint. It ends when that endpoint is of no more use: subscribe again then.
pub(crate) struct Feed {
    subscription: Subscription,
}

impl Feed {
    pub(crate) async fn next(&mut self) -> Option<Result<Answer, rpc::Error>> {
        self.subscription.next().await
    }
}

fn ask_genesis(client: &Client, handle: &Handle, expected: Option<Hash>) -> Flight<Hash> {
    let asked = client.send(Request::new("chain_getBlockHash").param(0));
    let endpoint = client.endpoint().to_owned();
    Flight::new(handle, async move {
        let genesis: Hash = asked.await?.json()?;
        match expected {
            Some(expected) if expected != genesis => Err(Error::new(
                ErrorKind::WrongChain,
                format!("{endpoint} serves the chain of genesis {genesis}, wanted is {expected}"),
            )),
            _ => Ok(genesis),
        }
    })
}
