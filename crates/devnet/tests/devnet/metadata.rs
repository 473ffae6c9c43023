//! The metadata, held against the real chain's where that is at hand.

use std::{collections::BTreeMap, path::Path};

use frame_metadata::{
    RuntimeMetadata, RuntimeMetadataPrefixed,
    v16::{PalletMetadata, RuntimeMetadataV16, StorageEntryType},
};
use parity_scale_codec::Decode;
use scale_info::{Field, PortableRegistry, TypeDef, form::PortableForm};

use crate::client::{Client, bytes, params, small};

const REAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/metadata/finney-393-v16.scale");

#[tokio::test]
async fn metadata_comes_in_three_versions_that_tell_the_same() {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let versions: Vec<u32> = client.call("Metadata_metadata_versions", ()).await;
    assert_eq!(versions, [14, 15, 16]);
    let mut names = Vec::new();
    for version in versions {
        let opaque: Option<Vec<u8>> = client.call("Metadata_metadata_at_version", version).await;
        let metadata = RuntimeMetadataPrefixed::decode(&mut &opaque.unwrap()[..]).unwrap().1;
        names.push(match metadata {
            RuntimeMetadata::V14(metadata) => storage_names!(metadata),
            RuntimeMetadata::V15(metadata) => storage_names!(metadata),
            RuntimeMetadata::V16(metadata) => storage_names!(metadata),
            _ => panic!("another version"),
        });
    }
    assert!(names[0].len() > 150);
    assert_eq!(names[0], names[1]);
    assert_eq!(names[1], names[2]);

    let legacy: String = client.request("state_getMetadata", params![]).await;
    let legacy = RuntimeMetadataPrefixed::decode(&mut &bytes(&legacy)[..]).unwrap();
    assert!(matches!(legacy.1, RuntimeMetadata::V14(_)));
}

#[tokio::test]
async fn the_pallet_has_the_real_chains_names_types_and_indices() {
    let Some(real) = real() else { return };
    let ours = ours().await;
    let (ours, real) = (Side::of(&ours, "SubtensorModule"), Side::of(&real, "SubtensorModule"));
    assert_eq!(ours.pallet.index, real.pallet.index);
    assert_contained("storage", &ours.storage(), &real.storage());
    assert_contained("call", &ours.calls(), &real.calls());
    assert_contained("event", &ours.events(), &real.events());
    assert_contained("error", &ours.errors(), &real.errors());
    assert!(ours.storage().len() > 120);

    let order = |side: &Side| -> Vec<String> {
        side.pallet
            .storage
            .iter()
            .flat_map(|storage| &storage.entries)
            .map(|entry| entry.name.clone())
            .collect()
    };
    let (ours, mut real) = (order(&ours), order(&real));
    real.retain(|name| ours.contains(name));
    assert_eq!(ours, real, "the order");
}

#[tokio::test]
async fn frames_pallets_are_those_of_the_real_chain() {
    let Some(real) = real() else { return };
    let ours = ours().await;
    for name in
        ["System", "Timestamp", "Balances", "TransactionPayment", "Sudo", "Multisig", "Utility", "Proxy"]
    {
        let (ours, real) = (Side::of(&ours, name), Side::of(&real, name));
        assert_eq!(ours.pallet.index, real.pallet.index, "{name}");
        assert_contained(name, &ours.calls(), &real.calls());
        assert_contained(name, &ours.events(), &real.events());
        let mut constants = ours.constants();
        constants.remove("Version");
        assert_contained(name, &constants, &real.constants());
    }
}

#[tokio::test]
async fn runtime_apis_and_extensions_are_those_of_the_real_chain() {
    let Some(real) = real() else { return };
    let ours = ours().await;
    let own = [
        "NeuronInfoRuntimeApi",
        "SubnetInfoRuntimeApi",
        "StakeInfoRuntimeApi",
        "SubnetRegistrationRuntimeApi",
    ];
    let methods = |metadata: &RuntimeMetadataV16| -> BTreeMap<String, String> {
        let types = &metadata.types;
        let apis = metadata.apis.iter().filter(|api| own.contains(&&api.name[..]));
        apis.flat_map(|api| {
            api.methods.iter().map(|method| {
                let inputs: Vec<_> = method
                    .inputs
                    .iter()
                    .map(|input| format!("{}: {}", input.name, shape(types, input.ty.id, 0)))
                    .collect();
                let output = shape(types, method.output.id, 0);
                (format!("{}_{}", api.name, method.name), format!("({}) -> {output}", inputs.join(", ")))
            })
        })
        .collect()
    };
    assert_contained("runtime API", &methods(&ours), &methods(&real));
    assert!(methods(&ours).len() >= 13);

    let extensions = |metadata: &RuntimeMetadataV16| -> Vec<(String, String, String)> {
        let types = &metadata.types;
        let all = metadata.extrinsic.transaction_extensions.iter();
        all.map(|extension| {
            let implicit = shape(types, extension.implicit.id, 0);
            (extension.identifier.clone(), shape(types, extension.ty.id, 9), implicit)
        })
        .collect()
    };
    let named = |all: Vec<(String, String, String)>| -> Vec<_> {
        all.into_iter().map(|(name, _, implicit)| (name, implicit)).collect()
    };
    assert_eq!(named(extensions(&ours)), named(extensions(&real)));
}

async fn ours() -> RuntimeMetadataV16 {
    let devnet = small().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let opaque: Option<Vec<u8>> = client.call("Metadata_metadata_at_version", 16_u32).await;
    v16(&opaque.unwrap())
}

fn real() -> Option<RuntimeMetadataV16> {
    if !Path::new(REAL).exists() {
        eprintln!("skipped: {REAL} is not there");
        return None;
    }
    Some(v16(&std::fs::read(REAL).unwrap()))
}

/// Metadata, with or without the length of an opaque answer before it.
pub(crate) fn v16(bytes: &[u8]) -> RuntimeMetadataV16 {
    let inner = |bytes: &[u8]| RuntimeMetadataPrefixed::decode(&mut &bytes[..]);
    let metadata =
        inner(bytes).or_else(|_| inner(&Option::<Vec<u8>>::decode(&mut &bytes[..]).unwrap().unwrap()));
    match metadata.unwrap().1 {
        RuntimeMetadata::V16(metadata) => metadata,
        _ => panic!("not V16"),
    }
}

/// One chain's view of a pallet, everything rendered to text by name.
pub(crate) struct Side<'a> {
    types: &'a PortableRegistry,
    pub(crate) pallet: &'a PalletMetadata<PortableForm>,
}

impl<'a> Side<'a> {
    pub(crate) fn of(metadata: &'a RuntimeMetadataV16, name: &str) -> Self {
        let pallet = metadata.pallets.iter().find(|pallet| pallet.name == name).unwrap();
        Self { types: &metadata.types, pallet }
    }

    pub(crate) fn storage(&self) -> BTreeMap<String, String> {
        let entries = self.pallet.storage.iter().flat_map(|storage| &storage.entries);
        entries
            .map(|entry| {
                let kind = match &entry.ty {
                    StorageEntryType::Plain(value) => shape(self.types, value.id, 0),
                    StorageEntryType::Map { hashers, key, value } => {
                        let (key, value) = (shape(self.types, key.id, 0), shape(self.types, value.id, 0));
                        format!("{hashers:?} {key} -> {value}")
                    }
                };
                (entry.name.clone(), format!("{:?} {kind} {:?}", entry.modifier, entry.default))
            })
            .collect()
    }

    pub(crate) fn calls(&self) -> BTreeMap<String, String> {
        self.pallet.calls.as_ref().map(|calls| self.variants(calls.ty.id)).unwrap_or_default()
    }

    pub(crate) fn events(&self) -> BTreeMap<String, String> {
        self.pallet.event.as_ref().map(|event| self.variants(event.ty.id)).unwrap_or_default()
    }

    fn errors(&self) -> BTreeMap<String, String> {
        self.pallet.error.as_ref().map(|error| self.variants(error.ty.id)).unwrap_or_default()
    }

    pub(crate) fn constants(&self) -> BTreeMap<String, String> {
        let constants = self.pallet.constants.iter();
        constants.map(|constant| (constant.name.clone(), format!("{:?}", constant.value))).collect()
    }

    fn variants(&self, id: u32) -> BTreeMap<String, String> {
        let TypeDef::Variant(variants) = &self.types.resolve(id).unwrap().type_def else { panic!("no enum") };
        let variants = variants.variants.iter();
        variants
            .map(|variant| {
                let fields = fields(self.types, &variant.fields, 0);
                (variant.name.clone(), format!("[{}] {fields}", variant.index))
            })
            .collect()
    }
}

/// Every entry of ours is in the real one, and is the same there.
fn assert_contained(what: &str, ours: &BTreeMap<String, String>, real: &BTreeMap<String, String>) {
    for (name, own) in ours {
        assert_eq!(Some(own), real.get(name), "{what} {name}");
    }
}

fn fields(types: &PortableRegistry, fields: &[Field<PortableForm>], depth: u8) -> String {
    let render = |field: &Field<PortableForm>| {
        format!("{}: {}", field.name.as_deref().unwrap_or("_"), shape(types, field.ty.id, depth))
    };
    format!("{{ {} }}", fields.iter().map(render).collect::<Vec<_>>().join(", "))
}

/// A type by its names: the last segment of its path and what is in it, some levels deep. The enums over all
/// pallets are named only, because this chain has fewer pallets.
fn shape(types: &PortableRegistry, id: u32, depth: u8) -> String {
    let ty = types.resolve(id).unwrap();
    let name = ty.path.segments.last().map(String::as_str).unwrap_or_default();
    if depth > 8 || matches!(name, "RuntimeCall" | "RuntimeEvent" | "OriginCaller") {
        return name.to_owned();
    }
    let inner = |id: u32| shape(types, id, depth + 1);
    match &ty.type_def {
        TypeDef::Composite(composite) => format!("{name}{}", fields(types, &composite.fields, depth + 1)),
        TypeDef::Variant(variants) => {
            let render = |variant: &scale_info::Variant<PortableForm>| {
                format!("[{}] {}{}", variant.index, variant.name, fields(types, &variant.fields, depth + 1))
            };
            format!("{name}({})", variants.variants.iter().map(render).collect::<Vec<_>>().join(" | "))
        }
        TypeDef::Sequence(sequence) => format!("Vec<{}>", inner(sequence.type_param.id)),
        TypeDef::Array(array) => format!("[{}; {}]", inner(array.type_param.id), array.len),
        TypeDef::Tuple(tuple) => {
            format!("({})", tuple.fields.iter().map(|field| inner(field.id)).collect::<Vec<_>>().join(", "))
        }
        TypeDef::Compact(compact) => format!("Compact<{}>", inner(compact.type_param.id)),
        TypeDef::Primitive(primitive) => format!("{primitive:?}"),
        TypeDef::BitSequence(_) => "bits".to_owned(),
    }
}

/// `Pallet.Item` of all storage, whatever the version's types are.
macro_rules! storage_names {
    ($metadata:expr) => {
        $metadata
            .pallets
            .iter()
            .flat_map(|pallet| {
                let entries = pallet.storage.iter().flat_map(|storage| &storage.entries);
                entries.map(|entry| format!("{}.{}", pallet.name, entry.name))
            })
            .collect::<Vec<_>>()
    };
}
use storage_names;
