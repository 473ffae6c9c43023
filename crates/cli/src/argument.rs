//! Arguments of the command line that become values of the chain.

use anyhow::{Error, Result, anyhow};
use tensorwire_scale::Value;

use crate::json;

/// JSON, or plain text where it is none: addresses, 0x-hex and names need no quotes.
pub(crate) fn value(text: &str) -> Result<Value> {
    match json::parse(text) {
        Err(error) if is_meant_as_json(text) => Err(not_json(text, &error)),
        Err(_) => Ok(text.into()),
        Ok(value) => Ok(value),
    }
}

/// No name, address or hex begins as an object or array does.
pub(crate) fn is_meant_as_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// The error of a text that is meant as JSON, and is none.
pub(crate) fn not_json(text: &str, error: &serde_json::Error) -> Error {
    const SHOWN: usize = 60;
    let shown: String = text.chars().take(SHOWN).collect();
    let more = if shown.len() < text.len() { ".." } else { "" };
    anyhow!("{shown}{more} cannot be read as JSON: {error}")
}

pub(crate) fn values(texts: &[String]) -> Result<Vec<Value>> {
    texts.iter().map(|text| value(text)).collect()
}
