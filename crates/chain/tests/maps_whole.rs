//! Property: whatever the settings and whatever goes wrong on the way, a map comes whole and in order.

#![allow(clippy::unwrap_used, reason = "tests panic")]

mod support;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::TryStreamExt;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use support::{ScriptedChain, metadata};
use tensorwire_chain::{Cache, Chain, Hash, Value};
use tensorwire_rpc::mock::Reply;
use tensorwire_scale::{AccountId, hash::blake2_256};

/// A map, by how its keys are spread.
#[derive(Debug, Clone, Copy)]
enum Spread {
    /// By one hash.
    Hashed,
    /// By no hash, in clusters of a whole subnet.
    Plain,
    /// By no hash first, then by one.
    Clusters,
    /// By a hash of few first keys, then by another.
    HashedClusters,
}

impl Spread {
    fn item(self) -> (&'static str, &'static str) {
        match self {
            Self::Hashed => ("System", "Account"),
            Self::Plain => ("SubtensorModule", "Keys"),
            Self::Clusters => ("SubtensorModule", "Uids"),
            Self::HashedClusters => ("SubtensorModule", "Alpha"),
        }
    }

    fn keys(self, index: u32, clusters: u32) -> Vec<Value> {
        let account = |index: u32| AccountId(blake2_256(&index.to_le_bytes())).into();
        let cluster = index % clusters;
        match self {
            Self::Hashed => vec![account(index)],
            Self::Plain => vec![(cluster as u16).into(), ((index / clusters) as u16).into()],
            Self::Clusters => vec![(cluster as u16).into(), account(index)],
            Self::HashedClusters => vec![account(cluster), account(index), 1u16.into()],
        }
    }
}

/// What goes wrong with one answer.
#[derive(Debug, Clone, Copy)]
enum Fault {
    None,
    Disconnect,
    Slow(u16),
}

#[derive(Debug, Clone)]
struct Case {
    spread: Spread,
    entries: u32,
    clusters: u32,
    page_size: usize,
    limit: Option<u64>,
    start: Option<u32>,
    buffer_bytes: usize,
    faults: Vec<Fault>,
    /// How many keys an answer may hold.
    too_big_above: u64,
    /// Which answer is lost: a lone node is asked once more for one, so one at most.
    lost: Option<usize>,
    values: bool,
}

fn cases() -> impl Strategy<Value = Case> {
    let spread = prop_oneof![
        Just(Spread::Hashed),
        Just(Spread::Plain),
        Just(Spread::Clusters),
        Just(Spread::HashedClusters)
    ];
    let fault = prop_oneof![
        4 => Just(Fault::None),
        1 => Just(Fault::Disconnect),
        2 => (1u16..3000).prop_map(Fault::Slow),
    ];
    let page_size = prop_oneof![1 => 40usize..256, 2 => 256usize..=999, 2 => Just(1000)];
    let map = (spread, 0u32..2600, 1u32..40);
    let settings = (
        page_size,
        proptest::option::of(0u64..3000),
        proptest::option::of(0u32..2600),
        prop_oneof![1 => Just(1usize), 3 => 10_000usize..100_000, 3 => Just(16 << 20)],
        prop_oneof![3 => Just(u64::MAX), 1 => 10u64..500],
    );
    let faults = (proptest::collection::vec(fault, 0..30), proptest::option::of(0usize..20), any::<bool>());
    (map, settings, faults).prop_map(|(map, settings, (faults, lost, values))| {
        let (spread, entries, clusters) = map;
        let (page_size, limit, start, buffer_bytes, too_big_above) = settings;
        Case {
            spread,
            entries,
            clusters,
            page_size,
            limit,
            start,
            buffer_bytes,
            faults,
            too_big_above,
            lost,
            values,
        }
    })
}

/// Makes the answers go wrong, each as the schedule says.
fn disturb(scripted: &ScriptedChain, case: &Case) {
    let mut faults: VecDeque<_> = case.faults.clone().into();
    // A request is given up when its third websocket is lost under it.
    let disconnects = faults.iter_mut().filter(|fault| matches!(fault, Fault::Disconnect));
    disconnects.skip(2).for_each(|fault| *fault = Fault::None);
    let (mut answer, lost, too_big_above) = (0, case.lost, case.too_big_above);
    scripted.state.lock().unwrap().change = Some(Box::new(move |method, params, reply| {
        let keys = match method {
            "state_getKeysPaged" => params[1].as_u64(),
            "state_queryStorageAt" => params[0].as_array().map(|keys| keys.len() as u64),
            "state_getStorage" => Some(1),
            _ => return reply,
        };
        answer += 1;
        if lost == Some(answer) {
            return Reply::Silence;
        }
        let reply = match keys {
            Some(keys) if keys > too_big_above => Reply::error(-32008, "Response is too big"),
            _ => reply,
        };
        match faults.pop_front().unwrap_or(Fault::None) {
            Fault::None => reply,
            Fault::Disconnect => Reply::Drop,
            Fault::Slow(millis) => reply.after(Duration::from_millis(millis.into())),
        }
    }));
}

async fn check(scripted: &ScriptedChain, chain: &Chain, case: &Case) -> Result<(), TestCaseError> {
    let head = Hash(blake2_256(format!("{case:?}").as_bytes()));
    let (pallet, item) = case.spread.item();
    {
        let entry = scripted.runtime.storage(pallet, item).unwrap();
        let mut state = scripted.state.lock().unwrap();
        (state.head, state.change) = (head, None);
        state.storage.clear();
        for index in 0..case.entries {
            let key = entry.key(&case.spread.keys(index, case.clusters)).unwrap();
            state.storage.insert((head, key), blake2_256(&index.to_le_bytes()).to_vec());
        }
    }
    let mut expected: Vec<_> = {
        let state = scripted.state.lock().unwrap();
        state.storage.iter().map(|((_, key), value)| (key.clone(), value.clone())).collect()
    };
    expected.sort();
    let at = chain.at(head).await.unwrap();
    at.executed_by().await.unwrap();
    scripted.node.reset_counts();
    disturb(scripted, case);

    let mut listing =
        at.query_map(pallet, item, ()).page_size(case.page_size).buffer_bytes(case.buffer_bytes);
    if let Some(limit) = case.limit {
        listing = listing.limit(limit);
    }
    if let Some(start) = case.start.and_then(|start| expected.get(start as usize)).map(|(key, _)| key.clone())
    {
        expected.retain(|(key, _)| *key > start);
        listing = listing.start_key(start);
    }
    let all = expected.len() as u64;
    expected.truncate(case.limit.unwrap_or(u64::MAX) as usize);
    if case.values {
        let listed: Vec<_> =
            listing.raw().try_collect().await.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert!(listed == expected, "{} entries came, {} are there", listed.len(), expected.len());
    } else {
        let listed: Vec<_> =
            listing.keys().try_collect().await.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let entry = scripted.runtime.storage(pallet, item).unwrap();
        let keys = expected
            .iter()
            .map(|(key, _)| entry.keys_of(key).unwrap().into_iter().flatten().collect::<Vec<_>>());
        prop_assert!(keys.eq(listed));
    }

    let wanted = all.min(case.limit.unwrap_or(u64::MAX));
    let fewest = wanted.div_ceil(case.page_size as u64);
    let pages = scripted.node.requests_of("state_getKeysPaged");
    // A websocket that is lost has others of its answers lost with it.
    let again = if case.too_big_above == u64::MAX { 8 * case.faults.len() as u64 + 1 } else { u64::MAX / 2 };
    prop_assert!(pages <= 2 * fewest + 16 + again, "{} pages, {} would do", pages, fewest);
    Ok(())
}

#[test]
fn g16_whatever_happens_a_map_comes_whole_and_in_order() {
    if metadata("finney-393-v16.scale").is_none() {
        return;
    }
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let scripted = runtime.block_on(ScriptedChain::start_with(Duration::from_millis(20))).unwrap();
    let chain = runtime.block_on(scripted.connect(Cache::none()));
    let shared = Arc::new(Mutex::new((runtime, scripted, chain)));
    let cases_run = Config { cases: 64, failure_persistence: None, ..Config::default() };
    TestRunner::new(cases_run)
        .run(&cases(), |case| {
            let (runtime, scripted, chain) = &*shared.lock().unwrap();
            runtime.block_on(check(scripted, chain, &case))
        })
        .unwrap();
}
