use crate::{
    Error, ErrorKind, Plan, Result, TypeId, Value,
    decode::MAX_DEPTH,
    nearest::did_you_mean,
    plan::op::{EnumOp, Op, VariantOp},
    value::Shape,
};

mod scalar;

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
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let message = format!("values are nested more than {MAX_DEPTH} levels deep");
            return Err(Error::new(ErrorKind::Encode, message));
        }
        self.nested(id, value)?;
        self.depth -= 1;
        Ok(())
    }

    fn nested(&mut self, id: u32, value: &Value) -> Result<()> {
        match (self.plan.op(id), value) {
            (Op::Option { inner, .. }, value) => self.option(*inner, value),
            (_, Value::Some(value)) => self.value(id, value),
            (Op::Struct(op), value) => self.fields(id, &op.shape, &op.fields, value),
            (Op::Tuple(fields), value) => self.fields(id, &Shape::unnamed(fields.len()), fields, value),
            (Op::Enum(op), value) => self.variant(id, op, value),
            (Op::Sequence(element), value) => self.sequence(id, *element, value),
            (Op::Array { element, len }, value) => self.array(id, *element, *len as usize, value),
            (op, value) => match only_content(value) {
                Some(content) if !is_list(op) || matches!(value, Value::Struct(..)) => {
                    self.value(id, content)
                }
                _ => self.scalar(id, op, value),
            },
        }
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

    /// Whether the word `Some` or `None` can mean something of that type itself.
    fn has(&self, id: u32, word: &str) -> bool {
        match self.plan.op(id) {
            Op::Enum(op) => op.by_name(word).is_some(),
            Op::Struct(op) => op.shape.position(word).is_some(),
            Op::Str => word == "None",
            Op::Sequence(_) => word == "Some",
            _ => false,
        }
    }

    /// A struct, a tuple, or the content of a variant.
    fn fields(&mut self, id: u32, shape: &Shape, ids: &[u32], value: &Value) -> Result<()> {
        match value {
            Value::Struct(given, values) if shape.is_named() && self.takes_names(shape, ids, given) => {
                self.named_fields(id, shape, ids, given, values)
            }
            Value::Variant(given, values) if ids.len() != 1 && given.fields() == shape => {
                self.in_order(shape, ids, values.iter())
            }
            Value::Tuple(values) | Value::Sequence(values) if values.len() == ids.len() => {
                self.in_order(shape, ids, values.iter())
            }
            Value::Integers(values) if values.len() == ids.len() => self.in_order(shape, ids, value.iter()),
            Value::None if ids.is_empty() => Ok(()),
            Value::Struct(given, _) if ids.is_empty() && given.is_empty() => Ok(()),
            // What holds a single value may be left out around it.
            value if ids.len() == 1 => {
                self.value(ids[0], value).map_err(|error| error.inside(shape.label(0)))
            }
            Value::Tuple(values) | Value::Sequence(values) => {
                Err(self.wrong_count(id, ids.len(), values.len()))
            }
            Value::Integers(values) => Err(self.wrong_count(id, ids.len(), values.len())),
            value => Err(self.mismatch(id, value)),
        }
    }

    /// Not so when the names are those of the bare content of a struct of one field.
    fn takes_names(&self, shape: &Shape, ids: &[u32], given: &Shape) -> bool {
        let [content] = ids else { return true };
        let bare = matches!(
            self.plan.op(*content),
            Op::Struct(_) | Op::Enum(_) | Op::Option { .. } | Op::Sequence(_)
        );
        !bare || given.names().any(|name| shape.position(name).is_some())
    }

    fn named_fields(
        &mut self,
        id: u32,
        shape: &Shape,
        ids: &[u32],
        given: &Shape,
        values: &[Value],
    ) -> Result<()> {
        // A value that this plan decoded.
        if std::ptr::eq(shape, given) {
            return self.in_order(shape, ids, values.iter());
        }
        for name in given.names() {
            if shape.position(name).is_none() {
                let hint = did_you_mean(name, shape.names());
                let message = format!("{} has no field {name:?}{hint}", self.name(id));
                return Err(Error::new(ErrorKind::Encode, message));
            }
        }
        for (name, field) in shape.names().zip(ids) {
            match given.position(name).and_then(|place| values.get(place)) {
                Some(value) => self.value(*field, value).map_err(|error| error.inside(name))?,
                None => {
                    let message = format!(
                        "field {name:?} of {} is missing, which is {}",
                        self.name(id),
                        self.expected(*field)
                    );
                    return Err(Error::new(ErrorKind::Encode, message));
                }
            }
        }
        Ok(())
    }

    fn in_order<'v>(
        &mut self,
        shape: &Shape,
        ids: &[u32],
        values: impl Iterator<Item = &'v Value>,
    ) -> Result<()> {
        for (place, (id, value)) in ids.iter().zip(values).enumerate() {
            self.value(*id, value).map_err(|error| error.inside(shape.label(place)))?;
        }
        Ok(())
    }

    fn variant(&mut self, id: u32, op: &EnumOp, value: &Value) -> Result<()> {
        match value {
            Value::Variant(given, values) => {
                let variant = self.named_variant(id, op, given.name())?;
                self.out.push(variant.index);
                let shape = variant.shape.fields();
                let fields = if given.fields().is_named() && shape.is_named() {
                    self.named_fields(id, shape, &variant.fields, given.fields(), values)
                } else if values.len() == variant.fields.len() {
                    self.in_order(shape, &variant.fields, values.iter())
                } else {
                    Err(self.wrong_count(id, variant.fields.len(), values.len()))
                };
                fields.map_err(|error| error.inside(given.name()))
            }
            Value::Str(name) if op.by_name(name).is_some() || !op.is_address => {
                let variant = self.named_variant(id, op, name)?;
                if !variant.fields.is_empty() {
                    return Err(self.lacks_fields(id, variant));
                }
                self.out.push(variant.index);
                Ok(())
            }
            Value::Struct(shape, values) if shape.len() == 1 && shape.is_named() => {
                let Some((name, value)) = shape.names().zip(values).next() else { return Ok(()) };
                let variant = self.named_variant(id, op, name)?;
                self.out.push(variant.index);
                self.content(id, variant, value).map_err(|error| error.inside(name))
            }
            Value::Str(_) | Value::Account { .. } | Value::Bytes32(_) if op.is_address => {
                let variant = self.named_variant(id, op, "Id")?;
                self.out.push(variant.index);
                self.in_order(variant.shape.fields(), &variant.fields, std::iter::once(value))
            }
            value => match only_content(value) {
                Some(content) => self.value(id, content),
                None => Err(self.mismatch(id, value)),
            },
        }
    }

    /// What stands behind a variant's name: the bare value for one unnamed field, else as for a struct.
    fn content(&mut self, id: u32, variant: &VariantOp, value: &Value) -> Result<()> {
        let shape = variant.shape.fields();
        match *variant.fields {
            [field] if !shape.is_named() => self.value(field, value),
            ref fields => self.fields(id, shape, fields, value),
        }
    }

    fn named_variant<'v>(&self, id: u32, op: &'v EnumOp, name: &str) -> Result<&'v VariantOp> {
        op.by_name(name).ok_or_else(|| {
            let hint = did_you_mean(name, op.names());
            Error::new(ErrorKind::Encode, format!("{} has no variant {name:?}{hint}", self.name(id)))
        })
    }

    fn sequence(&mut self, id: u32, element: u32, value: &Value) -> Result<()> {
        match value {
            Value::Sequence(_) | Value::Tuple(_) | Value::Integers(_) => {
                self.length(value.len());
                self.elements(element, value)
            }
            Value::Struct(shape, values) if shape.is_named() && self.is_pair(element) => {
                self.length(values.len());
                for (name, value) in shape.names().zip(values) {
                    let pair = Value::Tuple(Box::new([name.into(), value.clone()]));
                    self.value(element, &pair).map_err(|error| error.inside(name))?;
                }
                Ok(())
            }
            Value::Struct(shape, values) if shape.len() == 1 => self.value(id, &values[0]),
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
            Value::Struct(shape, values) if shape.len() == 1 => self.value(id, &values[0]),
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
        let message = format!("expected {expected} elements for {}, found {found}", self.name(id));
        Error::new(ErrorKind::Encode, message)
    }

    #[cold]
    fn lacks_fields(&self, id: u32, variant: &VariantOp) -> Error {
        let shape = variant.shape.fields();
        let fields: Vec<String> = (variant.fields.iter().enumerate())
            .map(|(place, field)| match shape.names().nth(place) {
                Some(name) => format!("{name}: {}", self.name(*field)),
                None => self.name(*field),
            })
            .collect();
        let name = variant.shape.name();
        let message =
            format!("variant {name:?} of {} needs its fields: {}", self.name(id), fields.join(", "));
        Error::new(ErrorKind::Encode, message)
    }
}

/// The value inside a list or struct of one.
fn only_content(value: &Value) -> Option<&Value> {
    match value {
        Value::Tuple(values) | Value::Sequence(values) | Value::Struct(_, values) if values.len() == 1 => {
            values.first()
        }
        Value::Integers(values) if values.len() == 1 => value.iter().next(),
        _ => None,
    }
}

fn is_list(op: &Op) -> bool {
    matches!(op, Op::Bytes { .. } | Op::ByteArray { .. } | Op::Integers { .. } | Op::Bits { .. })
}

/// A value as errors show it: short, with texts in quotes.
fn shown(value: &Value) -> String {
    const MAX_LENGTH: usize = 60;
    let text = match value {
        Value::None => "null".to_owned(),
        value => value.to_string(),
    };
    match text.char_indices().nth(MAX_LENGTH) {
        Some((end, _)) => format!("{}..", &text[..end]),
        None => text,
    }
}
