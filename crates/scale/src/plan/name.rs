use super::{Plan, TypeId, same::same_layout};
use crate::{Error, ErrorKind, Result, nearest::did_you_mean};
use scale_info::{PortableRegistry, TypeDef, TypeDefPrimitive};
use std::collections::BTreeSet;

/// What types are called, as the registry has them: newtypes keep their names here.
pub(super) struct TypeNames {
    types: Box<[TypeName]>,
}

struct TypeName {
    /// `sp_core::crypto::AccountId32`; empty for types without a name.
    path: Box<str>,
    form: Form,
}

enum Form {
    /// A struct or enum, and its type parameters.
    Named(Box<[u32]>),
    Sequence(u32),
    Array(u32, u32),
    Tuple(Box<[u32]>),
    Compact(u32),
    Primitive(&'static str),
    Bits,
}

/// Rendered names stop growing here: recursion and corrupt registries have no end.
const MAX_DEPTH: usize = 8;
const MAX_LENGTH: usize = 400;

/// Named types that say little without what they hold.
const CONTAINERS: [&str; 11] = [
    "Option",
    "Result",
    "BTreeMap",
    "BTreeSet",
    "BoundedVec",
    "WeakBoundedVec",
    "BoundedBTreeMap",
    "BoundedBTreeSet",
    "Cow",
    "Range",
    "RangeInclusive",
];

impl TypeNames {
    pub(super) fn new(registry: &PortableRegistry) -> Self {
        let types = registry.types.iter().map(|ty| TypeName {
            path: ty.ty.path.segments.join("::").into(),
            form: match &ty.ty.type_def {
                TypeDef::Composite(_) | TypeDef::Variant(_) => Form::Named(
                    ty.ty.type_params.iter().filter_map(|param| param.ty.map(|ty| ty.id)).collect(),
                ),
                TypeDef::Sequence(sequence) => Form::Sequence(sequence.type_param.id),
                TypeDef::Array(array) => Form::Array(array.type_param.id, array.len),
                TypeDef::Tuple(tuple) => Form::Tuple(tuple.fields.iter().map(|field| field.id).collect()),
                TypeDef::Compact(compact) => Form::Compact(compact.type_param.id),
                TypeDef::Primitive(primitive) => Form::Primitive(primitive_name(primitive)),
                TypeDef::BitSequence(_) => Form::Bits,
            },
        });
        Self { types: types.collect() }
    }

    pub(super) fn path(&self, id: u32) -> &str {
        self.types.get(id as usize).map_or("", |name| &name.path)
    }

    pub(super) fn memory(&self) -> usize {
        self.types.iter().map(|name| size_of::<TypeName>() + name.path.len()).sum()
    }

    /// `<u8, Vec<u16>>`, or nothing for a type without parameters.
    fn parameters(&self, id: u32) -> String {
        let mut out = String::new();
        if let Some(TypeName { form: Form::Named(params), .. }) = self.types.get(id as usize)
            && !params.is_empty()
        {
            self.list("<", params, ">", 0, &mut out);
        }
        out
    }

    fn list(&self, open: &str, ids: &[u32], close: &str, depth: usize, out: &mut String) {
        out.push_str(open);
        for (place, id) in ids.iter().enumerate() {
            out.push_str(if place == 0 { "" } else { ", " });
            self.render(*id, depth + 1, out);
        }
        out.push_str(close);
    }

    fn render(&self, id: u32, depth: usize, out: &mut String) {
        let Some(TypeName { path, form }) = self.types.get(id as usize) else { return out.push('?') };
        if depth > MAX_DEPTH || out.len() > MAX_LENGTH {
            return out.push_str("..");
        }
        let mut list = |open: &str, ids: &[u32], close: &str| self.list(open, ids, close, depth, out);
        match form {
            Form::Named(params) => {
                let name = last_segment(path);
                if CONTAINERS.contains(&name) && !params.is_empty() {
                    list(&format!("{name}<"), params, ">");
                } else {
                    out.push_str(name);
                }
            }
            Form::Sequence(element) => list("Vec<", &[*element], ">"),
            Form::Array(element, len) => list("[", &[*element], &format!("; {len}]")),
            Form::Tuple(fields) if fields.len() == 1 => list("(", fields, ",)"),
            Form::Tuple(fields) => list("(", fields, ")"),
            Form::Compact(content) => list("Compact<", &[*content], ">"),
            Form::Primitive(name) => out.push_str(name),
            Form::Bits => out.push_str("BitSequence"),
        }
    }
}

impl Plan {
    /// A type's name for people and errors: `Vec<(AccountId32, Compact<u64>)>`, `[u8; 32]`, `MultiAddress`.
    pub fn type_name(&self, ty: TypeId) -> String {
        let mut name = String::new();
        self.names.render(ty.0, 0, &mut name);
        name
    }

    /// A struct's or enum's full name: `sp_core::crypto::AccountId32`. Empty for types without one.
    pub fn type_path(&self, ty: TypeId) -> &str {
        self.names.path(ty.0)
    }

    /// The type of that name: a registry id (`42`), a path (`sp_core::crypto::AccountId32`), its last part
    /// (`AccountId32`), a primitive (`u64`), or a name as [`Plan::type_name`] renders it (`Vec<u8>`).
    ///
    /// Of several types of that name that are read alike and have the same names inside, the first.
    ///
    /// Fails with [`ErrorKind::NotFound`] when no type has the name, naming the nearest, or when several
    /// that differ have it, naming their ids.
    pub fn find_type(&self, name: &str) -> Result<TypeId> {
        if let Ok(id) = name.trim().parse() {
            return self.check(TypeId(id)).map(TypeId);
        }
        let wanted = without_spaces(name);
        let ids = || (0..self.len() as u32).map(TypeId);
        let mut found: Vec<TypeId> = ids().filter(|ty| self.type_path(*ty) == wanted).collect();
        if found.is_empty() {
            found = ids().filter(|ty| without_spaces(&self.type_name(*ty)) == wanted).collect();
        }
        if found.is_empty() {
            found = ids().filter(|ty| last_segment(self.type_path(*ty)) == wanted).collect();
        }
        match *found.as_slice() {
            [] => Err(self.unknown_type(name)),
            [first, ref others @ ..] if others.iter().all(|other| same_layout(&self.ops, first, *other)) => {
                Ok(first)
            }
            _ => Err(self.ambiguous_type(name, &found)),
        }
    }

    fn unknown_type(&self, name: &str) -> Error {
        let known: BTreeSet<String> = (0..self.len() as u32)
            .flat_map(|id| [self.type_name(TypeId(id)), self.names.path(id).to_owned()])
            .filter(|known| !known.is_empty())
            .collect();
        let hint = did_you_mean(name, known.iter().map(String::as_str));
        Error::new(ErrorKind::NotFound, format!("no type is called {name:?}{hint}"))
    }

    fn ambiguous_type(&self, name: &str, found: &[TypeId]) -> Error {
        const SHOWN: usize = 12;
        let mut list: Vec<String> = found.iter().take(SHOWN).map(|ty| self.full_name(*ty)).collect();
        if found.len() > SHOWN {
            list.push(format!("and {} more", found.len() - SHOWN));
        }
        let message = format!("{} types are called {name:?}, take an id: {}", found.len(), list.join(", "));
        Error::new(ErrorKind::NotFound, message)
    }

    fn full_name(&self, ty: TypeId) -> String {
        match self.type_path(ty) {
            "" => format!("{ty} {}", self.type_name(ty)),
            path => format!("{ty} {path}{}", self.names.parameters(ty.0)),
        }
    }
}

fn last_segment(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

fn without_spaces(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).collect()
}

fn primitive_name(primitive: &TypeDefPrimitive) -> &'static str {
    use TypeDefPrimitive::*;
    match primitive {
        Bool => "bool",
        Char => "char",
        Str => "str",
        U8 => "u8",
        U16 => "u16",
        U32 => "u32",
        U64 => "u64",
        U128 => "u128",
        U256 => "u256",
        I8 => "i8",
        I16 => "i16",
        I32 => "i32",
        I64 => "i64",
        I128 => "i128",
        I256 => "i256",
    }
}
