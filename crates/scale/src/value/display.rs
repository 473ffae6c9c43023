use super::{Shape, Value};
use std::fmt::{Display, Formatter, Result, Write};

/// Short and for people: `{nonce: 3, data: {free: 7}}`. Programs take the JSON.
impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Some(value) => write!(f, "Some({value})"),
            Self::Bool(bool) => bool.fmt(f),
            Self::Char(char) => write!(f, "{char:?}"),
            Self::Integer(integer) => integer.fmt(f),
            Self::Float(float) => write!(f, "{float:?}"),
            Self::Str(text) => write!(f, "{text:?}"),
            Self::Bytes(bytes) => f.write_str(&const_hex::encode_prefixed(bytes)),
            Self::Bytes32(bytes) => f.write_str(&const_hex::encode_prefixed(bytes)),
            Self::Account { id, prefix } => f.write_str(&id.to_ss58(*prefix)),
            Self::Integers(integers) => list(f, '[', integers.iter(), ']'),
            Self::Bits(bits) => f.write_str(&bit_string(bits)),
            Self::Tuple(values) => list(f, '(', values.iter(), ')'),
            Self::Sequence(values) => list(f, '[', values.iter(), ']'),
            Self::Struct(shape, fields) => named(f, shape, fields),
            Self::Variant(shape, fields) => {
                f.write_str(shape.name())?;
                match shape.fields() {
                    shape if shape.is_empty() => Ok(()),
                    shape if shape.is_named() => {
                        f.write_char(' ')?;
                        named(f, shape, fields)
                    }
                    _ => list(f, '(', fields.iter(), ')'),
                }
            }
        }
    }
}

/// `0b1011`, first bit first.
pub(crate) fn bit_string(bits: &[bool]) -> String {
    let digits = bits.iter().map(|bit| if *bit { '1' } else { '0' });
    "0b".chars().chain(digits).collect()
}

fn list<T: Display>(
    f: &mut Formatter<'_>,
    open: char,
    values: impl Iterator<Item = T>,
    close: char,
) -> Result {
    f.write_char(open)?;
    for (place, value) in values.enumerate() {
        write!(f, "{}{value}", if place == 0 { "" } else { ", " })?;
    }
    f.write_char(close)
}

fn named(f: &mut Formatter<'_>, shape: &Shape, fields: &[Value]) -> Result {
    f.write_char('{')?;
    for (place, (name, value)) in shape.names().zip(fields).enumerate() {
        write!(f, "{}{name}: {value}", if place == 0 { "" } else { ", " })?;
    }
    f.write_char('}')
}
