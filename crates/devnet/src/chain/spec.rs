//! The genesis state that a raw chain spec holds.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use flate2::bufread::GzDecoder;
use serde::Deserialize;
use sp_core::{bytes, storage::Storage};

use crate::Error;

/// A chain spec, as far as it matters here: <https://docs.polkadot.com> calls this layout raw.
#[derive(Deserialize)]
struct Spec {
    genesis: Genesis,
}

#[derive(Deserialize)]
struct Genesis {
    raw: Option<Raw>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    top: BTreeMap<Hex, Hex>,
    #[serde(default)]
    children_default: HashMap<String, serde_json::Value>,
}

#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Hex(#[serde(deserialize_with = "bytes::deserialize")] Vec<u8>);

/// Bytes a spec may have when it is unpacked.
const MOST: u64 = 1 << 30;
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Reads a raw chain spec, which may be gzipped.
pub(crate) fn read(file: &Path) -> Result<Storage, Error> {
    let spec = parse(file).map_err(|error| Error::spec(file, error))?;
    let raw = spec.genesis.raw.ok_or_else(|| {
        Error::spec(file, "it is not raw; a node makes it so: `build-spec --raw --chain FILE`")
    })?;
    if !raw.children_default.is_empty() {
        return Err(Error::spec(file, "it has child tries, which this chain cannot begin with"));
    }
    let top = raw.top.into_iter().map(|(key, value)| (key.0, value.0)).collect();
    Ok(Storage { top, children_default: HashMap::default() })
}

fn parse(file: &Path) -> std::io::Result<Spec> {
    let mut reader = BufReader::new(File::open(file)?);
    let mut json = Vec::new();
    if reader.fill_buf()?.starts_with(&GZIP) {
        GzDecoder::new(reader).take(MOST).read_to_end(&mut json)?;
    } else {
        reader.take(MOST).read_to_end(&mut json)?;
    }
    Ok(serde_json::from_slice(&json)?)
}
