//! What a runtime promises, shown on a small one that is built in memory.
#![allow(clippy::unwrap_used)]

use parity_scale_codec::Encode;
use proptest::prelude::*;
use tensorwire_scale::{ErrorKind, Runtime, Value, hash};

mod sample;

fn runtime() -> Runtime {
    Runtime::from_metadata(&sample::metadata(15)).unwrap()
}

fn numbers(numbers: &[u64]) -> Vec<Value> {
    numbers.iter().copied().map(Value::from).collect()
}

#[test]
fn versions_and_prefix_come_from_the_constants() {
    for version in [14, 15] {
        let runtime = Runtime::from_metadata(&sample::metadata(version)).unwrap();
        assert_eq!(runtime.metadata_version(), version);
        assert_eq!(runtime.to_string(), "sample 7");
        assert_eq!(
            (runtime.spec_name(), runtime.spec_version(), runtime.transaction_version()),
            ("sample", 7, 3)
        );
        assert_eq!(runtime.ss58_prefix(), 13);
        assert!(runtime.memory() > 1_000);
    }
}

#[test]
fn metadata_is_read_as_a_runtime_api_wraps_it() {
    let plain = sample::metadata(15);
    for wrapped in [plain.encode(), Some(plain.clone()).encode()] {
        assert_eq!(Runtime::from_metadata(&wrapped).unwrap().to_string(), "sample 7");
    }
}

#[test]
fn what_is_no_metadata_is_refused_with_the_reason() {
    let plain = sample::metadata(15);
    let mut trailing = plain.clone();
    trailing.push(0);
    let mut short = plain.encode();
    short.pop();
    let refused = [
        (vec![], "does not begin with \"meta\""),
        (b"<html>".to_vec(), "does not begin with \"meta\""),
        (vec![0], "offers no metadata of that version"),
        (b"meta".to_vec(), "ends before its version"),
        (b"meta\x07\x00".to_vec(), "metadata V7: only V8 to V16"),
        (b"meta\x0d\x00\x04\x00".to_vec(), "metadata V13 needs type definitions: Types::definitions, "),
        (b"meta\x11\x00".to_vec(), "metadata V17: only V8 to V16"),
        (plain[..plain.len() / 2].to_vec(), "metadata: not enough data"),
        (trailing, "followed by 1 bytes"),
        (short, "was announced"),
    ];
    for (bytes, reason) in refused {
        let error = Runtime::from_metadata(&bytes).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Metadata, "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[test]
fn a_pallet_tells_what_it_holds() {
    let runtime = runtime();
    let pallet = runtime.pallet("System").unwrap();
    assert_eq!((pallet.name(), pallet.index()), ("System", 4));
    assert_eq!(pallet.docs(), "What the chain\nis made of.");
    assert_eq!(pallet.storage().len(), 5);
    assert_eq!(pallet.constants()[1].value().unwrap().as_u64(), Some(13));
    assert_eq!(pallet.constants()[1].value_as::<u16>().unwrap(), 13);
}

#[test]
fn a_mistyped_name_is_answered_with_the_nearest() {
    let runtime = runtime();
    let errors = [
        (
            runtime.pallet("Sistem").unwrap_err(),
            "no pallet is named \"Sistem\" in sample 7, did you mean System?",
        ),
        (runtime.storage("System", "Numbers").unwrap_err(), "did you mean Number?"),
        (runtime.constant("System", "version").unwrap_err(), "did you mean Version?"),
        (runtime.api_method("Sum", "add").unwrap_err(), "did you mean Sums?"),
        (runtime.api_method("Sums", "ad").unwrap_err(), "no method of Sums is named \"ad\""),
    ];
    for (error, message) in errors {
        assert!(error.is_not_found());
        assert!(error.to_string().contains(message), "{error}");
    }
}

#[test]
fn a_storage_key_is_built_from_the_prefix_that_the_metadata_names() {
    let runtime = runtime();
    let pairs = runtime.storage("System", "Pairs").unwrap();
    let prefix = [hash::twox_128(b"Renamed"), hash::twox_128(b"Pairs")].concat();
    assert_eq!(pairs.prefix(), prefix.as_slice());
    let first = [hash::twox_64(&[1, 0]).as_slice(), &[1, 0]].concat();
    assert_eq!(pairs.key(&numbers(&[1, 2])).unwrap(), [prefix.as_slice(), &first, &[2, 0, 0, 0]].concat());
    assert_eq!(pairs.key_prefix(&numbers(&[1])).unwrap(), [prefix.as_slice(), &first].concat());
    assert_eq!(pairs.key_prefix(&[]).unwrap(), prefix);
}

#[test]
fn one_hasher_takes_a_tuple_whole() {
    let runtime = runtime();
    let tuples = runtime.storage("System", "Tuples").unwrap();
    let key = tuples.key(&[Value::from(numbers(&[1, 2]))]).unwrap();
    let encoded = (1u16, 2u32).encode();
    assert_eq!(key[32..], [hash::twox_64(&encoded).as_slice(), &encoded].concat());
}

#[test]
fn wrong_keys_are_refused_naming_item_and_types() {
    let runtime = runtime();
    let pairs = runtime.storage("System", "Pairs").unwrap();
    let number = runtime.storage("System", "Number").unwrap();
    let errors = [
        (pairs.key(&numbers(&[1])), "storage item System.Pairs takes 2 keys (u16, u32), 1 given"),
        (
            pairs.key_prefix(&numbers(&[1, 2, 3])),
            "storage item System.Pairs takes at most 2 keys (u16, u32), 3 given",
        ),
        (number.key(&numbers(&[1])), "storage item System.Number takes no key, 1 given"),
        (pairs.key(&[1u16.into(), "abc".into()]), "key 2 of System.Pairs"),
        (pairs.key(&numbers(&[65_536, 1])), "key 1 of System.Pairs"),
    ];
    for (result, message) in errors {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Encode);
        assert!(error.to_string().contains(message), "{error}");
    }
}

#[test]
fn keys_are_recovered_unless_only_a_hash_is_left() {
    let runtime = runtime();
    let hidden = runtime.storage("System", "Hidden").unwrap();
    let key = hidden.key(&numbers(&[1, 2])).unwrap();
    let keys = hidden.keys_of(&key).unwrap();
    assert!(keys[0].is_none());
    assert_eq!(keys[1].as_ref().and_then(Value::as_u64), Some(2));

    let foreign = runtime.storage("System", "Pairs").unwrap().keys_of(&key).unwrap_err();
    assert_eq!(foreign.kind(), ErrorKind::Decode);
    for length in 0..key.len() {
        assert_eq!(hidden.keys_of(&key[..length]).unwrap_err().kind(), ErrorKind::Decode);
    }
    let longer = hidden.keys_of(&[key.as_slice(), &[0]].concat()).unwrap_err();
    assert_eq!((longer.kind(), longer.offset()), (ErrorKind::TrailingBytes, Some(key.len())));
}

#[test]
fn an_absent_value_is_the_default_or_none() {
    let runtime = runtime();
    let number = runtime.storage("System", "Number").unwrap();
    assert!(!number.is_optional());
    assert_eq!(number.decode(None).unwrap().as_u64(), Some(5));
    assert_eq!(number.decode_as::<u32>(None).unwrap(), Some(5));
    assert_eq!(number.decode_as::<u32>(Some(&[1, 0, 0, 0])).unwrap(), Some(1));
    let name = runtime.storage("System", "Name").unwrap();
    assert!(name.is_optional());
    assert!(name.decode(None).unwrap().is_none());
    assert_eq!(name.decode_as::<String>(None).unwrap(), None);
    assert_eq!(name.decode_as::<String>(Some(b"\x08hi")).unwrap(), Some("hi".to_owned()));
    let error = number.decode(Some(&[1])).unwrap_err();
    assert!(error.to_string().contains("System.Number"), "{error}");
}

#[test]
fn an_api_method_encodes_arguments_and_decodes_answers() {
    let runtime = runtime();
    let add = runtime.api_method("Sums", "add").unwrap();
    assert_eq!(add.rpc_name(), "Sums_add");
    assert_eq!(add.encode(&numbers(&[1, 2])).unwrap(), (1u16, 2u32).encode());
    assert_eq!(add.decode(&Some(3u64).encode()).unwrap().as_u64(), Some(3));
    assert_eq!(add.decode_as::<Option<u64>>(&[0]).unwrap(), None);

    let count = add.encode(&numbers(&[1])).unwrap_err().to_string();
    assert!(count.contains("Sums.add(left: u16, right: u32) takes 2 arguments, 1 given"), "{count}");
    let kind = add.encode(&[1u16.into(), "x".into()]).unwrap_err().to_string();
    assert!(kind.contains("argument right of Sums.add"), "{kind}");
    assert_eq!(add.decode(&[0, 0]).unwrap_err().kind(), ErrorKind::TrailingBytes);
}

#[test]
fn v14_knows_the_runtime_apis_whose_types_it_has() {
    let runtime = Runtime::from_metadata(&sample::metadata(14)).unwrap();
    let version = runtime.api_method("Core", "version").unwrap();
    let constant = runtime.constant("System", "Version").unwrap();
    assert_eq!(version.output(), constant.type_id());
    assert_eq!(version.decode(constant.bytes()).unwrap(), constant.value().unwrap());
    assert!(runtime.api_method("Metadata", "metadata_at_version").is_ok());
    // This runtime has neither an AccountId32 nor a balance.
    assert!(runtime.api_method("AccountNonceApi", "account_nonce").unwrap_err().is_not_found());
    assert!(runtime.api_method("NeuronInfoRuntimeApi", "get_neurons").unwrap_err().is_not_found());
}

#[test]
fn the_extrinsic_format_is_carried_over() {
    let runtime = runtime();
    let extrinsic = runtime.extrinsic();
    assert_eq!(extrinsic.versions(), [4]);
    assert_eq!(extrinsic.extensions()[0].identifier(), "CheckNonce");
    assert_eq!(runtime.plan().type_name(extrinsic.extensions()[0].type_id()), "u32");
    assert!(extrinsic.address().is_some() && extrinsic.call().is_some() && extrinsic.signature().is_some());
}

/// Reads whatever a runtime holds; all that matters is that nothing panics.
fn read_everything(runtime: &Runtime) {
    for pallet in runtime.pallets() {
        for constant in pallet.constants() {
            let _ = constant.value();
        }
        for entry in pallet.storage() {
            let _ = (entry.decode(None), entry.key(&numbers(&[1, 2])), entry.keys_of(entry.prefix()));
        }
    }
    for method in runtime.apis().iter().flat_map(|api| api.methods()) {
        let _ = (method.encode(&numbers(&[1, 2])), method.decode(&[0; 16]));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn corrupt_metadata_never_panics(
        v14: bool,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = sample::metadata(if v14 { 14 } else { 15 });
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(runtime) = Runtime::from_metadata(&bytes) {
            read_everything(&runtime);
        }
    }

    #[test]
    fn arbitrary_bytes_are_no_metadata(bytes: Vec<u8>) {
        prop_assert!(Runtime::from_metadata(&bytes).is_err());
        prop_assert!(Runtime::from_metadata(&[b"meta\x0e", bytes.as_slice()].concat()).is_err());
    }
}
