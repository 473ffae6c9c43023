//! A host of a genuine runtime that takes transactions, and makes blocks of them when told to.

use std::{path::Path, time::Duration};

use serde_json::{Value as Json, json};
use sp_core::blake2_256;
use tensorwire::{Cache, Chain, Event, Hash, Result, Submission, Transaction, rpc::Request};
use tensorwire_devnet::Devnet;
use tensorwire_wallet::Keypair;

use crate::{chopsticks::Chopsticks, specs};

/// What a transaction that was accepted may take to be found in its block.
const BOUND: Duration = Duration::from_secs(60);

/// A chain in one of the hosts.
#[derive(Debug)]
pub struct Host {
    process: Process,
    chain: Chain,
}

#[derive(Debug)]
enum Process {
    Devnet(Devnet),
    Chopsticks(#[expect(dead_code, reason = "its process ends with it")] Chopsticks),
}

/// What became of a transaction in its block.
#[derive(Debug)]
pub struct Happened {
    /// Why it failed, or what it carried did.
    pub error: Option<String>,
    /// What was told of it.
    pub events: Vec<Event>,
}

impl Host {
    /// The devnet of a spec; none where the shared data is absent.
    pub async fn devnet(spec: &str) -> Option<Self> {
        let devnet = Devnet::builder().spec(specs::file(spec)?).start().await.unwrap();
        let chain = connect(devnet.url()).await;
        Some(Self::started(Process::Devnet(devnet), chain).await)
    }

    /// Chopsticks with a spec; none where npm or the shared data is absent.
    pub async fn chopsticks(spec: &'static str, folder: &Path) -> Option<Self> {
        let chopsticks = Chopsticks::start(spec, folder).await?;
        let chain = connect(chopsticks.url()).await;
        Some(Self::started(Process::Chopsticks(chopsticks), chain).await)
    }

    /// With its first block: a genesis that was seeded has the hash of another chain's in its state until then, and takes
    /// that for what extrinsics are signed for.
    async fn started(process: Process, chain: Chain) -> Self {
        let host = Self { process, chain };
        host.build().await;
        host
    }

    /// A client of it.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Makes a block of what was submitted.
    async fn build(&self) -> Hash {
        match &self.process {
            Process::Devnet(devnet) => Hash(devnet.produce_block().await.unwrap()),
            Process::Chopsticks(_) => {
                let request = Request::new("dev_newBlock").param(json!({ "count": 1 }));
                self.chain.request(request).await.unwrap().json().unwrap()
            }
        }
    }

    /// Signs and submits transactions, one after another, and makes one block of those that are not refused.
    pub async fn execute(&self, transactions: Vec<(Keypair, Transaction)>) -> Vec<Result<Happened>> {
        let mut submitted = Vec::new();
        for (key, transaction) in transactions {
            submitted.push(transaction.timeout(BOUND).sign_and_submit(&key).await);
        }
        let block = self.build().await;
        let mut happened = Vec::new();
        for submission in submitted {
            happened.push(match submission {
                Ok(submission) => Ok(self.happened(&submission, block).await),
                Err(refusal) => Err(refusal),
            });
        }
        happened
    }

    async fn happened(&self, submission: &Submission, block: Hash) -> Happened {
        match &self.process {
            Process::Devnet(_) => {
                let receipt = submission.in_block().await.unwrap();
                assert_eq!(receipt.ok(), receipt.error().is_none(), "{:?}", receipt.doubt());
                let error = receipt.error().map(ToString::to_string);
                Happened { error, events: receipt.events().to_vec() }
            }
            // A block's root is zero there, so that what it holds is not believed to be its own.
            Process::Chopsticks(_) => self.read(submission.hash(), block).await,
        }
    }

    /// What a block says of an extrinsic, unchecked.
    async fn read(&self, hash: Hash, block: Hash) -> Happened {
        let served = self.chain.request(Request::new("chain_getBlock").param(block)).await.unwrap();
        let served: Json = served.json().unwrap();
        let mut extrinsics = served["block"]["extrinsics"].as_array().unwrap().iter();
        let is_it =
            |extrinsic: &Json| blake2_256(&const_hex::decode(extrinsic.as_str().unwrap()).unwrap()) == hash.0;
        let index = extrinsics.position(is_it).unwrap_or_else(|| panic!("{hash} is not in {block}"));
        let at = self.chain.at(block).await.unwrap();
        let runtime = at.executed_by().await.unwrap();
        let of_it = |event: &Event| event.phase().extrinsic() == Some(index as u32);
        let events: Vec<_> = at.events().await.unwrap().into_iter().filter(of_it).collect();
        let failure = events.iter().find_map(|event| match (event.pallet(), event.name()) {
            ("System", "ExtrinsicFailed") => event.fields().get("dispatch_error"),
            ("Utility", "BatchInterrupted") => event.fields().get("error"),
            _ => None,
        });
        Happened { error: failure.map(|error| runtime.dispatch_error(error).to_string()), events }
    }
}

async fn connect(url: &str) -> Chain {
    Chain::builder(url).cache(Cache::none()).connect().await.unwrap()
}
