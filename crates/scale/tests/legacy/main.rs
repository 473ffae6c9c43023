//! Metadata V8 to V13 with definitions, and what they decode.
#![allow(clippy::unwrap_used)]

mod events;
mod overrides;
mod sample;

use parity_scale_codec::{Decode, Encode};
use tensorwire_scale::{ErrorKind, Hasher, Runtime, Types, Value, hash};

const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

fn types() -> Types {
    Types::new().definitions("types.yaml", include_str!("types.yaml")).unwrap()
}

fn runtime(metadata: &[u8]) -> Runtime {
    Runtime::from_metadata_with(metadata, &types(), Some(1010)).unwrap()
}

fn runtimes() -> impl Iterator<Item = (u32, Runtime)> {
    sample::all().into_iter().map(|(version, metadata)| (version, runtime(&metadata)))
}

#[test]
fn g15_every_version_loads() {
    for (version, runtime) in runtimes() {
        assert_eq!(runtime.metadata_version(), version);
        let named = version >= 12;
        let expected = if named { ("old-chain", sample::SPEC_VERSION, 3) } else { ("", 1010, 0) };
        let found = (runtime.spec_name(), runtime.spec_version(), runtime.transaction_version());
        assert_eq!(found, expected, "V{version}");
        assert_eq!(runtime.to_string(), if named { "old-chain 1005" } else { "spec version 1010" });
        let pallets: Vec<_> =
            runtime.pallets().iter().map(|pallet| (pallet.name(), pallet.index())).collect();
        let indices = if named { [0, 3, 4, 7] } else { [0, 1, 2, 3] };
        assert_eq!(
            pallets,
            ["System", "Timestamp", "Offences", "Balances"].into_iter().zip(indices).collect::<Vec<_>>()
        );
        assert_eq!(runtime.storage("System", "Account").unwrap().docs(), "Keeps Account.");
        assert_eq!(runtime.constant("System", "BlockHashCount").unwrap().value_as::<u32>().unwrap(), 250);
        let deposit = runtime.constant("Balances", "ExistentialDeposit").unwrap();
        assert_eq!(deposit.value_as::<u128>().unwrap(), 500);
    }
}

#[test]
fn g15_storage_of_every_version_decodes() {
    for (version, runtime) in runtimes() {
        let account = runtime.storage("System", "Account").unwrap();
        let hasher = if version == 8 { Hasher::Blake2_128 } else { Hasher::Blake2_128Concat };
        assert_eq!(account.hashers(), [hasher], "V{version}");
        let key = account.key(&[ALICE.into()]).unwrap();
        let alice: tensorwire_scale::AccountId = ALICE.parse().unwrap();
        let bytes = alice.0;
        let mut expected = [hash::twox_128(b"System"), hash::twox_128(b"Account")].concat();
        expected.extend(hash::blake2_128(&bytes));
        if version > 8 {
            expected.extend(bytes);
        }
        assert_eq!(key, expected, "V{version}");
        let value = account.decode(Some(&(7_u32, 100_u128, 5_u128).encode())).unwrap();
        assert_eq!(value.to_string(), "{nonce: 7, data: {free: 100, reserved: 5}}");
        assert_eq!(account.decode(None).unwrap().get("nonce").unwrap().as_u64(), Some(0));

        let locks = runtime.storage("Balances", "Locks").unwrap();
        assert_eq!(locks.hashers(), [Hasher::Twox64Concat, hasher], "V{version}");
        // The pallet means by Rate a u64, all others a u16.
        let value = locks.decode(Some(&vec![(1_u128, 2_u64)].encode())).unwrap();
        assert_eq!(value.to_string(), "[(1, 2)]");
        let keys = locks.keys_of(&locks.key(&[ALICE.into(), 9_u16.into()]).unwrap());
        let keys = keys.unwrap();
        assert_eq!(keys[0].as_ref().and_then(Value::as_account), Some(alice));
        assert_eq!(keys[1].as_ref().and_then(Value::as_u64), (version > 8).then_some(9));
    }
}

#[test]
fn g15_linked_maps_have_their_links_up_to_v10() {
    for (version, runtime) in runtimes() {
        let vouchers = runtime.storage("Balances", "Vouchers").unwrap();
        assert!(vouchers.is_optional());
        let value = match version {
            ..=10 => (3_u64, Some(1_u16), None::<u16>).encode(),
            _ => 3_u64.encode(),
        };
        let shown = vouchers.decode(Some(&value)).unwrap().to_string();
        let expected = if version <= 10 { "(3, {previous: 1, next: None})" } else { "3" };
        assert_eq!(shown, expected, "V{version}");
    }
}

#[test]
fn g15_n_maps_of_v13_have_all_their_keys() {
    let runtime = runtime(&sample::v13());
    let triple = runtime.storage("Balances", "Triple").unwrap();
    assert_eq!(triple.hashers(), [Hasher::Twox64Concat, Hasher::Identity, Hasher::Blake2_128]);
    let key = triple.key(&[1_u8.into(), 2_u16.into(), true.into()]).unwrap();
    assert_eq!(key.len(), 32 + 9 + 2 + 16);
    assert_eq!(triple.decode(Some(&5_u64.encode())).unwrap().as_u64(), Some(5));
}

#[test]
fn g15_the_first_v9_has_the_hashers_of_v8() {
    let mut metadata = sample::v8();
    metadata[4] = 9;
    let runtime = runtime(&metadata);
    assert_eq!(runtime.metadata_version(), 9);
    let locks = runtime.storage("Balances", "Locks").unwrap();
    assert_eq!(locks.hashers(), [Hasher::Twox64Concat, Hasher::Blake2_128]);
}

#[test]
fn g15_the_spec_version_picks_the_definitions() {
    let info = |spec_version| {
        let runtime = Runtime::from_metadata_with(&sample::v11(), &types(), Some(spec_version)).unwrap();
        let ty = runtime.plan().find_type("DispatchInfo").unwrap();
        runtime.plan().decode(ty, &[1, 0, 0, 0]).is_ok()
    };
    assert!(info(999) && !info(1000));
    let error = Runtime::from_metadata_with(&sample::v11(), &types(), None).unwrap_err();
    assert_eq!(error.to_string(), "metadata V11 does not say its spec version, and none was given");
    assert!(Runtime::from_metadata_with(&sample::v12(), &types(), None).is_ok());
}

#[test]
fn g15_a_type_that_nobody_defines_fails_alone() {
    for (version, runtime) in runtimes() {
        let mystery = runtime.storage("System", "Mystery").unwrap();
        assert_eq!(mystery.decode(None).unwrap(), Value::None, "V{version}");
        let error = mystery.decode(Some(&[1, 0])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        let message =
            "the type T::Unheard is not defined, see Types::definitions (byte 1, in System.Mystery)";
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn g15_without_definitions_the_error_says_what_to_do() {
    for (version, metadata) in sample::all() {
        let error = Runtime::from_metadata(&metadata).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Metadata);
        let message = format!("metadata V{version} needs type definitions");
        assert!(error.to_string().starts_with(&message), "{error}");
    }
}

#[test]
fn g15_runtime_apis_come_from_definitions() {
    for (version, runtime) in runtimes() {
        let method = runtime.api_method("RateApi", "rate_of").unwrap();
        assert_eq!(method.inputs()[0].name(), "account");
        assert_eq!(method.decode(&Some(3_u16).encode()).unwrap().as_u64(), Some(3), "V{version}");
        let core = runtime.api_method("Core", "version").unwrap();
        assert_eq!(core.decode(&("old", 3_u32).encode()).unwrap().to_string(), "(\"old\", 3)");
    }
}

#[test]
fn no_cut_of_old_metadata_makes_it_panic() {
    for (version, metadata) in sample::all() {
        assert!(Runtime::from_metadata_with(&[&metadata[..], &[0]].concat(), &types(), Some(1)).is_err());
        for end in (0..metadata.len()).step_by(7) {
            let cut = Runtime::from_metadata_with(&metadata[..end], &types(), Some(1));
            assert!(cut.is_err(), "V{version} cut at {end}");
        }
    }
}

proptest::proptest! {
    #[test]
    fn no_damage_of_old_metadata_makes_it_panic(
        version in 0_usize..6, place in proptest::num::usize::ANY, byte in proptest::num::u8::ANY,
    ) {
        let mut metadata = sample::all()[version].1.clone();
        let place = place % metadata.len();
        metadata[place] = byte;
        let _ = Runtime::from_metadata_with(&metadata, &types(), Some(1));
    }

    #[test]
    fn no_file_makes_it_panic(text in "[-a-zA-Z<>:,;()\\[\\]{}'\"&*#|\n 0-9]{0,200}") {
        let _ = Types::new().definitions("f", &text);
        let _ = Types::new().overrides_json("f", &text);
        let nested = format!("global:\n  types:\n    A: {}\n", text.replace('\n', " "));
        let _ = Types::new().definitions("f", &nested);
    }
}

/// So that the encoder of the tests is known to be read by its own decoder.
#[test]
fn the_samples_are_metadata() {
    for (version, metadata) in sample::all() {
        let read = frame_metadata::RuntimeMetadataPrefixed::decode(&mut &*metadata).unwrap();
        assert_eq!(read.1.version(), version);
    }
}

#[test]
fn the_files_of_the_documentation_are_read() {
    let text = include_str!("../../../../docs/history.md");
    let block = |kind: &str| {
        let (_, rest) = text.split_once(&format!("```{kind}\n")).unwrap();
        rest.split_once("```").unwrap().0
    };
    let types = Types::new().definitions("yaml", block("yaml")).unwrap();
    let types = types.overrides_json("json", block("json")).unwrap();
    for (version, metadata) in sample::all() {
        assert!(Runtime::from_metadata_with(&metadata, &types, Some(1010)).is_ok(), "V{version}");
    }
}
