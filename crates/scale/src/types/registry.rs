use super::{
    definition::{self, Definition, Definitions, Field, Place, Shape},
    name::TypeName,
};
use crate::{Error, ErrorKind, TypeId, did_you_mean};
use scale_info::{
    Path, PortableRegistry, PortableType, Type, TypeDef, TypeDefArray, TypeDefCompact, TypeDefComposite,
    TypeDefSequence, TypeDefTuple, TypeDefVariant, TypeParameter, Variant, form::PortableForm,
};
use std::{
    collections::{BTreeSet, HashMap},
    fmt,
};

mod layout;
mod replace;
#[cfg(test)]
mod tests;

use layout::primitive;

/// The first part of the path of a type that nobody defines: no value of it can be read.
pub(crate) const UNDEFINED: &str = "undefined";

/// No chain comes near these: whoever does defines types that have no end.
const MAX_DEPTH: usize = 96;
const MAX_ADDED: usize = 1 << 17;
const MAX_PARTS: usize = 1 << 10;

/// A type registry that finds types by their text, and appends those it lacks.
pub(crate) struct Registry<'a> {
    types: &'a mut PortableRegistry,
    /// The runtime's own types, by path and by its last part.
    own: HashMap<String, u32>,
    /// Those that count more stand first.
    sources: Vec<&'a Definitions>,
    unknown: Unknown,
    found: HashMap<(Option<String>, TypeName), u32>,
    /// The definitions that are being followed, the innermost last.
    places: Vec<&'a Place>,
    depth: usize,
    limit: usize,
}

/// What becomes of a name that nobody defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// The type that needs it is not found.
    Fails,
    /// It becomes a type of which no value can be read, so that all else can.
    StandsIn,
}

/// Why a type is not found.
#[derive(Debug)]
pub(crate) struct Problem {
    what: String,
    place: Option<Place>,
}

type Layout = TypeDef<PortableForm>;
type Found = Result<u32, Problem>;

impl<'a> Registry<'a> {
    pub(crate) fn new(
        types: &'a mut PortableRegistry,
        sources: impl IntoIterator<Item = &'a Definitions>,
        unknown: Unknown,
    ) -> Self {
        let mut own = HashMap::new();
        for ty in &types.types {
            let segments = &ty.ty.path.segments;
            if segments.first().is_none_or(|first| first == UNDEFINED) {
                continue;
            }
            own.entry(segments.join("::")).or_insert(ty.id);
            own.entry(segments.last().cloned().unwrap_or_default()).or_insert(ty.id);
        }
        let limit = types.types.len() + MAX_ADDED;
        let sources = sources.into_iter().collect();
        Self { types, own, sources, unknown, found: HashMap::new(), places: Vec::new(), depth: 0, limit }
    }

    /// The same where names stand for types of the runtime's own choice, unless somebody defines them.
    pub(crate) fn with_aliases(mut self, aliases: [(&str, Option<TypeId>); 2]) -> Self {
        for (name, id) in aliases {
            let is_defined = self.sources.iter().any(|source| source.get(None, name, 0).is_some());
            if let (Some(id), false) = (id, is_defined) {
                self.found.insert((None, TypeName::plain(name)), id.0);
            }
        }
        self
    }

    pub(crate) fn types(&self) -> &PortableRegistry {
        self.types
    }

    /// The type of that name in that pallet, or in all.
    pub(crate) fn find(&mut self, name: &TypeName, pallet: Option<&str>) -> Found {
        if let TypeName::In(pallet, name) = name {
            return self.find(name, Some(pallet));
        }
        // By most names all pallets mean the same.
        let pallet = pallet.filter(|pallet| self.sources.iter().any(|source| source.has_types_of(pallet)));
        // One that holds its parameter twice doubles with every level: it would fill the memory long before it is too deep.
        if name.parts() > MAX_PARTS {
            return Err(Problem {
                what: "a type of more than a thousand parts has no end".to_owned(),
                place: None,
            });
        }
        let key = (pallet.map(str::to_owned), name.clone());
        if let Some(id) = self.found.get(&key) {
            return Ok(*id);
        }
        if self.depth == MAX_DEPTH || self.types.types.len() > self.limit {
            return Err(Problem { what: format!("the type {name} has no end"), place: None });
        }
        self.depth += 1;
        let id = self.resolve(name, pallet);
        self.depth -= 1;
        match id {
            Ok(id) => self.found.insert(key, id),
            Err(_) => self.found.remove(&key),
        };
        id
    }

    fn resolve(&mut self, name: &TypeName, pallet: Option<&str>) -> Found {
        match name {
            TypeName::Named { name, parameters } => self.named(name, parameters, pallet),
            TypeName::Tuple(fields) => {
                let fields =
                    fields.iter().map(|field| self.find(field, pallet)).collect::<Result<Vec<_>, _>>()?;
                Ok(self.plain(TypeDefTuple::new_portable(fields.into_iter().map(Into::into)).into()))
            }
            TypeName::Array(element, length) => {
                let element = self.find(element, pallet)?;
                Ok(self.plain(TypeDefArray::new(*length, element.into()).into()))
            }
            TypeName::In(pallet, name) => self.find(name, Some(pallet)),
        }
    }

    fn named(&mut self, name: &str, parameters: &[TypeName], pallet: Option<&str>) -> Found {
        let defined = |sources: &[&'a Definitions], pallet| {
            sources.iter().find_map(|source| source.get(pallet, name, parameters.len()))
        };
        if let Some(pallet) = pallet {
            if let Some(definition) = defined(&self.sources, Some(pallet)) {
                return self.defined(definition, parameters, Some(pallet));
            }
            // The name has its meaning in all pallets; its parameters have theirs in this one.
            let here = |parameter: &TypeName| TypeName::In(pallet.to_owned(), parameter.clone().into());
            let parameters = parameters.iter().map(here).collect();
            return self.find(&TypeName::Named { name: name.to_owned(), parameters }, None);
        }
        if let (Some(id), []) = (self.own.get(name), parameters) {
            return Ok(*id);
        }
        if let Some(definition) = defined(&self.sources, None) {
            return self.defined(definition, parameters, None);
        }
        match (name, parameters) {
            ("Vec", [element]) => {
                let element = self.find(element, None)?;
                Ok(self.plain(TypeDefSequence::new(element.into()).into()))
            }
            ("Option", [content]) => {
                let content = self.find(content, None)?;
                Ok(self.option(content))
            }
            ("Compact", [content]) => {
                let content_id = self.find(content, None)?;
                if !self.is_unsigned(content_id) {
                    return self.undefined(format!("Compact<{content}>"));
                }
                Ok(self.plain(TypeDefCompact::new(content_id.into()).into()))
            }
            ("BitVec" | "bitvec::vec::BitVec", [store, order]) => self.bits(store, order),
            (_, []) => match primitive(name) {
                Some(primitive) => Ok(self.plain(TypeDef::Primitive(primitive))),
                None => self.undefined(name.to_owned()),
            },
            _ => {
                let parameters = parameters.to_vec();
                self.undefined(TypeName::Named { name: name.to_owned(), parameters }.to_string())
            }
        }
    }

    /// What a name stands for, with types in the place of its parameters.
    pub(crate) fn defined(
        &mut self,
        definition: &'a Definition,
        parameters: &[TypeName],
        pallet: Option<&str>,
    ) -> Found {
        self.places.push(&definition.place);
        let replacement = |name: &str| {
            let position = definition.parameters.iter().position(|parameter| parameter == name)?;
            parameters.get(position).cloned()
        };
        let inside = definition.pallet.as_deref();
        let find = |registry: &mut Self, ty: &TypeName| registry.find(&ty.substitute(&replacement), inside);
        let result = match &definition.shape {
            Shape::Alias(ty) => find(self, ty),
            Shape::Struct(content) => {
                let id = self.open(definition, parameters, pallet);
                let content = fields(content, |ty| find(self, ty));
                content.map(|fields| self.close(id, TypeDefComposite::new(fields).into()))
            }
            Shape::Enum(variants) => {
                let id = self.open(definition, parameters, pallet);
                let variant = |variant: &definition::Variant| {
                    let fields = fields(&variant.fields, |ty| find(self, ty))?;
                    Ok(portable_variant(&variant.name, variant.index, fields, variant.docs.clone()))
                };
                let variants: Result<Vec<_>, Problem> = variants.iter().map(variant).collect();
                variants.map(|variants| self.close(id, TypeDefVariant::new(variants).into()))
            }
        };
        self.places.pop();
        result.map_err(|problem| problem.at(&definition.place))
    }

    fn undefined(&mut self, name: String) -> Found {
        match self.unknown {
            Unknown::StandsIn => {
                // Whoever reads a value of it is told where it was written; what metadata names itself has no line.
                let name = match self.places.last().filter(|place| place.line > 0) {
                    Some(place) => format!("{name} of {place}"),
                    None => name,
                };
                let path = Path::from_segments_unchecked([UNDEFINED.to_owned(), name]);
                Ok(self.push(path, Vec::new(), TypeDefVariant::new([]).into()))
            }
            Unknown::Fails => {
                let known = self.own.keys().map(String::as_str);
                let known: BTreeSet<_> =
                    known.chain(self.sources.iter().flat_map(|source| source.plain_names())).collect();
                let hint = did_you_mean(&name, known.into_iter());
                Err(Problem { what: format!("no type is called {name}{hint}"), place: None })
            }
        }
    }

    /// Notes a type before its fields are known: they may contain it.
    fn open(&mut self, definition: &Definition, parameters: &[TypeName], pallet: Option<&str>) -> u32 {
        let path = Path::from_segments_unchecked(definition.path.split("::").map(str::to_owned));
        let id = self.push(path, Vec::new(), TypeDefVariant::new([]).into());
        let name = TypeName::Named { name: definition.name.clone(), parameters: parameters.to_vec() };
        self.found.insert((pallet.map(str::to_owned), name), id);
        id
    }

    fn close(&mut self, id: u32, layout: Layout) -> u32 {
        self.set(id, layout);
        id
    }

    fn set(&mut self, id: u32, layout: Layout) {
        if let Some(ty) = self.types.types.get_mut(id as usize) {
            ty.ty.type_def = layout;
        }
    }

    fn push(
        &mut self,
        path: Path<PortableForm>,
        parameters: Vec<TypeParameter<PortableForm>>,
        definition: Layout,
    ) -> u32 {
        let id = self.types.types.len() as u32;
        self.types.types.push(PortableType::new(id, Type::new(path, parameters, definition, Vec::new())));
        id
    }
}

impl Problem {
    /// The same at that place, unless one nearer to the cause is known.
    pub(crate) fn at(mut self, place: &Place) -> Self {
        self.place.get_or_insert_with(|| place.clone());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{place}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::new(ErrorKind::Definitions, problem.to_string())
    }
}

/// The same fields, of types that are found.
fn fields(
    fields: &[Field],
    mut find: impl FnMut(&TypeName) -> Found,
) -> Result<Vec<scale_info::Field<PortableForm>>, Problem> {
    let field = |field: &Field| {
        Ok(portable_field(field.name.as_deref(), find(&field.ty)?, Some(field.ty.to_string())))
    };
    fields.iter().map(field).collect()
}

fn portable_field(name: Option<&str>, ty: u32, type_name: Option<String>) -> scale_info::Field<PortableForm> {
    scale_info::Field::new(name.map(str::to_owned), ty.into(), type_name, Vec::new())
}

fn portable_variant(
    name: &str,
    index: u8,
    fields: Vec<scale_info::Field<PortableForm>>,
    docs: Vec<String>,
) -> Variant<PortableForm> {
    Variant { name: name.to_owned(), fields, index, docs }
}
