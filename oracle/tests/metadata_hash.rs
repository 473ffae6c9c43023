//! The metadata's hash, against `@polkadot-api/merkleize-metadata`, an implementation of its own. Skipped where there is
//! no npm, or no network for it.

use parity_scale_codec::Encode;
use std::{fs, path::Path, process::Command};
use tensorwire_oracle::chains;

const SCRIPT: &str = r#"
import { readFileSync } from "node:fs"
import { merkleizeMetadata } from "@polkadot-api/merkleize-metadata"
const [file, decimals, tokenSymbol] = process.argv.slice(2)
const { digest } = merkleizeMetadata(readFileSync(file), { decimals: Number(decimals), tokenSymbol })
console.log(Buffer.from(digest()).toString("hex"))
"#;

#[test]
fn the_metadata_hash_equals_that_of_an_independent_implementation() {
    let directory = tempfile::tempdir().expect("there is room");
    let install =
        ["install", "--silent", "--no-fund", "--no-audit", "@polkadot-api/merkleize-metadata@1.3.0"];
    let installed = Command::new("npm").args(install).current_dir(&directory).status();
    if !installed.is_ok_and(|status| status.success()) {
        eprintln!("skipped: npm cannot install @polkadot-api/merkleize-metadata");
        return;
    }
    fs::write(directory.path().join("hash.mjs"), SCRIPT).expect("there is room");
    for chain in chains().into_iter().filter(|chain| chain.runtime.metadata_version() == 15) {
        let bytes = [&b"meta"[..], &chain.metadata.encode()].concat();
        fs::write(directory.path().join("metadata"), &bytes).expect("there is room");
        let mut hashes = Vec::new();
        for (decimals, symbol) in [(9, "TAO"), (9, "τ"), (18, "TAO")] {
            let ours = chain.runtime.metadata_hash(&bytes, decimals, symbol).expect("it is V15");
            assert_eq!(const_hex::encode(ours), theirs(directory.path(), decimals, symbol), "{}", chain.name);
            hashes.push(ours);
        }
        hashes.dedup();
        assert_eq!(hashes.len(), 3);
        eprintln!("{}: {}", chain.name, const_hex::encode(hashes[0]));
    }
}

fn theirs(directory: &Path, decimals: u8, symbol: &str) -> String {
    let node = Command::new("node")
        .args(["hash.mjs", "metadata", &decimals.to_string(), symbol])
        .current_dir(directory)
        .output()
        .expect("where npm is, node is");
    assert!(node.status.success(), "{}", String::from_utf8_lossy(&node.stderr));
    String::from_utf8_lossy(&node.stdout).trim().to_owned()
}
