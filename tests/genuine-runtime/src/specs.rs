//! The chain specs.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use flate2::read::GzDecoder;

/// All that there are: two runtimes, each with an empty and with a lively genesis.
pub const ALL: [&str; 4] = ["218", "218-seeded", "293", "293-seeded"];

/// The file of a spec. `None`, with a word about it, where the shared data is absent.
pub fn file(name: &str) -> Option<PathBuf> {
    let file = folder().join(format!("subtensor-{name}.json.gz"));
    if !file.exists() {
        println!("skipped: {} is absent", file.display());
        return None;
    }
    Some(file)
}

/// Where the specs are, and what runs them elsewhere.
pub fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/chains"))
}

/// The runtime code in a spec.
pub fn code(file: &Path) -> Vec<u8> {
    let mut json = String::new();
    GzDecoder::new(File::open(file).unwrap()).read_to_string(&mut json).unwrap();
    let spec: serde_json::Value = serde_json::from_str(&json).unwrap();
    const_hex::decode(spec["genesis"]["raw"]["top"]["0x3a636f6465"].as_str().unwrap()).unwrap()
}
