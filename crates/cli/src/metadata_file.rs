//! Metadata from a file, in the forms in which people keep it.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde::Deserialize;
use tensorwire_scale::{Runtime, Types};

/// Reads a file of raw SCALE, of hex text, or of a node's JSON answer around that.
pub(crate) fn load(path: &Path, types: &Types, spec_version: Option<u32>) -> Result<Runtime> {
    let content = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let metadata = from_text(&content).unwrap_or(content);
    let runtime = Runtime::from_metadata_with(&metadata, types, spec_version);
    runtime.with_context(|| format!("{} holds no usable metadata", path.display()))
}

/// The bytes that a text holds; `None` if it is no text, but the bytes themselves.
fn from_text(content: &[u8]) -> Option<Vec<u8>> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        result: &'a str,
    }

    let text = str::from_utf8(content).ok()?.trim();
    let answer = serde_json::from_str::<Answer>(text).map(|answer| answer.result);
    let hex = answer.or_else(|_| serde_json::from_str::<&str>(text)).unwrap_or(text);
    const_hex::decode(hex).ok()
}

#[cfg(test)]
mod tests;
