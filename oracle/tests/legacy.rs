//! Metadata before V14 with the types that `frame_decode` has of Polkadot: block 5,000,000, whose metadata, extrinsics
//! and storage are among that crate's test data. Skipped where its sources cannot be found.

use frame_decode::{
    constants::{ConstantEntryInfo, ConstantTypeInfo},
    extrinsics::decode_extrinsic,
    helpers::{decode_with_visitor, scale_decode::visitor::IgnoreVisitor, type_registry_from_metadata},
    legacy_types,
    storage::{StorageEntryInfo, StorageHasher, StorageTypeInfo},
};
use frame_metadata::{RuntimeMetadata, v12::RuntimeMetadataV12};
use parity_scale_codec::Decode;
use scale_info_legacy::{LookupName, TypeRegistrySet};
use scale_value::{Composite, Primitive, Value as Theirs, ValueDef};
use serde_json::Value as Json;
use std::{fs, path::PathBuf, process::Command};
use tensorwire_oracle::seed;
use tensorwire_scale::{ExtrinsicKind, Hasher, Runtime, Types, Value};

const SPEC_VERSION: u32 = 30;

/// Of random bytes for each type.
const CASES: usize = 40;

/// Both readers of one chain.
struct Both {
    ours: Runtime,
    metadata: RuntimeMetadataV12,
    types: TypeRegistrySet<'static>,
}

/// Where cargo keeps the sources of that crate.
fn sources() -> Option<PathBuf> {
    let cargo = |arguments: &[&str]| Command::new(env!("CARGO")).args(arguments).output().ok();
    // What only other systems need may not be there.
    let version = String::from_utf8(cargo(&["-vV"])?.stdout).ok()?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "))?;
    let output = cargo(&["metadata", "--format-version=1", "--offline", "--filter-platform", host])?;
    let metadata: Json = serde_json::from_slice(&output.stdout).ok()?;
    let package =
        metadata["packages"].as_array()?.iter().find(|package| package["name"] == "frame-decode")?;
    let folder = PathBuf::from(package["manifest_path"].as_str()?).parent()?.to_owned();
    folder.join("artifacts/metadata_5000000_30.scale").is_file().then_some(folder)
}

fn both() -> Option<Both> {
    let Some(folder) = sources() else {
        eprintln!("skipped: the sources of frame-decode are absent");
        return None;
    };
    let bytes = fs::read(folder.join("artifacts/metadata_5000000_30.scale")).expect("it is there");
    let types = Types::new().file(folder.join("types/polkadot_relay_types.yaml")).expect("types");
    let ours = Runtime::from_metadata_with(&[b"meta", &bytes[..]].concat(), &types, Some(SPEC_VERSION))
        .expect("ours");
    let RuntimeMetadata::V12(metadata) = Decode::decode(&mut &bytes[..]).expect("theirs") else {
        panic!("another version than 12")
    };
    let mut types = legacy_types::polkadot::relay_chain().for_spec_version(SPEC_VERSION.into()).to_owned();
    types.prepend(type_registry_from_metadata(&metadata).expect("types of the metadata"));
    Some(Both { ours, metadata, types })
}

#[test]
fn g15_all_files_of_types_are_read() {
    let Some(folder) = sources() else { return };
    for name in ["polkadot_relay", "kusama_relay", "kusama_assethub"] {
        Types::new().file(folder.join(format!("types/{name}_types.yaml"))).expect(name);
    }
}

#[test]
fn g15_storage_and_constants_of_polkadot_30_decode_as_with_frame_decode() {
    let Some(both) = both() else { return };
    assert_eq!((both.ours.metadata_version(), both.ours.spec_version()), (12, SPEC_VERSION));
    assert_eq!(both.ours.spec_name(), "polkadot");
    let mut random = fastrand::Rng::with_seed(seed());
    let (mut items, mut decoded) = (0, 0);
    for (pallet, item) in both.metadata.storage_tuples() {
        let entry = both.ours.storage(&pallet, &item).expect("ours has it too");
        let info = both.metadata.storage_info(&pallet, &item).expect("theirs");
        let hashers: Vec<_> = info.keys.iter().map(|key| hasher(key.hasher)).collect();
        assert_eq!(entry.hashers(), hashers, "{pallet}.{item}");
        items += 1;
        let types = entry.key_types().iter().copied().zip(info.keys.iter().map(|key| &key.key_id));
        for (ours, theirs) in types.chain([(entry.value_type(), &info.value_id)]) {
            for _ in 0..CASES {
                let bytes: Vec<u8> =
                    (0..random.usize(0..300)).map(|_| random.u8(..) >> random.u8(..8)).collect();
                decoded += usize::from(both.same(ours, theirs, &bytes, &format!("{pallet}.{item}")));
            }
        }
        if let Some(default) = &info.default_value {
            assert_eq!(entry.default_bytes(), &**default, "{pallet}.{item}");
            if !both.same(entry.value_type(), &info.value_id, default, &format!("{pallet}.{item}")) {
                println!("{pallet}.{item}: {} has no default {}", info.value_id, const_hex::encode(default));
            }
        }
    }
    for (pallet, name) in both.metadata.constant_tuples() {
        let constant = both.ours.constant(&pallet, &name).expect("ours has it too");
        let info = both.metadata.constant_info(&pallet, &name).expect("theirs");
        assert_eq!(constant.bytes(), info.bytes, "{pallet}.{name}");
        if !both.same(constant.type_id(), &info.type_id, info.bytes, &format!("{pallet}.{name}")) {
            println!("{pallet}.{name}: {} is not defined", info.type_id);
        }
    }
    println!("{items} items, {decoded} values");
    assert!(items > 150 && decoded > 5_000, "{items} items, {decoded} values");
}

#[test]
fn g15_stored_values_of_polkadot_30_decode() {
    let (Some(both), Some(folder)) = (both(), sources()) else { return };
    let text = fs::read_to_string(folder.join("artifacts/storage_5000000_30_staking_validators.json"));
    let pairs: Vec<(String, String)> = serde_json::from_str(&text.expect("it is there")).expect("pairs");
    let entry = both.ours.storage("Staking", "Validators").expect("validators");
    for (key, value) in &pairs {
        let (key, value) = (const_hex::decode(key).expect("hex"), const_hex::decode(value).expect("hex"));
        let keys = entry.keys_of(&key).expect("its key");
        assert!(keys[0].as_ref().and_then(Value::as_account).is_some(), "{keys:?}");
        let value = entry.decode(Some(&value)).expect("its value");
        assert!(
            value.get("commission").and_then(Value::as_u64).is_some_and(|rate| rate <= 1_000_000_000),
            "{value}"
        );
    }
    assert!(!pairs.is_empty());
}

#[test]
fn g15_extrinsics_of_polkadot_30_decode_as_with_frame_decode() {
    let (Some(both), Some(folder)) = (both(), sources()) else { return };
    let text = fs::read_to_string(folder.join("artifacts/exts_5000000_30.json")).expect("it is there");
    let extrinsics: Vec<String> = serde_json::from_str(&text).expect("a list");
    for bytes in &extrinsics {
        let bytes = const_hex::decode(bytes).expect("hex");
        let ours = both.ours.decode_extrinsic(&bytes).expect("ours");
        let theirs = decode_extrinsic(&mut &bytes[..], &both.metadata, &both.types).expect("theirs");
        assert!(ours.call().is(theirs.pallet_name(), theirs.call_name()), "{ours}");
        assert_eq!(ours.call().index(), (theirs.pallet_index(), theirs.call_index()));
        assert_eq!(ours.signature().is_some(), theirs.is_signed());
        let value = |ty: &LookupName, range: std::ops::Range<usize>| {
            let value = scale_value::scale::decode_as_type(&mut &bytes[range], ty.clone(), &both.types);
            of_theirs(&value.expect("a part"))
        };
        let arguments = theirs
            .call_data()
            .map(|argument| (argument.name().to_owned(), value(argument.ty(), argument.range())));
        let arguments: serde_json::Map<_, _> = arguments.collect();
        assert_eq!(of_ours(ours.call().arguments()), Json::Object(arguments), "{ours}");
        if let (Some(signature), ExtrinsicKind::Signed(signed)) = (theirs.signature_payload(), ours.kind()) {
            assert_eq!(of_ours(&signed.address), value(signature.address_type(), signature.address_range()));
            let theirs = value(signature.signature_type(), signature.signature_range());
            assert_eq!(of_ours(&signed.signature), theirs);
            assert!(ours.signer().is_some() && ours.nonce().is_some() && ours.era().is_some());
        }
        let extensions = theirs.transaction_extension_payload();
        let theirs = extensions.into_iter().flat_map(|payload| payload.iter());
        let theirs: Vec<_> =
            theirs.map(|part| (part.name().to_owned(), value(part.ty(), part.range()))).collect();
        let ours: Vec<_> = ours.extensions().map(|(name, value)| (name.to_owned(), of_ours(value))).collect();
        assert_eq!(ours, theirs);
    }
    assert!(extrinsics.len() > 2);
}

impl Both {
    /// Decodes by both; true if both could. They leave the same over.
    fn same(&self, ours: tensorwire_scale::TypeId, theirs: &LookupName, bytes: &[u8], what: &str) -> bool {
        let (mut our_rest, mut their_rest) = (bytes, bytes);
        let our = self.ours.plan().decode_prefix(ours, &mut our_rest);
        // A length is allocated before it is checked, so that it has to be checked before.
        let visitor = IgnoreVisitor::<TypeRegistrySet<'static>>::new();
        let their = decode_with_visitor(&mut { bytes }, theirs.clone(), &self.types, visitor)
            .and_then(|()| scale_value::scale::decode_as_type(&mut their_rest, theirs.clone(), &self.types));
        match (our, their) {
            (Ok(our), Ok(their)) => {
                assert_eq!(
                    of_ours(&our),
                    of_theirs(&their),
                    "{what}: {theirs} of 0x{}",
                    const_hex::encode(bytes)
                );
                assert_eq!(our_rest, their_rest, "{what}: {theirs}");
                true
            }
            (Err(_), Err(_)) => false,
            (our, their) => panic!("{what}: {theirs} of 0x{}: {our:?}, {their:?}", const_hex::encode(bytes)),
        }
    }
}

fn hasher(hasher: StorageHasher) -> Hasher {
    match hasher {
        StorageHasher::Blake2_128 => Hasher::Blake2_128,
        StorageHasher::Blake2_256 => Hasher::Blake2_256,
        StorageHasher::Blake2_128Concat => Hasher::Blake2_128Concat,
        StorageHasher::Twox128 => Hasher::Twox128,
        StorageHasher::Twox256 => Hasher::Twox256,
        StorageHasher::Twox64Concat => Hasher::Twox64Concat,
        StorageHasher::Identity => Hasher::Identity,
    }
}

/// What both say, in one form: bytes are numbers, newtypes and lists of one are their content.
fn of_ours(value: &Value) -> Json {
    match value {
        Value::None => Json::Null,
        Value::Some(content) => of_ours(content),
        Value::Account { id, .. } => bytes(&id.0),
        Value::Variant(shape, fields) => {
            let names = shape.fields().names();
            variant(shape.name(), named(names, fields.iter().map(of_ours)))
        }
        Value::Struct(shape, fields) => named(shape.names(), fields.iter().map(of_ours)),
        other => match (other.as_bytes(), other.as_integer()) {
            (Some(content), _) => bytes(content),
            (_, Some(number)) => Json::String(number.to_string()),
            _ => match other {
                Value::Bits(bits) => list(bits.iter().map(|bit| Json::Bool(*bit))),
                Value::Bool(value) => Json::Bool(*value),
                Value::Str(text) => Json::String(text.to_string()),
                other => list(other.iter().map(of_ours)),
            },
        },
    }
}

fn of_theirs<T>(value: &Theirs<T>) -> Json {
    let composite = |content: &Composite<T>| match content {
        Composite::Named(fields) => named(
            fields.iter().map(|(name, _)| name.as_str()),
            fields.iter().map(|(_, value)| of_theirs(value)),
        ),
        Composite::Unnamed(fields) => list(fields.iter().map(of_theirs)),
    };
    match &value.value {
        ValueDef::Composite(content) => composite(content),
        ValueDef::Variant(content) => variant(&content.name, composite(&content.values)),
        ValueDef::BitSequence(bits) => list(bits.iter().map(Json::Bool)),
        ValueDef::Primitive(Primitive::Bool(value)) => Json::Bool(*value),
        ValueDef::Primitive(Primitive::Char(value)) => Json::String(value.to_string()),
        ValueDef::Primitive(Primitive::String(value)) => Json::String(value.clone()),
        ValueDef::Primitive(Primitive::U128(value)) => Json::String(value.to_string()),
        ValueDef::Primitive(Primitive::I128(value)) => Json::String(value.to_string()),
        ValueDef::Primitive(other) => panic!("{other:?}"),
    }
}

fn bytes(bytes: &[u8]) -> Json {
    list(bytes.iter().map(|byte| Json::String(byte.to_string())))
}

fn list(values: impl Iterator<Item = Json>) -> Json {
    let mut values: Vec<Json> = values.collect();
    if values.len() == 1 { values.remove(0) } else { Json::Array(values) }
}

fn named<'n>(names: impl Iterator<Item = &'n str>, values: impl Iterator<Item = Json>) -> Json {
    let names: Vec<_> = names.map(str::to_owned).collect();
    let values: Vec<_> = values.collect();
    match names.len() == values.len() && !names.is_empty() {
        true => Json::Object(names.into_iter().zip(values).collect()),
        false => list(values.into_iter()),
    }
}

fn variant(name: &str, fields: Json) -> Json {
    let is_empty = matches!(&fields, Json::Array(fields) if fields.is_empty());
    match name {
        "None" if is_empty => Json::Null,
        "Some" => fields,
        name => Json::Object([(name.to_owned(), fields)].into_iter().collect()),
    }
}
