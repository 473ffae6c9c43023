//! JSON text into values, exactly: integers of any length keep all their digits.

use std::{collections::BTreeMap, fmt};

use serde::{
    Serialize, Serializer,
    de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor},
};
use serde_json::{Error, value::RawValue};
use tensorwire_scale::{MAX_JSON_DEPTH, Value};

type Result<T, E = Error> = std::result::Result<T, E>;

pub(crate) fn parse(text: &str) -> Result<Value> {
    value(serde_json::from_str(text)?)
}

pub(crate) fn value(json: &RawValue) -> Result<Value> {
    if depth(json) > MAX_JSON_DEPTH {
        return Err(Error::custom(format_args!("nested more than {MAX_JSON_DEPTH} levels deep")));
    }
    nested(json)
}

/// How many arrays and objects are open at once: known before the text is read again for each of them.
fn depth(json: &RawValue) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    let (mut quoted, mut escaped) = (false, false);
    for byte in json.get().bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                open += 1;
                deepest = deepest.max(open);
            }
            b']' | b'}' if !quoted => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn nested(json: &RawValue) -> Result<Value> {
    let text = json.get();
    match text.as_bytes() {
        [b'[', ..] => {
            let elements: Vec<&RawValue> = serde_json::from_str(text)?;
            elements.into_iter().map(nested).collect()
        }
        [b'{', ..] => {
            let Fields(fields) = serde_json::from_str(text)?;
            let mut values = BTreeMap::new();
            for (name, json) in fields {
                if values.contains_key(&name) {
                    return Err(Error::custom(format_args!("the key {name:?} occurs twice in one object")));
                }
                values.insert(name, nested(json)?);
            }
            Ok(Value::record(values))
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

/// The fields of an object as they are written: a map would drop all but the last of those with the same key.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = object.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// Writes an integer so that no JSON reader rounds it: as text above 2^53-1.
pub(crate) fn integer<S: Serializer>(integer: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    Value::from(*integer).serialize(serializer)
}

#[cfg(test)]
mod tests;
