use parity_scale_codec::Encode;
use serde_json::json;

use super::{DigestItem, carries_upgrade};

fn read(item: impl Encode) -> DigestItem {
    DigestItem::read(&item.encode())
}

#[test]
fn every_kind_of_item_is_read() {
    let long = vec![7_u8; 100];
    let engine = |id: &[u8; 4]| String::from_utf8(id.to_vec()).unwrap();
    let slot = 5_u64.to_le_bytes().to_vec();
    assert_eq!(read((6_u8, *b"aura", &slot)), DigestItem::PreRuntime { engine: engine(b"aura"), data: slot });
    assert_eq!(
        read((4_u8, *b"FRNK", &long)),
        DigestItem::Consensus { engine: engine(b"FRNK"), data: long.clone() }
    );
    assert_eq!(read((5_u8, *b"BABE", &long)), DigestItem::Seal { engine: engine(b"BABE"), data: long });
    assert_eq!(read((0_u8, vec![1_u8, 2])), DigestItem::Other { data: vec![1, 2] });
    assert_eq!(read(8_u8), DigestItem::RuntimeEnvironmentUpdated);
}

#[test]
fn what_is_not_known_keeps_its_bytes() {
    let long = [6, b'a', b'u', b'r', b'a', 3, 0, 0, 0, 1];
    for item in [&[][..], &[8, 0], &[6, b'a', b'u'], &[6, b'a', b'u', b'r', b'a', 8, 1], &[2, 9], &[0], &long]
    {
        assert_eq!(DigestItem::read(item), DigestItem::Unknown { data: item.to_vec() });
    }
}

#[test]
fn items_print_and_serialize() {
    let item = read((6_u8, *b"aura", vec![1_u8]));
    assert_eq!(item.to_string(), "PreRuntime aura 0x01");
    assert_eq!(json!(item), json!({"type": "pre_runtime", "engine": "aura", "data": "0x01"}));
    let odd = read((5_u8, [0_u8, 1, 2, 3], Vec::<u8>::new()));
    assert_eq!(odd.to_string(), "Seal 0x00010203 0x");
    assert_eq!(json!(DigestItem::RuntimeEnvironmentUpdated), json!({"type": "runtime_environment_updated"}));
}

#[test]
fn g9_a_digest_tells_of_an_upgrade_among_other_items() {
    let slot = (6_u8, *b"aura", 5_u64.to_le_bytes().to_vec()).encode();
    let change = (4_u8, *b"FRNK", vec![8_u8; 100]).encode();
    let other = (0_u8, vec![8_u8]).encode();
    let digest = |items: &[&[u8]]| [&[(items.len() as u8) << 2], &items.concat()[..]].concat();
    assert!(carries_upgrade(&digest(&[&slot, &[8], &change])));
    assert!(carries_upgrade(&digest(&[&slot, &other, &change, &[8]])));
    let (unknown, cut): (&[u8], _) = (&[9], &slot[..9]);
    for none in [vec![], vec![&slot[..]], vec![&slot, &other, &change], vec![unknown, &[8]], vec![cut, &[8]]]
    {
        assert!(!carries_upgrade(&digest(&none)), "{none:?}");
    }
    assert!(!carries_upgrade(&[]));
}
