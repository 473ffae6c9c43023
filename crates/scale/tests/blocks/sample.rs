//! A small runtime built in memory, of the oldest and the newest layouts that real chains of the shared folder lack.

use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed, v14};
use parity_scale_codec::{Compact, Encode};
use scale_info::{Path, Type, TypeInfo, build::Fields, meta_type};
use tensorwire_scale::Runtime;

/// Before there were topics and an initialization phase.
#[derive(TypeInfo, Encode)]
pub(crate) struct OldRecord {
    pub(crate) phase: OldPhase,
    pub(crate) event: Event,
}

#[derive(TypeInfo, Encode)]
pub(crate) enum OldPhase {
    ApplyExtrinsic(u32),
    Finalization,
}

#[derive(TypeInfo, Encode)]
pub(crate) struct StrangeRecord {
    pub(crate) topics: Vec<[u8; 32]>,
    pub(crate) weight: u64,
    pub(crate) event: Event,
    pub(crate) phase: StrangePhase,
}

/// What takes no bytes.
#[derive(TypeInfo)]
#[allow(dead_code)]
pub(crate) struct EmptyRecord {
    phase: (),
    event: (),
}

#[derive(TypeInfo, Encode)]
pub(crate) enum StrangePhase {
    Initialization,
    #[codec(index = 7)]
    Later(u8),
}

#[derive(TypeInfo, Encode)]
pub(crate) enum Event {
    #[codec(index = 3)]
    System(SystemEvent),
}

#[derive(TypeInfo, Encode)]
#[allow(dead_code)]
pub(crate) enum SystemEvent {
    /// It went well.
    ExtrinsicSuccess,
    /// Values without names.
    Moved(u16, bool),
}

#[derive(TypeInfo)]
#[allow(dead_code)]
struct Extrinsic<Address, Call, Signature, Extra>(Address, Call, Signature, Extra);

struct Version;

impl TypeInfo for Version {
    type Identity = Self;

    fn type_info() -> Type {
        let fields = Fields::named()
            .field(|field| field.name("spec_name").ty::<String>())
            .field(|field| field.name("spec_version").ty::<u32>())
            .field(|field| field.name("transaction_version").ty::<u32>());
        Type::builder().path(Path::new("RuntimeVersion", "sp_version")).composite(fields)
    }
}

#[derive(TypeInfo, Encode)]
pub(crate) enum Call {
    #[codec(index = 3)]
    System(SystemCall),
}

#[derive(TypeInfo, Encode)]
pub(crate) enum SystemCall {
    #[allow(non_camel_case_types)]
    remark { remark: Vec<u8> },
}

/// The runtime whose `System.Events` are of that type.
pub(crate) fn runtime<Events: TypeInfo + 'static>() -> Runtime {
    let events = v14::StorageEntryMetadata {
        name: "Events",
        modifier: v14::StorageEntryModifier::Default,
        ty: v14::StorageEntryType::Plain(meta_type::<Events>()),
        default: vec![0],
        docs: vec![],
    };
    let system = v14::PalletMetadata {
        name: "System",
        storage: Some(v14::PalletStorageMetadata { prefix: "System", entries: vec![events] }),
        calls: Some(v14::PalletCallMetadata { ty: meta_type::<SystemCall>() }),
        event: Some(v14::PalletEventMetadata { ty: meta_type::<SystemEvent>() }),
        constants: vec![v14::PalletConstantMetadata {
            name: "Version",
            ty: meta_type::<Version>(),
            value: ("sample", 7u32, 3u32).encode(),
            docs: vec![],
        }],
        error: None,
        index: 3,
    };
    let extension = |identifier, ty| v14::SignedExtensionMetadata {
        identifier,
        ty,
        additional_signed: meta_type::<()>(),
    };
    let extrinsic = v14::ExtrinsicMetadata {
        ty: meta_type::<Extrinsic<[u8; 32], Call, [u8; 64], ()>>(),
        version: 4,
        signed_extensions: vec![
            extension("CheckNonce", meta_type::<Compact<u32>>()),
            extension("ChargeAssetTxPayment", meta_type::<(Compact<u128>, Option<u32>)>()),
        ],
    };
    let metadata = v14::RuntimeMetadataV14::new(vec![system], extrinsic, meta_type::<()>());
    let prefixed = RuntimeMetadataPrefixed(u32::from_le_bytes(*b"meta"), RuntimeMetadata::V14(metadata));
    Runtime::from_metadata(&prefixed.encode()).unwrap()
}
