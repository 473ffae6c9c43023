use crate::support::{
    ALICE, ALICE_ADDRESS, json, primitive_types::U256, sp_core::AccountId32, sp_runtime::MultiAddress,
};
use bitvec::{order::Msb0, vec::BitVec};
use parity_scale_codec::{Compact, Encode};
use scale_info::TypeInfo;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Encode, TypeInfo)]
enum Choice {
    Unit,
    One(u32),
    Many(u8, bool),
    Fields { z: Option<u8>, a: Vec<u8> },
    None,
    Some(u8),
}

#[derive(Encode, TypeInfo)]
struct Named {
    zebra: u8,
    ant: u8,
}

#[derive(Encode, TypeInfo)]
struct Newtype(Vec<u32>);

#[derive(Encode, TypeInfo)]
struct Empty;

#[test]
fn integers_beyond_2_to_the_53_are_decimal_strings() {
    assert_eq!(json(&9_007_199_254_740_991u64), "9007199254740991");
    assert_eq!(json(&9_007_199_254_740_992u64), r#""9007199254740992""#);
    assert_eq!(json(&-9_007_199_254_740_991i64), "-9007199254740991");
    assert_eq!(json(&-9_007_199_254_740_992i64), r#""-9007199254740992""#);
    assert_eq!(json(&Compact(u128::MAX)), r#""340282366920938463463374607431768211455""#);
    assert_eq!(json(&i128::MIN), r#""-170141183460469231731687303715884105728""#);
    let max = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    assert_eq!(json(&U256([u64::MAX; 4])), format!("{max:?}"));
    assert_eq!(json(&U256([5, 0, 0, 0])), "5");
}

#[test]
fn accounts_are_addresses_and_other_bytes_are_hexadecimal() {
    assert_eq!(json(&AccountId32(ALICE)), format!("{ALICE_ADDRESS:?}"));
    assert_eq!(json(&MultiAddress::Id(AccountId32(ALICE))), format!(r#"{{"Id":"{ALICE_ADDRESS}"}}"#));
    assert_eq!(json(&vec![1u8, 2]), r#""0x0102""#);
    assert_eq!(json(&Vec::<u8>::new()), r#""0x""#);
    assert_eq!(json(&[0xabu8; 4]), r#""0xabababab""#);
}

#[test]
fn variants_are_names_or_objects_of_one_name() {
    assert_eq!(json(&Choice::Unit), r#""Unit""#);
    assert_eq!(json(&Choice::One(5)), r#"{"One":5}"#);
    assert_eq!(json(&Choice::Many(1, true)), r#"{"Many":[1,true]}"#);
    assert_eq!(json(&Choice::Fields { z: None, a: vec![1] }), r#"{"Fields":{"z":null,"a":"0x01"}}"#);
    assert_eq!(json(&Ok::<u8, ()>(5)), r#"{"Ok":5}"#);
    assert_eq!(json(&Err::<u8, ()>(())), r#"{"Err":[]}"#);
}

#[test]
fn options_are_null_or_bare_unless_that_were_ambiguous() {
    assert_eq!(json(&None::<u8>), "null");
    assert_eq!(json(&Some(5u8)), "5");
    assert_eq!(json(&Some(true)), "true");
    assert_eq!(json(&Some(None::<u8>)), r#"{"Some":null}"#);
    assert_eq!(json(&Some(Some(5u8))), r#"{"Some":5}"#);
    assert_eq!(json(&Some(Choice::None)), r#""None""#);
    assert_eq!(json(&Some(Choice::Some(1))), r#"{"Some":1}"#);
    assert_eq!(json(&Some("None".to_owned())), r#""None""#);
    assert_eq!(json(&Some(())), "[]");
}

#[test]
fn structs_keep_their_order_and_newtypes_vanish() {
    assert_eq!(json(&Named { zebra: 1, ant: 2 }), r#"{"zebra":1,"ant":2}"#);
    assert_eq!(json(&Newtype(vec![1, 2])), "[1,2]");
    assert_eq!(json(&Newtype(vec![1])), "[1]");
    assert_eq!(json(&Empty), "{}");
    assert_eq!(json(&()), "[]");
    assert_eq!(json(&(1u8, "x".to_owned())), r#"[1,"x"]"#);
}

#[test]
fn collections_are_arrays_and_maps_are_arrays_of_pairs() {
    assert_eq!(json(&BTreeMap::from([(1u8, true)])), "[[1,true]]");
    assert_eq!(json(&BTreeMap::from([("a".to_owned(), 1u8)])), r#"[["a",1]]"#);
    assert_eq!(json(&BTreeSet::from([1u16, 2])), "[1,2]");
    assert_eq!(json(&BitVec::<u8, Msb0>::from_iter([true, false, true, true])), r#""0b1011""#);
    assert_eq!(json(&BitVec::<u8, Msb0>::new()), r#""0b""#);
}
