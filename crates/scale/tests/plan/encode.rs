use crate::support::{
    ALICE, ALICE_ADDRESS, plan_of, primitive_types::U256, sp_core::AccountId32, sp_runtime::MultiAddress,
};
use bitvec::{order::Lsb0, vec::BitVec};
use parity_scale_codec::{Compact, Encode};
use scale_info::TypeInfo;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use tensorwire_scale::{AccountId, Error, ErrorKind, Value};

#[derive(Debug, Encode, TypeInfo)]
struct Transfer {
    dest: MultiAddress,
    #[codec(compact)]
    amount: u64,
    memo: Option<Vec<u8>>,
}

#[derive(Debug, Encode, TypeInfo)]
enum Call {
    Balances(BalancesCall),
    System(SystemCall),
}

#[derive(Debug, Encode, TypeInfo)]
enum BalancesCall {
    #[codec(index = 3)]
    #[allow(non_camel_case_types)]
    transfer_keep_alive {
        dest: MultiAddress,
        #[codec(compact)]
        value: u64,
    },
}

#[derive(Debug, Encode, TypeInfo)]
#[allow(non_camel_case_types)]
enum SystemCall {
    remark { remark: Vec<u8> },
    noop,
}

#[derive(Debug, Encode, TypeInfo)]
struct Fixed {
    bits: i64,
}

#[derive(Debug, Encode, TypeInfo)]
struct Netuid(u16);

fn encode<T: TypeInfo + 'static>(json: Json) -> Result<Vec<u8>, Error> {
    let (plan, ty) = plan_of::<T>();
    plan.encode(ty, &Value::from(json))
}

#[track_caller]
pub(crate) fn same<T: TypeInfo + Encode + 'static>(json: Json, expected: T) {
    assert_eq!(encode::<T>(json).unwrap(), expected.encode());
}

#[track_caller]
pub(crate) fn refused<T: TypeInfo + 'static>(json: Json, path: &str, says: &[&str]) {
    let error = encode::<T>(json).unwrap_err();
    for part in says {
        assert!(error.to_string().contains(part), "{error}");
    }
    assert_eq!(error.path(), path, "{error}");
}

fn alice() -> MultiAddress {
    MultiAddress::Id(AccountId32(ALICE))
}

#[test]
fn integers_are_taken_as_numbers_decimals_and_hexadecimals() {
    same(json!("1_000_000"), 1_000_000u64);
    same(json!("0xff"), 255u16);
    same(json!("-5"), -5i8);
    same(json!("340282366920938463463374607431768211455"), u128::MAX);
    same(json!("0x0100000000000000000000000000000000"), U256([0, 0, 1, 0]));
    same(json!("77"), Compact(77u64));
    same(json!({"bits": 5}), Fixed { bits: 5 });
    same(json!(5), Fixed { bits: 5 });
    same(json!([5]), Netuid(5));
    same(json!({"0": 5}), Netuid(5));
}

#[test]
fn an_integer_out_of_range_is_told_the_range() {
    refused::<u16>(json!(70000), "", &["70000", "u16", "0 to 65535"]);
    refused::<u8>(json!(-1), "", &["-1", "0 to 255"]);
    refused::<i8>(json!(128), "", &["-128 to 127"]);
    refused::<Compact<u32>>(json!("4294967296"), "", &["4294967295"]);
    refused::<u16>(json!("abc"), "", &["expected u16, found \"abc\""]);
    refused::<u16>(json!(1.5), "", &["expected u16, found 1.5"]);
    refused::<u128>(json!(1e30), "", &["decimal string"]);
    refused::<Netuid>(json!(70000), "", &["65535"]);
    same(json!(-128), i8::MIN);
    same(json!("-170141183460469231731687303715884105728"), i128::MIN);
}

#[test]
fn bytes_are_taken_as_hexadecimals_lists_and_text() {
    same(json!("0x0102"), vec![1u8, 2]);
    same(json!([1, 2]), vec![1u8, 2]);
    same(json!([]), Vec::<u8>::new());
    same(json!("text"), b"text".to_vec());
    same(json!([1, 2]), [1u8, 2]);
    refused::<[u8; 4]>(json!("0x0102"), "", &["expected 4 bytes", "found 2"]);
    refused::<[u8; 4]>(json!("text"), "", &["[u8; 4]", "\"text\""]);
    refused::<Vec<u8>>(json!([1, 256]), "[1]", &["byte", "256"]);
    refused::<Vec<u8>>(json!("0x012"), "", &["0x012"]);
}

#[test]
fn accounts_are_taken_as_addresses_and_public_keys() {
    let hex = const_hex::encode_prefixed(ALICE);
    same(json!(ALICE_ADDRESS), AccountId32(ALICE));
    same(json!(hex), AccountId32(ALICE));
    same(json!(ALICE_ADDRESS), alice());
    same(json!(hex), alice());
    same(json!({ "Id": ALICE_ADDRESS }), alice());
    same(json!({"Index": 3}), MultiAddress::Index(3));
    let (plan, ty) = plan_of::<MultiAddress>();
    assert_eq!(plan.encode(ty, &AccountId(ALICE).into()).unwrap(), alice().encode());
    assert_eq!(plan.encode(ty, &ALICE.into()).unwrap(), alice().encode());

    let polkadot = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5";
    let error = encode::<AccountId32>(json!(polkadot)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Address);
    assert!(error.to_string().contains('0') && error.to_string().contains("42"), "{error}");
    encode::<MultiAddress>(json!("no address")).unwrap_err();
}

#[test]
fn struct_fields_come_in_any_order_and_tuples_as_arrays() {
    let transfer = || Transfer { dest: alice(), amount: 5, memo: None };
    same(json!({"memo": null, "amount": 5, "dest": ALICE_ADDRESS}), transfer());
    same(json!([ALICE_ADDRESS, "5", "None"]), transfer());
    same(json!([1, [true]]), (1u8, vec![true]));
    same(json!({"a": 1, "b": 2}), BTreeMap::from([("a".to_owned(), 1u8), ("b".to_owned(), 2)]));
    same(json!([["a", 1]]), BTreeMap::from([("a".to_owned(), 1u8)]));
}

#[test]
fn unknown_and_missing_fields_are_named() {
    refused::<Transfer>(
        json!({"dest": ALICE_ADDRESS, "amuont": 5, "memo": null}),
        "",
        &["Transfer has no field \"amuont\"", "did you mean amount?"],
    );
    refused::<Transfer>(
        json!({"dest": ALICE_ADDRESS, "memo": null}),
        "",
        &["\"amount\"", "missing", "Compact<u64>"],
    );
    refused::<Transfer>(json!([1, 2]), "", &["expected 3", "found 2"]);
    refused::<Transfer>(
        json!({"dest": ALICE_ADDRESS, "amount": true, "memo": null}),
        "amount",
        &["Compact<u64>", "true"],
    );
    refused::<Vec<Transfer>>(json!([[ALICE_ADDRESS, 1, null], [ALICE_ADDRESS, [], null]]), "[1].amount", &[]);
    refused::<Fixed>(json!({"bitz": 5}), "", &["bits"]);
}

#[test]
fn calls_nest_by_name() {
    same(
        json!({"Balances": {"transfer_keep_alive": {"value": 7, "dest": ALICE_ADDRESS}}}),
        Call::Balances(BalancesCall::transfer_keep_alive { dest: alice(), value: 7 }),
    );
    same(
        json!({"System": {"remark": {"remark": "0x01"}}}),
        Call::System(SystemCall::remark { remark: vec![1] }),
    );
    same(json!({"System": {"remark": ["0x01"]}}), Call::System(SystemCall::remark { remark: vec![1] }));
    same(json!({"System": "noop"}), Call::System(SystemCall::noop));
    same(json!({"System": {"noop": []}}), Call::System(SystemCall::noop));
    same(json!({"System": {"noop": null}}), Call::System(SystemCall::noop));
    same(json!({"System": {"noop": {}}}), Call::System(SystemCall::noop));
    refused::<Call>(
        json!({"Balanses": {}}),
        "",
        &["Call has no variant \"Balanses\"", "did you mean Balances?"],
    );
    refused::<Call>(
        json!({"Balances": "transfer_keep_alive"}),
        "Balances",
        &["dest: MultiAddress", "value: Compact<u64>"],
    );
    refused::<Call>(
        json!({"Balances": {"transfer_keep_alive": {"value": "x", "dest": ALICE_ADDRESS}}}),
        "Balances.transfer_keep_alive.value",
        &["\"x\""],
    );
    refused::<Call>(json!(5), "", &["expected Call, found 5"]);
}

#[test]
fn options_are_taken_absent_bare_and_wrapped() {
    same(json!(null), None::<u8>);
    same(json!("None"), None::<u8>);
    same(json!(5), Some(5u8));
    same(json!({"Some": 5}), Some(5u8));
    same(json!({"Some": {"Some": 5}}), Some(Some(5u8)));
    same(json!({"Some": null}), Some(None::<u8>));
    same(json!(5), Some(Some(5u8)));
    refused::<u8>(json!(null), "", &["expected u8, found null"]);
}

#[test]
fn texts_characters_and_bits() {
    same(json!("text"), "text".to_owned());
    refused::<String>(json!(5), "", &["expected str, found 5"]);
    refused::<bool>(json!(1), "", &["expected bool, found 1"]);
    same(json!("0b1011"), BitVec::<u8, Lsb0>::from_iter([true, false, true, true]));
    same(json!([true, false]), BitVec::<u8, Lsb0>::from_iter([true, false]));
    refused::<BitVec<u8, Lsb0>>(json!("0b12"), "", &["0b12"]);
}

#[test]
fn a_failed_encode_leaves_the_buffer_as_it_was() {
    let (plan, ty) = plan_of::<Transfer>();
    let mut out = vec![9];
    let value = Value::record([
        ("dest", Value::from(AccountId(ALICE))),
        ("amount", Value::None),
        ("memo", Value::None),
    ]);
    plan.encode_to(ty, &value, &mut out).unwrap_err();
    assert_eq!(out, [9]);
}

#[test]
fn values_nested_too_deep_are_refused() {
    let (plan, ty) = plan_of::<Call>();
    let value = (0..10_000).fold(Value::None, |value, _| Value::Some(Box::new(value)));
    plan.encode(ty, &value).unwrap_err();
}
