//! What reading a map takes: beside subxt's storage iterator and pages asked for one after the other, all from the same
//! scripted node over a loopback socket. And what memory a map takes that is read entry by entry.

#[path = "../../crates/tensorwire/tests/soak/scripted.rs"]
#[allow(dead_code, missing_docs, missing_debug_implementations, unreachable_pub, clippy::unwrap_used)]
mod scripted;

#[path = "maps/counted.rs"]
mod counted;
#[path = "maps/node.rs"]
mod node;

use std::{
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;
use node::{HEAD, Map};
use subxt::{
    OnlineClient, SubstrateConfig,
    backend::LegacyBackend,
    config::substrate::{SpecVersionForRange, SubstrateConfigBuilder},
    metadata::Metadata,
    utils::H256,
};
use subxt_rpcs::client::reconnecting_rpc_client::RpcClient;
use tensorwire::{Cache, Chain};
use tensorwire_oracle::ratio;
use tensorwire_rpc::{Client, Request};

type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

/// What one way to read it has taken.
struct Taken {
    entries: usize,
    time: Duration,
    round_trips: u64,
    requests: u64,
}

fn main() -> Result<()> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/metadata/finney-393-v16.scale");
    let Ok(metadata) = fs::read(file) else {
        eprintln!("skipped: {file} is not there");
        return Ok(());
    };
    // The node has a thread of its own.
    let served = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let client = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for entries in [4096, 100_000] {
        for round_trip in [Duration::ZERO, Duration::from_millis(100)] {
            let map = served.block_on(Map::serve(metadata.clone(), entries, round_trip))?;
            client.block_on(compare(&map, &metadata))?;
        }
    }
    let map = served.block_on(Map::serve(metadata.clone(), 10_000, Duration::from_millis(100)))?;
    client.block_on(known(&map, &metadata))?;
    let mut peaks = Vec::new();
    for entries in [50_000, 100_000] {
        let map = served.block_on(Map::serve(metadata.clone(), entries, Duration::ZERO))?;
        peaks.push(client.block_on(streamed(&map))?);
    }
    println!(
        "streamed, most memory in use: {} KiB with 50,000 entries, {} KiB with 100,000",
        peaks[0] >> 10,
        peaks[1] >> 10
    );
    Ok(())
}

fn table(title: &str, rows: &[(&str, Taken)]) {
    println!("{title}");
    for (name, Taken { entries, time, round_trips, requests }) in rows {
        let times = ratio(*time, rows[0].1.time);
        println!(
            "  {name:<44} {entries:>7} entries {time:>10.1?} {times:>7.2}x {round_trips:>6} round trips {requests:>6} requests"
        );
    }
    println!();
}

async fn measured(map: &Map, read: impl Future<Output = Result<usize>>) -> Result<Taken> {
    map.node.reset_counts();
    let begun = Instant::now();
    let entries = read.await?;
    assert_eq!(entries, map.entries, "all of it");
    Ok(Taken {
        entries,
        time: begun.elapsed(),
        round_trips: map.node.round_trips(),
        requests: map.requests(),
    })
}

async fn compare(map: &Map, metadata: &[u8]) -> Result<()> {
    let mut rows = Vec::new();
    let chain = warm(map).await?;
    rows.push(("tensorwire", measured(map, ours(&chain)).await?));
    let client = Client::builder(&map.node.url()).connect().await?;
    client.request(Request::new("chain_getFinalizedHead")).await?;
    rows.push((
        "pages of 1,000 keys, one after the other",
        measured(map, one_after_the_other(&client, map)).await?,
    ));
    // At its own page size the big map takes minutes.
    let own = ("subxt, pages of 64", 64);
    for (name, page) in [own, ("subxt, pages of 1,000", 1000)] {
        if page == 64 && map.entries > 10_000 && !map.round_trip.is_zero() {
            continue;
        }
        let subxt = subxt(map, metadata, page).await?;
        rows.push((name, measured(map, theirs(&subxt)).await?));
    }
    table(&format!("System.Account, {} entries, round trip {:?}", map.entries, map.round_trip), &rows);
    Ok(())
}

/// A chain whose runtime and head are known.
async fn warm(map: &Map) -> Result<Chain> {
    let chain =
        Chain::builder(map.node.url().as_str()).cache(Cache::none()).idle_timeout(None).connect().await?;
    chain.head().await?.executed_by().await?;
    Ok(chain)
}

async fn ours(chain: &Chain) -> Result<usize> {
    let mut entries = chain.head().await?.query_map("System", "Account", ());
    let mut count = 0;
    while let Some(entry) = entries.next().await {
        count += entry?.keys.len();
    }
    Ok(count)
}

/// Keys and values as they come, undecoded.
async fn one_after_the_other(client: &Client, map: &Map) -> Result<usize> {
    let (prefix, mut count) = (map.prefix(), 0);
    let mut start = prefix.clone();
    loop {
        let page = Request::new("state_getKeysPaged").param(&prefix).param(1000).param(&start).param(HEAD);
        let keys: Vec<String> = client.request(page).await?.json()?;
        let Some(last) = keys.last() else { return Ok(count) };
        start.clone_from(last);
        let values = client.request(Request::new("state_queryStorageAt").param(&keys).param(HEAD)).await?;
        count += values.raw().matches("\"0x").count() / 2;
    }
}

type Subxt = OnlineClient<SubstrateConfig>;

async fn subxt(map: &Map, metadata: &[u8], page: u32) -> Result<Subxt> {
    let metadata = Metadata::decode_from(metadata)?.arc();
    let version = SpecVersionForRange { block_range: 0..100, spec_version: 393, transaction_version: 1 };
    let config = SubstrateConfigBuilder::new()
        .set_genesis_hash(H256::repeat_byte(0x11))
        .set_metadata_for_spec_versions([(393, metadata)])
        .set_spec_version_for_block_ranges([version])
        .build();
    let rpc = RpcClient::builder().build(map.node.url()).await?;
    let backend = LegacyBackend::builder().storage_page_size(page).build(subxt_rpcs::RpcClient::new(rpc));
    Ok(OnlineClient::from_backend_with_config(config, Arc::new(backend)).await?)
}

async fn theirs(client: &Subxt) -> Result<usize> {
    let at = client.at_block_hash_and_number(HEAD.parse::<H256>()?, 7).await?;
    let account = subxt::dynamic::storage::<Vec<scale_value::Value>, scale_value::Value>("System", "Account");
    let mut entries = at.storage().entry(account)?.iter(Vec::<scale_value::Value>::new()).await?;
    let mut count = 0;
    while let Some(entry) = entries.next().await {
        let entry = entry?;
        entry.value().decode()?;
        count += entry.key()?.decode()?.len();
    }
    Ok(count)
}

/// Accounts that are known: no listing.
async fn known(map: &Map, metadata: &[u8]) -> Result<()> {
    let chain = warm(map).await?;
    let accounts = map.accounts();
    let ours = async {
        let at = chain.head().await?;
        Ok(at.query_many("System", "Account", accounts.iter().map(|account| (account,))).await?.len())
    };
    let mut rows = vec![("tensorwire, query_many", measured(map, ours).await?)];
    let client = subxt(map, metadata, 1000).await?;
    let theirs = async {
        let at = client.at_block_hash_and_number(HEAD.parse::<H256>()?, 7).await?;
        let account =
            subxt::dynamic::storage::<Vec<scale_value::Value>, scale_value::Value>("System", "Account");
        let entry = at.storage().entry(account)?;
        let fetch = async |account: &tensorwire::AccountId| -> Result<()> {
            entry.fetch(vec![scale_value::Value::from_bytes(account.0)]).await?.decode()?;
            Ok(())
        };
        Ok(try_join_all(accounts.iter().map(fetch)).await?.len())
    };
    rows.push(("subxt, a fetch each, all at once", measured(map, theirs).await?));
    table("System.Account of 10,000 known accounts, round trip 100ms", &rows);
    Ok(())
}

/// The most memory in use while a map passes by, beside what was there before.
async fn streamed(map: &Map) -> Result<usize> {
    let chain = warm(map).await?;
    counted::reset();
    let before = counted::now();
    let mut entries = chain.head().await?.query_map("System", "Account", ());
    let mut count = 0;
    while let Some(entry) = entries.next().await {
        count += entry?.keys.len();
        if count % 1000 == 0 {
            // The node remembers what it was asked.
            map.node.reset_counts();
        }
    }
    assert_eq!(count, map.entries);
    Ok(counted::most() - before)
}
