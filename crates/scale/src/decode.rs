use crate::{
    AccountId, Error, ErrorKind, Integer, Integers, Plan, Result, TypeId, Value,
    plan::op::{EnumOp, IntegerType, Op, VariantOp},
    types::registry::UNDEFINED,
};

mod cursor;
mod pallet_variant;
mod skip;

pub(crate) use cursor::Cursor;
pub(crate) use pallet_variant::PalletVariant;

/// Values nested deeper are refused, so that no input can exhaust the stack.
pub(crate) const MAX_DEPTH: usize = 128;

/// One pass over one input.
pub(crate) struct Decoder<'p, 'i> {
    plan: &'p Plan,
    pub(crate) cursor: Cursor<'i>,
    depth: usize,
    /// How many values that take no bytes may still come. Without this limit, a few bytes could ask for
    /// billions of them.
    empties: usize,
}

impl<'p, 'i> Decoder<'p, 'i> {
    pub(crate) fn new(plan: &'p Plan, input: &'i [u8]) -> Self {
        let empties = (1 << 16) + input.len().saturating_mul(16);
        Self { plan, cursor: Cursor::new(input), depth: 0, empties }
    }

    pub(crate) fn plan(&self) -> &'p Plan {
        self.plan
    }

    pub(crate) fn rest(&self) -> &'i [u8] {
        self.cursor.rest()
    }

    pub(crate) fn value(&mut self, id: u32) -> Result<Value> {
        let plan = self.plan;
        match plan.op(id) {
            Op::Integer(number) => self.integer(*number),
            Op::Compact(number) => self.compact(*number),
            Op::Account => self.account(),
            Op::Bool => self.bool().map(Value::Bool),
            Op::Bytes { .. } => {
                let len = self.length(1)?;
                Ok(Value::Bytes(self.cursor.take(len)?.into()))
            }
            Op::ByteArray { len: 32, .. } => Ok(Value::Bytes32(self.cursor.array()?)),
            Op::ByteArray { len, .. } => {
                self.charge_if(*len == 0)?;
                Ok(Value::Bytes(self.cursor.take(*len as usize)?.into()))
            }
            Op::Integers { number, compact, .. } => self.integers(*number, *compact),
            Op::Str => Ok(Value::Str(self.text()?.into())),
            Op::Char => {
                let code = u32::from_le_bytes(self.cursor.array()?);
                let char =
                    char::from_u32(code).ok_or_else(|| self.fail(4, format!("{code:#x} is no character")))?;
                Ok(Value::Char(char))
            }
            Op::Bits { word, most_significant_first } => self.bits(*word, *most_significant_first),
            composite => {
                self.enter()?;
                let value = self.composite(id, composite);
                self.leave();
                value
            }
        }
    }

    /// The integers and accounts that most fields are get made right where they are kept, as there is room:
    /// a stop on the stack would cost more than reading them.
    #[inline(always)]
    fn push(&mut self, id: u32, values: &mut Vec<Value>) -> Result<()> {
        if values.len() == values.capacity() {
            values.push(self.value(id)?);
            return Ok(());
        }
        match *self.plan.op(id) {
            Op::Integer(IntegerType { width: width @ ..=8, signed: false }) => {
                values.push(self.cursor.word(width)?.into());
            }
            Op::Compact(number @ IntegerType { width: ..=8, .. }) => {
                values.push(self.cursor.compact(number)?.into());
            }
            Op::Account => values.push(self.account()?),
            _ => values.push(self.value(id)?),
        }
        Ok(())
    }

    #[inline(never)]
    fn composite(&mut self, id: u32, op: &'p Op) -> Result<Value> {
        match op {
            Op::Struct(op) => {
                let fields = self.fields(&op.fields, |place| op.shape.label(place))?;
                Ok(Value::Struct(op.shape.clone(), fields))
            }
            Op::Tuple(fields) => Ok(Value::Tuple(self.fields(fields, |place| format!("[{place}]"))?)),
            Op::Enum(op) => {
                let variant = self.variant(id, op)?;
                Ok(Value::Variant(variant.shape.clone(), self.variant_fields(variant)?))
            }
            Op::Option { inner, nested } => match self.option_tag()? {
                false => Ok(Value::None),
                true if *nested => Ok(Value::Some(Box::new(self.value(*inner)?))),
                true => self.value(*inner),
            },
            Op::Sequence(element) => {
                let len = self.length(self.plan.width(*element).least)?;
                Ok(Value::Sequence(self.elements(*element, len)?))
            }
            Op::Array { element, len } => {
                self.charge_if(*len == 0)?;
                let len = *len as usize;
                self.expect(len, self.plan.width(*element).least)?;
                Ok(Value::Sequence(self.elements(*element, len)?))
            }
            _ => Err(self.fail(0, "a scalar was read as a composite".to_owned())),
        }
    }

    /// The variant that comes next, without its fields.
    #[inline]
    pub(crate) fn variant(&mut self, id: u32, op: &'p EnumOp) -> Result<&'p VariantOp> {
        let index = self.cursor.byte()?;
        op.by_index(index).ok_or_else(|| self.no_variant(id, index))
    }

    #[inline]
    pub(crate) fn variant_fields(&mut self, variant: &VariantOp) -> Result<Box<[Value]>> {
        if variant.fields.is_empty() {
            return Ok(Box::default());
        }
        let label = |place| variant.shape.fields().label(place);
        self.fields(&variant.fields, label).map_err(|error| error.inside(variant.shape.name()))
    }

    fn fields(&mut self, ids: &[u32], label: impl Fn(usize) -> String) -> Result<Box<[Value]>> {
        self.charge_if(ids.is_empty())?;
        let mut values = Vec::with_capacity(ids.len());
        for id in ids {
            if let Err(error) = self.push(*id, &mut values) {
                return Err(error.inside(label(values.len())));
            }
        }
        Ok(values.into_boxed_slice())
    }

    fn elements(&mut self, element: u32, len: usize) -> Result<Box<[Value]>> {
        let takes_bytes = self.plan.width(element).least > 0;
        let mut values = Vec::with_capacity(if takes_bytes { len } else { len.min(64) });
        for place in 0..len {
            if let Err(error) = self.push(element, &mut values) {
                return Err(at_place(error, place));
            }
        }
        Ok(values.into_boxed_slice())
    }

    #[inline(always)]
    fn account(&mut self) -> Result<Value> {
        Ok(Value::Account { id: AccountId(self.cursor.array()?), prefix: self.plan.ss58_prefix() })
    }

    fn integer(&mut self, number: IntegerType) -> Result<Value> {
        let cursor = &mut self.cursor;
        Ok(Value::Integer(match (number.width, number.signed) {
            (1, false) => cursor.byte()?.into(),
            (2, false) => u16::from_le_bytes(cursor.array()?).into(),
            (4, false) => u32::from_le_bytes(cursor.array()?).into(),
            (8, false) => u64::from_le_bytes(cursor.array()?).into(),
            (16, false) => u128::from_le_bytes(cursor.array()?).into(),
            (_, false) => Integer::from_le_bytes(cursor.array()?),
            (1, true) => i8::from_le_bytes(cursor.array()?).into(),
            (2, true) => i16::from_le_bytes(cursor.array()?).into(),
            (4, true) => i32::from_le_bytes(cursor.array()?).into(),
            (8, true) => i64::from_le_bytes(cursor.array()?).into(),
            (16, true) => i128::from_le_bytes(cursor.array()?).into(),
            (_, true) => Integer::from_twos_complement(cursor.array()?),
        }))
    }

    fn compact(&mut self, number: IntegerType) -> Result<Value> {
        Ok(Value::Integer(if number.width <= 8 {
            self.cursor.compact(number)?.into()
        } else {
            Integer::from_le_bytes(self.cursor.wide_compact(number)?)
        }))
    }

    #[inline(never)]
    fn integers(&mut self, number: IntegerType, compact: bool) -> Result<Value> {
        let len = self.length(if compact { 1 } else { number.width })?;
        let numbers: Box<[u64]> = if compact {
            let mut numbers = Vec::with_capacity(len);
            let mut cursor = self.cursor;
            for place in 0..len {
                match cursor.compact(number) {
                    Ok(number) => numbers.push(number),
                    Err(error) => return Err(at_place(error, place)),
                }
            }
            self.cursor = cursor;
            numbers.into()
        } else {
            self.cursor.take(len * number.width)?.chunks_exact(number.width).map(word).collect()
        };
        Ok(Integers::new(numbers).into())
    }

    #[inline(never)]
    pub(crate) fn text(&mut self) -> Result<&'i str> {
        let len = self.length(1)?;
        let bytes = self.cursor.take(len)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text),
            Err(error) => Err(self.fail(len - error.valid_up_to(), "the text is not UTF-8".to_owned())),
        }
    }

    #[inline(never)]
    fn bits(&mut self, word: usize, most_significant_first: bool) -> Result<Value> {
        let len = self.cursor.length()?;
        let bits = word * 8;
        let bytes = self.cursor.take(len.div_ceil(bits) * word)?;
        let bit = |place: usize| {
            let word = self::word(&bytes[place / bits * word..][..word]);
            let shift = if most_significant_first { bits - 1 - place % bits } else { place % bits };
            word >> shift & 1 == 1
        };
        Ok(Value::Bits((0..len).map(bit).collect()))
    }

    pub(crate) fn bool(&mut self) -> Result<bool> {
        match self.cursor.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            byte => Err(self.fail(1, format!("expected a bool, 0 or 1, found {byte}"))),
        }
    }

    pub(crate) fn option_tag(&mut self) -> Result<bool> {
        match self.cursor.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            byte => Err(self.fail(1, format!("expected an option, which starts with 0 or 1, found {byte}"))),
        }
    }

    /// The length of a sequence, of whose elements each takes at least that many bytes.
    pub(crate) fn length(&mut self, least: usize) -> Result<usize> {
        let len = self.cursor.length()?;
        self.expect(len, least)?;
        Ok(len)
    }

    /// Checked before anything is allocated.
    fn expect(&self, len: usize, least: usize) -> Result<()> {
        let needed = len.saturating_mul(least);
        if needed > self.cursor.rest().len() { Err(self.cursor.short(needed)) } else { Ok(()) }
    }

    pub(crate) fn enter(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.fail(0, format!("values are nested more than {MAX_DEPTH} levels deep")));
        }
        Ok(())
    }

    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
    }

    pub(crate) fn charge_if(&mut self, empty: bool) -> Result<()> {
        if empty {
            self.empties = self.empties.checked_sub(1).ok_or_else(|| {
                self.fail(0, "too many values that take no bytes, the length is not plausible".to_owned())
            })?;
        }
        Ok(())
    }

    #[cold]
    fn no_variant(&self, id: u32, index: u8) -> Error {
        let message = match self.plan.type_path(TypeId(id)).split_once("::") {
            Some((UNDEFINED, name)) => format!("the type {name} is not defined, see Types::definitions"),
            _ => format!("{} has no variant of index {index}", self.plan.type_name(TypeId(id))),
        };
        self.fail(1, message)
    }

    /// An error at that many bytes before the next one.
    #[cold]
    pub(crate) fn fail(&self, back: usize, message: String) -> Error {
        Error::new(ErrorKind::Decode, message).at_offset(self.cursor.offset() - back)
    }
}

#[cold]
pub(crate) fn at_place(error: Error, place: usize) -> Error {
    error.inside(format!("[{place}]"))
}

/// A little endian word of one, two, four or eight bytes.
#[inline]
fn word(bytes: &[u8]) -> u64 {
    match *bytes {
        [a] => a.into(),
        [a, b] => u16::from_le_bytes([a, b]).into(),
        [a, b, c, d] => u32::from_le_bytes([a, b, c, d]).into(),
        _ => bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}
