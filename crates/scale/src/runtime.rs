use crate::{
    ApiMethod, Constant, Error, ErrorKind, Plan, Result, RuntimeApi, StorageEntry, Types, Value,
    metadata::{Metadata, corrupt},
    nearest::did_you_mean,
};
use parity_scale_codec::Decode;
use std::{fmt, sync::Arc};

mod build;
mod by_name;
mod extrinsic_format;
mod listing;
mod pallet;

pub(crate) use by_name::{ByName, Named};
pub use extrinsic_format::{ExtrinsicFormat, TransactionExtension};
pub use pallet::Pallet;

/// One spec version of a chain's runtime: its pallets, storage, constants, runtime APIs and types.
///
/// It is immutable and meant to be shared behind an [`Arc`].
pub struct Runtime {
    metadata_version: u32,
    version: Version,
    plan: Arc<Plan>,
    pallets: ByName<Pallet>,
    apis: ByName<RuntimeApi>,
    extrinsic: ExtrinsicFormat,
}

#[derive(Default)]
struct Version {
    spec_name: String,
    spec_version: u32,
    transaction_version: u32,
}

impl Runtime {
    /// Reads metadata V14, V15 or V16.
    ///
    /// The bytes are plain metadata, or metadata as a runtime API answers it: within `Vec<u8>` or `Option<Vec<u8>>`.
    /// Fails with [`ErrorKind::Metadata`] on anything else, on bytes left over, and on metadata that contradicts itself.
    pub fn from_metadata(bytes: &[u8]) -> Result<Self> {
        Self::from_metadata_with(bytes, &Types::new(), None)
    }

    /// Reads metadata V8 to V16, with types that it does not describe itself. See [`Types`].
    ///
    /// Up to V13 the types must define all that the runtime names; a value of a type that they lack cannot be read, and
    /// all others can. The spec version picks the definitions that hold for it, where the metadata does not say its own:
    /// before V12 it need not.
    ///
    /// Fails like [`from_metadata`](Self::from_metadata), and with [`ErrorKind::Definitions`], naming file and line, where
    /// types contradict each other.
    pub fn from_metadata_with(bytes: &[u8], types: &Types, spec_version: Option<u32>) -> Result<Self> {
        build::runtime(Metadata::decode(bytes, types, spec_version)?, types)
    }

    /// The version of the metadata: 8 to 16.
    pub fn metadata_version(&self) -> u32 {
        self.metadata_version
    }

    /// The runtime's name, as in `node-subtensor`; empty if metadata before V14 does not say it.
    pub fn spec_name(&self) -> &str {
        &self.version.spec_name
    }

    /// The runtime's version: it grows with every upgrade.
    pub fn spec_version(&self) -> u32 {
        self.version.spec_version
    }

    /// The version of the extrinsic format: it changes when calls or extensions are encoded otherwise. 0 if metadata
    /// before V14 does not say it.
    pub fn transaction_version(&self) -> u32 {
        self.version.transaction_version
    }

    /// The ss58 prefix of the chain's addresses; 42 if the runtime names none.
    pub fn ss58_prefix(&self) -> u16 {
        self.plan.ss58_prefix()
    }

    /// The compiled type registry.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Roughly how many bytes of memory the runtime takes.
    pub fn memory(&self) -> usize {
        let pallets: usize = self.pallets.iter().map(Pallet::memory).sum();
        let apis: usize = self.apis.iter().map(RuntimeApi::memory).sum();
        size_of::<Self>() + self.plan.memory() + pallets + apis
    }

    /// All pallets, in the metadata's order.
    pub fn pallets(&self) -> &[Pallet] {
        &self.pallets
    }

    /// The pallet of that name. Fails with [`ErrorKind::NotFound`], naming the nearest names.
    pub fn pallet(&self, name: &str) -> Result<&Pallet> {
        self.pallets.get(name).ok_or_else(|| self.not_found("pallet", name, &self.pallets))
    }

    /// The storage item of that name. Fails with [`ErrorKind::NotFound`], naming the nearest names.
    pub fn storage(&self, pallet: &str, item: &str) -> Result<&StorageEntry> {
        let items = &self.pallet(pallet)?.storage;
        items.get(item).ok_or_else(|| self.not_found(&format!("storage item of {pallet}"), item, items))
    }

    /// The constant of that name. Fails with [`ErrorKind::NotFound`], naming the nearest names.
    pub fn constant(&self, pallet: &str, name: &str) -> Result<&Constant> {
        let constants = &self.pallet(pallet)?.constants;
        constants.get(name).ok_or_else(|| self.not_found(&format!("constant of {pallet}"), name, constants))
    }

    /// All runtime APIs that are known: V14 metadata describes none, so that only common ones are.
    pub fn apis(&self) -> &[RuntimeApi] {
        &self.apis
    }

    /// The runtime API method of that name. Fails with [`ErrorKind::NotFound`], naming the nearest names.
    pub fn api_method(&self, api: &str, method: &str) -> Result<&ApiMethod> {
        let Some(found) = self.apis.get(api) else {
            return Err(self.api_not_found("runtime api", api, &self.apis));
        };
        let methods = &found.methods;
        methods.get(method).ok_or_else(|| self.api_not_found(&format!("method of {api}"), method, methods))
    }

    /// What an extrinsic consists of.
    pub fn extrinsic(&self) -> &ExtrinsicFormat {
        &self.extrinsic
    }

    fn not_found<T: Named>(&self, what: &str, name: &str, candidates: &ByName<T>) -> Error {
        Error::new(ErrorKind::NotFound, self.not_found_message(what, name, candidates))
    }

    fn api_not_found<T: Named>(&self, what: &str, name: &str, candidates: &ByName<T>) -> Error {
        let mut message = self.not_found_message(what, name, candidates);
        if self.metadata_version <= 14 {
            message.push_str(" (metadata describes runtime apis from V15 on)");
        }
        Error::new(ErrorKind::NotFound, message)
    }

    fn not_found_message<T: Named>(&self, what: &str, name: &str, candidates: &ByName<T>) -> String {
        format!("no {what} is named {name:?} in {self}{}", did_you_mean(name, candidates.names()))
    }
}

impl Version {
    /// Reads the bytes of the constant `System.Version` of metadata before V14, whose type nobody need define.
    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let mut input = bytes;
        let (spec_name, _, _, spec_version) = <(String, String, u32, u32)>::decode(&mut input).ok()?;
        let _impl_version_and_apis = <(u32, Vec<([u8; 8], u32)>)>::decode(&mut input).ok()?;
        // It came last.
        let transaction_version = u32::decode(&mut input).unwrap_or_default();
        Some(Self { spec_name, spec_version, transaction_version })
    }

    /// Reads the value of the constant `System.Version`.
    fn of(value: &Value) -> Result<Self> {
        let number = |field: &str| {
            let number =
                value.get(field).and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok());
            number.ok_or_else(|| {
                corrupt(format!("metadata: the constant System.Version has no number {field}"))
            })
        };
        let spec_name = value.get("spec_name").and_then(Value::as_str);
        Ok(Self {
            spec_name: spec_name
                .ok_or_else(|| corrupt("metadata: the constant System.Version has no text spec_name"))?
                .to_owned(),
            spec_version: number("spec_version")?,
            transaction_version: number("transaction_version")?,
        })
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.spec_name() {
            "" => write!(f, "spec version {}", self.spec_version()),
            name => write!(f, "{name} {}", self.spec_version()),
        }
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Runtime({self}, metadata V{})", self.metadata_version)
    }
}
