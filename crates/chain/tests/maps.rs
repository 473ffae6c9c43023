//! Maps: whole, in order, of one block, in few round trips, bounded, whatever the node does.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests panic")]

mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::{StreamExt, TryStreamExt};
use serde_json::{Value as Json, json};
use support::{ScriptedChain, State};
use tensorwire_chain::{At, Cache, Entry, Error, ErrorKind, Value};
use tensorwire_rpc::mock::Reply;
use tensorwire_scale::AccountId;

const KEYS: &str = "state_getKeysPaged";
const VALUES: &str = "state_queryStorageAt";

/// A map of a scripted chain at its head, nothing of it read yet.
struct Map {
    scripted: ScriptedChain,
    at: At,
}

impl Map {
    /// `SubtensorModule.Tempo`, by netuid: its keys are not hashed.
    async fn tempo(count: u16) -> Option<Self> {
        Self::of(
            (0..count).map(|netuid| {
                ("SubtensorModule", "Tempo", vec![netuid.into()], netuid.to_le_bytes().to_vec())
            }),
        )
        .await
    }

    /// `System.Account`: its keys are hashed.
    async fn accounts(count: u32, value_bytes: usize) -> Option<Self> {
        let value = vec![0; value_bytes];
        Self::of((0..count).map(|index| ("System", "Account", vec![account(index).into()], value.clone())))
            .await
    }

    async fn of(
        entries: impl Iterator<Item = (&'static str, &'static str, Vec<Value>, Vec<u8>)>,
    ) -> Option<Self> {
        let scripted = ScriptedChain::start().await?;
        let head = scripted.state().head;
        for (pallet, item, keys, value) in entries {
            scripted.set(head, pallet, item, &keys, &value);
        }
        let at = scripted.connect(Cache::none()).await.head().await.unwrap();
        at.runtime().await.unwrap();
        scripted.node.reset_counts();
        Some(Self { scripted, at })
    }

    fn requests_of(&self, method: &str) -> u64 {
        self.scripted.node.requests_of(method)
    }

    /// How many values the node has been asked for.
    fn values_asked(&self) -> usize {
        self.asked(VALUES).iter().map(|params| params[0].as_array().unwrap().len()).sum::<usize>()
            + self.requests_of("state_getStorage") as usize
    }

    fn asked(&self, method: &str) -> Vec<Json> {
        let requests = self.scripted.node.requests().into_iter();
        requests.filter(|(name, _)| name == method).map(|(_, params)| params).collect()
    }

    /// What the node's answers become from now on.
    fn change(&self, change: impl FnMut(&str, &Json, Reply) -> Reply + Send + 'static) {
        self.scripted.state().change = Some(Box::new(change));
    }

    /// What the pages of keys become.
    fn change_keys(&self, mut change: impl FnMut(usize, &mut Vec<Json>) + Send + 'static) {
        let mut page = 0;
        self.change(move |method, _, reply| match reply {
            Reply::Result(Json::Array(mut keys)) if method == KEYS => {
                change(page, &mut keys);
                page += 1;
                Json::Array(keys).into()
            }
            reply => reply,
        });
    }
}

impl ScriptedChain {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

fn account(index: u32) -> AccountId {
    let mut bytes = [7; 32];
    bytes[..4].copy_from_slice(&index.to_le_bytes());
    AccountId(bytes)
}

fn ascend(entries: &[(Vec<u8>, Vec<u8>)]) -> bool {
    entries.windows(2).all(|pair| pair[0].0 < pair[1].0)
}

#[tokio::test(start_paused = true)]
async fn g16_a_small_map_is_one_page_and_its_values() {
    for (count, values) in [(0, 0), (1, 1), (256, 1), (257, 2), (999, 4)] {
        let Some(map) = Map::accounts(count, 56).await else { return };
        let entries: Vec<_> = map.at.query_map("System", "Account", ()).try_collect().await.unwrap();
        assert_eq!(entries.len(), count as usize);
        let fetched = map.requests_of(VALUES) + map.requests_of("state_getStorage");
        assert_eq!((map.requests_of(KEYS), fetched), (1, values), "{count}");
        assert!(map.scripted.node.round_trips() <= 2);
    }
}

#[tokio::test(start_paused = true)]
async fn g16_a_big_hashed_map_is_listed_in_parts_side_by_side() {
    const ENTRIES: u32 = 20_000;
    let Some(map) = Map::accounts(ENTRIES, 56).await else { return };
    let entries: Vec<_> = map.at.query_map("System", "Account", ()).raw().try_collect().await.unwrap();
    assert_eq!(entries.len(), ENTRIES as usize);
    assert!(ascend(&entries));
    let (pages, trips) = (map.requests_of(KEYS), map.scripted.node.round_trips());
    assert!(pages <= 30, "20 pages hold all keys, {pages} were asked for");
    assert!(trips <= 9, "one page after the other would be 20 round trips, these are {trips}");
    assert_eq!(map.values_asked(), ENTRIES as usize, "each value is asked for once");
    assert!(map.requests_of(VALUES) <= 20_000_u64.div_ceil(256) + pages);
}

#[tokio::test(start_paused = true)]
async fn g16_a_map_of_ascending_keys_is_listed_in_parts_as_far_as_they_are_of_use() {
    // 60 subnets of 256 neurons: netuid and uid, little-endian, neither hashed.
    let entries = (0..60u16).flat_map(|netuid| {
        (0..256u16).map(move |uid| ("SubtensorModule", "Keys", vec![netuid.into(), uid.into()], vec![1; 32]))
    });
    let Some(map) = Map::of(entries).await else { return };
    let entries: Vec<_> = map.at.query_map("SubtensorModule", "Keys", ()).raw().try_collect().await.unwrap();
    assert_eq!(entries.len(), 60 * 256);
    assert!(ascend(&entries));
    let (pages, trips) = (map.requests_of(KEYS), map.scripted.node.round_trips());
    assert!(pages <= 40, "16 pages hold all keys, {pages} were asked for");
    assert!(trips <= 12, "one page after the other would be 17 round trips, these are {trips}");
}

#[tokio::test(start_paused = true)]
async fn g16_values_are_fetched_while_keys_are_listed() {
    // In its second bytes all of this map's keys are the same: no page tells anything of the next.
    let Some(map) = Map::tempo(5000).await else { return };
    let mut entries = map.at.query_map("SubtensorModule", "Tempo", ()).page_size(200);
    let mut count = 0;
    while let Some(entry) = entries.next().await {
        entry.unwrap();
        count += 1;
    }
    assert_eq!(count, 5000);
    assert_eq!(map.requests_of(KEYS), 26, "one page after the other, and an empty one");
    assert!(map.scripted.node.round_trips() <= 26 + 2, "{}", map.scripted.node.round_trips());
}

#[tokio::test(start_paused = true)]
async fn g16_limit_is_exact() {
    for (limit, pages) in [(0, 0), (1, 1), (256, 1), (300, 1), (999, 1), (1000, 1), (1001, 2), (2400, 4)] {
        let Some(map) = Map::accounts(2500, 56).await else { return };
        let entries = map.at.query_map("System", "Account", ()).limit(limit);
        let entries: Vec<_> = entries.raw().try_collect().await.unwrap();
        assert_eq!((entries.len(), map.values_asked()), (limit as usize, limit as usize));
        assert!(ascend(&entries));
        assert!(map.requests_of(KEYS) <= pages, "{limit}: {}", map.requests_of(KEYS));
    }
    let Some(map) = Map::accounts(20, 56).await else { return };
    let entries: Vec<_> = map.at.query_map("System", "Account", ()).limit(30).try_collect().await.unwrap();
    assert_eq!(entries.len(), 20);
    assert_eq!(map.asked(KEYS)[0][1], 30, "no more keys are listed than are wanted");
}

#[tokio::test(start_paused = true)]
async fn g16_a_listing_goes_on_behind_any_key() {
    let Some(map) = Map::accounts(1500, 56).await else { return };
    let listing = || map.at.query_map("System", "Account", ());
    let all: Vec<_> = listing().raw().try_collect().await.unwrap();
    for start in [0, 1, 700, 1498, 1499] {
        let rest: Vec<_> = listing().raw().start_key(all[start].0.clone()).try_collect().await.unwrap();
        assert_eq!(rest, all[start + 1..]);
    }
    // One that does not exist, but lies in between.
    let mut between = all[9].0.clone();
    between.push(0);
    let rest: Vec<_> = listing().raw().start_key(between).limit(3).try_collect().await.unwrap();
    assert_eq!(rest, all[10..13]);
}

#[tokio::test(start_paused = true)]
async fn g16_bad_settings_are_refused_before_anything_is_listed() {
    let Some(map) = Map::tempo(5).await else { return };
    let other = map.at.storage_key("System", "Account", [&account(1)]).await.unwrap();
    let tempo = || map.at.query_map("SubtensorModule", "Tempo", ());
    let subnet = map.at.query_map("SubtensorModule", "Keys", [1u16]);
    let of_another_subnet = map.at.storage_key("SubtensorModule", "Keys", (2u16, 1u16)).await.unwrap();
    let mut bad = [
        tempo().start_key(other.clone()).raw(),
        tempo().start_key([]).raw(),
        subnet.start_key(of_another_subnet).raw(),
        tempo().page_size(0).raw(),
        tempo().page_size(1001).raw(),
    ];
    for listing in &mut bad {
        let error = listing.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        assert!(listing.next().await.is_none());
    }
    let error = tempo().start_key(other.clone()).next().await.unwrap().unwrap_err().to_string();
    assert!(error.contains("SubtensorModule.Tempo") && error.contains(&const_hex::encode(other)), "{error}");
    assert_eq!(map.scripted.node.round_trips(), 0);
}

#[tokio::test(start_paused = true)]
async fn g16_keys_alone_cost_no_value() {
    let Some(map) = Map::accounts(2500, 56).await else { return };
    let keys: Vec<_> = map.at.query_map("System", "Account", ()).keys().try_collect().await.unwrap();
    let entries: Vec<_> = {
        assert_eq!((map.values_asked(), keys.len()), (0, 2500));
        map.at.query_map("System", "Account", ()).try_collect().await.unwrap()
    };
    assert!(entries.iter().map(|entry| &entry.keys).eq(keys.iter()));
}

#[tokio::test(start_paused = true)]
async fn g16_the_storage_keys_below_a_prefix_are_listed() {
    let Some(map) = Map::tempo(7).await else { return };
    let pallet = map.at.storage_key("SubtensorModule", "Tempo", ()).await.unwrap()[..16].to_vec();
    let keys: Vec<_> = map.at.storage_keys(pallet).try_collect().await.unwrap();
    assert_eq!(keys.len(), 7);
    let everything: Vec<_> = map.at.storage_keys(Vec::new()).limit(3).try_collect().await.unwrap();
    assert_eq!(everything, keys[..3]);
    let values = map.at.storage_raw(keys).await.unwrap();
    assert!((0..7u16).map(|netuid| Some(netuid.to_le_bytes().to_vec())).eq(values));
}

#[tokio::test(start_paused = true)]
async fn g16_entries_come_as_rust_types() {
    let Some(map) = Map::tempo(5).await else { return };
    let entries = map.at.query_map_as::<u16>("SubtensorModule", "Tempo", ());
    let entries: Vec<Entry<u16>> = entries.try_collect().await.unwrap();
    assert!(entries.iter().all(|entry| entry.keys[0].as_u64() == Some(entry.value.into())));
    let mut wrong = map.at.query_map_as::<AccountId>("SubtensorModule", "Tempo", ());
    assert_eq!(wrong.next().await.unwrap().unwrap_err().kind(), ErrorKind::Decode);
}

#[tokio::test(start_paused = true)]
async fn g16_what_does_not_decode_is_left_out_on_request_only() {
    let Some(map) = Map::tempo(5).await else { return };
    let head = map.scripted.state().head;
    map.scripted.set(head, "SubtensorModule", "Tempo", &[2u16.into()], &[1]);
    let tempo = || map.at.query_map("SubtensorModule", "Tempo", ());
    let entries: Vec<_> = tempo().collect().await;
    assert_eq!(entries.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, true, false, true, true]);
    let error = entries[2].as_ref().unwrap_err();
    let key = map.at.storage_key("SubtensorModule", "Tempo", [2u16]).await.unwrap();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains(&const_hex::encode(key)), "it says which: {error}");
    let entries: Vec<_> = tempo().ignore_decoding_errors().try_collect().await.unwrap();
    let netuids: Vec<_> = entries.iter().filter_map(|entry| entry.keys[0].as_u64()).collect();
    assert_eq!(netuids, [0, 1, 3, 4]);
    assert_eq!(tempo().ignore_decoding_errors().limit(3).count().await, 2, "the limit counts what is stored");
    assert_eq!(tempo().keys().count().await, 5);
}

#[tokio::test(start_paused = true)]
async fn g16_progress_is_told_by_the_space_of_hashes() {
    let Some(map) = Map::accounts(3000, 56).await else { return };
    let mut entries = map.at.query_map("System", "Account", ());
    assert_eq!(entries.progress().entries, 0);
    let mut fractions = Vec::new();
    while let Some(entry) = entries.next().await {
        entry.unwrap();
        fractions.push(entries.progress().fraction.unwrap());
    }
    assert_eq!(entries.progress().entries, 3000);
    assert!(fractions.is_sorted() && fractions.iter().all(|fraction| (0.0..=1.0).contains(fraction)));
    assert!((fractions[1500] - 0.5).abs() < 0.1, "hashes are spread evenly: {}", fractions[1500]);

    let Some(map) = Map::tempo(10).await else { return };
    let mut entries = map.at.query_map("SubtensorModule", "Tempo", ());
    entries.next().await.unwrap().unwrap();
    assert_eq!(entries.progress().fraction, None);
    let mut entries = map.at.query_map("SubtensorModule", "Tempo", ()).limit(4);
    entries.next().await.unwrap().unwrap();
    assert_eq!(entries.progress().fraction, Some(0.25));
}

#[tokio::test(start_paused = true)]
async fn g16_a_slow_consumer_stops_the_fetching() {
    const VALUE: usize = 4096;
    const BUFFER: usize = 1 << 20;
    let Some(map) = Map::accounts(3000, VALUE).await else { return };
    let mut entries = map.at.query_map("System", "Account", ()).raw().buffer_bytes(BUFFER);
    let mut most = 0;
    for taken in 1..=1500 {
        entries.next().await.unwrap().unwrap();
        if taken % 100 == 1 {
            tokio::time::sleep(Duration::from_secs(3600)).await;
        }
        most = most.max((map.values_asked() - taken) * VALUE);
    }
    assert!(most <= BUFFER, "{most} bytes were fetched ahead");
    assert!(most > BUFFER / 2, "only {most} bytes were fetched ahead");
    assert!(map.requests_of(KEYS) <= 12, "keys are not listed far ahead either");
    assert!(entries.next().await.is_some(), "and it goes on");
}

#[tokio::test(start_paused = true)]
async fn g16_little_is_fetched_before_it_is_known_how_large_values_are() {
    const VALUE: usize = 16 << 10;
    let Some(map) = Map::accounts(3000, VALUE).await else { return };
    let mut entries = map.at.query_map("System", "Account", ()).raw();
    let mut most = 0;
    for taken in 1..=600 {
        entries.next().await.unwrap().unwrap();
        most = most.max(map.values_asked() - taken);
    }
    assert!(most <= 1024, "{most} values of {VALUE} bytes were fetched ahead");
}

#[tokio::test(start_paused = true)]
async fn g16_values_larger_than_the_buffer_still_come() {
    let Some(map) = Map::accounts(20, 4096).await else { return };
    let entries = map.at.query_map("System", "Account", ()).raw().buffer_bytes(1);
    assert_eq!(entries.try_collect::<Vec<_>>().await.unwrap().len(), 20);
}

#[tokio::test(start_paused = true)]
async fn g13_a_node_that_lists_wrongly_is_told_of_and_the_listing_ends() {
    type Lie = fn(usize, &mut Vec<Json>);
    let lies: [(&str, Lie); 7] = [
        ("keys that do not ascend", |_, keys| keys.swap(3, 4)),
        ("a key twice", |_, keys| keys[4] = keys[3].clone()),
        ("keys of another item", |_, keys| keys[4] = json!("0xffff")),
        ("no hex", |_, keys| keys[4] = json!("0xzz")),
        ("too many", |_, keys| keys.push(json!(format!("{}ff", keys.last().unwrap().as_str().unwrap())))),
        ("the same page again", {
            static FIRST: std::sync::Mutex<Vec<Json>> = std::sync::Mutex::new(Vec::new());
            |page, keys| match page {
                0 => FIRST.lock().unwrap().clone_from(keys),
                _ => keys.clone_from(&FIRST.lock().unwrap()),
            }
        }),
        ("an end in the middle", |page, keys| {
            if page == 1 {
                keys.clear();
            }
        }),
    ];
    for (what, lie) in lies {
        let Some(map) = Map::accounts(8000, 56).await else { return };
        map.change_keys(lie);
        let mut listed: Vec<_> = map.at.query_map("System", "Account", ()).raw().collect().await;
        let error = listed.pop().unwrap().expect_err(what);
        assert_eq!(error.kind(), ErrorKind::Protocol, "{what}: {error}");
        assert!(error.to_string().contains("System.Account at block 0x"), "{error}");
        assert!(listed.iter().all(Result::is_ok), "{what}");
        assert!(map.requests_of(KEYS) < 20, "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn g13_a_key_without_a_value_is_an_error_in_its_place() {
    let Some(map) = Map::tempo(5).await else { return };
    map.change(|method, _, reply| match reply {
        Reply::Result(mut answer) if method == VALUES => {
            answer[0]["changes"][2][1] = Json::Null;
            answer.into()
        }
        reply => reply,
    });
    let entries = map.at.query_map("SubtensorModule", "Tempo", ()).ignore_decoding_errors();
    let errors: Vec<Error> = entries.filter_map(async |entry| entry.err()).collect().await;
    assert_eq!(errors.iter().map(Error::kind).collect::<Vec<_>>(), [ErrorKind::Protocol]);
}

#[tokio::test(start_paused = true)]
async fn g16_what_was_read_before_a_failure_still_comes() {
    for method in [KEYS, VALUES] {
        let Some(map) = Map::accounts(5000, 56).await else { return };
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        map.change(move |name, _, reply| {
            if name == method && count.fetch_add(1, Ordering::Relaxed) > 1 {
                return Reply::error(-32000, "no more");
            }
            reply
        });
        let mut listed: Vec<_> = map.at.query_map("System", "Account", ()).collect().await;
        let error = listed.pop().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Server, "{error}");
        assert!(listed.len() >= 512 && listed.iter().all(Result::is_ok), "{}", listed.len());
    }
}

#[tokio::test(start_paused = true)]
async fn g13_a_listing_stays_at_its_block_when_the_head_moves() {
    let Some(map) = Map::accounts(5000, 56).await else { return };
    let pinned = map.at.hash().await.unwrap();
    let mut entries = map.at.query_map("System", "Account", ());
    for _ in 0..300 {
        entries.next().await.unwrap().unwrap();
    }
    let newer = tensorwire_chain::Hash([0xbb; 32]);
    map.scripted.state().head = newer;
    map.scripted.set(newer, "System", "Account", &[account(1).into()], &[0; 56]);
    assert_eq!(entries.try_collect::<Vec<_>>().await.unwrap().len(), 4700);
    assert!(map.asked(KEYS).iter().all(|params| params[3] == json!(pinned)));
    assert!(map.asked(VALUES).iter().all(|params| params[1] == json!(pinned)));
}

#[tokio::test(start_paused = true)]
async fn dropping_a_listing_ends_its_requests() {
    let Some(map) = Map::accounts(5000, 56).await else { return };
    let mut entries = map.at.query_map("System", "Account", ());
    entries.next().await.unwrap().unwrap();
    drop(entries);
    tokio::time::sleep(Duration::from_secs(5)).await;
    let before = map.requests_of(KEYS) + map.requests_of(VALUES);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(map.requests_of(KEYS) + map.requests_of(VALUES), before);
}
