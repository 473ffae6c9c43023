use super::op::{EnumOp, IntegerType, Op, StructOp, VariantOp};
use crate::{
    Error, ErrorKind, Result, docs,
    value::{Shape, VariantShape},
};
use scale_info::{
    Field, Path, PortableRegistry, PortableType, Type, TypeDef, TypeDefPrimitive, TypeDefVariant,
    form::PortableForm,
};
use std::sync::Arc;

/// No chain comes near these; a registry beyond them is corrupt.
const MAX_TYPES: usize = 1 << 20;
const MAX_NEWTYPES: u8 = 64;

/// One op for each type of the registry, by id.
pub(super) fn ops(types: &PortableRegistry) -> Result<Box<[Op]>> {
    if types.types.len() > MAX_TYPES {
        return Err(corrupt(format!("a registry of {} types", types.types.len())));
    }
    let compiler = Compiler { types };
    let mut ops = Vec::with_capacity(types.types.len());
    for (place, ty) in types.types.iter().enumerate() {
        if ty.id as usize != place {
            return Err(corrupt(format!("type {} stands at place {place} of the registry", ty.id)));
        }
        ops.push(compiler.op(ty.id)?);
    }
    let nested: Vec<usize> = (0..ops.len())
        .filter(|id| matches!(&ops[*id], Op::Option { inner, .. } if matches!(ops[*inner as usize], Op::Option { .. })))
        .collect();
    for id in nested {
        if let Op::Option { nested, .. } = &mut ops[id] {
            *nested = true;
        }
    }
    Ok(ops.into())
}

/// How many newtypes are around each type that an op stands for, by id.
pub(super) fn newtypes(types: &PortableRegistry) -> Result<Box<[u8]>> {
    let compiler = Compiler { types };
    let count = |ty: &PortableType| compiler.unwrap_while(ty.id, is_newtype).map(|(_, count)| count);
    types.types.iter().map(count).collect()
}

fn corrupt(what: String) -> Error {
    Error::new(ErrorKind::Metadata, format!("the type registry is corrupt: {what}"))
}

struct Compiler<'t> {
    types: &'t PortableRegistry,
}

impl<'t> Compiler<'t> {
    fn op(&self, id: u32) -> Result<Op> {
        let ty = self.unwrapped(id)?;
        Ok(match &ty.type_def {
            TypeDef::Composite(composite) => match self.special(ty, &composite.fields) {
                Some(op) => op,
                None => self.composite(&composite.fields)?,
            },
            TypeDef::Variant(variants) => self.variants(&ty.path, variants)?,
            TypeDef::Sequence(sequence) => self.sequence(sequence.type_param.id)?,
            TypeDef::Array(array) => {
                let (element, len) = (array.type_param.id, array.len);
                if self.is_byte(element)? {
                    Op::ByteArray { element, len }
                } else {
                    Op::Array { element, len }
                }
            }
            TypeDef::Tuple(tuple) => Op::Tuple(self.ids(tuple.fields.iter().map(|field| field.id))?),
            TypeDef::Primitive(primitive) => primitive_op(primitive),
            TypeDef::Compact(compact) => self.compact(id, compact.type_param.id)?,
            TypeDef::BitSequence(bits) => self.bits(bits.bit_store_type.id, bits.bit_order_type.id)?,
        })
    }

    fn get(&self, id: u32) -> Result<&'t Type<PortableForm>> {
        self.types.resolve(id).ok_or_else(|| corrupt(format!("type {id} is referred to and does not exist")))
    }

    fn existing(&self, id: u32) -> Result<u32> {
        self.get(id).map(|_| id)
    }

    fn ids<C: FromIterator<u32>>(&self, ids: impl Iterator<Item = u32>) -> Result<C> {
        ids.map(|id| self.existing(id)).collect()
    }

    /// The type inside all structs of a single unnamed field.
    fn unwrapped(&self, id: u32) -> Result<&'t Type<PortableForm>> {
        self.unwrap_while(id, is_newtype).map(|(ty, _)| ty)
    }

    /// The type inside, and how many newtypes are around it.
    fn unwrap_while(
        &self,
        id: u32,
        is_newtype: impl Fn(&[Field<PortableForm>]) -> bool,
    ) -> Result<(&'t Type<PortableForm>, u8)> {
        let mut ty = self.get(id)?;
        for count in 0..MAX_NEWTYPES {
            match &ty.type_def {
                TypeDef::Composite(composite)
                    if is_newtype(&composite.fields) && self.special(ty, &composite.fields).is_none() =>
                {
                    ty = self.get(composite.fields[0].ty.id)?;
                }
                _ => return Ok((ty, count)),
            }
        }
        Err(corrupt(format!(
            "type {id} is a newtype around more than {MAX_NEWTYPES} newtypes, or around itself"
        )))
    }

    /// The op of a type with a meaning beyond its layout, as long as it has the layout it is known for.
    fn special(&self, ty: &Type<PortableForm>, fields: &[Field<PortableForm>]) -> Option<Op> {
        let (op, len, element) = match fields {
            [_] if is_account(&ty.path) => (Op::Account, 32, TypeDefPrimitive::U8),
            [_] if is_u256(&ty.path) => (Op::Integer(IntegerType::unsigned(32)), 4, TypeDefPrimitive::U64),
            _ => return None,
        };
        match &self.types.resolve(fields[0].ty.id)?.type_def {
            TypeDef::Array(array) => {
                let found = &self.types.resolve(array.type_param.id)?.type_def;
                (array.len == len && *found == TypeDef::Primitive(element)).then_some(op)
            }
            _ => None,
        }
    }

    fn composite(&self, fields: &[Field<PortableForm>]) -> Result<Op> {
        let ids = fields.iter().map(|field| field.ty.id);
        if !fields.is_empty() && fields.iter().all(|field| field.name.is_none()) {
            return Ok(Op::Tuple(self.ids(ids)?));
        }
        Ok(Op::Struct(Arc::new(StructOp { shape: Arc::new(shape(fields)), fields: self.ids(ids)? })))
    }

    fn variants(&self, path: &Path<PortableForm>, def: &TypeDefVariant<PortableForm>) -> Result<Op> {
        if let Some(inner) = option_content(path, def) {
            return Ok(Op::Option { inner: self.existing(inner)?, nested: false });
        }
        let mut slots = Vec::new();
        let mut variants = Vec::with_capacity(def.variants.len());
        for variant in &def.variants {
            let index = usize::from(variant.index);
            if slots.len() <= index {
                slots.resize(index + 1, None);
            }
            if slots[index].is_some() {
                return Err(corrupt(format!("two variants of {path} have the index {index}")));
            }
            slots[index] = u8::try_from(variants.len()).ok();
            variants.push(VariantOp {
                index: variant.index,
                shape: Arc::new(VariantShape::new(
                    &variant.name,
                    Some(variant.index),
                    shape(&variant.fields),
                    docs::text(&variant.docs),
                )),
                fields: self.ids(variant.fields.iter().map(|field| field.ty.id))?,
            });
        }
        let is_address = path.segments == ["sp_runtime", "multiaddress", "MultiAddress"];
        Ok(Op::Enum(Arc::new(EnumOp { variants: variants.into(), slots: slots.into(), is_address })))
    }

    fn sequence(&self, element: u32) -> Result<Op> {
        let (number, compact) = match &self.unwrapped(element)?.type_def {
            TypeDef::Primitive(primitive) => (primitive_op(primitive), false),
            TypeDef::Compact(compact) => (self.compact(element, compact.type_param.id)?, true),
            _ => return Ok(Op::Sequence(element)),
        };
        Ok(match number {
            Op::Integer(IntegerType::U8) => Op::Bytes { element },
            Op::Integer(number) | Op::Compact(number) if !number.signed && number.width <= 8 => {
                Op::Integers { element, number, compact }
            }
            _ => Op::Sequence(element),
        })
    }

    fn is_byte(&self, id: u32) -> Result<bool> {
        Ok(self.unwrapped(id)?.type_def == TypeDef::Primitive(TypeDefPrimitive::U8))
    }

    /// A compact holds an unsigned integer, at the bottom of structs of one field, or nothing.
    fn compact(&self, id: u32, content: u32) -> Result<Op> {
        let (content, _) = self.unwrap_while(content, |fields| fields.len() == 1)?;
        match &content.type_def {
            TypeDef::Primitive(primitive) => {
                if let Op::Integer(number @ IntegerType { signed: false, .. }) = primitive_op(primitive) {
                    return Ok(Op::Compact(number));
                }
            }
            TypeDef::Tuple(tuple) if tuple.fields.is_empty() => return Ok(Op::Tuple(Arc::new([]))),
            TypeDef::Composite(composite) => {
                if let Some(Op::Integer(number)) = self.special(content, &composite.fields) {
                    return Ok(Op::Compact(number));
                }
            }
            _ => {}
        }
        Err(corrupt(format!("type {id} is the compact form of something that is no unsigned integer")))
    }

    fn bits(&self, store: u32, order: u32) -> Result<Op> {
        let word = match self.op(store)? {
            Op::Integer(number) if !number.signed && number.width <= 8 => number.width,
            _ => return Err(corrupt(format!("type {store} stores bits and is no unsigned integer"))),
        };
        let most_significant_first = match self.get(order)?.path.ident().as_deref() {
            Some("Lsb0") => false,
            Some("Msb0") => true,
            _ => return Err(corrupt(format!("type {order} is no known order of bits"))),
        };
        Ok(Op::Bits { word, most_significant_first })
    }
}

fn is_newtype(fields: &[Field<PortableForm>]) -> bool {
    fields.len() == 1 && fields[0].name.is_none()
}

fn is_account(path: &Path<PortableForm>) -> bool {
    match path.segments.as_slice() {
        [root, .., name] => name == "AccountId32" && (root == "sp_core" || root == "sp_runtime"),
        _ => false,
    }
}

fn is_u256(path: &Path<PortableForm>) -> bool {
    path.segments == ["primitive_types", "U256"]
}

fn option_content(path: &Path<PortableForm>, def: &TypeDefVariant<PortableForm>) -> Option<u32> {
    match def.variants.as_slice() {
        [none, some]
            if path.segments == ["Option"]
                && (none.index, none.name.as_str(), none.fields.len()) == (0, "None", 0)
                && (some.index, some.name.as_str(), some.fields.len()) == (1, "Some", 1) =>
        {
            Some(some.fields[0].ty.id)
        }
        _ => None,
    }
}

/// Fields that have no name although others have one are called by their place.
fn shape(fields: &[Field<PortableForm>]) -> Shape {
    if fields.iter().all(|field| field.name.is_none()) {
        return Shape::unnamed(fields.len());
    }
    let name = |(place, field): (usize, &Field<PortableForm>)| {
        field.name.as_ref().map_or_else(|| place.to_string(), |name| name.trim_start_matches("r#").to_owned())
    };
    Shape::named(fields.iter().enumerate().map(name).map(String::into_boxed_str).collect::<Vec<_>>())
}

fn primitive_op(primitive: &TypeDefPrimitive) -> Op {
    use TypeDefPrimitive::*;
    let unsigned = |width| Op::Integer(IntegerType::unsigned(width));
    let signed = |width| Op::Integer(IntegerType::signed(width));
    match primitive {
        Bool => Op::Bool,
        Char => Op::Char,
        Str => Op::Str,
        U8 => unsigned(1),
        U16 => unsigned(2),
        U32 => unsigned(4),
        U64 => unsigned(8),
        U128 => unsigned(16),
        U256 => unsigned(32),
        I8 => signed(1),
        I16 => signed(2),
        I32 => signed(4),
        I64 => signed(8),
        I128 => signed(16),
        I256 => signed(32),
    }
}
