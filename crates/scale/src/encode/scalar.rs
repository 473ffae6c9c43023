use super::{Encoder, cut, shown};
use crate::{
    AccountId, Error, ErrorKind, Integer, Result, Value,
    plan::op::{IntegerType, Op},
    value::NoInteger,
};

impl Encoder<'_, '_> {
    pub(super) fn scalar(&mut self, id: u32, op: &Op, value: &Value) -> Result<()> {
        match (op, value) {
            (Op::Integer(number), value) => self.integer(id, *number, value),
            (Op::Compact(number), value) => self.compact(id, *number, value),
            (Op::Bool, Value::Bool(bool)) => {
                self.out.push((*bool).into());
                Ok(())
            }
            (Op::Char, Value::Char(char)) => {
                self.out.extend(u32::from(*char).to_le_bytes());
                Ok(())
            }
            (Op::Char, Value::Str(text)) if text.chars().count() == 1 => {
                self.out.extend(text.chars().flat_map(|char| u32::from(char).to_le_bytes()));
                Ok(())
            }
            (Op::Str, Value::Str(text)) => {
                self.length(text.len());
                self.out.extend(text.as_bytes());
                Ok(())
            }
            (Op::Account, value) => self.account(id, value),
            (Op::Bytes { .. }, value) => self.bytes(id, None, value),
            (Op::ByteArray { len, .. }, value) => self.bytes(id, Some(*len as usize), value),
            (Op::Integers { element, number, compact }, value) => {
                self.integers(id, *element, *number, *compact, value)
            }
            (Op::Bits { word, most_significant_first }, value) => {
                self.bits(id, *word, *most_significant_first, value)
            }
            (_, value) => Err(self.mismatch(id, value)),
        }
    }

    /// The length before a sequence.
    pub(super) fn length(&mut self, len: usize) {
        write_compact(Integer::from(len), self.out);
    }

    fn integer(&mut self, id: u32, number: IntegerType, value: &Value) -> Result<()> {
        let bytes = self.fitting(id, number, self.number(id, number, value)?)?;
        self.out.extend(&bytes[..number.width]);
        Ok(())
    }

    fn compact(&mut self, id: u32, number: IntegerType, value: &Value) -> Result<()> {
        let integer = self.number(id, number, value)?;
        self.fitting(id, number, integer)?;
        write_compact(integer, self.out);
        Ok(())
    }

    fn number(&self, id: u32, number: IntegerType, value: &Value) -> Result<Integer> {
        /// Below it a floating point number stands for one integer alone.
        const EXACT: f64 = (1u64 << 53) as f64;
        match value {
            Value::Integer(integer) => Ok(*integer),
            Value::Str(text) => Integer::parse(text).map_err(|error| match error {
                NoInteger::TooWide => self.out_of_range(id, number, cut(text)),
                NoInteger::Malformed => self.mismatch(id, value),
            }),
            Value::Float(float) if float.fract() == 0.0 && float.abs() < EXACT => {
                let hint =
                    format!(", a number written with a fraction or exponent is no integer: write {float}");
                Err(self.mismatch_because(id, value, &hint))
            }
            Value::Float(float) if float.fract() == 0.0 => {
                let hint = ", which JSON numbers do not hold exactly: write it as a decimal string";
                Err(self.mismatch_because(id, value, hint))
            }
            value => Err(self.mismatch(id, value)),
        }
    }

    fn fitting(&self, id: u32, number: IntegerType, integer: Integer) -> Result<[u8; 32]> {
        let fit = integer.fit(number.width, number.signed);
        fit.ok_or_else(|| self.out_of_range(id, number, integer.to_string()))
    }

    #[cold]
    fn out_of_range(&self, id: u32, number: IntegerType, found: String) -> Error {
        let message = format!("{found} is out of range for {}: {}", self.name(id), number.range());
        Error::new(ErrorKind::Encode, message)
    }

    fn integers(
        &mut self,
        id: u32,
        element: u32,
        number: IntegerType,
        compact: bool,
        value: &Value,
    ) -> Result<()> {
        match value {
            Value::Integers(integers) => {
                self.length(integers.len());
                for (place, integer) in integers.iter().enumerate() {
                    let integer = Integer::from(*integer);
                    let bytes = self.fitting(element, number, integer);
                    let bytes = bytes.map_err(|error| error.inside(format!("[{place}]")))?;
                    match compact {
                        true => write_compact(integer, self.out),
                        false => self.out.extend(&bytes[..number.width]),
                    }
                }
                Ok(())
            }
            Value::Sequence(values) | Value::Tuple(values) => {
                self.length(values.len());
                self.elements(element, value)
            }
            value => Err(self.mismatch(id, value)),
        }
    }

    fn account(&mut self, id: u32, value: &Value) -> Result<()> {
        let account = match value {
            Value::Account { id, .. } => *id,
            Value::Bytes32(bytes) => AccountId(*bytes),
            Value::Str(text) => AccountId::parse(text, self.plan.ss58_prefix())?,
            Value::Sequence(_) | Value::Integers(_) | Value::Bytes(_) => {
                return self.bytes(id, Some(32), value);
            }
            value => return Err(self.mismatch(id, value)),
        };
        self.out.extend(account.0);
        Ok(())
    }

    /// Bytes of that length, or of any length and then with their length before them.
    fn bytes(&mut self, id: u32, len: Option<usize>, value: &Value) -> Result<()> {
        let read;
        let bytes = match value {
            Value::Str(text) => match text.strip_prefix("0x") {
                Some(digits) => {
                    let wrong = |error| self.mismatch_because(id, value, &format!(": {error}"));
                    read = const_hex::decode(digits).map_err(wrong)?;
                    &read
                }
                // A text is its UTF-8 bytes, unless a length says that something else is meant.
                None if len.is_none() => text.as_bytes(),
                None => return Err(self.mismatch_because(id, value, ", which is no 0x-hex")),
            },
            Value::Sequence(_) | Value::Tuple(_) | Value::Integers(_) => {
                read = self.listed_bytes(value)?;
                &read
            }
            value => value.as_bytes().ok_or_else(|| self.mismatch(id, value))?,
        };
        match len {
            Some(len) if len != bytes.len() => {
                let message = format!("expected {len} bytes for {}, found {}", self.name(id), bytes.len());
                return Err(Error::new(ErrorKind::Encode, message));
            }
            Some(_) => {}
            None => write_compact(Integer::from(bytes.len()), self.out),
        }
        self.out.extend(bytes);
        Ok(())
    }

    fn listed_bytes(&self, values: &Value) -> Result<Vec<u8>> {
        let byte = |(place, value): (usize, &Value)| {
            let byte = match value {
                Value::Integer(integer) => integer.to_u64().and_then(|byte| u8::try_from(byte).ok()),
                _ => None,
            };
            byte.ok_or_else(|| {
                let message = format!("expected a byte, {}, found {}", IntegerType::U8.range(), shown(value));
                Error::new(ErrorKind::Encode, message).inside(format!("[{place}]"))
            })
        };
        values.iter().enumerate().map(byte).collect()
    }

    fn bits(&mut self, id: u32, word: usize, most_significant_first: bool, value: &Value) -> Result<()> {
        let bits: Box<[bool]> = match value {
            Value::Bits(bits) => bits.clone(),
            Value::Str(text) => {
                let digits = text.strip_prefix("0b").unwrap_or(text).chars().filter(|c| *c != '_');
                let bits: Option<_> = digits.map(|c| c.to_digit(2).map(|bit| bit == 1)).collect();
                bits.ok_or_else(|| self.mismatch(id, value))?
            }
            Value::Sequence(values) => {
                let bits: Option<_> = values.iter().map(Value::as_bool).collect();
                bits.ok_or_else(|| self.mismatch(id, value))?
            }
            value => return Err(self.mismatch(id, value)),
        };
        self.length(bits.len());
        let width = word * 8;
        for chunk in bits.chunks(width) {
            let shift = |place: usize| if most_significant_first { width - 1 - place } else { place };
            let places = chunk.iter().enumerate().filter(|(_, bit)| **bit);
            let stored: u64 = places.map(|(place, _)| 1 << shift(place)).sum();
            self.out.extend(&stored.to_le_bytes()[..word]);
        }
        Ok(())
    }
}

/// The shortest compact form, of an integer that is not negative.
fn write_compact(integer: Integer, out: &mut Vec<u8>) {
    match integer.to_u64() {
        Some(value @ ..0x40) => out.push((value as u8) << 2),
        Some(value @ ..0x4000) => out.extend(((value as u16) << 2 | 0b01).to_le_bytes()),
        Some(value @ ..0x4000_0000) => out.extend(((value as u32) << 2 | 0b10).to_le_bytes()),
        _ => {
            let bytes = integer.magnitude();
            let len = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |top| top + 1).max(4);
            out.push((len as u8 - 4) << 2 | 0b11);
            out.extend(&bytes[..len]);
        }
    }
}
