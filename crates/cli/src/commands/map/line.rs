use std::fmt;

use serde::Serialize;
use tensorwire::{Entry, Value};

/// What a line tells.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Line {
    Entry { keys: Vec<Value>, value: Value },
    Keys { keys: Vec<Value> },
    Raw { key: String, value: String },
    Key { key: String },
}

impl Line {
    pub(super) fn entry(Entry { keys, value, .. }: Entry) -> Self {
        Self::Entry { keys, value }
    }

    pub(super) fn keys(keys: Vec<Value>) -> Self {
        Self::Keys { keys }
    }

    pub(super) fn raw((key, value): (Vec<u8>, Vec<u8>)) -> Self {
        Self::Raw { key: const_hex::encode_prefixed(key), value: const_hex::encode_prefixed(value) }
    }

    pub(super) fn key(key: Vec<u8>) -> Self {
        Self::Key { key: const_hex::encode_prefixed(key) }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry { keys, value } => {
                spaced(keys, f)?;
                write!(f, ": {value}")
            }
            Self::Keys { keys } => spaced(keys, f),
            Self::Raw { key, value } => write!(f, "{key}: {value}"),
            Self::Key { key } => f.write_str(key),
        }
    }
}

fn spaced(keys: &[Value], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (place, key) in keys.iter().enumerate() {
        let before = if place == 0 { "" } else { " " };
        match key.as_str() {
            Some(text) => write!(f, "{before}{text}")?,
            None => write!(f, "{before}{key}")?,
        }
    }
    Ok(())
}
