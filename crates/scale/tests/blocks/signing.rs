//! What is signed: the extensions by the metadata's names, the payload as JSON, and what a payload that lies gives.

use crate::{
    sample::{self, OldRecord},
    support::{ALICE, BOB, runtimes},
};
use parity_scale_codec::{Compact, Encode};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use tensorwire_scale::{
    AccountId, Era, ErrorKind, ExtensionValue, ExtrinsicParameters, Runtime, Signature, SigningPayload,
    Value, hash,
};

const GENESIS: [u8; 32] = [7; 32];
const BIRTH: [u8; 32] = [9; 32];

fn alice() -> AccountId {
    ALICE.parse().unwrap()
}

fn transfer(runtime: &Runtime) -> Vec<u8> {
    runtime.encode_call("Balances", "transfer_keep_alive", (BOB, 5)).unwrap()
}

fn mortal(nonce: u64, tip: u128) -> ExtrinsicParameters {
    let mut parameters = ExtrinsicParameters::new(GENESIS, nonce);
    (parameters.era, parameters.birth, parameters.tip) = (Era::mortal(64, 1_000), BIRTH, tip);
    parameters
}

fn payload(runtime: &Runtime) -> SigningPayload {
    runtime.signing_payload(transfer(runtime), alice(), &mortal(42, 3)).unwrap()
}

#[test]
fn the_extensions_of_every_runtime_are_filled_by_name() {
    for runtime in runtimes() {
        let call = transfer(runtime);
        let mut parameters = mortal(42, 3);
        for hash in [None, Some([5; 32])] {
            parameters.metadata_hash = hash;
            let payload = runtime.signing_payload(call.clone(), alice(), &parameters).unwrap();
            // All of Subtensor's runtimes carry era, nonce, tip and mode, and sign these, in this order.
            let mode = u8::from(hash.is_some());
            let explicit = [
                &Era::mortal(64, 1_000).encode()[..],
                &Compact(42u32).encode(),
                &Compact(3u64).encode(),
                &[mode],
            ]
            .concat();
            let implicit =
                (runtime.spec_version(), runtime.transaction_version(), GENESIS, BIRTH, hash).encode();
            let signed = [&call[..], &explicit, &implicit].concat();
            assert_eq!(*payload.bytes(), signed);

            let signature = Signature::Sr25519([1; 64]);
            let bytes = payload.extrinsic(&signature);
            let extrinsic = runtime.decode_extrinsic(&bytes).unwrap();
            assert_eq!(
                (extrinsic.signer(), extrinsic.nonce(), extrinsic.tip()),
                (Some(alice()), Some(42), Some(3))
            );
            assert_eq!(extrinsic.era(), Some(payload.era()));
            assert_eq!(
                extrinsic.signature().unwrap().to_json()["Sr25519"],
                json!(format!("0x{}", "01".repeat(64)))
            );
            assert_eq!(*extrinsic.call(), runtime.decode_call(&call).unwrap());
            assert_eq!(runtime.check_payload(&payload).unwrap(), *extrinsic.call());
        }
    }
}

#[test]
fn an_immortal_extrinsic_is_bound_to_the_genesis_whatever_the_parameters_say() {
    for runtime in runtimes() {
        let mut parameters = ExtrinsicParameters::new(GENESIS, 0);
        parameters.birth = BIRTH;
        let payload = runtime.signing_payload(transfer(runtime), alice(), &parameters).unwrap();
        assert_eq!((payload.era(), payload.birth()), (Era::Immortal, GENESIS));
        runtime.check_payload(&payload).unwrap();
    }
}

#[test]
fn more_than_256_bytes_are_signed_as_their_hash() {
    let Some(runtime) = runtimes().last() else { return };
    let rest = payload(runtime).bytes().len() - transfer(runtime).len();
    for (length, is_hashed) in [(256, false), (257, true)] {
        // Two indices and a length of two bytes come before.
        let call =
            runtime.encode_call("System", "remark", Value::from(vec![1u8; length - rest - 4])).unwrap();
        let bytes = runtime.signing_payload(call, alice(), &mortal(42, 3)).unwrap().bytes();
        assert_eq!(bytes.len(), if is_hashed { 32 } else { length });
    }
}

#[test]
fn what_an_extension_cannot_hold_is_refused_with_its_name() {
    let Some(runtime) = runtimes().last() else { return };
    let refused = |parameters: &ExtrinsicParameters| {
        let error = runtime.signing_payload(transfer(runtime), alice(), parameters).unwrap_err();
        (error.kind(), error.to_string())
    };
    let (kind, message) = refused(&mortal(1 << 32, 0));
    assert!(
        kind == ErrorKind::Encode && message.contains("CheckNonce") && message.contains("out of range"),
        "{message}"
    );
    let (kind, message) = refused(&mortal(0, 1 << 64));
    assert!(kind == ErrorKind::Encode && message.contains("ChargeTransactionPayment"), "{message}");

    let mut unknown = mortal(0, 0);
    unknown.extensions.insert("CheckNonc".into(), ExtensionValue::explicit(5));
    let (kind, message) = refused(&unknown);
    assert!(kind == ErrorKind::NotFound && message.contains("did you mean CheckNonce"), "{message}");
    let mut twice = mortal(7, 0);
    twice.extensions.insert("CheckNonce".into(), ExtensionValue::explicit(5));
    let (kind, message) = refused(&twice);
    assert!(kind == ErrorKind::Encode && message.contains("CheckNonce"), "{message}");
}

#[test]
fn signatures_that_are_no_multisignature_are_refused() {
    let runtime = sample::runtime::<Vec<OldRecord>>();
    let call = runtime.encode_call("System", "remark", Value::from(vec![1u8])).unwrap();
    let error = runtime.signing_payload(call, alice(), &ExtrinsicParameters::new(GENESIS, 0)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Encode);
    assert!(error.to_string().contains("not MultiSignature"), "{error}");
}

#[test]
fn a_payload_survives_json() {
    for runtime in runtimes() {
        let payload = payload(runtime);
        let json = json!(payload);
        assert_eq!((&json["account"], &json["nonce"], &json["tip"]), (&json!(ALICE), &json!(42), &json!(3)));
        assert_eq!(json["payload"], json!(const_hex::encode_prefixed(payload.bytes())));
        assert_eq!(json["era"], json!({ "mortal": { "period": 64, "phase": 40 } }));
        let text = serde_json::to_string(&payload).unwrap();
        let read: SigningPayload = serde_json::from_str(&text).unwrap();
        assert_eq!(read, payload);
        runtime.check_payload(&read).unwrap();
    }
}

/// Ways to say something else in one place, each with whether it takes metadata to see it.
fn lies() -> Vec<(&'static str, Json, bool)> {
    vec![
        ("/nonce", json!(43), false),
        ("/tip", json!("4"), false),
        ("/genesis", json!(format!("0x{}", "08".repeat(32))), false),
        ("/birth", json!(format!("0x{}", "08".repeat(32))), false),
        ("/spec_version", json!(1), false),
        ("/transaction_version", json!(2), false),
        ("/era", json!("immortal"), false),
        ("/era", json!({ "mortal": { "period": 63, "phase": 40 } }), false),
        ("/era", json!({ "mortal": { "period": 64, "phase": 64 } }), false),
        ("/account", json!(BOB), false),
        ("/payload", json!("0x00"), false),
        ("/call", json!("0x0000"), false),
        ("/extensions/0/name", json!("CheckNothing"), true),
        ("/extensions/0/name", json!("CheckGenesis"), false),
        ("/extensions/5/explicit", json!("0x00"), false),
        ("/extensions/0/explicit", json!("0x00"), false),
        ("/unheard_of", json!(1), false),
    ]
}

#[test]
fn a_payload_that_contradicts_itself_is_not_read() {
    for runtime in runtimes() {
        let honest = json!(payload(runtime));
        for (place, lie, needs_metadata) in lies() {
            let mut json = honest.clone();
            match json.pointer_mut(place) {
                Some(part) => *part = lie.clone(),
                None => json["unheard_of"] = lie.clone(),
            }
            let read = serde_json::from_value::<SigningPayload>(json);
            assert_eq!(read.is_ok(), needs_metadata, "{place} {lie}: {read:?}");
            if let Ok(read) = read {
                assert_eq!(runtime.check_payload(&read).unwrap_err().kind(), ErrorKind::Payload);
            }
        }
    }
}

#[test]
fn a_payload_for_another_runtime_is_refused() {
    let [first, .., last] = runtimes() else { return };
    let error = last.check_payload(&payload(first)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Payload);
    assert!(error.to_string().contains(&format!("spec version {}", first.spec_version())), "{error}");
}

/// What asks to sign more than it shows: bytes moved over the border between call and extensions.
#[test]
fn a_payload_whose_call_is_cut_elsewhere_is_refused() {
    let Some(runtime) = runtimes().last() else { return };
    let honest = json!(payload(runtime));
    let call = honest["call"].as_str().unwrap();
    let mut json = honest.clone();
    // The last byte of the call stands before the first extension, which holds nothing: the signed bytes are the same.
    json["call"] = json!(call[..call.len() - 2]);
    json["extensions"][0]["explicit"] = json!(format!("0x{}", &call[call.len() - 2..]));
    let read: SigningPayload = serde_json::from_value(json).unwrap();
    assert_eq!(read.bytes(), payload(runtime).bytes());
    assert_eq!(runtime.check_payload(&read).unwrap_err().kind(), ErrorKind::Payload);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_composed_decodes_to_what_was_asked_for(
        which in 0usize..6,
        account: [u8; 32],
        dest: [u8; 32],
        value: u64,
        nonce: u32,
        tip: u64,
        period in 0u64..100_000,
        block: u32,
        hash: Option<[u8; 32]>,
    ) {
        let Some(runtime) = runtimes().get(which) else { return Ok(()) };
        let mut parameters = ExtrinsicParameters::new(GENESIS, nonce.into());
        parameters.era = Era::mortal(period, block.into());
        (parameters.birth, parameters.tip, parameters.metadata_hash) = (BIRTH, tip.into(), hash);
        let call = runtime.encode_call("Balances", "transfer_keep_alive", (AccountId(dest), value)).unwrap();
        let payload = runtime.signing_payload(call, AccountId(account), &parameters).unwrap();
        let bytes = payload.extrinsic(&Signature::Ed25519([3; 64]));
        let extrinsic = runtime.decode_extrinsic(&bytes).unwrap();
        prop_assert_eq!(extrinsic.signer(), Some(AccountId(account)));
        prop_assert_eq!((extrinsic.nonce(), extrinsic.tip(), extrinsic.era()), (Some(nonce.into()), Some(tip.into()), Some(parameters.era)));
        prop_assert_eq!(extrinsic.call().arguments()["value"].as_u64(), Some(value));
        prop_assert_eq!(extrinsic.hash(), hash::blake2_256(&bytes));
        prop_assert_eq!(runtime.check_payload(&payload).unwrap(), extrinsic.call().clone());
        let read: SigningPayload = serde_json::from_value(json!(payload)).unwrap();
        prop_assert_eq!(read, payload);
    }

    #[test]
    fn any_bytes_are_a_call_or_an_error(bytes in prop::collection::vec(prop_oneof![0u8..8, any::<u8>()], 0..200)) {
        for runtime in runtimes() {
            let _ = runtime.decode_call(&bytes);
        }
    }
}
