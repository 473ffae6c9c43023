use proptest::prelude::*;

use super::*;

const PREFIX: [u8; 2] = [0xab, 0xff];

fn key(position: u64) -> Key {
    [&PREFIX[..], &position.to_be_bytes(), &[9; 8]].concat()
}

fn whole(after: &[Key]) -> Span {
    Span { after: after.last().cloned().unwrap_or_default(), until: None }
}

/// Whether the parts lie side by side and are together what was split.
fn are_all_of(parts: &[Span], span: &Span) -> bool {
    parts.first().is_some_and(|first| first.after == span.after)
        && parts.last().is_some_and(|last| last.until == span.until)
        && parts.windows(2).all(|pair| pair[0].until.as_ref() == Some(&pair[1].after))
        && parts.iter().all(|part| part.until.as_ref().is_none_or(|until| part.after < *until))
}

#[test]
fn keys_that_are_spread_evenly_are_split_into_little_less_than_pages() {
    // A page of 1,000 passes a tenth of the space: 9,000 are left.
    let page: Vec<_> = (1..=1000).map(|index| key(u64::MAX / 10_000 * index)).collect();
    let parts = split(whole(&page), &page, 1000, &PREFIX);
    assert!(are_all_of(&parts, &whole(&page)));
    assert_eq!(parts.len(), 11, "9,000 keys, 845 in each");
    assert!(parts.iter().all(|part| part.after.starts_with(&PREFIX)), "none lies behind the map");
}

#[test]
fn a_cluster_is_split_by_itself() {
    // All keys of the page begin with three bytes more than the map's.
    let inner = |index: u64| key(0x10_20_30 << 40 | index << 26);
    let page: Vec<_> = (1..=1000).map(inner).collect();
    let parts = split(whole(&page), &page, 1000, &PREFIX);
    assert!(are_all_of(&parts, &whole(&page)));
    let behind = [&PREFIX[..], &[0x10, 0x20, 0x31]].concat();
    let place = parts.iter().position(|part| part.after == behind);
    assert_eq!(place, Some(parts.len() - 1), "what lies behind the cluster is a part: {parts:02x?}");
    assert!(parts.len() > 10, "and the cluster is split");
}

#[test]
fn what_tells_nothing_is_not_split() {
    let few: Vec<_> = (1..=100).map(key).collect();
    assert_eq!(split(whole(&few), &few, 100, &PREFIX), [whole(&few)]);
    assert_eq!(split(whole(&[]), &[], 1000, &PREFIX), [whole(&[])]);
    let page: Vec<_> = (1..=1000).map(|index| key(u64::MAX - 5000 + index)).collect();
    let parts = split(whole(&page), &page, 1000, &PREFIX);
    assert!(are_all_of(&parts, &whole(&page)));
}

proptest! {
    #[test]
    fn the_parts_are_the_whole(
        mut page in proptest::collection::btree_set(proptest::collection::vec(any::<u8>(), 0..12), 1..600),
        until in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..12)),
        page_size in 1usize..1000,
        common in 0usize..6,
    ) {
        let with_prefix = |rest: &[u8]| [&PREFIX[..], &[0xff; 6][..common], rest].concat();
        let page: Vec<Key> = std::mem::take(&mut page).iter().map(|rest| with_prefix(rest)).collect();
        let after = page[page.len() - 1].clone();
        let until = until.map(|rest| with_prefix(&rest)).filter(|until| *until > after);
        let span = Span { after, until };
        let parts = split(span.clone(), &page, page_size, &PREFIX);
        prop_assert!(are_all_of(&parts, &span), "{parts:02x?} of {span:02x?}");
        prop_assert!(parts.len() as u128 <= MOST + 1);
        prop_assert!(parts.iter().all(|part| part.after.starts_with(&PREFIX)));
    }
}
