use crate::support::{ALICE, decoded};
use parity_scale_codec::{Compact, Encode};
use scale_info::TypeInfo;
use tensorwire_scale::{AccountId, Arguments, Value};

#[derive(Encode, TypeInfo)]
struct Account {
    nonce: u32,
    data: Data,
}

#[derive(Encode, TypeInfo)]
struct Data {
    free: u64,
    locks: Vec<Compact<u16>>,
}

fn account() -> Value {
    decoded(&Account { nonce: 3, data: Data { free: 1 << 60, locks: vec![Compact(7), Compact(8)] } })
}

#[test]
fn a_value_is_no_larger_than_forty_bytes() {
    assert!(size_of::<Value>() <= 40, "{}", size_of::<Value>());
}

#[test]
fn fields_and_elements_are_reached_by_indexing() {
    let value = account();
    assert_eq!(value["data"]["free"].as_u64(), Some(1 << 60));
    assert_eq!(value[0].as_u64(), Some(3));
    assert_eq!(value["data"]["locks"][1].as_u64(), Some(8));
    assert_eq!(value["data"]["locks"].iter().map(|lock| lock.as_u64().unwrap()).sum::<u64>(), 15);
    assert!(value["data"]["lost"][9].is_none());
    assert!(value.get("lost").is_none());
}

#[test]
fn names_are_shared_between_values() {
    let (Value::Struct(a, _), Value::Struct(b, _)) = (account(), account()) else { panic!("a struct") };
    assert_eq!(a, b);
    let (plan, ty) = crate::support::plan_of::<Vec<Account>>();
    let one = || Account { nonce: 0, data: Data { free: 0, locks: vec![] } };
    let values = plan.decode(ty, &vec![one(), one()].encode()).unwrap();
    let (Value::Struct(a, _), Value::Struct(b, _)) = (&values[0], &values[1]) else { panic!("structs") };
    assert!(std::sync::Arc::ptr_eq(a, b));
}

#[test]
fn a_value_prints_short() {
    assert_eq!(account().to_string(), "{nonce: 3, data: {free: 1152921504606846976, locks: [7, 8]}}");
    assert_eq!(Value::variant("Some", vec![1u8.into()]).to_string(), "Some(1)");
}

#[test]
fn equal_content_is_equal_however_it_is_kept() {
    assert_eq!(account()["data"]["locks"], [7u8, 8].into_iter().collect());
    assert_ne!(account()["data"]["locks"], [7u8, 9].into_iter().collect());
    assert_eq!(Value::from(5u8), Value::from(5i128));
}

#[test]
fn arguments_are_tuples_arrays_slices_and_vectors() {
    fn values(arguments: impl Arguments) -> Vec<Value> {
        arguments.into_values()
    }
    let alice = AccountId(ALICE);
    assert!(values(()).is_empty());
    assert_eq!(values([&alice]), [Value::from(alice)]);
    assert_eq!(values([1u16]), [Value::from(1u8)]);
    assert_eq!(values((1u16, &alice, "text")), [1u16.into(), alice.into(), "text".into()]);
    assert_eq!(values(vec![alice]), [Value::from(alice)]);
    let list = [Value::None, Value::from(true)];
    assert_eq!(values(list.as_slice()), list);
    assert_eq!(values(&list), list);
}

#[test]
fn a_nested_option_stays_told_apart() {
    assert_eq!(decoded(&None::<Option<u8>>), Value::None);
    assert_eq!(decoded(&Some(None::<u8>)), Value::from(Some(None::<u8>)));
    assert_eq!(decoded(&Some(Some(4u8))).as_u64(), Some(4));
    assert_eq!(decoded(&Some(4u8)), Value::from(4u8));
}
