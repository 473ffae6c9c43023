//! What other chains have that Subtensor has not, as changes to the metadata of spec version 343.

use crate::support::{ALICE, BOB, metadata};
use frame_metadata::{
    RuntimeMetadata, RuntimeMetadataPrefixed,
    v15::{ExtrinsicMetadata, RuntimeMetadataV15},
};
use parity_scale_codec::{Compact, Decode, Encode};
use scale_info::{
    PortableRegistry, PortableType, Type, TypeDef, TypeDefPrimitive, TypeDefTuple, form::PortableForm,
};
use serde_json::json;
use tensorwire_scale::{
    AccountId, Era, ErrorKind, ExtensionValue, ExtrinsicParameters, Result, Runtime, Signature,
    SigningPayload,
};

/// The runtime with that done to its extrinsics; none where there is no metadata.
fn changed(
    change: impl FnOnce(&mut ExtrinsicMetadata<PortableForm>, &mut PortableRegistry),
) -> Option<Runtime> {
    let bytes = metadata("finney-343-v15")?;
    let start = bytes.windows(4).position(|window| window == b"meta").unwrap();
    let RuntimeMetadataPrefixed(magic, decoded) = Decode::decode(&mut &bytes[start..]).unwrap();
    let RuntimeMetadata::V15(mut v15) = decoded else { panic!("it is V15") };
    let RuntimeMetadataV15 { extrinsic, types, .. } = &mut v15;
    change(extrinsic, types);
    let changed = RuntimeMetadataPrefixed(magic, RuntimeMetadata::V15(v15));
    Some(Runtime::from_metadata(&changed.encode()).unwrap())
}

fn find(types: &PortableRegistry, matches: impl Fn(&Type<PortableForm>) -> bool) -> u32 {
    types.types.iter().find(|found| matches(&found.ty)).unwrap().id
}

fn u32_type(types: &PortableRegistry) -> u32 {
    find(types, |ty| ty.type_def == TypeDef::Primitive(TypeDefPrimitive::U32))
}

fn payload(runtime: &Runtime, parameters: &ExtrinsicParameters) -> Result<SigningPayload> {
    let call = runtime.encode_call("Balances", "transfer_keep_alive", (BOB, 5))?;
    runtime.signing_payload(call, ALICE.parse()?, parameters)
}

fn parameters() -> ExtrinsicParameters {
    ExtrinsicParameters::new([7; 32], 1)
}

/// It is what it says, also after a way as JSON.
fn is_true(runtime: &Runtime, payload: &SigningPayload) {
    runtime.check_payload(payload).unwrap();
    let read: SigningPayload = serde_json::from_value(json!(payload)).unwrap();
    assert_eq!(read, *payload);
}

#[test]
fn an_unknown_extension_is_filled_if_it_is_empty_and_else_by_the_caller() {
    let runtime = changed(|extrinsic, types| {
        let mut empty = extrinsic.signed_extensions[0].clone();
        empty.identifier = "Unheard".to_owned();
        let mut strange = empty.clone();
        strange.identifier = "Strange".to_owned();
        strange.ty.id = u32_type(types);
        strange.additional_signed.id = strange.ty.id;
        extrinsic.signed_extensions.extend([empty, strange]);
    });
    let Some(runtime) = runtime else { return };
    let error = payload(&runtime, &parameters()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Encode);
    assert!(error.to_string().contains("extension Strange of node-subtensor 343 is not known"), "{error}");
    assert!(error.to_string().contains("carries u32 and signs u32"), "{error}");

    let mut parameters = parameters();
    let value = |explicit: i64| ExtensionValue { explicit: explicit.into(), implicit: 6.into() };
    parameters.extensions.insert("Strange".to_owned(), value(-1));
    let error = payload(&runtime, &parameters).unwrap_err();
    assert!(error.to_string().contains("in Strange"), "{error}");

    parameters.extensions.insert("Strange".to_owned(), value(5));
    let payload = payload(&runtime, &parameters).unwrap();
    assert!(payload.bytes().ends_with(&6u32.to_le_bytes()));
    is_true(&runtime, &payload);
    let extrinsic = runtime.decode_extrinsic(&payload.extrinsic(&Signature::Ecdsa([1; 65]))).unwrap();
    assert_eq!(extrinsic.extension("Strange").unwrap().as_u64(), Some(5));
}

#[test]
fn a_fee_is_paid_in_the_chains_own_token_or_in_the_asset_of_the_caller() {
    let runtime = changed(|extrinsic, types| {
        let compact = find(types, |ty| {
            matches!(&ty.type_def, TypeDef::Compact(of) if types.resolve(of.type_param.id).unwrap().type_def
                == TypeDef::Primitive(TypeDefPrimitive::U128))
        });
        let option = find(types, |ty| {
            let TypeDef::Variant(variants) = &ty.type_def else { return false };
            ty.path.segments == ["Option"] && variants.variants[1].fields[0].ty.id == u32_type(types)
        });
        let tuple = TypeDefTuple::new_portable([compact.into(), option.into()]);
        let id = types.types.len() as u32;
        types.types.push(PortableType { id, ty: Type::new(Default::default(), [], tuple, vec![]) });
        let mut extensions = extrinsic.signed_extensions.iter_mut();
        let charge = extensions.find(|found| found.identifier == "ChargeTransactionPayment").unwrap();
        charge.identifier = "ChargeAssetTxPayment".to_owned();
        charge.ty.id = id;
    });
    let Some(runtime) = runtime else { return };
    let mut parameters = parameters();
    parameters.tip = 9;
    for asset in [None, Some(3u32)] {
        if asset.is_some() {
            let value = ExtensionValue::explicit((parameters.tip, asset));
            parameters.extensions.insert("ChargeAssetTxPayment".to_owned(), value);
        }
        let payload = payload(&runtime, &parameters).unwrap();
        is_true(&runtime, &payload);
        let extrinsic = runtime.decode_extrinsic(&payload.extrinsic(&Signature::Sr25519([1; 64]))).unwrap();
        assert_eq!(extrinsic.tip(), Some(9));
        let charge = extrinsic.extension("ChargeAssetTxPayment").unwrap();
        assert_eq!(charge[1].as_u64(), asset.map(u64::from));
    }
    parameters.tip = 8;
    assert_eq!(payload(&runtime, &parameters).unwrap_err().kind(), ErrorKind::Encode);
}

#[test]
fn what_the_runtime_has_no_extension_for_is_refused() {
    let runtime = changed(|extrinsic, _| {
        let gone = ["CheckMortality", "ChargeTransactionPayment", "CheckMetadataHash"];
        extrinsic.signed_extensions.retain(|extension| !gone.contains(&&*extension.identifier));
    });
    let Some(runtime) = runtime else { return };
    is_true(&runtime, &payload(&runtime, &parameters()).unwrap());
    let (mut era, mut tip, mut hash) = (parameters(), parameters(), parameters());
    era.era = Era::mortal(64, 5);
    tip.tip = 1;
    hash.metadata_hash = Some([1; 32]);
    for (parameters, what) in [(era, "an era"), (tip, "a tip"), (hash, "the metadata's hash")] {
        let error = payload(&runtime, &parameters).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Encode);
        assert!(error.to_string().contains(&format!("no transaction extension for {what}")), "{error}");
    }
}

#[test]
fn an_address_that_is_the_plain_account_is_written_so() {
    let runtime = changed(|extrinsic, types| {
        extrinsic.address_ty.id =
            find(types, |ty| ty.path.segments.last().is_some_and(|name| name == "AccountId32"));
    });
    let Some(runtime) = runtime else { return };
    let payload = payload(&runtime, &parameters()).unwrap();
    is_true(&runtime, &payload);
    let extrinsic = payload.extrinsic(&Signature::Sr25519([1; 64]));
    let alice: AccountId = ALICE.parse().unwrap();
    let Compact(length) = Compact::<u32>::decode(&mut &*extrinsic).unwrap();
    let body = &extrinsic[extrinsic.len() - length as usize..];
    assert_eq!((body[0], &body[1..33], body[33]), (0x84, &alice.0[..], 1));
    assert_eq!(runtime.decode_extrinsic(&extrinsic).unwrap().signer(), Some(alice));
}

#[test]
fn runtimes_that_do_not_take_what_is_signed_here_are_refused() {
    let only_v5 = changed(|extrinsic, _| extrinsic.version = 5);
    let addresses = changed(|extrinsic, types| extrinsic.address_ty.id = u32_type(types));
    let signatures = changed(|extrinsic, types| extrinsic.signature_ty.id = u32_type(types));
    let cases = [
        (only_v5, "takes extrinsics of the versions [5]"),
        (addresses, "expected u32"),
        (signatures, "are of the type u32, not MultiSignature"),
    ];
    for (runtime, message) in cases {
        let Some(runtime) = runtime else { return };
        let error = payload(&runtime, &parameters()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Encode);
        assert!(error.to_string().contains(message), "{error}");
    }
}
