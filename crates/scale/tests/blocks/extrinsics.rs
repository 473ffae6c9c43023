use crate::{
    sample::{self, Call, OldRecord, SystemCall},
    support::{ALICE, BOB, encode, metadata, runtime, runtimes},
};
use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed};
use parity_scale_codec::{Compact, Decode, Encode};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::sync::LazyLock;
use tensorwire_scale::{Era, ErrorKind, ExtrinsicKind, Runtime, TypeId, hash};

/// With its length before it, as blocks hold extrinsics.
fn whole(content: &[&[u8]]) -> Vec<u8> {
    content.concat().encode()
}

fn call(runtime: &Runtime) -> Vec<u8> {
    let transfer = json!({ "transfer_keep_alive": { "dest": BOB, "value": 5 } });
    let batch = json!({ "Utility": { "batch": { "calls": [{ "Balances": transfer }] } } });
    encode(runtime, runtime.extrinsic().call().unwrap(), batch)
}

/// What the extensions carry that carry anything.
fn extension(identifier: &str) -> Json {
    match identifier {
        "CheckMortality" => json!({ "Mortal117": 1 }),
        "CheckNonce" => json!(42),
        "ChargeTransactionPayment" | "ChargeTransactionPaymentWrapper" => json!(u64::MAX),
        "CheckMetadataHash" => json!({ "mode": "Disabled" }),
        _ => json!([]),
    }
}

fn extensions(runtime: &Runtime) -> Vec<u8> {
    let extensions = runtime.extrinsic().extensions().iter();
    extensions.flat_map(|e| encode(runtime, e.type_id(), extension(e.identifier()))).collect()
}

fn signed(runtime: &Runtime) -> Vec<u8> {
    let format = runtime.extrinsic();
    let address = encode(runtime, format.address().unwrap(), json!(ALICE));
    let signature = json!({ "Sr25519": format!("0x{}", "01".repeat(64)) });
    let signature = encode(runtime, format.signature().unwrap(), signature);
    whole(&[&[0x84], &address, &signature, &extensions(runtime), &call(runtime)])
}

#[test]
fn g15_a_signed_extrinsic_of_every_runtime_decodes_to_its_parts() {
    for runtime in runtimes() {
        let bytes = signed(runtime);
        let extrinsic = runtime.decode_extrinsic(&bytes).unwrap();
        assert_eq!(extrinsic.version(), 4);
        assert!(matches!(extrinsic.kind(), ExtrinsicKind::Signed(_)));
        assert_eq!(extrinsic.signer(), Some(ALICE.parse().unwrap()));
        assert_eq!((extrinsic.nonce(), extrinsic.tip()), (Some(42), Some(u128::from(u64::MAX))));
        // The logarithm of the period less one is 5, and the phase 0x0175 >> 4.
        assert_eq!(extrinsic.era(), Some(Era::Mortal { period: 64, phase: 0x17 }));
        assert_eq!(extrinsic.hash(), hash::blake2_256(&bytes));
        assert_eq!(extrinsic.length(), bytes.len());
        let names: Vec<_> = extrinsic.extensions().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            runtime.extrinsic().extensions().iter().map(|e| e.identifier()).collect::<Vec<_>>()
        );

        let call = extrinsic.call();
        assert!(call.is("Utility", "batch"));
        assert_eq!(call.index(), (runtime.pallet("Utility").unwrap().index(), 0));
        let inner = json!({ "Balances": { "transfer_keep_alive": { "dest": { "Id": BOB }, "value": 5 } } });
        assert_eq!(call.arguments()["calls"].to_json(), json!([inner]));
        assert_eq!(call.docs(), runtime.call("Utility", "batch").unwrap().docs);

        let json = json!(extrinsic);
        assert_eq!(
            (&json["kind"], &json["signer"], &json["nonce"]),
            (&json!("signed"), &json!(ALICE), &json!(42))
        );
        assert_eq!(json["tip"], json!(u64::MAX.to_string()));
        assert_eq!(json["era"], json!({ "mortal": { "period": 64, "phase": 23 } }));
        assert_eq!(json["hash"], json!(const_hex::encode_prefixed(extrinsic.hash())));
        assert_eq!(json["call"]["call"], "batch");
        assert_eq!(json["signature"], json!({ "Sr25519": format!("0x{}", "01".repeat(64)) }));
        assert!(extrinsic.to_string().starts_with("Utility.batch {calls: ["), "{extrinsic}");
        assert!(extrinsic.to_string().ends_with(&format!(" by {ALICE}")), "{extrinsic}");
    }
}

#[test]
fn g15_bare_extrinsics_of_both_versions_decode() {
    for runtime in runtimes() {
        let now = encode(
            runtime,
            runtime.extrinsic().call().unwrap(),
            json!({ "Timestamp": { "set": { "now": 7 } } }),
        );
        for version in [4, 5] {
            let extrinsic = runtime.decode_extrinsic(&whole(&[&[version], &now])).unwrap();
            assert_eq!((extrinsic.version(), extrinsic.kind()), (version, &ExtrinsicKind::Bare));
            assert_eq!(extrinsic.to_string(), "Timestamp.set {now: 7}");
            assert_eq!((extrinsic.signer(), extrinsic.nonce(), extrinsic.era()), (None, None, None));
            assert_eq!(extrinsic.extensions().len(), 0);
            let json = json!(extrinsic);
            assert_eq!(
                (&json["kind"], &json["signer"], &json["era"]),
                (&json!("bare"), &Json::Null, &Json::Null)
            );
        }
    }
}

/// The metadata of 393 with two versions of extensions, of which the second has the first two the other way about.
fn with_extension_versions() -> Option<Runtime> {
    let bytes = metadata("finney-393-v16")?;
    // A runtime API answers it within an option of bytes.
    let start = bytes.windows(4).position(|window| window == b"meta").unwrap();
    let RuntimeMetadataPrefixed(magic, mut decoded) = Decode::decode(&mut &bytes[start..]).unwrap();
    let RuntimeMetadata::V16(v16) = &mut decoded else { panic!("it is V16") };
    let place = |wanted: &str| {
        let extensions = &v16.extrinsic.transaction_extensions;
        let place = extensions.iter().position(|extension| extension.identifier == wanted).unwrap();
        Compact(u32::try_from(place).unwrap())
    };
    let other = vec![place("CheckNonce"), place("CheckMortality")];
    v16.extrinsic.transaction_extensions_by_version.insert(1, other);
    Some(Runtime::from_metadata(&RuntimeMetadataPrefixed(magic, decoded).encode()).unwrap())
}

#[test]
fn g15_a_general_extrinsic_carries_the_extensions_of_its_extension_version() {
    let Some(runtime) = with_extension_versions() else { return };
    let call = call(&runtime);
    let first = whole(&[&[0x45, 0], &extensions(&runtime), &call]);
    let extrinsic = runtime.decode_extrinsic(&first).unwrap();
    assert_eq!(extrinsic.kind(), &ExtrinsicKind::General { extension_version: 0 });
    assert_eq!((extrinsic.version(), extrinsic.nonce(), extrinsic.signer()), (5, Some(42), None));
    assert_eq!(extrinsic.extensions().len(), runtime.extrinsic().extensions().len());

    let second = whole(&[&[0x45, 1], &Compact(7u32).encode(), &[0], &call]);
    let extrinsic = runtime.decode_extrinsic(&second).unwrap();
    assert_eq!((extrinsic.nonce(), extrinsic.era(), extrinsic.tip()), (Some(7), Some(Era::Immortal), None));
    assert_eq!(
        extrinsic.extensions().map(|(name, _)| name).collect::<Vec<_>>(),
        ["CheckNonce", "CheckMortality"]
    );
    assert_eq!(json!(extrinsic)["extension_version"], 1);
    assert!(extrinsic.call().is("Utility", "batch"));

    let error = runtime.decode_extrinsic(&whole(&[&[0x45, 9], &call])).unwrap_err();
    assert!(error.to_string().contains("extensions of version 9 are not known"), "{error}");
    assert!(error.to_string().contains("which has 0, 1"), "{error}");
}

#[test]
fn g15_addresses_and_tips_of_other_chains_are_read_as_they_stand() {
    let runtime = sample::runtime::<Vec<OldRecord>>();
    let call = Call::System(SystemCall::remark { remark: vec![1, 2] }).encode();
    let charge = (Compact(9u128), Some(3u32)).encode();
    let bytes = whole(&[&[0x84], &[5; 32], &[1; 64], &Compact(1u32).encode(), &charge, &call]);
    let extrinsic = runtime.decode_extrinsic(&bytes).unwrap();
    assert_eq!((extrinsic.nonce(), extrinsic.tip(), extrinsic.era()), (Some(1), Some(9), None));
    // 32 bytes are no account where the metadata does not call them one.
    assert_eq!(extrinsic.signer(), None);
    assert_eq!(json!(extrinsic)["signer"], json!(format!("0x{}", "05".repeat(32))));
    assert_eq!(extrinsic.call().to_string(), "System.remark {remark: 0x0102}");
}

#[test]
fn g19_what_is_no_extrinsic_is_refused_with_the_reason() {
    let Some(runtime) = runtime("finney-393-v16") else { return };
    let good = signed(&runtime);
    let call = call(&runtime);
    let cases = [
        (vec![], ErrorKind::Decode, "the input ends"),
        (vec![0], ErrorKind::Decode, "the input ends"),
        (good[..good.len() - 1].to_vec(), ErrorKind::Decode, "bytes was announced"),
        ([&good[..], &[0]].concat(), ErrorKind::TrailingBytes, "bytes was announced"),
        (whole(&[&[0x85], &call]), ErrorKind::Decode, "a signed extrinsic of version 5"),
        (whole(&[&[0x44], &call]), ErrorKind::Decode, "a general extrinsic of version 4"),
        (whole(&[&[0xc4], &call]), ErrorKind::Decode, "unknown kind 0b11"),
        (whole(&[&[0x03], &call]), ErrorKind::Decode, "version 3: only 4 and 5"),
        (whole(&[&[0x04], &call, &[0]]), ErrorKind::TrailingBytes, "1 bytes are left over"),
        (whole(&[&[0x04], &[250, 0]]), ErrorKind::Decode, "in call"),
        (whole(&[&[0x84], &[9]]), ErrorKind::Decode, "in address"),
    ];
    for (bytes, kind, message) in cases {
        let error = runtime.decode_extrinsic(&bytes).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(message), "{error}");
    }
    // The period of two blocks and the phase beyond the period are none that a chain takes.
    for (encoded, era) in
        [([0x10, 0], None), ([0x41, 0], None), ([0x11, 0], Some(Era::Mortal { period: 4, phase: 1 }))]
    {
        let extensions = runtime.extrinsic().extensions().iter().flat_map(|e| match e.identifier() {
            "CheckMortality" => encoded.to_vec(),
            name => encode(&runtime, e.type_id(), extension(name)),
        });
        let extensions: Vec<u8> = extensions.collect();
        let bytes = whole(&[&[0x45, 0], &extensions, &call]);
        assert_eq!(runtime.decode_extrinsic(&bytes).unwrap().era(), era, "{encoded:?}");
    }
}

#[test]
fn an_era_begins_where_the_block_number_meets_its_phase() {
    let era = Era::Mortal { period: 64, phase: 23 };
    assert_eq!([era.birth(1_000), era.birth(23), era.birth(86), era.birth(87)], [983, 23, 23, 87]);
    assert_eq!((era.birth(0), Era::Immortal.birth(9)), (23, 0));
}

static NEWEST: LazyLock<Option<Runtime>> = LazyLock::new(|| runtime("finney-393-v16"));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_bytes_give_an_extrinsic_or_an_error(
        first in prop_oneof![Just(vec![4u8]), Just(vec![0x45, 0]), Just(vec![0x84, 0]), any::<u8>().prop_map(|byte| vec![byte])],
        bytes in prop::collection::vec(prop_oneof![0u8..8, any::<u8>()], 0..200),
    ) {
        let Some(runtime) = &*NEWEST else { return Ok(()) };
        let _ = runtime.decode_extrinsic(&bytes);
        let content = [&first[..], &bytes].concat();
        if let Ok(extrinsic) = runtime.decode_extrinsic(&content.encode()) {
            // What was read of it gives the same bytes again.
            let call = extrinsic.call();
            let inner = tensorwire_scale::Value::variant(call.name(), call.arguments().iter().cloned().collect::<Vec<_>>());
            let ty: TypeId = runtime.extrinsic().call().unwrap();
            let again = runtime.plan().encode(ty, &tensorwire_scale::Value::variant(call.pallet(), [inner])).unwrap();
            prop_assert!(content.ends_with(&again));
            let _ = (json!(extrinsic), extrinsic.to_string());
        }
    }
}
