//! JSON text into values, exactly: integers of any length keep all their digits.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde_json::{Error, Result, value::RawValue};
use tensorwire_scale::Value;

/// No type of a chain nests deeper.
const MAX_DEPTH: usize = 128;

pub(crate) fn parse(text: &str) -> Result<Value> {
    value(serde_json::from_str(text)?)
}

pub(crate) fn value(json: &RawValue) -> Result<Value> {
    nested(json, 0)
}

fn nested(json: &RawValue, depth: usize) -> Result<Value> {
    if depth > MAX_DEPTH {
        return Err(Error::custom(format_args!("nested more than {MAX_DEPTH} levels deep")));
    }
    let inside = |json: &RawValue| nested(json, depth + 1);
    let text = json.get();
    match text.as_bytes() {
        [b'[', ..] => {
            let elements: Vec<&RawValue> = serde_json::from_str(text)?;
            elements.into_iter().map(inside).collect()
        }
        [b'{', ..] => {
            let fields: BTreeMap<String, &RawValue> = serde_json::from_str(text)?;
            let fields = fields.into_iter().map(|(name, json)| Ok((name, inside(json)?)));
            Ok(Value::record(fields.collect::<Result<Vec<_>>>()?))
        }
        [b'-' | b'0'..=b'9', ..] => number(text),
        _ => Ok(serde_json::from_str::<serde_json::Value>(text)?.into()),
    }
}

/// What serde_json would round is passed on as the decimal text, which encoding reads as an integer.
fn number(text: &str) -> Result<Value> {
    let is_integer = !text.contains(['.', 'e', 'E']);
    match text.parse::<i128>() {
        Ok(integer) => Ok(integer.into()),
        Err(_) if is_integer => Ok(text.into()),
        Err(_) => Ok(serde_json::from_str::<serde_json::Value>(text)?.into()),
    }
}

#[cfg(test)]
mod tests;
