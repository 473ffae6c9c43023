use super::Metadata;
use crate::{ExtrinsicFormat, TransactionExtension, TypeId};
use frame_metadata::{v14, v15, v16};
use parity_scale_codec::Compact;
use scale_info::form::PortableForm;
use std::collections::BTreeMap;

type Pallet = v15::PalletMetadata<PortableForm>;
type Extension = v15::SignedExtensionMetadata<PortableForm>;

impl From<v14::RuntimeMetadataV14> for Metadata {
    fn from(metadata: v14::RuntimeMetadataV14) -> Self {
        // V14 names address, call and signature only as parameters of the extrinsic's type.
        let parameters = metadata.types.resolve(metadata.extrinsic.ty.id).map(|ty| ty.type_params.as_slice());
        let parameter = |name: &str| {
            let found = parameters?.iter().find(|parameter| parameter.name == name)?;
            found.ty.map(|ty| TypeId(ty.id))
        };
        let extrinsic = ExtrinsicFormat {
            versions: vec![metadata.extrinsic.version],
            type_id: Some(TypeId(metadata.extrinsic.ty.id)),
            address: parameter("Address"),
            call: parameter("Call"),
            signature: parameter("Signature"),
            extra: parameter("Extra"),
            extensions: version_zero(metadata.extrinsic.signed_extensions.into_iter().map(|extension| {
                TransactionExtension {
                    identifier: extension.identifier.into(),
                    type_id: TypeId(extension.ty.id),
                    implicit: TypeId(extension.additional_signed.id),
                }
            })),
        };
        Self {
            version: 14,
            spec_version: None,
            pallets: metadata.pallets.into_iter().map(pallet_of_v14).collect(),
            types: metadata.types,
            extrinsic,
            apis: None,
        }
    }
}

impl From<v15::RuntimeMetadataV15> for Metadata {
    fn from(metadata: v15::RuntimeMetadataV15) -> Self {
        let extrinsic = metadata.extrinsic;
        let extension = |extension: Extension| TransactionExtension {
            identifier: extension.identifier.into(),
            type_id: TypeId(extension.ty.id),
            implicit: TypeId(extension.additional_signed.id),
        };
        Self {
            version: 15,
            spec_version: None,
            types: metadata.types,
            pallets: metadata.pallets,
            extrinsic: ExtrinsicFormat {
                versions: vec![extrinsic.version],
                type_id: None,
                address: Some(TypeId(extrinsic.address_ty.id)),
                call: Some(TypeId(extrinsic.call_ty.id)),
                signature: Some(TypeId(extrinsic.signature_ty.id)),
                extra: Some(TypeId(extrinsic.extra_ty.id)),
                extensions: version_zero(extrinsic.signed_extensions.into_iter().map(extension)),
            },
            apis: Some(metadata.apis),
        }
    }
}

impl From<v16::RuntimeMetadataV16> for Metadata {
    fn from(metadata: v16::RuntimeMetadataV16) -> Self {
        let extrinsic = metadata.extrinsic;
        let all: Vec<_> = extrinsic
            .transaction_extensions
            .into_iter()
            .map(|extension| TransactionExtension {
                identifier: extension.identifier.into(),
                type_id: TypeId(extension.ty.id),
                implicit: TypeId(extension.implicit.id),
            })
            .collect();
        let version = |(version, indices): (u8, Vec<Compact<u32>>)| {
            (version, indices.iter().filter_map(|index| all.get(index.0 as usize).cloned()).collect())
        };
        let extensions = match extrinsic.transaction_extensions_by_version {
            versions if versions.is_empty() => version_zero(all.into_iter()),
            versions => versions.into_iter().map(version).collect(),
        };
        Self {
            version: 16,
            spec_version: None,
            types: metadata.types,
            pallets: metadata.pallets.into_iter().map(pallet_of_v16).collect(),
            extrinsic: ExtrinsicFormat {
                versions: extrinsic.versions,
                type_id: None,
                address: Some(TypeId(extrinsic.address_ty.id)),
                call: Some(TypeId(extrinsic.call_ty.id)),
                signature: Some(TypeId(extrinsic.signature_ty.id)),
                extra: None,
                extensions,
            },
            apis: Some(metadata.apis.into_iter().map(api_of_v16).collect()),
        }
    }
}

fn version_zero(
    extensions: impl Iterator<Item = TransactionExtension>,
) -> BTreeMap<u8, Vec<TransactionExtension>> {
    BTreeMap::from([(0, extensions.collect())])
}

fn pallet_of_v14(pallet: v14::PalletMetadata<PortableForm>) -> Pallet {
    Pallet {
        name: pallet.name,
        storage: pallet.storage,
        calls: pallet.calls,
        event: pallet.event,
        constants: pallet.constants,
        error: pallet.error,
        index: pallet.index,
        docs: Vec::new(),
    }
}

fn pallet_of_v16(pallet: v16::PalletMetadata<PortableForm>) -> Pallet {
    let storage = pallet.storage.map(|storage| v14::PalletStorageMetadata {
        prefix: storage.prefix,
        entries: storage
            .entries
            .into_iter()
            .map(|entry| v14::StorageEntryMetadata {
                name: entry.name,
                modifier: entry.modifier,
                ty: entry.ty,
                default: entry.default,
                docs: entry.docs,
            })
            .collect(),
    });
    let constants = pallet.constants.into_iter().map(|constant| v14::PalletConstantMetadata {
        name: constant.name,
        ty: constant.ty,
        value: constant.value,
        docs: constant.docs,
    });
    Pallet {
        name: pallet.name,
        storage,
        calls: pallet.calls.map(|calls| v14::PalletCallMetadata { ty: calls.ty }),
        event: pallet.event.map(|event| v14::PalletEventMetadata { ty: event.ty }),
        constants: constants.collect(),
        error: pallet.error.map(|error| v14::PalletErrorMetadata { ty: error.ty }),
        index: pallet.index,
        docs: pallet.docs,
    }
}

fn api_of_v16(api: v16::RuntimeApiMetadata<PortableForm>) -> v15::RuntimeApiMetadata<PortableForm> {
    let methods = api.methods.into_iter().map(|method| v15::RuntimeApiMethodMetadata {
        name: method.name,
        inputs: method.inputs,
        output: method.output,
        docs: method.docs,
    });
    v15::RuntimeApiMetadata { name: api.name, methods: methods.collect(), docs: api.docs }
}
