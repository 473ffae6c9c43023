use crate::{
    Value,
    decode::MAX_DEPTH,
    value::{Shape, VariantShape, display::bit_string},
};
use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};

/// How many arrays and objects are around the innermost part of a decoded value's JSON at most. What reads
/// JSON to encode it has to allow as many for every decoded value to be encoded again.
pub const MAX_JSON_DEPTH: usize = 2 * MAX_DEPTH + 1;

impl Value {
    /// The value as JSON: accounts as ss58, other bytes as 0x-hex, integers beyond 2^53 - 1 as decimal
    /// strings, absent options as null, variants as `"Name"` or `{"Name": fields}`.
    ///
    /// Serializing the value itself writes the same, with the fields of structs in order.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_none(),
            Self::Some(value) => single(serializer, "Some", &**value),
            Self::Bool(bool) => serializer.serialize_bool(*bool),
            Self::Char(char) => serializer.serialize_char(*char),
            Self::Integer(integer) => match integer.to_json_number() {
                Some(number) => serializer.serialize_i64(number),
                None => serializer.collect_str(integer),
            },
            Self::Float(float) => serializer.serialize_f64(*float),
            Self::Str(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => serializer.serialize_str(&const_hex::encode_prefixed(bytes)),
            Self::Bytes32(bytes) => serializer.serialize_str(&const_hex::encode_prefixed(bytes)),
            Self::Account { id, prefix } => serializer.serialize_str(&id.to_ss58(*prefix)),
            Self::Integers(integers) => {
                let mut list = serializer.serialize_seq(Some(integers.len()))?;
                for number in integers.iter() {
                    list.serialize_element(&Self::from(*number))?;
                }
                list.end()
            }
            Self::Bits(bits) => serializer.serialize_str(&bit_string(bits)),
            Self::Tuple(values) | Self::Sequence(values) => serializer.collect_seq(values),
            Self::Struct(shape, fields) => Fields(shape, fields).serialize(serializer),
            Self::Variant(shape, fields) if fields.is_empty() => serializer.serialize_str(shape.name()),
            Self::Variant(shape, fields) => single(serializer, shape.name(), &Content(shape, fields)),
        }
    }
}

fn single<S: Serializer>(serializer: S, name: &str, value: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(name, value)?;
    map.end()
}

struct Fields<'v>(&'v Shape, &'v [Value]);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.names().zip(self.1))
    }
}

struct Content<'v>(&'v VariantShape, &'v [Value]);

impl Serialize for Content<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.0.fields(), self.1) {
            (shape, fields) if shape.is_named() => Fields(shape, fields).serialize(serializer),
            (_, [field]) => field.serialize(serializer),
            (_, fields) => serializer.collect_seq(fields),
        }
    }
}

/// Untyped: an object becomes a struct, an array a sequence. Encoding then reads it as its type asks.
impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Self::None,
            Json::Bool(bool) => Self::Bool(bool),
            Json::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => number.into(),
                (_, Some(number)) => number.into(),
                _ => Self::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => text.into(),
            Json::Array(values) => values.into_iter().collect(),
            Json::Object(fields) => {
                Self::record(fields.into_iter().map(|(name, value)| (name, value.into())))
            }
        }
    }
}

impl From<&serde_json::Value> for Value {
    fn from(json: &serde_json::Value) -> Self {
        json.clone().into()
    }
}
