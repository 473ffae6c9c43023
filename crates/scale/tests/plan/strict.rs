//! What encoding refuses rather than guesses, and what a list stands for.

use crate::{
    encode::{refused, same},
    support::{ALICE, ALICE_ADDRESS, plan_of, sp_core::AccountId32, sp_runtime::MultiAddress},
};
use parity_scale_codec::{Compact, Encode};
use scale_info::TypeInfo;
use serde_json::json;
use tensorwire_scale::Value;

#[derive(Debug, Encode, TypeInfo)]
#[allow(non_camel_case_types)]
enum Call {
    batch { calls: Vec<Self> },
    remark { remark: Vec<u8> },
    weights { weights: Vec<u16> },
    swap { to: AccountId32 },
    noop,
    Raw(Vec<u32>),
    Pair((u8, bool)),
    Maybe(Option<Vec<u32>>),
    Lists { lists: Vec<Vec<u8>> },
}

#[derive(Debug, Encode, TypeInfo)]
struct Netuid(u16);

#[derive(Debug, Encode, TypeInfo)]
struct Wrapped(Netuid);

#[derive(Debug, Encode, TypeInfo)]
struct WrappedCall(Call);

#[derive(Debug, Encode, TypeInfo)]
struct Fixed {
    bits: u64,
}

#[test]
fn a_wrong_kind_is_never_looked_into_for_a_scalar() {
    refused::<u16>(json!({"foo": 1}), "", &["expected u16"]);
    refused::<u32>(json!({"typo": 5}), "", &["expected u32"]);
    refused::<u32>(json!([[[{"a": 5}]]]), "", &["expected u32"]);
    refused::<u32>(json!([5]), "", &["expected u32, found [5]"]);
    refused::<Compact<u32>>(json!([5]), "", &["expected Compact<u32>"]);
    refused::<bool>(json!([true]), "", &["expected bool"]);
    refused::<String>(json!(["a"]), "", &["expected str"]);
    refused::<AccountId32>(json!({ "x": ALICE_ADDRESS }), "", &["AccountId32"]);
    refused::<AccountId32>(json!([ALICE_ADDRESS]), "[0]", &["expected a byte"]);
    refused::<MultiAddress>(json!([ALICE_ADDRESS]), "", &["expected MultiAddress"]);
    refused::<Call>(json!([{"remark": "0x"}]), "", &["expected Call"]);
    refused::<Vec<u8>>(json!({"bytes": "0x01"}), "", &["expected Vec<u8>"]);
    refused::<Vec<u32>>(json!({"numbers": [1]}), "", &["expected Vec<u32>"]);
    refused::<Vec<Call>>(json!({"calls": []}), "", &["expected Vec<Call>"]);
    refused::<[bool; 1]>(json!({"bools": [true]}), "", &["expected [bool; 1]"]);
    refused::<Vec<u32>>(json!([[1]]), "[0]", &["expected u32"]);
    refused::<Fixed>(json!({"bit": 1}), "", &["Fixed has no field \"bit\"", "did you mean bits?"]);
    refused::<Call>(json!({"batch": {"typo": []}}), "batch", &["no field \"typo\""]);
}

#[test]
fn the_content_of_a_newtype_may_be_wrapped_as_often_as_the_type_is() {
    same(json!([5]), Netuid(5));
    same(json!({"0": 5}), Netuid(5));
    same(json!([[5]]), Wrapped(Netuid(5)));
    same(json!([5]), Wrapped(Netuid(5)));
    same(json!(["noop"]), WrappedCall(Call::noop));
    refused::<Netuid>(json!([[5]]), "", &["expected u16 (Netuid)"]);
    refused::<Netuid>(json!({"netuid": 5}), "", &["expected u16 (Netuid)"]);
    refused::<Wrapped>(json!([[[5]]]), "", &["expected u16 (Wrapped)"]);
}

#[test]
fn a_list_given_for_one_field_that_is_a_list_is_that_field_whatever_its_length() {
    let remark = |byte| Call::remark { remark: vec![byte] };
    same(json!({"batch": []}), Call::batch { calls: vec![] });
    same(json!({"batch": ["noop"]}), Call::batch { calls: vec![Call::noop] });
    same(json!({"batch": [{"remark": [1]}]}), Call::batch { calls: vec![remark(1)] });
    same(json!({"batch": ["noop", {"remark": "0x02"}]}), Call::batch { calls: vec![Call::noop, remark(2)] });
    same(json!({"batch": {"calls": ["noop"]}}), Call::batch { calls: vec![Call::noop] });
    same(json!({"remark": []}), Call::remark { remark: vec![] });
    same(json!({"remark": [1]}), remark(1));
    same(json!({"remark": [1, 2]}), Call::remark { remark: vec![1, 2] });
    same(json!({"weights": [1]}), Call::weights { weights: vec![1] });
    same(json!({"weights": ["1", 2]}), Call::weights { weights: vec![1, 2] });
    for count in 0..3 {
        same(json!({"Raw": vec![7; count]}), Call::Raw(vec![7; count]));
        same(json!({"Maybe": vec![7; count]}), Call::Maybe(Some(vec![7; count])));
        same(json!({"Lists": vec![[1, 2]; count]}), Call::Lists { lists: vec![vec![1, 2]; count] });
    }
    same(json!({"Pair": [1, true]}), Call::Pair((1, true)));
    same(json!({"Lists": [[]]}), Call::Lists { lists: vec![vec![]] });
}

#[test]
fn any_other_list_is_the_list_of_the_fields() {
    same(json!({"batch": [["noop"]]}), Call::batch { calls: vec![Call::noop] });
    same(json!({"remark": ["0x0001"]}), Call::remark { remark: vec![0, 1] });
    same(json!({"remark": [[1, 2]]}), Call::remark { remark: vec![1, 2] });
    same(json!({"swap": [ALICE_ADDRESS]}), Call::swap { to: AccountId32(ALICE) });
    same(json!({"swap": ALICE}), Call::swap { to: AccountId32(ALICE) });
    same(json!({"Id": [ALICE_ADDRESS]}), MultiAddress::Id(AccountId32(ALICE)));
    same(json!([[1]]), (vec![1u32],));
    same(json!([[]]), (Vec::<u32>::new(),));
    refused::<Call>(json!({"remark": ["0x00", "0x01"]}), "remark", &["expected 1 element for Call, found 2"]);
    refused::<Call>(json!({"batch": [["noop"], ["noop"]]}), "batch", &["expected 1 element for Call"]);
    refused::<(Vec<u32>,)>(json!([]), "", &["expected 1 element for (Vec<u32>,), found 0"]);
}

#[test]
fn a_field_given_twice_is_refused() {
    let (plan, ty) = plan_of::<Fixed>();
    let twice = Value::record([("bits", Value::from(1u8)), ("bits", Value::from(2u8))]);
    let error = plan.encode(ty, &twice).unwrap_err();
    assert_eq!(error.to_string(), "field \"bits\" is given twice");
    let (plan, ty) = plan_of::<std::collections::BTreeMap<String, u64>>();
    let error = plan.encode(ty, &twice).unwrap_err();
    assert_eq!(error.to_string(), "field \"bits\" is given twice");
}

#[test]
fn a_number_with_a_fraction_is_told_how_to_write_it() {
    refused::<u64>(json!(1.0), "", &["found 1.0", "fraction or exponent", "write 1"]);
    refused::<u64>(json!(1e3), "", &["write 1000"]);
    refused::<u128>(json!(1e30), "", &["not hold exactly", "decimal string"]);
}

#[test]
fn an_integer_of_more_than_256_bits_is_out_of_range() {
    let digits = "115792089237316195423570985008687907853269984665640564039457584007913129639936";
    refused::<crate::support::primitive_types::U256>(
        json!(digits),
        "",
        &["1157920892", "out of range", "2^256 - 1"],
    );
    refused::<u8>(json!(format!("-{digits}")), "", &["out of range", "0 to 255"]);
    refused::<u8>(json!("1".repeat(5_000)), "", &["11.. is out of range"]);
}

#[test]
fn a_wrong_bare_address_is_a_wrong_id() {
    refused::<MultiAddress>(json!("5Grw"), "Id", &[]);
    refused::<MultiAddress>(json!({"Id": "5Grw"}), "Id", &[]);
}

#[test]
fn a_long_text_is_cut_in_errors() {
    let text = format!("{{\"batch\": [{}", "1, ".repeat(1_000));
    let (plan, ty) = plan_of::<Call>();
    let error = plan.encode(ty, &Value::from(text)).unwrap_err().to_string();
    assert!(error.contains("no variant") && error.len() < 200, "{error}");
}
