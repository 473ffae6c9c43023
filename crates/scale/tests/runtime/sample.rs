//! Metadata of a small runtime, built in memory so that these tests need no files.

use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed, v14, v15};
use parity_scale_codec::Encode;
use scale_info::{Path, Type, TypeInfo, build::Fields, meta_type};

/// Metadata of that version: 14 or 15.
pub(crate) fn metadata(version: u32) -> Vec<u8> {
    let metadata = match version {
        14 => RuntimeMetadata::V14(v14::RuntimeMetadataV14::new(
            pallets().into_iter().map(without_docs).collect(),
            v14::ExtrinsicMetadata { ty: meta_type::<Vec<u8>>(), version: 4, signed_extensions: vec![] },
            meta_type::<()>(),
        )),
        15 => RuntimeMetadata::V15(v15::RuntimeMetadataV15::new(
            pallets(),
            extrinsic(),
            meta_type::<()>(),
            apis(),
            v15::OuterEnums {
                call_enum_ty: meta_type::<()>(),
                event_enum_ty: meta_type::<()>(),
                error_enum_ty: meta_type::<()>(),
            },
            v15::CustomMetadata { map: Default::default() },
        )),
        other => panic!("no sample of metadata V{other}"),
    };
    RuntimeMetadataPrefixed(u32::from_le_bytes(*b"meta"), metadata).encode()
}

struct Version;

impl TypeInfo for Version {
    type Identity = Self;

    fn type_info() -> Type {
        let fields = Fields::named()
            .field(|field| field.name("spec_name").ty::<String>())
            .field(|field| field.name("impl_name").ty::<String>())
            .field(|field| field.name("authoring_version").ty::<u32>())
            .field(|field| field.name("spec_version").ty::<u32>())
            .field(|field| field.name("transaction_version").ty::<u32>());
        Type::builder().path(Path::new("RuntimeVersion", "sp_version")).composite(fields)
    }
}

fn pallets() -> Vec<v15::PalletMetadata> {
    let version = ("sample", "sample-node", 1u32, 7u32, 3u32).encode();
    let constants = vec![
        constant("Version", meta_type::<Version>(), version),
        constant("SS58Prefix", meta_type::<u16>(), vec![13, 0]),
    ];
    let pair = meta_type::<(u16, u32)>();
    let entries = vec![
        plain("Number", meta_type::<u32>(), v14::StorageEntryModifier::Default, 5u32.encode()),
        plain("Name", meta_type::<String>(), v14::StorageEntryModifier::Optional, vec![0]),
        map("Pairs", vec![v14::StorageHasher::Twox64Concat, v14::StorageHasher::Identity], pair),
        map("Hidden", vec![v14::StorageHasher::Blake2_256, v14::StorageHasher::Blake2_128Concat], pair),
        map("Tuples", vec![v14::StorageHasher::Twox64Concat], pair),
    ];
    vec![v15::PalletMetadata {
        name: "System",
        storage: Some(v14::PalletStorageMetadata { prefix: "Renamed", entries }),
        calls: None,
        event: None,
        constants,
        error: None,
        index: 4,
        docs: vec![" What the chain", " is made of."],
    }]
}

fn constant(name: &'static str, ty: scale_info::MetaType, value: Vec<u8>) -> v14::PalletConstantMetadata {
    v14::PalletConstantMetadata { name, ty, value, docs: vec![] }
}

fn plain(
    name: &'static str,
    ty: scale_info::MetaType,
    modifier: v14::StorageEntryModifier,
    default: Vec<u8>,
) -> v14::StorageEntryMetadata {
    v14::StorageEntryMetadata { name, modifier, ty: v14::StorageEntryType::Plain(ty), default, docs: vec![] }
}

fn map(
    name: &'static str,
    hashers: Vec<v14::StorageHasher>,
    key: scale_info::MetaType,
) -> v14::StorageEntryMetadata {
    let ty = v14::StorageEntryType::Map { hashers, key, value: meta_type::<u64>() };
    v14::StorageEntryMetadata {
        name,
        modifier: v14::StorageEntryModifier::Default,
        ty,
        default: vec![0; 8],
        docs: vec![],
    }
}

fn extrinsic() -> v15::ExtrinsicMetadata {
    v15::ExtrinsicMetadata {
        version: 4,
        address_ty: meta_type::<u32>(),
        call_ty: meta_type::<()>(),
        signature_ty: meta_type::<[u8; 64]>(),
        extra_ty: meta_type::<(u32,)>(),
        signed_extensions: vec![v15::SignedExtensionMetadata {
            identifier: "CheckNonce",
            ty: meta_type::<u32>(),
            additional_signed: meta_type::<()>(),
        }],
    }
}

fn apis() -> Vec<v15::RuntimeApiMetadata> {
    let input = |name, ty| v15::RuntimeApiMethodParamMetadata { name, ty };
    let method = v15::RuntimeApiMethodMetadata {
        name: "add",
        inputs: vec![input("left", meta_type::<u16>()), input("right", meta_type::<u32>())],
        output: meta_type::<Option<u64>>(),
        docs: vec![],
    };
    vec![v15::RuntimeApiMetadata { name: "Sums", methods: vec![method], docs: vec![] }]
}

fn without_docs(pallet: v15::PalletMetadata) -> v14::PalletMetadata {
    v14::PalletMetadata {
        name: pallet.name,
        storage: pallet.storage,
        calls: pallet.calls,
        event: pallet.event,
        constants: pallet.constants,
        error: pallet.error,
        index: pallet.index,
    }
}
