use scale_info::{Field, PortableRegistry, TypeDef, TypeDefPrimitive, form::PortableForm};
use scale_value::{Composite, Primitive, Value as Theirs, ValueDef};
use tensorwire_scale::Value as Ours;

/// Compares tensorwire's value of a type with that of `scale_value`, by the rules that [`Ours`] documents: newtypes
/// are gone, byte strings are bytes, options are their content.
///
/// # Errors
/// Where in the value they differ, and how.
pub fn agree(registry: &PortableRegistry, id: u32, ours: &Ours, theirs: &Theirs<u32>) -> Result<(), String> {
    Comparison { registry }.value(id, ours, theirs)
}

struct Comparison<'r> {
    registry: &'r PortableRegistry,
}

impl<'r> Comparison<'r> {
    fn value(&self, id: u32, ours: &Ours, theirs: &Theirs<u32>) -> Result<(), String> {
        let ty = &self.registry.types[id as usize].ty;
        let path: Vec<&str> = ty.path.segments.iter().map(String::as_str).collect();
        match &ty.type_def {
            TypeDef::Composite(composite) => match (&composite.fields[..], path[..].last()) {
                ([bytes], Some(&"AccountId32")) => match ours {
                    Ours::Account { id, .. } => self.value(bytes.ty.id, &Ours::Bytes32(id.0), only(theirs)?),
                    _ => differ(ours, theirs),
                },
                (_, Some(&"U256")) if path == ["primitive_types", "U256"] => {
                    let words = elements(only(theirs)?)?;
                    let words: Option<Vec<[u8; 8]>> =
                        words.iter().map(|word| Some((unsigned(word)? as u64).to_le_bytes())).collect();
                    let words = words.ok_or("four words of 64 bits are expected")?.concat();
                    integer(ours, theirs, &decimal(&words))
                }
                ([field], _) if field.name.is_none() => self.value(field.ty.id, ours, only(theirs)?),
                (fields, _) => self.fields(fields, ours, theirs),
            },
            TypeDef::Variant(_) if path == ["Option"] => self.option(ours, theirs),
            TypeDef::Variant(def) => match (ours, &theirs.value) {
                (Ours::Variant(shape, fields), ValueDef::Variant(variant))
                    if shape.name() == variant.name =>
                {
                    let known = def
                        .variants
                        .iter()
                        .find(|known| known.name == variant.name)
                        .ok_or("an unknown variant")?;
                    if shape.index() != Some(known.index) {
                        return Err(format!("{}: index {:?}", known.name, shape.index()));
                    }
                    let names: Vec<_> = shape.fields().names().collect();
                    self.named(&known.fields, &names, fields, &variant.values).map_err(within(&variant.name))
                }
                _ => differ(ours, theirs),
            },
            TypeDef::Sequence(sequence) => self.list(sequence.type_param.id, ours, theirs),
            TypeDef::Array(array) => self.list(array.type_param.id, ours, theirs),
            TypeDef::Tuple(tuple) => match ours {
                Ours::Tuple(ours) => {
                    let ids = tuple.fields.iter().map(|field| field.id);
                    self.each(ids.zip(ours), elements(theirs)?)
                }
                _ => differ(ours, theirs),
            },
            TypeDef::Compact(compact) => self.compact(compact.type_param.id, ours, theirs),
            TypeDef::Primitive(kind) => primitive(kind, ours, theirs),
            TypeDef::BitSequence(_) => match (ours, &theirs.value) {
                (Ours::Bits(ours), ValueDef::BitSequence(bits)) if ours.iter().copied().eq(bits.iter()) => {
                    Ok(())
                }
                _ => differ(ours, theirs),
            },
        }
    }

    fn fields(
        &self,
        fields: &[Field<PortableForm>],
        ours: &Ours,
        theirs: &Theirs<u32>,
    ) -> Result<(), String> {
        let ValueDef::Composite(composite) = &theirs.value else { return differ(ours, theirs) };
        match ours {
            Ours::Struct(shape, values) => {
                self.named(fields, &shape.names().collect::<Vec<_>>(), values, composite)
            }
            Ours::Tuple(values) if !fields.is_empty() => self.named(fields, &[], values, composite),
            _ => differ(ours, theirs),
        }
    }

    fn named(
        &self,
        fields: &[Field<PortableForm>],
        names: &[&str],
        ours: &[Ours],
        theirs: &Composite<u32>,
    ) -> Result<(), String> {
        let declared: Vec<_> = fields.iter().filter_map(|field| field.name.as_deref()).collect();
        let bare: Vec<_> = declared.iter().map(|name| name.trim_start_matches("r#")).collect();
        if names != bare {
            return Err(format!("the fields are {declared:?}, ours are {names:?}"));
        }
        let values = match theirs {
            Composite::Named(named) if !named.iter().map(|(name, _)| name).eq(&declared) => {
                return Err(format!("the fields are {declared:?}, theirs are others"));
            }
            Composite::Named(named) => named.iter().map(|(_, value)| value).collect(),
            Composite::Unnamed(values) => values.iter().collect(),
        };
        self.each(fields.iter().map(|field| field.ty.id).zip(ours), values)
    }

    fn option(&self, ours: &Ours, theirs: &Theirs<u32>) -> Result<(), String> {
        let ValueDef::Variant(variant) = &theirs.value else { return differ(ours, theirs) };
        let content = variant.values.values().next();
        match (ours, variant.name.as_str(), content) {
            (Ours::None, "None", None) => Ok(()),
            (Ours::Some(ours), "Some", Some(theirs)) if self.is_option(theirs.context) => {
                self.value(theirs.context, ours, theirs)
            }
            (ours, "Some", Some(theirs)) if !self.is_option(theirs.context) => {
                self.value(theirs.context, ours, theirs)
            }
            _ => differ(ours, theirs),
        }
    }

    fn is_option(&self, id: u32) -> bool {
        let ty = &self.registry.types[id as usize].ty;
        match &ty.type_def {
            TypeDef::Composite(composite) => match &composite.fields[..] {
                [field] if field.name.is_none() => self.is_option(field.ty.id),
                _ => false,
            },
            _ => ty.path.segments == ["Option"],
        }
    }

    fn list(&self, element: u32, ours: &Ours, theirs: &Theirs<u32>) -> Result<(), String> {
        let values = elements(theirs)?;
        match ours {
            Ours::Bytes(_) | Ours::Bytes32(_) => {
                let bytes: Option<Vec<u8>> =
                    values.iter().map(|value| u8::try_from(unsigned(value)?).ok()).collect();
                if bytes.as_deref() == ours.as_bytes() { Ok(()) } else { differ(ours, theirs) }
            }
            Ours::Integers(_) | Ours::Sequence(_) if self.is_byte(element) => {
                Err("these are bytes".to_owned())
            }
            Ours::Integers(ours) => {
                self.each(ours.iter().map(|number| (element, Ours::from(*number))), values)
            }
            Ours::Sequence(ours) => self.each(ours.iter().map(|ours| (element, ours)), values),
            _ => differ(ours, theirs),
        }
    }

    fn is_byte(&self, id: u32) -> bool {
        match &self.registry.types[id as usize].ty.type_def {
            TypeDef::Composite(composite) => match &composite.fields[..] {
                [field] if field.name.is_none() => self.is_byte(field.ty.id),
                _ => false,
            },
            def => *def == TypeDef::Primitive(TypeDefPrimitive::U8),
        }
    }

    fn each<V: std::borrow::Borrow<Ours>>(
        &self,
        ours: impl ExactSizeIterator<Item = (u32, V)>,
        theirs: Vec<&Theirs<u32>>,
    ) -> Result<(), String> {
        if ours.len() != theirs.len() {
            return Err(format!("theirs are {}, ours are {}", theirs.len(), ours.len()));
        }
        for (place, ((id, ours), theirs)) in ours.zip(theirs).enumerate() {
            self.value(id, ours.borrow(), theirs).map_err(within(&place.to_string()))?;
        }
        Ok(())
    }

    /// A compact is read through all structs of one field, whether or not that has a name.
    fn compact(&self, id: u32, ours: &Ours, theirs: &Theirs<u32>) -> Result<(), String> {
        match &self.registry.types[id as usize].ty.type_def {
            TypeDef::Composite(composite) if composite.fields.len() == 1 => {
                self.compact(composite.fields[0].ty.id, ours, only(theirs)?)
            }
            TypeDef::Tuple(_) => self.value(id, ours, theirs),
            TypeDef::Primitive(kind) => primitive(kind, ours, theirs),
            _ => differ(ours, theirs),
        }
    }
}

fn primitive(kind: &TypeDefPrimitive, ours: &Ours, theirs: &Theirs<u32>) -> Result<(), String> {
    let ValueDef::Primitive(primitive) = &theirs.value else { return differ(ours, theirs) };
    let equal = match (primitive, ours) {
        (Primitive::Bool(theirs), Ours::Bool(ours)) => ours == theirs,
        (Primitive::Char(theirs), Ours::Char(ours)) => ours == theirs,
        (Primitive::String(theirs), Ours::Str(ours)) => **ours == **theirs,
        (Primitive::U128(number), _) => return integer(ours, theirs, &number.to_string()),
        (Primitive::I128(number), _) => return integer(ours, theirs, &number.to_string()),
        // The bytes of a signed number come as those of an unsigned one.
        (Primitive::U256(bytes) | Primitive::I256(bytes), _) => {
            let is_negative = *kind == TypeDefPrimitive::I256 && bytes[31] >= 0x80;
            let digits = if is_negative { format!("-{}", decimal(&negated(*bytes))) } else { decimal(bytes) };
            return integer(ours, theirs, &digits);
        }
        _ => false,
    };
    if equal { Ok(()) } else { differ(ours, theirs) }
}

fn integer(ours: &Ours, theirs: &Theirs<u32>, decimal: &str) -> Result<(), String> {
    match ours {
        Ours::Integer(integer) if integer.to_string() == decimal => Ok(()),
        _ => differ(ours, theirs),
    }
}

/// Two's complement.
fn negated(bytes: [u8; 32]) -> [u8; 32] {
    let mut carry = true;
    bytes.map(|byte| {
        let (sum, overflow) = (!byte).overflowing_add(carry.into());
        carry = overflow;
        sum
    })
}

/// Little endian bytes as a decimal number.
fn decimal(bytes: &[u8]) -> String {
    let mut digits = vec![0u8];
    for byte in bytes.iter().rev() {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += u32::from(*digit) << 8;
            *digit = (carry % 10) as u8;
            carry /= 10;
        }
        while carry > 0 {
            digits.push((carry % 10) as u8);
            carry /= 10;
        }
    }
    digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect()
}

fn unsigned(theirs: &Theirs<u32>) -> Option<u128> {
    match theirs.value {
        ValueDef::Primitive(Primitive::U128(number)) => Some(number),
        // A byte inside newtypes.
        ValueDef::Composite(_) => unsigned(only(theirs).ok()?),
        _ => None,
    }
}

fn elements(theirs: &Theirs<u32>) -> Result<Vec<&Theirs<u32>>, String> {
    match &theirs.value {
        ValueDef::Composite(composite) => Ok(composite.values().collect()),
        _ => Err(format!("theirs is no list: {theirs:?}")),
    }
}

fn only(theirs: &Theirs<u32>) -> Result<&Theirs<u32>, String> {
    match elements(theirs)?[..] {
        [only] => Ok(only),
        _ => Err(format!("theirs has not one field: {theirs:?}")),
    }
}

fn differ(ours: &Ours, theirs: &Theirs<u32>) -> Result<(), String> {
    Err(format!("ours is {ours:?}, theirs is {:?}", theirs.value))
}

fn within(place: &str) -> impl Fn(String) -> String {
    move |error| format!("{place}: {error}")
}
