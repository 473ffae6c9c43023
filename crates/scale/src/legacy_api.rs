//! Runtime APIs that metadata does not describe.
//!
//! V14 describes none, and old Subtensor runtimes declare answers as bytes. Two tables know better, and whoever
//! supplies types knows best.

use crate::{
    Error, ErrorKind, Result, TypeId, Types,
    api::Opaque,
    metadata::Metadata,
    types::{
        base,
        definition::{Definitions, Method},
        name::TypeName,
        registry::{Registry, Unknown},
    },
};
use frame_metadata::v15::{RuntimeApiMetadata, RuntimeApiMethodMetadata, RuntimeApiMethodParamMetadata};
use parity_scale_codec::Decode;
use scale_info::{PortableRegistry, TypeDef, TypeDefPrimitive, form::PortableForm};
use std::collections::HashMap;

mod table;
#[cfg(test)]
mod tests;

const SUBSTRATE: &str = include_str!("legacy_api/substrate.txt");
const SUBTENSOR: &str = include_str!("legacy_api/subtensor.txt");

/// Later Subtensor runtimes declare what they answer, and answer it differently.
const LAST_OPAQUE_SUBTENSOR: u32 = 218;

type Api = RuntimeApiMetadata<PortableForm>;
type ApiMethod = RuntimeApiMethodMetadata<PortableForm>;

/// Applies the overrides, adds the runtime APIs that are known otherwise, and finds what opaque answers hold, by
/// `API_method`.
///
/// Types that the registry lacks are appended to it.
pub(crate) fn complete(metadata: &mut Metadata, types: &Types) -> Result<HashMap<String, Opaque>> {
    let spec_version = spec_version(metadata);
    let is_described = metadata.apis.is_some();
    let subtensor_items = opaque_subtensor_items(metadata, spec_version);
    if is_described && subtensor_items.is_none() && types.is_empty() {
        return Ok(HashMap::new());
    }
    let spec_version = spec_version.unwrap_or_default();
    let (extrinsic, balance) = (metadata.extrinsic.type_id, balance_type(metadata));
    let aliases = [("Extrinsic", extrinsic), ("Balance", balance)];
    let mut apis = Apis { apis: metadata.apis.get_or_insert_default(), opaque: HashMap::new() };

    let sources = types.of_spec(spec_version).chain([base()]);
    let mut registry = Registry::new(&mut metadata.types, sources, Unknown::Fails).with_aliases(aliases);
    for overrides in types.overrides(spec_version) {
        // Metadata before V14 is built of these types from the first.
        if metadata.version >= 14 {
            registry.replace(overrides)?;
        }
        for method in &overrides.methods {
            apis.put(method, &mut registry)?;
        }
    }
    for method in types.of_spec(spec_version).flat_map(|definitions: &Definitions| &definitions.methods) {
        apis.complete(method, &mut registry, true);
    }

    let substrate = table::parse(SUBSTRATE, |_| false);
    let subtensor =
        subtensor_items.map(|items| table::parse(SUBTENSOR, |item| items.iter().any(|name| name == item)));
    let tables = || std::iter::once(&substrate).chain(&subtensor);
    // What the runtime has no types for it does not have: so the types that all chains share do not count here.
    let sources = types.of_spec(spec_version).chain(tables());
    let mut registry = Registry::new(&mut metadata.types, sources, Unknown::Fails).with_aliases(aliases);
    for method in tables().flat_map(|table| &table.methods) {
        apis.complete(method, &mut registry, !is_described);
    }
    Ok(apis.opaque)
}

/// The storage items of Subtensor's own pallet, if this is a Subtensor whose answers are opaque.
fn opaque_subtensor_items(metadata: &Metadata, spec_version: Option<u32>) -> Option<Vec<String>> {
    let pallet = metadata.pallets.iter().find(|pallet| pallet.name == "SubtensorModule")?;
    let items = pallet.storage.iter().flat_map(|storage| &storage.entries).map(|entry| entry.name.clone());
    (spec_version? <= LAST_OPAQUE_SUBTENSOR).then(|| items.collect())
}

fn spec_version(metadata: &Metadata) -> Option<u32> {
    let constant = || {
        let version = constant(metadata, "System", "Version")?;
        let (_spec_name, _impl_name, _authoring_version, spec_version) =
            <(String, String, u32, u32)>::decode(&mut version.value.as_slice()).ok()?;
        Some(spec_version)
    };
    metadata.spec_version.or_else(constant)
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

/// Runtime APIs, and what their opaque answers hold.
struct Apis<'m> {
    apis: &'m mut Vec<Api>,
    opaque: HashMap<String, Opaque>,
}

impl Apis<'_> {
    /// Puts the method in the place of one of its name, or beside the others.
    fn put(&mut self, method: &Method, registry: &mut Registry<'_>) -> Result<()> {
        if !self.find_content(method, registry) {
            self.add(method, registry).map_err(|error| {
                let what = format!("{}: {error} (in {}.{})", method.place, method.api, method.name);
                Error::new(ErrorKind::Definitions, what)
            })?;
        }
        Ok(())
    }

    /// Adds the method if there is none of its name, and says what the answer holds if it is declared as bytes. Leaves
    /// out what takes types that the runtime lacks.
    fn complete(&mut self, method: &Method, registry: &mut Registry<'_>, may_add: bool) {
        let is_new = self.declared(method).is_none();
        if !is_new {
            self.find_content(method, registry);
        } else if may_add {
            // The runtime lacks one of the types: so it cannot have the method.
            let _ = self.add(method, registry);
        }
    }

    fn declared(&self, method: &Method) -> Option<&ApiMethod> {
        let api = self.apis.iter().find(|api| api.name == method.api)?;
        api.methods.iter().find(|declared| declared.name == method.name)
    }

    /// Notes what the bytes hold that the method is declared to answer. Whether it is.
    fn find_content(&mut self, method: &Method, registry: &mut Registry<'_>) -> bool {
        let declared =
            self.declared(method).is_some_and(|declared| is_bytes(registry.types(), declared.output.id));
        let content = if declared { registry.find(&method.output.ty, None).ok() } else { None };
        match content {
            Some(content) if !is_bytes(registry.types(), content) => {
                self.note(method, content);
                true
            }
            _ => false,
        }
    }

    fn add(&mut self, method: &Method, registry: &mut Registry<'_>) -> Result<()> {
        let content = registry.find(&method.output.ty, None)?;
        let bytes = || TypeName::Named { name: "Vec".to_owned(), parameters: vec![TypeName::plain("u8")] };
        let output = if method.output.opaque { registry.find(&bytes(), None)? } else { content };
        let input = |(name, ty): &(String, TypeName)| {
            let ty = registry.find(ty, None)?.into();
            Ok(RuntimeApiMethodParamMetadata { name: name.clone(), ty })
        };
        let inputs = method.inputs.iter().map(input).collect::<Result<_>>()?;
        let added = ApiMethod { name: method.name.clone(), inputs, output: output.into(), docs: Vec::new() };
        match self.apis.iter_mut().find(|api| api.name == method.api) {
            Some(api) => {
                api.methods.retain(|other| other.name != method.name);
                api.methods.push(added);
            }
            None => {
                self.apis.push(Api { name: method.api.clone(), methods: vec![added], docs: Vec::new() });
            }
        }
        if method.output.opaque {
            self.note(method, content);
        }
        Ok(())
    }

    /// The first who says what an answer holds is right.
    fn note(&mut self, method: &Method, content: u32) {
        let opaque = Opaque { content: TypeId(content), bare_option: method.output.bare };
        self.opaque.entry(format!("{}_{}", method.api, method.name)).or_insert(opaque);
    }
}

fn is_bytes(types: &PortableRegistry, id: u32) -> bool {
    let Some(TypeDef::Sequence(sequence)) = types.resolve(id).map(|ty| &ty.type_def) else { return false };
    let element = types.resolve(sequence.type_param.id).map(|ty| &ty.type_def);
    matches!(element, Some(TypeDef::Primitive(TypeDefPrimitive::U8)))
}
