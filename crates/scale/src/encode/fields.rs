use super::{Encoder, cut, given_twice, is_list};
use crate::{Error, ErrorKind, Result, Value, nearest::did_you_mean, plan::op::Op, value::Shape};

impl Encoder<'_, '_> {
    /// A struct, a tuple, or the content of a variant.
    pub(super) fn fields(&mut self, id: u32, shape: &Shape, ids: &[u32], value: &Value) -> Result<()> {
        match value {
            Value::Struct(given, values) if shape.is_named() && self.takes_names(shape, ids, given) => {
                self.named_fields(id, shape, ids, given, values)
            }
            Value::Variant(given, values) if ids.len() != 1 && given.fields() == shape => {
                self.in_order(shape, ids, values.iter())
            }
            value if self.lists_fields(ids, value) => self.listed_fields(id, shape, ids, value),
            Value::None if ids.is_empty() => Ok(()),
            Value::Struct(given, _) if ids.is_empty() && given.is_empty() => Ok(()),
            // What holds a single value may be left out around it.
            value if ids.len() == 1 => {
                self.value(ids[0], value).map_err(|error| error.inside(shape.label(0)))
            }
            value => Err(self.mismatch(id, value)),
        }
    }

    pub(super) fn listed_fields(&mut self, id: u32, shape: &Shape, ids: &[u32], list: &Value) -> Result<()> {
        if list.len() != ids.len() {
            return Err(self.wrong_count(id, ids.len(), list.len()));
        }
        self.in_order(shape, ids, list.iter())
    }

    /// Whether the value is the list of these fields, and not a list that the only field is written as.
    pub(super) fn lists_fields(&self, ids: &[u32], value: &Value) -> bool {
        is_list(value) && !matches!(ids, [field] if self.is_written_so(*field, value.iter().as_slice()))
    }

    /// Whether a list of such elements is a form of the type. How many there are never matters, so that what
    /// makes lists need not care.
    fn is_written_so(&self, id: u32, elements: &[Value]) -> bool {
        match self.plan.op(id) {
            Op::Tuple(_) => true,
            Op::Bytes { .. } | Op::ByteArray { .. } | Op::Account => {
                elements.iter().all(|element| matches!(element, Value::Integer(_)))
            }
            Op::Bits { .. } | Op::Integers { .. } => !elements.iter().any(is_list),
            Op::Sequence(element) | Op::Array { element, .. } => {
                self.may_be_list(*element) || !elements.iter().any(is_list)
            }
            // An `Option` in an `Option` is never bare.
            Op::Option { inner, nested: false } => self.is_written_so(*inner, elements),
            _ => false,
        }
    }

    fn may_be_list(&self, id: u32) -> bool {
        let scalar = matches!(
            self.plan.op(id),
            Op::Integer(_) | Op::Compact(_) | Op::Bool | Op::Char | Op::Str | Op::Enum(_)
        );
        !scalar || self.plan.newtypes(id) > 0
    }

    /// Not so when the names are those of the bare content of a struct of one field.
    fn takes_names(&self, shape: &Shape, ids: &[u32], given: &Shape) -> bool {
        let [content] = ids else { return true };
        let bare = match self.plan.op(*content) {
            Op::Struct(_) | Op::Enum(_) | Op::Option { .. } => true,
            Op::Sequence(element) => self.is_pair(*element),
            _ => false,
        };
        !bare || given.names().any(|name| shape.position(name).is_some())
    }

    pub(super) fn named_fields(
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
        for (place, name) in given.names().enumerate() {
            if shape.position(name).is_none() {
                let hint = did_you_mean(name, shape.names());
                let message = format!("{} has no field {:?}{hint}", self.name(id), cut(name));
                return Err(Error::new(ErrorKind::Encode, message));
            }
            if given.position(name) != Some(place) {
                return Err(given_twice(name));
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

    pub(super) fn in_order<'v>(
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
}
