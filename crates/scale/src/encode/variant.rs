use super::{Encoder, cut};
use crate::{
    Error, ErrorKind, Result, Value,
    nearest::did_you_mean,
    plan::op::{EnumOp, VariantOp},
};

impl Encoder<'_, '_> {
    pub(super) fn variant(&mut self, id: u32, op: &EnumOp, value: &Value) -> Result<()> {
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
            // A call as it is shown: what was printed can be given back.
            Value::Struct(shape, _) if shape.len() == 3 && shape.is_named() => {
                let text = |name| value.get(name).and_then(Value::as_str);
                match (text("pallet"), text("call"), value.get("arguments")) {
                    (Some(pallet), Some(name), Some(arguments)) => {
                        self.variant(id, op, &Value::call(pallet, name, arguments))
                    }
                    _ => Err(self.mismatch(id, value)),
                }
            }
            Value::Str(_) | Value::Account { .. } | Value::Bytes32(_) if op.is_address => {
                let variant = self.named_variant(id, op, "Id")?;
                self.out.push(variant.index);
                self.content(id, variant, value).map_err(|error| error.inside("Id"))
            }
            value => Err(self.mismatch(id, value)),
        }
    }

    /// The arguments of a call: by position, or all of them as one value.
    pub(crate) fn arguments(&mut self, id: u32, variant: &VariantOp, given: &[Value]) -> Result<()> {
        let (shape, ids) = (variant.shape.fields(), &*variant.fields);
        let listed = match given {
            [names @ Value::Struct(..)] => return self.fields(id, shape, ids, names),
            [list] if self.lists_fields(ids, list) => list.iter().as_slice(),
            [Value::None] if ids.is_empty() => &[],
            given => given,
        };
        if listed.len() != ids.len() {
            let message = format!("{} arguments are expected, {} given", ids.len(), listed.len());
            return Err(Error::new(ErrorKind::Encode, message));
        }
        self.in_order(shape, ids, listed.iter())
    }

    /// What stands behind a variant's name: the bare value for one unnamed field, else as for a struct.
    fn content(&mut self, id: u32, variant: &VariantOp, value: &Value) -> Result<()> {
        let shape = variant.shape.fields();
        match *variant.fields {
            [field] if !shape.is_named() && !self.lists_fields(&[field], value) => self.value(field, value),
            ref fields => self.fields(id, shape, fields, value),
        }
    }

    fn named_variant<'v>(&self, id: u32, op: &'v EnumOp, name: &str) -> Result<&'v VariantOp> {
        op.by_name(name).ok_or_else(|| {
            let hint = did_you_mean(name, op.names());
            let message = format!("{} has no variant {:?}{hint}", self.name(id), cut(name));
            Error::new(ErrorKind::Encode, message)
        })
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
