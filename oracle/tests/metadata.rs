//! Storage keys, storage defaults, constants and runtime API calls, against `frame_decode`.

use frame_decode::{
    constants::{ConstantEntryInfo, ConstantTypeInfo},
    runtime_apis::{
        RuntimeApiEntryInfo, RuntimeApiTypeInfo, encode_runtime_api_inputs, encode_runtime_api_name,
    },
    storage::{StorageEntryInfo, StorageTypeInfo, encode_storage_key},
};
use frame_metadata::RuntimeMetadata;
use tensorwire_oracle::{Chain, Generator, Reference, Refusal, agree, chains};
use tensorwire_scale::{TypeId, Value};

/// For each storage item and each runtime API method.
const CASES: usize = 8;

type Theirs = scale_value::Value<u32>;

#[test]
fn storage_keys_and_defaults_of_every_item_equal_those_of_frame_decode() {
    for chain in chains() {
        match &chain.metadata {
            RuntimeMetadata::V14(metadata) => storage(&chain, metadata),
            RuntimeMetadata::V15(metadata) => storage(&chain, metadata),
            RuntimeMetadata::V16(metadata) => storage(&chain, metadata),
            other => panic!("metadata V{}", other.version()),
        }
    }
}

#[test]
fn every_constant_equals_that_of_frame_decode() {
    for chain in chains() {
        match &chain.metadata {
            RuntimeMetadata::V14(metadata) => constants(&chain, metadata),
            RuntimeMetadata::V15(metadata) => constants(&chain, metadata),
            RuntimeMetadata::V16(metadata) => constants(&chain, metadata),
            other => panic!("metadata V{}", other.version()),
        }
    }
}

#[test]
fn arguments_of_every_runtime_api_method_equal_those_of_frame_decode() {
    for chain in chains() {
        match &chain.metadata {
            // It describes none.
            RuntimeMetadata::V14(_) => {}
            RuntimeMetadata::V15(metadata) => runtime_apis(&chain, metadata),
            RuntimeMetadata::V16(metadata) => runtime_apis(&chain, metadata),
            other => panic!("metadata V{}", other.version()),
        }
    }
}

fn storage<M: StorageTypeInfo<TypeId = u32> + StorageEntryInfo>(chain: &Chain, metadata: &M) {
    let mut generator = Generator::new(chain.registry());
    let mut checked = 0;
    for (pallet, item) in metadata.storage_tuples() {
        let info = metadata.storage_info(&pallet, &item).expect("frame_decode knows its own items");
        let ours = chain.runtime.storage(&pallet, &item).expect("tensorwire knows every item");
        let ids: Vec<u32> = info.keys.iter().map(|key| key.key_id).collect();
        assert_eq!(ours.key_types().iter().map(|ty| ty.0).collect::<Vec<_>>(), ids, "{ours}");
        assert_eq!(ours.value_type().0, info.value_id, "{ours}");

        for case in 0..CASES {
            let Some((values, theirs)) = arguments(chain, &mut generator, &ids, case) else { continue };
            let key = ours.key(&values).expect("the keys are of the item's types");
            let their_key = encode_storage_key(&pallet, &item, &theirs, metadata, chain.registry());
            assert_eq!(key, their_key.expect("the keys are of the item's types"), "{ours}, keys {values:?}");

            let kept = ours.hashers().iter().map(|hasher| hasher.keeps_key());
            let kept: Vec<_> =
                values.into_iter().zip(kept).map(|(value, kept)| kept.then_some(value)).collect();
            assert_eq!(ours.keys_of(&key).expect("it is a key of the item"), kept, "{ours}");
        }

        assert_eq!(ours.is_optional(), info.default_value.is_none(), "{ours}");
        if let Some(default) = info.default_value {
            let value = ours.decode(None).expect("the default decodes");
            agrees(chain, &ours.to_string(), info.value_id, &value, &default);
        }
        checked += 1;
    }
    let known: usize = chain.runtime.pallets().iter().map(|pallet| pallet.storage().len()).sum();
    eprintln!("{}: {checked} storage items", chain.name);
    assert_eq!(known, checked);
}

fn constants<M: ConstantTypeInfo<TypeId = u32> + ConstantEntryInfo>(chain: &Chain, metadata: &M) {
    let mut checked = 0;
    for (pallet, name) in metadata.constant_tuples() {
        let info = metadata.constant_info(&pallet, &name).expect("frame_decode knows its own constants");
        let ours = chain.runtime.constant(&pallet, &name).expect("tensorwire knows every constant");
        let value = ours.value().expect("the constant decodes");
        agrees(chain, &ours.to_string(), info.type_id, &value, info.bytes);
        checked += 1;
    }
    let known: usize = chain.runtime.pallets().iter().map(|pallet| pallet.constants().len()).sum();
    eprintln!("{}: {checked} constants", chain.name);
    assert_eq!(known, checked);
}

fn runtime_apis<M: RuntimeApiTypeInfo<TypeId = u32> + RuntimeApiEntryInfo>(chain: &Chain, metadata: &M) {
    let mut generator = Generator::new(chain.registry());
    let mut checked = 0;
    for (api, method) in metadata.runtime_api_tuples() {
        let info = metadata.runtime_api_info(&api, &method).expect("frame_decode knows its own methods");
        let ours = chain.runtime.api_method(&api, &method).expect("tensorwire knows every method");
        assert_eq!(ours.rpc_name(), encode_runtime_api_name(&api, &method));
        let ids: Vec<u32> = info.inputs.iter().map(|input| input.id).collect();
        for case in 0..CASES {
            let Some((values, theirs)) = arguments(chain, &mut generator, &ids, case) else { continue };
            let encoded = ours.encode(&values).expect("the arguments are of the method's types");
            let expected = encode_runtime_api_inputs(&api, &method, theirs, metadata, chain.registry());
            assert_eq!(
                encoded,
                expected.expect("the arguments are of the method's types"),
                "{ours}, {values:?}"
            );
        }
        checked += 1;
    }
    let known: usize = chain.runtime.apis().iter().map(|api| api.methods().len()).sum();
    eprintln!("{}: {checked} runtime API methods", chain.name);
    assert_eq!(known, checked);
}

/// Random values of those types, as tensorwire and as the reference hold them; none where it knows no such type.
fn arguments(
    chain: &Chain,
    generator: &mut Generator<'_>,
    ids: &[u32],
    case: usize,
) -> Option<(Vec<Value>, Vec<Theirs>)> {
    let mut argument = |id: &u32| {
        let bytes = generator.value(*id, case);
        let ours = chain.runtime.plan().decode(TypeId(*id), &bytes).expect("a generated value decodes");
        match Reference(chain.registry()).decode(*id, &mut &*bytes) {
            Err(Refusal::Unsupported) => None,
            theirs => Some((ours, theirs.expect("a generated value decodes"))),
        }
    };
    ids.iter().map(&mut argument).collect()
}

fn agrees(chain: &Chain, name: &str, id: u32, ours: &Value, bytes: &[u8]) {
    let theirs = Reference(chain.registry()).decode(id, &mut &*bytes).expect("the metadata is right");
    agree(chain.registry(), id, ours, &theirs)
        .unwrap_or_else(|error| panic!("{}, {name}: {error}", chain.name));
}
