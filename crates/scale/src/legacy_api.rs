//! Runtime APIs that metadata does not describe.
//!
//! V14 describes none, and old Subtensor runtimes declare answers as bytes. Two tables know better.

use crate::{TypeId, api::Opaque, metadata::Metadata};
use frame_metadata::v15::{RuntimeApiMetadata, RuntimeApiMethodMetadata, RuntimeApiMethodParamMetadata};
use parity_scale_codec::Decode;
use registry::Registry;
use scale_info::{PortableRegistry, TypeDef, TypeDefPrimitive, form::PortableForm};
use std::collections::HashMap;
use table::{Method, Table};

mod registry;
mod table;
#[cfg(test)]
mod tests;

const SUBSTRATE: &str = include_str!("legacy_api/substrate.txt");
const SUBTENSOR: &str = include_str!("legacy_api/subtensor.txt");

/// Later Subtensor runtimes declare what they answer, and answer it differently.
const LAST_OPAQUE_SUBTENSOR: u32 = 218;

type Api = RuntimeApiMetadata<PortableForm>;
type ApiMethod = RuntimeApiMethodMetadata<PortableForm>;

/// Adds the runtime APIs that V14 lacks, and finds what opaque answers hold, by `API_method`.
///
/// Types that the registry lacks are appended to it.
pub(crate) fn complete(metadata: &mut Metadata) -> HashMap<String, Opaque> {
    let described = metadata.apis.is_some();
    let subtensor_items = opaque_subtensor_items(metadata);
    if described && subtensor_items.is_none() {
        return HashMap::new();
    }
    let substrate = Table::parse(SUBSTRATE, |_| false);
    let subtensor =
        subtensor_items.map(|items| Table::parse(SUBTENSOR, |item| items.iter().any(|name| name == item)));
    let tables = || std::iter::once(&substrate).chain(&subtensor);

    let structs = tables().flat_map(|table| &table.structs);
    let aliases = [("Extrinsic", metadata.extrinsic.type_id), ("Balance", balance_type(metadata))];
    let mut registry = Registry::new(&mut metadata.types, structs, aliases);
    let apis = metadata.apis.get_or_insert_default();
    let mut opaque = HashMap::new();
    for method in tables().flat_map(|table| &table.methods) {
        let found = match described {
            true => {
                answers_bytes(apis, method, &registry).then(|| registry.find_or_add(method.output)).flatten()
            }
            false => add(apis, method, &mut registry),
        };
        if let Some(content) = found.filter(|_| method.opaque) {
            let known = Opaque { content: TypeId(content), bare_option: method.bare };
            opaque.insert(format!("{}_{}", method.api, method.name), known);
        }
    }
    opaque
}

/// The storage items of Subtensor's own pallet, if this is a Subtensor whose answers are opaque.
fn opaque_subtensor_items(metadata: &Metadata) -> Option<Vec<String>> {
    let pallet = metadata.pallets.iter().find(|pallet| pallet.name == "SubtensorModule")?;
    let items = pallet.storage.iter().flat_map(|storage| &storage.entries).map(|entry| entry.name.clone());
    (spec_version(metadata)? <= LAST_OPAQUE_SUBTENSOR).then(|| items.collect())
}

fn spec_version(metadata: &Metadata) -> Option<u32> {
    let version = constant(metadata, "System", "Version")?;
    let (_spec_name, _impl_name, _authoring_version, spec_version) =
        <(String, String, u32, u32)>::decode(&mut version.value.as_slice()).ok()?;
    Some(spec_version)
}

fn balance_type(metadata: &Metadata) -> Option<TypeId> {
    constant(metadata, "Balances", "ExistentialDeposit").map(|constant| TypeId(constant.ty.id))
}

fn constant<'a>(
    metadata: &'a Metadata,
    pallet: &str,
    name: &str,
) -> Option<&'a frame_metadata::v15::PalletConstantMetadata<PortableForm>> {
    let pallet = metadata.pallets.iter().find(|candidate| candidate.name == pallet)?;
    pallet.constants.iter().find(|constant| constant.name == name)
}

/// Whether the metadata describes the method, and declares its answer as bytes.
fn answers_bytes(apis: &[Api], method: &Method, registry: &Registry<'_>) -> bool {
    let api = apis.iter().find(|api| api.name == method.api);
    let declared = api.and_then(|api| api.methods.iter().find(|declared| declared.name == method.name));
    declared.is_some_and(|declared| is_bytes(registry.types(), declared.output.id))
}

fn is_bytes(types: &PortableRegistry, id: u32) -> bool {
    let Some(TypeDef::Sequence(sequence)) = types.resolve(id).map(|ty| &ty.type_def) else { return false };
    let element = types.resolve(sequence.type_param.id).map(|ty| &ty.type_def);
    matches!(element, Some(TypeDef::Primitive(TypeDefPrimitive::U8)))
}

/// Adds a method; answers the type of its answer's content, or None if the runtime lacks one of its types.
fn add(apis: &mut Vec<Api>, method: &Method, registry: &mut Registry<'_>) -> Option<u32> {
    let content = registry.find_or_add(method.output)?;
    let output = if method.opaque { registry.find_or_add("Vec<u8>")? } else { content };
    let input = |(name, ty): &(&str, &'static str)| {
        let ty = registry.find_or_add(ty)?.into();
        Some(RuntimeApiMethodParamMetadata { name: (*name).to_owned(), ty })
    };
    let inputs = method.inputs.iter().map(input).collect::<Option<_>>()?;
    let added = ApiMethod { name: method.name.to_owned(), inputs, output: output.into(), docs: Vec::new() };
    match apis.iter_mut().find(|api| api.name == method.api) {
        Some(api) => api.methods.push(added),
        None => apis.push(Api { name: method.api.to_owned(), methods: vec![added], docs: Vec::new() }),
    }
    Some(content)
}
