//! Maps of a node that leaves entries out of its lists, or puts others in.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value as Json;
use tensorwire::{At, Entry, Error, ErrorKind};
use tensorwire_devnet::Devnet;

use crate::{PROOF, liar::Liar, warm};

const PAGE: &str = "state_getKeysPaged";

/// What a map gives, and how it ends.
async fn read(at: &At, item: &str, page_size: usize) -> (Vec<Entry>, Option<Error>) {
    let mut entries = at.query_map("SubtensorModule", item, ()).page_size(page_size);
    let mut read = Vec::new();
    while let Some(entry) = entries.next().await {
        match entry {
            Ok(entry) => read.push(entry),
            Err(error) => return (read, Some(error)),
        }
    }
    (read, None)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g24_a_verified_map_is_the_map_and_costs_what_it_costs() {
    let devnet = Devnet::builder().subnets(2).neurons(150).start().await.unwrap();
    let liar = Liar::before(&devnet).await;
    let told = liar.connect().await.head().await.unwrap();
    let verified = warm(&liar, &told).await;
    liar.node.reset_counts();
    for (item, entries, proofs) in [("Uids", 300, 2), ("NetworksAdded", 2, 1), ("ChildKeys", 0, 1)] {
        let (truth, failure) = read(&told, item, 1000).await;
        assert_eq!((truth.len(), failure.is_none()), (entries, true), "{item}");
        liar.node.reset_counts();
        let (proven, failure) = read(&verified, item, 1000).await;
        assert!(failure.is_none(), "{failure:?}");
        assert_eq!(proven, truth);
        assert_eq!((liar.node.requests_of(PAGE), liar.node.requests_of(PROOF)), (1, proofs), "{item}");
        assert_eq!(liar.node.request_count(), 1 + proofs);
        for page_size in [1, 7, 75, 150, 299] {
            let (proven, failure) = read(&verified, item, page_size).await;
            assert!(failure.is_none(), "{failure:?}");
            assert_eq!(proven, truth, "{item} by {page_size}");
        }
    }
    // Parts of it.
    let part = |at: &At| at.query_map("SubtensorModule", "Uids", [2u16]).limit(33).page_size(16);
    let (mut proven, mut truth) = (part(&verified), part(&told));
    for _ in 0..33 {
        assert_eq!(proven.next().await.unwrap().unwrap(), truth.next().await.unwrap().unwrap());
    }
    assert!(proven.next().await.is_none());
}

/// Takes keys out of a page, or puts some in.
type Change = fn(&mut Vec<Json>);

const CHANGES: [(&str, Change); 9] = [
    ("no first key", |keys| drop(keys.drain(..1.min(keys.len())))),
    ("no key in the middle", |keys| drop(keys.drain(keys.len() / 2..(keys.len() / 2 + 1).min(keys.len())))),
    ("no last key", |keys| drop(keys.pop())),
    ("no key at all", Vec::clear),
    ("half of the keys", |keys| keys.truncate(keys.len() / 2)),
    ("one key in place of another", |keys| alter(keys, |key| key.replace_range(key.len() - 2.., "77"))),
    ("a key more at the end", |keys| {
        let more = keys.last().map(|last| format!("{}00", last.as_str().unwrap()).into());
        keys.extend(more);
    }),
    ("a key more in the middle", |keys| {
        let place = keys.len() / 2;
        if let Some(before) = keys.get(place).map(|key| format!("{}00", key.as_str().unwrap())) {
            keys.insert(place + 1, before.into());
        }
    }),
    ("a short key", |keys| alter(keys, |key| key.truncate(key.len() - 2))),
];

fn alter(keys: &mut [Json], how: impl Fn(&mut String)) {
    let place = keys.len() / 2;
    if let Some(Json::String(key)) = keys.get_mut(place) {
        how(key);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g24_a_page_that_is_not_the_state_s_is_caught() {
    let devnet = Devnet::builder().subnets(2).neurons(20).start().await.unwrap();
    let liar = Liar::before(&devnet).await;
    let told = liar.connect().await.head().await.unwrap();
    for item in ["Uids", "Keys"] {
        liar.is_honest();
        let (truth, failure) = read(&told, item, 1000).await;
        assert_eq!((truth.len(), failure.is_none()), (40, true), "{item}: {failure:?}");
        // 40 is no multiple of 7, and one of 10.
        for page_size in [1000, 10, 7] {
            for (what, change) in CHANGES {
                for honest_pages in [0, 1] {
                    if honest_pages * page_size >= truth.len() {
                        continue;
                    }
                    let verified = warm(&liar, &told).await;
                    let pages = AtomicUsize::new(0);
                    liar.lies(PAGE, move |keys| {
                        if pages.fetch_add(1, Ordering::Relaxed) >= honest_pages {
                            change(keys.as_array_mut().unwrap());
                        }
                    });
                    let (entries, failure) = read(&verified, item, page_size).await;
                    let failure = failure.unwrap_or_else(|| panic!("{what}, by {page_size}"));
                    let caught = matches!(failure.kind(), ErrorKind::Unverified | ErrorKind::Protocol);
                    assert!(caught, "{what}: {failure}");
                    assert_eq!(entries, truth[..entries.len()], "{what}: what came before is true");
                    assert!(entries.len() <= honest_pages * page_size, "{what}");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g24_a_map_whose_proof_lacks_or_alters_a_node_is_caught() {
    let devnet = Devnet::builder().subnets(1).neurons(20).start().await.unwrap();
    let liar = Liar::before(&devnet).await;
    let told = liar.connect().await.head().await.unwrap();
    let verified = warm(&liar, &told).await;
    let (_, failure) = read(&verified, "Uids", 1000).await;
    assert!(failure.is_none());
    for place in 0..30 {
        for altered in [false, true] {
            let verified = warm(&liar, &told).await;
            liar.lies(PROOF, move |answer| {
                let nodes = answer["proof"].as_array_mut().unwrap();
                let place = place % nodes.len();
                if altered {
                    let mut node = const_hex::decode(nodes[place].as_str().unwrap()).unwrap();
                    *node.last_mut().unwrap() ^= 1;
                    nodes[place] = const_hex::encode_prefixed(node).into();
                } else {
                    nodes.remove(place);
                }
            });
            let (entries, failure) = read(&verified, "Uids", 1000).await;
            assert_eq!((entries.len(), failure.unwrap().kind()), (0, ErrorKind::Unverified));
        }
    }
}
