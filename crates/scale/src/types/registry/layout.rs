//! The layouts that every chain has: lists, options, bits and primitives.

use super::{Found, Layout, MAX_DEPTH, Registry, portable_field, portable_variant};
use crate::types::name::TypeName;
use scale_info::{
    Path, PortableType, TypeDef, TypeDefBitSequence, TypeDefComposite, TypeDefPrimitive, TypeDefVariant,
    TypeParameter,
};

impl Registry<'_> {
    /// A type without a path: the registry's own, where it has it.
    pub(super) fn plain(&mut self, definition: Layout) -> u32 {
        let same = |ty: &PortableType| ty.ty.path.segments.is_empty() && ty.ty.type_def == definition;
        match self.types.types.iter().position(same) {
            Some(position) => position as u32,
            None => self.push(Path::default(), Vec::new(), definition),
        }
    }

    pub(super) fn option(&mut self, content: u32) -> u32 {
        let path = Path::from_segments_unchecked(["Option".to_owned()]);
        let same = |ty: &PortableType| ty.ty.path == path && option_content(&ty.ty.type_def) == Some(content);
        match self.types.types.iter().position(same) {
            Some(position) => position as u32,
            None => {
                let definition = TypeDefVariant::new([
                    portable_variant("None", 0, Vec::new(), Vec::new()),
                    portable_variant("Some", 1, vec![portable_field(None, content, None)], Vec::new()),
                ]);
                let parameter = TypeParameter::new_portable("T".to_owned(), Some(content.into()));
                self.push(path, vec![parameter], definition.into())
            }
        }
    }

    pub(super) fn bits(&mut self, store: &TypeName, order: &TypeName) -> Found {
        let undefined = format!("BitVec<{store}, {order}>");
        let store = self.find(store, None)?;
        let TypeName::Named { name: order, .. } = inner(order) else { return self.undefined(undefined) };
        let order = order.rsplit("::").next().unwrap_or(order);
        if !matches!(order, "Lsb0" | "Msb0") || !self.is_unsigned(store) {
            return self.undefined(undefined);
        }
        let path = Path::from_segments_unchecked(["bitvec", "order", order].map(str::to_owned));
        let order = self.push(path, Vec::new(), TypeDefComposite::new([]).into());
        let bits = TypeDefBitSequence::new_portable(store.into(), order.into());
        Ok(self.push(Path::default(), Vec::new(), bits.into()))
    }

    /// Whether that is an unsigned integer or nothing, within structs of one field: what has a compact form.
    pub(super) fn is_unsigned(&self, mut id: u32) -> bool {
        use TypeDefPrimitive::{U8, U16, U32, U64, U128};
        for _ in 0..MAX_DEPTH {
            match self.types.resolve(id).map(|ty| &ty.type_def) {
                Some(TypeDef::Primitive(U8 | U16 | U32 | U64 | U128)) => return true,
                Some(TypeDef::Tuple(tuple)) => return tuple.fields.is_empty(),
                Some(TypeDef::Composite(composite)) => match composite.fields.as_slice() {
                    [only] => id = only.ty.id,
                    _ => return false,
                },
                _ => return false,
            }
        }
        false
    }
}

fn inner(name: &TypeName) -> &TypeName {
    match name {
        TypeName::In(_, name) => inner(name),
        name => name,
    }
}

fn option_content(definition: &Layout) -> Option<u32> {
    let TypeDef::Variant(variants) = definition else { return None };
    let some = variants.variants.iter().find(|variant| variant.name == "Some")?;
    some.fields.first().map(|field| field.ty.id)
}

pub(super) fn primitive(name: &str) -> Option<TypeDefPrimitive> {
    use TypeDefPrimitive::*;
    Some(match name {
        "bool" => Bool,
        "char" => Char,
        "str" | "String" => Str,
        "u8" => U8,
        "u16" => U16,
        "u32" => U32,
        "u64" => U64,
        "u128" => U128,
        "u256" => U256,
        "i8" => I8,
        "i16" => I16,
        "i32" => I32,
        "i64" => I64,
        "i128" => I128,
        "i256" => I256,
        _ => return None,
    })
}
