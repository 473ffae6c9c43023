//! Transfers from one key, many at once, each awaited until a block holds it and its events are read: submissions per
//! second against subxt, on a devnet in this process that makes a block every 50 ms.
//!
//! subxt has no allocator of nonces: where its submissions overlap, this bench counts them for it. It reads a nonce at the
//! final head, so that finality does not lag here. What a submission costs
//! in requests is counted for tensorwire alone, once its follower of the heads runs.

use futures_util::future::try_join_all;
use std::time::{Duration, Instant};
use subxt::{
    OnlineClient,
    config::{DefaultExtrinsicParamsBuilder, SubstrateConfig},
    tx::{Signer, TransactionStatus},
    utils::{AccountId32, MultiSignature},
};
use tensorwire::{AccountId, Chain, Signature, scale::Value};
use tensorwire_devnet::{Blocks, Devnet};
use tensorwire_oracle::ratio;
use tensorwire_wallet::Keypair;

type Error = Box<dyn std::error::Error>;

const BLOCK_TIME: Duration = Duration::from_millis(50);
const ROUNDS: usize = 5;
const SUBMISSIONS: usize = 200;
/// How many of them are made one after the other, which takes a block each.
const ONE_BY_ONE: usize = 10;
const DEST: AccountId = AccountId([3; 32]);
const AMOUNT: u64 = 1_000_000;

struct Alice(Keypair);

impl Signer<SubstrateConfig> for Alice {
    fn account_id(&self) -> AccountId32 {
        AccountId32(self.0.account().0)
    }

    fn sign(&self, payload: &[u8]) -> MultiSignature {
        match self.0.sign_bytes(payload) {
            Signature::Sr25519(signature) => MultiSignature::Sr25519(signature),
            other => panic!("{other:?} is of another kind"),
        }
    }
}

fn main() -> Result<(), Error> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        for latency in [Duration::ZERO, Duration::from_millis(100)] {
            let devnet = Devnet::builder().blocks(Blocks::Every(BLOCK_TIME)).finality_lag(0).latency(latency);
            let devnet = devnet.subnets(1).neurons(4).start().await?;
            contest(&devnet, latency).await?;
            devnet.shutdown().await;
        }
        Ok(())
    })
}

async fn contest(devnet: &Devnet, latency: Duration) -> Result<(), Error> {
    let chain = Chain::connect(devnet.url()).await?;
    let subxt = OnlineClient::<SubstrateConfig>::from_url(devnet.url()).await?;
    let alice = Alice(Keypair::from_uri("//Alice")?);
    let mut times = [const { Vec::new() }; 3];
    for round in 0..=ROUNDS {
        let took = [
            timed(try_join_all((0..SUBMISSIONS).map(|_| ours(&chain, &alice.0)))).await?,
            {
                let first = subxt.tx().await?.account_nonce(&alice.account_id()).await?;
                let nonces = (first..).take(SUBMISSIONS);
                timed(try_join_all(nonces.map(|nonce| theirs(&subxt, &alice, Some(nonce))))).await?
            },
            timed(async {
                for _ in 0..ONE_BY_ONE {
                    theirs(&subxt, &alice, None).await?;
                }
                Ok(Vec::<()>::new())
            })
            .await?,
        ];
        // The first round warms up.
        if round > 0 {
            times.iter_mut().zip(took).for_each(|(times, took)| times.push(took));
        }
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times[times.len() / 2]
    };
    let [ours, theirs, serial] = times.each_mut().map(median);
    println!(
        "a node {latency:?} away, blocks every {BLOCK_TIME:?}, {SUBMISSIONS} transfers of one key at once, medians of {ROUNDS}"
    );
    let rate = |count: usize, time: Duration| count as f64 / time.as_secs_f64();
    println!(
        "  tensorwire                                   {ours:>10.1?}  {:>7.0}/s",
        rate(SUBMISSIONS, ours)
    );
    println!(
        "  subxt, nonces counted for it                 {theirs:>10.1?}  {:>7.0}/s",
        rate(SUBMISSIONS, theirs)
    );
    println!(
        "  subxt, one after the other ({ONE_BY_ONE})               {serial:>10.1?}  {:>7.0}/s",
        rate(ONE_BY_ONE, serial)
    );
    println!("  subxt / tensorwire: {:.2}", ratio(theirs, ours));

    let remark = || chain.tx().call("System", "remark", Value::from(vec![1_u8; 3]));
    // What lands is looked up, which is another cost.
    devnet.hold_transactions(true);
    // subxt has used the key meanwhile: the first one learns that.
    let mut sent = vec![remark().sign_and_submit(&alice.0).await?];
    let before = chain.stats().requests;
    for _ in 0..ONE_BY_ONE {
        sent.push(remark().sign_and_submit(&alice.0).await?);
    }
    let requests = chain.stats().requests - before;
    devnet.hold_transactions(false);
    println!(
        "  tensorwire, requests for {ONE_BY_ONE} submissions, until the node has answered: {requests}\n"
    );
    Ok(())
}

async fn timed<T>(work: impl Future<Output = Result<Vec<T>, Error>>) -> Result<Duration, Error> {
    let start = Instant::now();
    work.await?;
    Ok(start.elapsed())
}

async fn ours(chain: &Chain, alice: &Keypair) -> Result<(), Error> {
    let transfer = chain.tx().call("Balances", "transfer_keep_alive", (DEST, AMOUNT));
    let receipt = transfer.sign_and_submit(alice).await?.in_block().await?;
    if receipt.ok() { Ok(()) } else { Err("the transfer failed".into()) }
}

/// As their documentation has it, until a block holds it.
async fn theirs(
    subxt: &OnlineClient<SubstrateConfig>,
    alice: &Alice,
    nonce: Option<u64>,
) -> Result<(), Error> {
    let dest = scale_value::Value::unnamed_variant("Id", [scale_value::Value::from_bytes(DEST.0)]);
    let arguments = vec![dest, scale_value::Value::u128(AMOUNT.into())];
    let call = subxt::dynamic::tx("Balances", "transfer_keep_alive", arguments);
    let mut params = DefaultExtrinsicParamsBuilder::<SubstrateConfig>::new().mortal(128);
    if let Some(nonce) = nonce {
        params = params.nonce(nonce);
    }
    let mut progress = subxt.tx().await?.sign_and_submit_then_watch(&call, alice, params.build()).await?;
    while let Some(status) = progress.next().await {
        if let TransactionStatus::InBestBlock(block) | TransactionStatus::InFinalizedBlock(block) = status? {
            block.wait_for_success().await?;
            return Ok(());
        }
    }
    Err("the watch ended".into())
}
