use crate::{Error, ErrorKind, Plan, Result, TypeId, Value, decode::MAX_DEPTH, plan::op::Op, value::Shape};
use std::collections::BTreeSet;

mod fields;
mod scalar;
mod variant;

/// Writes one value. Lenient in form, strict in content: see [`Plan::encode`].
pub(crate) struct Encoder<'p, 'o> {
    plan: &'p Plan,
    out: &'o mut Vec<u8>,
    depth: usize,
}

impl<'p, 'o> Encoder<'p, 'o> {
    pub(crate) fn new(plan: &'p Plan, out: &'o mut Vec<u8>) -> Self {
        Self { plan, out, depth: 0 }
    }

    pub(crate) fn value(&mut self, id: u32, value: &Value) -> Result<()> {
        let plan = self.plan;
        match plan.op(id) {
            Op::Option { .. }
            | Op::Struct(_)
            | Op::Tuple(_)
            | Op::Enum(_)
            | Op::Sequence(_)
            | Op::Array { .. } => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    let message = format!("values are nested more than {MAX_DEPTH} levels deep");
                    return Err(Error::new(ErrorKind::Encode, message));
                }
                self.composite(id, plan.op(id), value)?;
                self.depth -= 1;
                Ok(())
            }
            op => self.scalar(id, op, self.newtype_content(id, present(value))),
        }
    }

    fn composite(&mut self, id: u32, op: &Op, value: &Value) -> Result<()> {
        if let Op::Option { inner, .. } = op {
            return self.option(*inner, value);
        }
        match (op, present(value)) {
            (Op::Struct(op), value) => self.fields(id, &op.shape, &op.fields, value),
            (Op::Tuple(fields), value) if is_list(value) => {
                self.listed_fields(id, &Shape::unnamed(fields.len()), fields, value)
            }
            (Op::Tuple(fields), value) => self.fields(id, &Shape::unnamed(fields.len()), fields, value),
            (Op::Enum(op), value) => self.variant(id, op, self.newtype_content(id, value)),
            (Op::Sequence(element), value) => self.sequence(id, *element, value),
            (Op::Array { element, len }, value) => self.array(id, *element, *len as usize, value),
            (_, value) => Err(self.mismatch(id, value)),
        }
    }

    /// What a newtype holds, where it is given as a list of one or under the name `0`.
    fn newtype_content<'v>(&self, id: u32, mut value: &'v Value) -> &'v Value {
        for _ in 0..self.plan.newtypes(id) {
            if value.len() != 1 {
                break;
            }
            value = match (value, value.iter().as_slice()) {
                // `0` may also be the name of a variant.
                (Value::Struct(shape, _), [content]) if shape.names().eq(["0"]) && !self.has(id, "0") => {
                    content
                }
                (list, [content]) if is_list(list) && !is_written_as_list(self.plan.op(id)) => content,
                _ => break,
            };
        }
        value
    }

    fn option(&mut self, inner: u32, value: &Value) -> Result<()> {
        let content = match value {
            Value::None => None,
            Value::Some(content) => Some(&**content),
            Value::Variant(shape, fields)
                if shape.name() == "Some" && fields.len() == 1 && !self.has(inner, "Some") =>
            {
                Some(&fields[0])
            }
            Value::Variant(shape, _) if shape.name() == "None" && !self.has(inner, "None") => None,
            Value::Struct(shape, fields) if shape.names().eq(["Some"]) && !self.has(inner, "Some") => {
                Some(&fields[0])
            }
            Value::Str(text) if &**text == "None" && !self.has(inner, "None") => None,
            value => Some(value),
        };
        self.out.push(content.is_some().into());
        content.map_or(Ok(()), |content| self.value(inner, content))
    }

    /// Whether the word can mean something of that type itself.
    fn has(&self, id: u32, word: &str) -> bool {
        match self.plan.op(id) {
            Op::Enum(op) => op.by_name(word).is_some(),
            Op::Struct(op) => op.shape.position(word).is_some(),
            Op::Str => word == "None",
            Op::Sequence(_) => word == "Some",
            _ => false,
        }
    }

    fn sequence(&mut self, id: u32, element: u32, value: &Value) -> Result<()> {
        match value {
            Value::Sequence(_) | Value::Tuple(_) | Value::Integers(_) => {
                self.length(value.len());
                self.elements(element, value)
            }
            Value::Struct(shape, values) if shape.is_named() && self.is_pair(element) => {
                self.length(values.len());
                let mut seen = BTreeSet::new();
                for (name, value) in shape.names().zip(values) {
                    if !seen.insert(name) {
                        return Err(given_twice(name));
                    }
                    let pair = Value::Tuple(Box::new([name.into(), value.clone()]));
                    self.value(element, &pair).map_err(|error| error.inside(name))?;
                }
                Ok(())
            }
            value => Err(self.mismatch(id, value)),
        }
    }

    fn array(&mut self, id: u32, element: u32, len: usize, value: &Value) -> Result<()> {
        match value {
            Value::Sequence(_) | Value::Tuple(_) | Value::Integers(_) if value.len() == len => {
                self.elements(element, value)
            }
            Value::Sequence(_) | Value::Tuple(_) | Value::Integers(_) => {
                Err(self.wrong_count(id, len, value.len()))
            }
            value => Err(self.mismatch(id, value)),
        }
    }

    fn elements(&mut self, element: u32, values: &Value) -> Result<()> {
        for (place, value) in values.iter().enumerate() {
            self.value(element, value).map_err(|error| error.inside(format!("[{place}]")))?;
        }
        Ok(())
    }

    fn is_pair(&self, id: u32) -> bool {
        matches!(self.plan.op(id), Op::Tuple(fields) if fields.len() == 2)
    }

    fn name(&self, id: u32) -> String {
        self.plan.type_name(TypeId(id))
    }

    /// What a value of that type looks like: `u16`, or `u64 (TaoBalance)`.
    fn expected(&self, id: u32) -> String {
        let name = self.name(id);
        match self.plan.op(id) {
            Op::Integer(number) if number.to_string() != name => format!("{number} ({name})"),
            Op::Account => format!("an ss58 address or a 0x public key ({name})"),
            _ => name,
        }
    }

    #[cold]
    fn mismatch(&self, id: u32, value: &Value) -> Error {
        self.mismatch_because(id, value, "")
    }

    #[cold]
    fn mismatch_because(&self, id: u32, value: &Value, hint: &str) -> Error {
        let message = format!("expected {}, found {}{hint}", self.expected(id), shown(value));
        Error::new(ErrorKind::Encode, message)
    }

    #[cold]
    fn wrong_count(&self, id: u32, expected: usize, found: usize) -> Error {
        let elements = if expected == 1 { "element" } else { "elements" };
        let message = format!("expected {expected} {elements} for {}, found {found}", self.name(id));
        Error::new(ErrorKind::Encode, message)
    }
}

/// The value inside a nested present `Option`, where a type without an `Option` is asked for.
fn present(mut value: &Value) -> &Value {
    while let Value::Some(content) = value {
        value = content;
    }
    value
}

/// What JSON has as an array.
fn is_list(value: &Value) -> bool {
    matches!(value, Value::Sequence(_) | Value::Tuple(_) | Value::Integers(_))
}

fn is_written_as_list(op: &Op) -> bool {
    matches!(op, Op::Bytes { .. } | Op::ByteArray { .. } | Op::Integers { .. } | Op::Bits { .. })
}

#[cold]
fn given_twice(name: &str) -> Error {
    Error::new(ErrorKind::Encode, format!("field {:?} is given twice", cut(name)))
}

/// A value as errors show it: short, with texts in quotes.
fn shown(value: &Value) -> String {
    match value {
        Value::None => "null".to_owned(),
        value => cut(&value.to_string()),
    }
}

/// A text short enough for an error.
fn cut(text: &str) -> String {
    const MAX_LENGTH: usize = 60;
    match text.char_indices().nth(MAX_LENGTH) {
        Some((end, _)) => format!("{}..", &text[..end]),
        None => text.to_owned(),
    }
}
