use frame_decode::helpers::{
    decode_with_visitor,
    scale_decode::visitor::{DecodeError, IgnoreVisitor},
};
use scale_info::{PortableRegistry, TypeDef, TypeDefPrimitive, form::PortableForm};
use scale_value::{Value, scale};

/// `scale_value` and `scale_decode` over one registry, with guards around what they do not guard themselves.
#[derive(Debug, Clone, Copy)]
pub struct Reference<'r>(pub &'r PortableRegistry);

/// Why the reference has no value.
#[derive(Debug)]
pub enum Refusal {
    /// The bytes do not hold one.
    Invalid(String),
    /// They hold what the reference does not read: the compact form of the unit type, or a 256-bit primitive that is
    /// not the last thing in the input.
    Unsupported,
}

impl Reference<'_> {
    /// The value at the start of the input, which is moved behind it.
    ///
    /// # Errors
    /// The reference's refusal.
    pub fn decode(&self, id: u32, input: &mut &[u8]) -> Result<Value<u32>, Refusal> {
        // A length is allocated before it is checked, so that it has to be checked before.
        let visitor = IgnoreVisitor::<PortableRegistry>::new();
        decode_with_visitor(&mut { *input }, id, self.0, visitor)
            .and_then(|()| scale::decode_as_type(input, id, self.0))
            .map_err(|error| match error {
                DecodeError::CannotDecodeCompactIntoType => Refusal::Unsupported,
                _ if has_wide_primitives(self.0, id) => Refusal::Unsupported,
                error => Refusal::Invalid(error.to_string()),
            })
    }
}

fn has_wide_primitives(registry: &PortableRegistry, id: u32) -> bool {
    use TypeDefPrimitive::{I256, U256};
    contains(registry, id, |_, def| matches!(def, TypeDef::Primitive(U256 | I256)))
}

/// Whether the type itself, or any type inside it, is one of those asked for.
pub fn contains(
    registry: &PortableRegistry,
    id: u32,
    asked: impl Fn(u32, &TypeDef<PortableForm>) -> bool,
) -> bool {
    let (mut seen, mut open) = (vec![false; registry.types.len()], vec![id]);
    while let Some(id) = open.pop() {
        if std::mem::replace(&mut seen[id as usize], true) {
            continue;
        }
        let def = &registry.types[id as usize].ty.type_def;
        if asked(id, def) {
            return true;
        }
        match def {
            TypeDef::Composite(composite) => open.extend(composite.fields.iter().map(|field| field.ty.id)),
            TypeDef::Variant(def) => {
                open.extend(def.variants.iter().flat_map(|variant| &variant.fields).map(|field| field.ty.id));
            }
            TypeDef::Sequence(sequence) => open.push(sequence.type_param.id),
            TypeDef::Array(array) => open.push(array.type_param.id),
            TypeDef::Tuple(tuple) => open.extend(tuple.fields.iter().map(|field| field.id)),
            TypeDef::Compact(compact) => open.push(compact.type_param.id),
            TypeDef::Primitive(_) | TypeDef::BitSequence(_) => {}
        }
    }
    false
}
