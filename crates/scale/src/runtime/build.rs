use super::{ExtrinsicFormat, Pallet, Runtime, Version};
use crate::{
    ApiMethod, Constant, Hasher, Parameter, Plan, Result, RuntimeApi, StorageEntry, TypeId, Types,
    account::DEFAULT_PREFIX,
    api::Opaque,
    docs,
    hash::twox_128,
    legacy_api,
    metadata::{Metadata, corrupt},
};
use frame_metadata::{v14, v15};
use scale_info::{PortableRegistry, TypeDef, form::PortableForm};
use std::{collections::HashMap, sync::Arc};

type PalletMetadata = v15::PalletMetadata<PortableForm>;
type StorageMetadata = v14::StorageEntryMetadata<PortableForm>;

/// What the parts of a runtime are built with.
struct Builder {
    types: PortableRegistry,
    plan: Arc<Plan>,
    opaque: HashMap<String, Opaque>,
}

/// Builds a runtime, checking that all its parts fit together.
pub(super) fn runtime(mut metadata: Metadata, types: &Types) -> Result<Runtime> {
    let opaque = legacy_api::complete(&mut metadata, types)?;
    let plan = Plan::compile(&metadata.types, ss58_prefix(&metadata.pallets))
        .map_err(|error| corrupt(format!("metadata: {error}")))?;
    let builder = Builder { types: metadata.types, plan: Arc::new(plan), opaque };

    builder.check_extrinsic(&metadata.extrinsic)?;
    let pallets = metadata.pallets.into_iter().map(|pallet| builder.pallet(pallet));
    let apis = metadata.apis.unwrap_or_default().into_iter().map(|api| builder.api(api));
    let mut runtime = Runtime {
        metadata_version: metadata.version,
        version: Version::default(),
        pallets: pallets.collect::<Result<_>>()?,
        apis: apis.collect::<Result<_>>()?,
        extrinsic: metadata.extrinsic,
        plan: builder.plan,
    };
    runtime.version = match metadata.spec_version {
        Some(spec_version) => {
            let version = runtime.constant("System", "Version").ok();
            let version = version.and_then(|version| Version::of_bytes(version.bytes()));
            version.unwrap_or(Version { spec_version, ..Version::default() })
        }
        None => {
            let version = runtime.constant("System", "Version").and_then(Constant::value);
            Version::of(&version.map_err(|error| corrupt(format!("metadata: {error}")))?)?
        }
    };
    Ok(runtime)
}

/// The constant `System.SS58Prefix`, of one or two bytes.
fn ss58_prefix(pallets: &[PalletMetadata]) -> u16 {
    let system = pallets.iter().find(|pallet| pallet.name == "System");
    let constants = system.map_or(&[][..], |system| &system.constants);
    match constants
        .iter()
        .find(|constant| constant.name == "SS58Prefix")
        .map(|constant| constant.value.as_slice())
    {
        Some([prefix]) => u16::from(*prefix),
        Some([low, high]) => u16::from_le_bytes([*low, *high]),
        _ => DEFAULT_PREFIX,
    }
}

impl Builder {
    fn pallet(&self, pallet: PalletMetadata) -> Result<Pallet> {
        let name: Arc<str> = pallet.name.into();
        let (prefix, entries) =
            pallet.storage.map(|storage| (storage.prefix, storage.entries)).unwrap_or_default();
        let prefix = twox_128(prefix.as_bytes());
        let storage = entries.into_iter().map(|entry| self.storage_entry(&name, &prefix, entry));
        let constants = pallet.constants.into_iter().map(|constant| {
            Ok(Constant {
                type_id: self.known(constant.ty.id, || format!("the constant {name}.{}", constant.name))?,
                pallet: name.clone(),
                name: constant.name.into(),
                docs: docs::text(&constant.docs),
                bytes: constant.value.into(),
                plan: self.plan.clone(),
            })
        });
        let known =
            |id: Option<u32>| id.map(|id| self.known(id, || format!("the pallet {name}"))).transpose();
        Ok(Pallet {
            storage: storage.collect::<Result<_>>()?,
            constants: constants.collect::<Result<_>>()?,
            calls: known(pallet.calls.map(|calls| calls.ty.id))?,
            events: known(pallet.event.map(|event| event.ty.id))?,
            errors: known(pallet.error.map(|error| error.ty.id))?,
            index: pallet.index,
            plan: self.plan.clone(),
            docs: docs::text(&pallet.docs),
            name: name.clone(),
        })
    }

    fn storage_entry(
        &self,
        pallet: &Arc<str>,
        prefix: &[u8; 16],
        entry: StorageMetadata,
    ) -> Result<StorageEntry> {
        let item = || format!("the storage item {pallet}.{}", entry.name);
        let (hashers, keys, value) = match &entry.ty {
            v14::StorageEntryType::Plain(value) => (Vec::new(), Vec::new(), value.id),
            v14::StorageEntryType::Map { hashers, key, value } => {
                let hashers: Vec<_> = hashers.iter().map(Hasher::from).collect();
                let keys = self.keys(hashers.len(), key.id).ok_or_else(|| {
                    corrupt(format!("metadata: {} has {} hashers, and other keys", item(), hashers.len()))
                })?;
                (hashers, keys, value.id)
            }
        };
        let mut whole_prefix = [0; 32];
        whole_prefix[..16].copy_from_slice(prefix);
        whole_prefix[16..].copy_from_slice(&twox_128(entry.name.as_bytes()));
        Ok(StorageEntry {
            prefix: whole_prefix,
            hashers: hashers.into(),
            key_types: keys.into_iter().map(|key| self.known(key, item)).collect::<Result<_>>()?,
            value_type: self.known(value, item)?,
            optional: entry.modifier == v14::StorageEntryModifier::Optional,
            pallet: pallet.clone(),
            name: entry.name.into(),
            docs: docs::text(&entry.docs),
            default: entry.default.into(),
            plan: self.plan.clone(),
        })
    }

    /// The type of each hasher's key: several hashers share the fields of a tuple, one takes the key whole.
    fn keys(&self, hashers: usize, key: u32) -> Option<Vec<u32>> {
        if hashers == 1 {
            return Some(vec![key]);
        }
        match &self.types.resolve(key)?.type_def {
            TypeDef::Tuple(tuple) if hashers > 1 && tuple.fields.len() == hashers => {
                Some(tuple.fields.iter().map(|field| field.id).collect())
            }
            _ => None,
        }
    }

    fn api(&self, api: v15::RuntimeApiMetadata<PortableForm>) -> Result<RuntimeApi> {
        let name: Arc<str> = api.name.into();
        let methods = api.methods.into_iter().map(|method| {
            let known = |id: u32| self.known(id, || format!("the runtime api method {name}.{}", method.name));
            let inputs = method.inputs.iter().map(|input| {
                Ok(Parameter { name: input.name.as_str().into(), type_id: known(input.ty.id)? })
            });
            let rpc_name = format!("{name}_{}", method.name);
            Ok(ApiMethod {
                inputs: inputs.collect::<Result<_>>()?,
                output: known(method.output.id)?,
                opaque: self.opaque.get(&rpc_name).copied(),
                api: name.clone(),
                name: method.name.as_str().into(),
                rpc_name: rpc_name.into(),
                docs: docs::text(&method.docs),
                plan: self.plan.clone(),
            })
        });
        Ok(RuntimeApi {
            methods: methods.collect::<Result<_>>()?,
            docs: docs::text(&api.docs),
            name: name.clone(),
        })
    }

    fn check_extrinsic(&self, extrinsic: &ExtrinsicFormat) -> Result<()> {
        let parts =
            [extrinsic.type_id, extrinsic.address, extrinsic.call, extrinsic.signature, extrinsic.extra];
        let extensions =
            extrinsic.all_extensions().flat_map(|extension| [extension.type_id, extension.implicit]);
        for part in parts.into_iter().flatten().chain(extensions) {
            self.known(part.0, || "the extrinsic".to_owned())?;
        }
        Ok(())
    }

    /// The type of that id, if the registry has it.
    fn known(&self, id: u32, user: impl Fn() -> String) -> Result<TypeId> {
        if (id as usize) < self.plan.len() {
            return Ok(TypeId(id));
        }
        Err(corrupt(format!(
            "metadata: {} is of type {id}, but there are only {} types",
            user(),
            self.plan.len()
        )))
    }
}
