//! G17: what it costs to connect and read a first value, counted in round trips.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

mod support;

use std::fs;

use futures_util::future::try_join_all;
use support::{ROUND_TRIP, ScriptedChain};
use tensorwire_chain::{AccountId, Cache, Chain};
use tensorwire_rpc::mock::Reply;

const ALICE: AccountId = AccountId([0xd4; 32]);

async fn nonce(chain: &Chain) -> u64 {
    let at = chain.head().await.unwrap();
    at.query("System", "Account", [&ALICE]).await.unwrap()["nonce"].as_u64().unwrap()
}

#[tokio::test(start_paused = true)]
async fn g17_cold_is_two_round_trips_and_the_metadata() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let chain = scripted.connect(Cache::none()).await;
    assert_eq!(nonce(&chain).await, 0);
    assert_eq!(scripted.node.round_trips(), 3);
    assert_eq!(scripted.node.connections(), 1);
}

#[tokio::test(start_paused = true)]
async fn g17_warm_is_one_round_trip() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::folder(folder.path());
    session(&scripted, &cache).await;

    scripted.node.reset_counts();
    let chain = scripted.connect(cache).await;
    assert_eq!(nonce(&chain).await, 0);
    assert_eq!(scripted.node.round_trips(), 1);
    assert_eq!(scripted.node.requests_of("state_call"), 0, "no metadata is asked for");
}

#[tokio::test(start_paused = true)]
async fn g17_fifty_cold_callers_download_the_metadata_once() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let chain = scripted.connect(Cache::none()).await;
    try_join_all((0..50).map(|_| async { chain.head().await?.query("System", "Account", [&ALICE]).await }))
        .await
        .unwrap();
    let downloads = scripted.node.requests().into_iter().filter(|(method, params)| {
        method == "state_getMetadata" || params[0] == "Metadata_metadata_at_version"
    });
    assert_eq!(downloads.count(), 1);
    assert_eq!(
        scripted.node.requests_of("state_getRuntimeVersion"),
        1,
        "callers of one moment share the head"
    );
}

#[tokio::test(start_paused = true)]
async fn a_download_that_failed_with_nobody_waiting_is_begun_anew() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let chain = scripted.connect(Cache::none()).await;
    let metadata = |fails: bool| {
        scripted.state.lock().unwrap().change = Some(Box::new(move |method, params, reply| {
            let asked = method == "state_call" && params[0] == "Metadata_metadata_at_version";
            if asked && fails { Reply::error(4003, "Client error: out of order") } else { reply }
        }));
    };
    metadata(true);
    let at = chain.head().await.unwrap();
    let given_up = tokio::time::timeout(ROUND_TRIP * 3 / 2, at.runtime()).await;
    assert!(given_up.is_err(), "the metadata was under way");
    drop(at);
    tokio::time::sleep(ROUND_TRIP * 5).await;
    metadata(false);
    assert_eq!(nonce(&chain).await, 0);
}

#[tokio::test(start_paused = true)]
async fn g17_a_damaged_cache_file_is_downloaded_again() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::folder(folder.path());
    session(&scripted, &cache).await;
    let file = metadata_file(folder.path());

    for damage in
        [b"".as_slice(), b"twmeta01", b"junk that is no cache file at all, and long enough for a hash"]
    {
        fs::write(&file, damage).unwrap();
        scripted.node.reset_counts();
        session(&scripted, &cache).await;
        assert_eq!(scripted.node.requests_of("state_call"), 2, "versions and metadata");
    }
    let mut content = fs::read(&file).unwrap();
    *content.last_mut().unwrap() ^= 1;
    fs::write(&file, content).unwrap();
    scripted.node.reset_counts();
    nonce(&scripted.connect(cache).await).await;
    assert_eq!(scripted.node.requests_of("state_call"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_cache_that_cannot_be_written_makes_nothing_fail() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let file = tempfile::NamedTempFile::new().unwrap();
    let chain = scripted.connect(Cache::folder(file.path().join("below a file"))).await;
    assert_eq!(nonce(&chain).await, 0);
}

/// Reads once, and waits for what is written to the cache.
async fn session(scripted: &ScriptedChain, cache: &Cache) {
    let chain = scripted.connect(cache.clone()).await;
    assert_eq!(nonce(&chain).await, 0);
    chain.close().await;
}

/// The one metadata file.
fn metadata_file(folder: &std::path::Path) -> std::path::PathBuf {
    let files = walk(folder);
    let metadata = files.iter().filter(|file| file.extension().is_some_and(|ext| ext == "scale"));
    let [file] = metadata.collect::<Vec<_>>()[..] else { panic!("{files:?}") };
    file.clone()
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
