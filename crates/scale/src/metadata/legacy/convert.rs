//! Metadata V8 to V13 in the form of V15: named types are replaced by what definitions say of them.

use super::{Entry, LegacyMetadata, Module};
use crate::{
    Error, ErrorKind, ExtrinsicFormat, Result, TransactionExtension, TypeId, Types,
    metadata::{Metadata, corrupt},
    types::{
        base,
        definition::{Definition, Definitions, Field, Place, Shape, Variant},
        name::TypeName,
        registry::{Problem, Registry, Unknown},
    },
};
use frame_metadata::{
    v14::{
        PalletCallMetadata, PalletConstantMetadata, PalletErrorMetadata, PalletEventMetadata,
        PalletStorageMetadata, StorageEntryMetadata, StorageEntryModifier, StorageEntryType,
    },
    v15::PalletMetadata,
};
use parity_scale_codec::Decode;
use scale_info::{PortableRegistry, form::PortableForm};
use std::collections::BTreeMap;

type Pallet = PalletMetadata<PortableForm>;

/// Extrinsics of this version are all that runtimes before V11 have.
const EXTRINSIC_VERSION: u8 = 4;

/// The names under which definitions refer to what the metadata describes, and metadata to what definitions add: those
/// of the crates `scale-info-legacy` and `frame-decode`.
mod known {
    pub(super) const CALL: &str = "builtin::Call";
    pub(super) const EVENT: &str = "builtin::Event";
    pub(super) const ERROR: &str = "builtin::Error";
    pub(super) const ADDRESS: &str = "hardcoded::ExtrinsicAddress";
    pub(super) const SIGNATURE: &str = "hardcoded::ExtrinsicSignature";
    pub(super) const EXTENSIONS: &str = "hardcoded::ExtrinsicSignedExtensions";
    pub(super) const LINKAGE: &str = "Linkage";
}

/// The three enums that a module adds to, by the name of the outer one.
fn of_module(kind: &str, module: &str) -> String {
    format!("builtin::module::{kind}::{module}")
}

/// Converts, with the definitions that hold for the spec version: the metadata's own, or the one that is given.
pub(in crate::metadata) fn convert(
    metadata: LegacyMetadata,
    types: &Types,
    spec_version: Option<u32>,
) -> Result<Metadata> {
    let version = metadata.version;
    if !types.has_definitions() {
        return Err(corrupt(format!(
            "metadata V{version} needs type definitions: Types::definitions, Builder::types or tw --types FILE"
        )));
    }
    let spec_version = metadata.spec_version().or(spec_version).ok_or_else(|| {
        corrupt(format!("metadata V{version} does not say its spec version, and none was given"))
    })?;

    let described = metadata.definitions()?;
    let mut portable = PortableRegistry { types: Vec::new() };
    let sources = std::iter::once(&described).chain(types.of_spec(spec_version)).chain([base()]);
    let mut registry = Registry::new(&mut portable, sources, Unknown::StandsIn);
    let extrinsic = metadata.extrinsic(&mut registry)?;
    named(&mut registry, known::EVENT)?;
    named(&mut registry, known::ERROR)?;
    let pallets = metadata.modules.into_iter().enumerate();
    let pallets = pallets.map(|(position, module)| pallet(module, position, &mut registry));
    let pallets = pallets.collect::<Result<_>>()?;
    Ok(Metadata {
        version: u32::from(version),
        spec_version: Some(spec_version),
        types: portable,
        pallets,
        extrinsic,
        apis: None,
    })
}

impl LegacyMetadata {
    /// The constant `System.Version`, where there is one: two names and two numbers.
    fn spec_version(&self) -> Option<u32> {
        let system = self.modules.iter().find(|module| module.name == "System")?;
        let version = system.constants.iter().find(|constant| constant.name == "Version")?;
        let (_, _, _, spec_version) =
            <(String, String, u32, u32)>::decode(&mut version.value.as_slice()).ok()?;
        Some(spec_version)
    }

    /// The enums of calls, events and errors.
    ///
    /// From V12 on a module has one index. Before, its calls are numbered among the modules that have calls, its events
    /// among those that have events, and its errors among all.
    fn definitions(&self) -> Result<Definitions> {
        let mut definitions = Definitions::default();
        let mut insert = |name: &str, variants: Vec<Variant>| {
            let definition = Definition {
                name: name.to_owned(),
                parameters: Vec::new(),
                path: name.to_owned(),
                pallet: None,
                shape: Shape::Enum(variants),
                place: Place { file: "metadata".into(), line: 0 },
            };
            definitions.insert(None, definition);
        };
        let (mut calls, mut events, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        for (position, module) in self.modules.iter().enumerate() {
            let mut add = |kind: &str, outer: &mut Vec<Variant>, position: usize, variants| {
                let (name, index) = (of_module(kind, &module.name), number(position, module.index)?);
                outer.push(variant(&module.name, index, vec![unnamed(TypeName::plain(&name))], &[]));
                insert(&name, variants);
                Ok::<(), Error>(())
            };
            if let Some(all) = &module.calls {
                let variants = variants(all, |index, call| {
                    let field = |(name, ty): &(String, String)| {
                        Ok(Field { name: Some(name.clone()), ty: local(ty, &module.name)? })
                    };
                    let fields = call.arguments.iter().map(field).collect::<Result<_>>()?;
                    Ok(variant(&call.name, index, fields, &call.docs))
                });
                let position = calls.len();
                add("call", &mut calls, position, variants?)?;
            }
            if let Some(all) = &module.events {
                let variants = variants(all, |index, event| {
                    let field = |ty: &String| Ok(unnamed(local(ty, &module.name)?));
                    let fields = event.arguments.iter().map(field).collect::<Result<_>>()?;
                    Ok(variant(&event.name, index, fields, &event.docs))
                });
                let position = events.len();
                add("event", &mut events, position, variants?)?;
            }
            let variants = variants(&module.errors, |index, error| {
                Ok(variant(&error.name, index, Vec::new(), &error.docs))
            });
            add("error", &mut errors, position, variants?)?;
        }
        insert(known::CALL, calls);
        insert(known::EVENT, events);
        insert(known::ERROR, errors);
        Ok(definitions)
    }

    fn extrinsic(&self, registry: &mut Registry<'_>) -> Result<ExtrinsicFormat> {
        let implicit = TypeId(registry.find(&TypeName::Tuple(Vec::new()), None)?);
        // Before V11 it is not even said which extensions there are: one definition describes them together.
        let extensions = self.extrinsic.as_ref().map(|extrinsic| extrinsic.extensions.as_slice());
        let extensions = match extensions {
            Some(names) => names.iter().map(String::as_str).collect(),
            None => vec![known::EXTENSIONS],
        };
        let extension = |name: &str| {
            let type_id = named(registry, name)?;
            let identifier = name.rsplit("::").next().unwrap_or(name).into();
            Ok(TransactionExtension { identifier, type_id, implicit })
        };
        let extensions = extensions.into_iter().map(extension).collect::<Result<_>>()?;
        Ok(ExtrinsicFormat {
            versions: vec![self.extrinsic.as_ref().map_or(EXTRINSIC_VERSION, |extrinsic| extrinsic.version)],
            type_id: None,
            address: Some(named(registry, known::ADDRESS)?),
            call: Some(named(registry, known::CALL)?),
            signature: Some(named(registry, known::SIGNATURE)?),
            extra: None,
            extensions: BTreeMap::from([(0, extensions)]),
        })
    }
}

fn pallet(module: Module, position: usize, registry: &mut Registry<'_>) -> Result<Pallet> {
    let name = module.name;
    let mut enum_of = |kind: &str, exists: bool| {
        exists
            .then(|| named(registry, &of_module(kind, &name)))
            .transpose()
            .map(|id| id.map(|id| id.0.into()))
    };
    let calls = enum_of("call", module.calls.is_some())?.map(|ty| PalletCallMetadata { ty });
    let event = enum_of("event", module.events.is_some())?.map(|ty| PalletEventMetadata { ty });
    let error = enum_of("error", !module.errors.is_empty())?.map(|ty| PalletErrorMetadata { ty });
    let storage = module.storage.map(|storage| {
        let entries = storage.entries.into_iter().map(|entry| storage_entry(entry, &name, registry));
        Ok::<_, Error>(PalletStorageMetadata {
            prefix: storage.prefix,
            entries: entries.collect::<Result<_>>()?,
        })
    });
    let storage = storage.transpose()?;
    let constants = module.constants.into_iter().map(|constant| {
        let ty = find(registry, &local(&constant.ty, &name)?)?.into();
        Ok(PalletConstantMetadata { name: constant.name, ty, value: constant.value, docs: constant.docs })
    });
    let constants = constants.collect::<Result<_>>()?;
    let index = number(position, module.index)?;
    Ok(Pallet { name, storage, calls, event, constants, error, index, docs: Vec::new() })
}

fn storage_entry(
    entry: Entry,
    pallet: &str,
    registry: &mut Registry<'_>,
) -> Result<StorageEntryMetadata<PortableForm>> {
    let keys: Vec<_> = entry.keys.iter().map(|key| local(&key.ty, pallet)).collect::<Result<_>>()?;
    let mut value = local(&entry.value, pallet)?;
    if let (true, [key]) = (entry.is_linked, keys.as_slice()) {
        let links = TypeName::Named { name: known::LINKAGE.to_owned(), parameters: vec![key.clone()] };
        value = TypeName::Tuple(vec![value, links]);
    }
    let value = find(registry, &value)?.into();
    let hashers: Vec<_> = entry.keys.into_iter().map(|key| key.hasher).collect();
    let ty = match keys.as_slice() {
        [] => StorageEntryType::Plain(value),
        [key] => StorageEntryType::Map { hashers, key: find(registry, key)?.into(), value },
        _ => StorageEntryType::Map { hashers, key: find(registry, &TypeName::Tuple(keys))?.into(), value },
    };
    let modifier =
        if entry.is_optional { StorageEntryModifier::Optional } else { StorageEntryModifier::Default };
    Ok(StorageEntryMetadata { name: entry.name, modifier, ty, default: entry.default, docs: entry.docs })
}

fn variants<T>(all: &[T], variant: impl Fn(u8, &T) -> Result<Variant>) -> Result<Vec<Variant>> {
    all.iter().enumerate().map(|(position, item)| variant(number(position, None)?, item)).collect()
}

fn variant(name: &str, index: u8, fields: Vec<Field>, docs: &[String]) -> Variant {
    Variant { name: name.to_owned(), index, fields, docs: docs.to_vec() }
}

fn unnamed(ty: TypeName) -> Field {
    Field { name: None, ty }
}

/// What a pallet means by the text.
fn local(text: &str, pallet: &str) -> Result<TypeName> {
    let name = TypeName::parse(text).map_err(|why| corrupt(format!("metadata: {pallet}: {why}")))?;
    Ok(TypeName::In(pallet.to_owned(), name.into()))
}

fn number(position: usize, index: Option<u8>) -> Result<u8> {
    index.map_or_else(
        || u8::try_from(position).map_err(|_| corrupt("metadata: more than 256 of one kind")),
        Ok,
    )
}

fn named(registry: &mut Registry<'_>, name: &str) -> Result<TypeId> {
    let name = TypeName::parse(name).map_err(|why| corrupt(format!("metadata: {why}")))?;
    Ok(TypeId(find(registry, &name)?))
}

fn find(registry: &mut Registry<'_>, name: &TypeName) -> Result<u32> {
    registry
        .find(name, None)
        .map_err(|problem: Problem| Error::new(ErrorKind::Definitions, problem.to_string()))
}
