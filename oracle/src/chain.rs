use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed};
use parity_scale_codec::Decode;
use scale_info::PortableRegistry;
use std::{fs, path::PathBuf};
use tensorwire_scale::Runtime;

/// The metadata of a real runtime, read twice: by tensorwire and by `frame_metadata`.
#[derive(Debug)]
pub struct Chain {
    /// The name of its file, as in `finney-393-v16`.
    pub name: String,
    /// What tensorwire made of it.
    pub runtime: Runtime,
    /// What `frame_metadata` made of it.
    pub metadata: RuntimeMetadata,
}

impl Chain {
    /// The type registry, which all oracles work on.
    pub fn registry(&self) -> &PortableRegistry {
        match &self.metadata {
            RuntimeMetadata::V14(metadata) => &metadata.types,
            RuntimeMetadata::V15(metadata) => &metadata.types,
            RuntimeMetadata::V16(metadata) => &metadata.types,
            other => panic!("metadata V{} has no type registry", other.version()),
        }
    }
}

/// All chains of the shared reference data; none, and a message, where there is no such data.
pub fn chains() -> Vec<Chain> {
    let directory = shared("metadata");
    let Ok(entries) = fs::read_dir(&directory) else {
        eprintln!("skipped: {} is not there", directory.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "scale"));
    files.sort();
    files.iter().map(load).collect()
}

/// The bytes of a real answer, by the name of its file; none, and a message, where there is no such file.
pub fn payload(name: &str) -> Option<Vec<u8>> {
    let file = shared("payloads").join(name).with_extension("hex");
    let Ok(hex) = fs::read_to_string(&file) else {
        eprintln!("skipped: {} is not there", file.display());
        return None;
    };
    Some(const_hex::decode(hex.trim()).unwrap_or_else(|error| panic!("{}: {error}", file.display())))
}

fn load(file: &PathBuf) -> Chain {
    let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let bytes = fs::read(file).unwrap_or_else(|error| panic!("{name}: {error}"));
    let runtime = Runtime::from_metadata(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    let metadata = theirs(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    Chain { name, runtime, metadata }
}

/// Metadata may come as a runtime API answers it: as bytes within an option.
fn theirs(bytes: &[u8]) -> Result<RuntimeMetadata, parity_scale_codec::Error> {
    let plain = |bytes: &[u8]| RuntimeMetadataPrefixed::decode(&mut &*bytes).map(|prefixed| prefixed.1);
    plain(bytes)
        .or_else(|_| {
            Option::<Vec<u8>>::decode(&mut &*bytes).and_then(|inner| plain(&inner.unwrap_or_default()))
        })
        .or_else(|_| Vec::<u8>::decode(&mut &*bytes).and_then(|inner| plain(&inner)))
}

fn shared(what: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")).join(what)
}
