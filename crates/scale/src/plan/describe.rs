use super::{
    Plan, TypeId,
    op::{Op, VariantOp},
};
use crate::{Result, runtime::Named, value::Shape};

/// A type as a person wants to see it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TypeDescription {
    /// Its id.
    pub id: TypeId,
    /// Its name, as [`Plan::type_name`] renders it.
    pub name: String,
    /// Its full name; empty for types without one.
    pub path: String,
    /// What it is made of.
    pub kind: TypeKind,
}

/// What a type is made of. Newtypes are seen through.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum TypeKind {
    /// An integer, a text, bytes, an account: nothing further to show.
    Scalar,
    /// A struct or tuple.
    Fields(Vec<FieldDescription>),
    /// An enum.
    Variants(Vec<VariantDescription>),
    /// A value that may be absent.
    Optional(TypeId),
    /// A sequence, or an array when it has a length.
    Elements {
        /// The type of each element.
        element: TypeId,
        /// The length of an array.
        len: Option<u32>,
    },
}

/// A field of a struct, tuple or variant.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FieldDescription {
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Its type.
    pub type_id: TypeId,
    /// The name of its type.
    pub type_name: String,
}

/// A variant of an enum.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VariantDescription {
    /// Its name.
    pub name: String,
    /// Its index on the wire.
    pub index: u8,
    /// Its fields.
    pub fields: Vec<FieldDescription>,
    /// Its documentation.
    pub docs: String,
}

impl VariantDescription {
    /// It with its types, as in `Transfer(from: AccountId32, to: AccountId32)`; the bare name where there are no fields.
    pub fn signature(&self) -> String {
        let field = |field: &FieldDescription| match &field.name {
            Some(name) => format!("{name}: {}", field.type_name),
            None => field.type_name.clone(),
        };
        let fields: Vec<_> = self.fields.iter().map(field).collect();
        if fields.is_empty() { self.name.clone() } else { format!("{}({})", self.name, fields.join(", ")) }
    }
}

impl Named for VariantDescription {
    fn name(&self) -> &str {
        &self.name
    }
}

impl Plan {
    /// What a type is made of, one level deep.
    ///
    /// Fails with [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when there is no such type.
    pub fn describe(&self, ty: TypeId) -> Result<TypeDescription> {
        let kind = match self.op(self.check(ty)?) {
            Op::Tuple(fields) => TypeKind::Fields(self.fields(&Shape::unnamed(fields.len()), fields)),
            Op::Struct(op) => TypeKind::Fields(self.fields(&op.shape, &op.fields)),
            Op::Enum(op) => {
                TypeKind::Variants(op.variants.iter().map(|variant| self.describe_variant(variant)).collect())
            }
            Op::Option { inner, .. } => TypeKind::Optional(TypeId(*inner)),
            Op::Sequence(element) | Op::Integers { element, .. } => {
                TypeKind::Elements { element: TypeId(*element), len: None }
            }
            Op::Array { element, len } => TypeKind::Elements { element: TypeId(*element), len: Some(*len) },
            _ => TypeKind::Scalar,
        };
        let path = self.type_path(ty).to_owned();
        Ok(TypeDescription { id: ty, name: self.type_name(ty), path, kind })
    }

    pub(crate) fn describe_variant(&self, variant: &VariantOp) -> VariantDescription {
        VariantDescription {
            name: variant.shape.name().to_owned(),
            index: variant.index,
            fields: self.fields(variant.shape.fields(), &variant.fields),
            docs: variant.shape.docs().to_owned(),
        }
    }

    fn fields(&self, shape: &Shape, ids: &[u32]) -> Vec<FieldDescription> {
        let mut names = shape.names().map(str::to_owned);
        let describe = |id: &u32| FieldDescription {
            name: names.next(),
            type_id: TypeId(*id),
            type_name: self.type_name(TypeId(*id)),
        };
        ids.iter().map(describe).collect()
    }
}
