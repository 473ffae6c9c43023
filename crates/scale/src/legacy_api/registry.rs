use super::table::{Struct, split};
use crate::TypeId;
use scale_info::{
    Field, Path, PortableRegistry, PortableType, Type, TypeDef, TypeDefArray, TypeDefCompact,
    TypeDefComposite, TypeDefPrimitive, TypeDefSequence, TypeDefTuple, TypeDefVariant, TypeParameter,
    Variant, form::PortableForm,
};
use std::collections::HashMap;

/// A type registry that finds types by their text, and appends those it lacks.
pub(super) struct Registry<'a> {
    types: &'a mut PortableRegistry,
    structs: HashMap<&'static str, &'a Struct>,
    found: HashMap<&'static str, u32>,
}

type Definition = TypeDef<PortableForm>;

impl<'a> Registry<'a> {
    /// A registry in which the aliases stand for types of the runtime's own choice.
    pub(super) fn new(
        types: &'a mut PortableRegistry,
        structs: impl Iterator<Item = &'a Struct>,
        aliases: impl IntoIterator<Item = (&'static str, Option<TypeId>)>,
    ) -> Self {
        let structs = structs.map(|item| (last_segment(item.path), item)).collect();
        let found = aliases.into_iter().filter_map(|(name, id)| Some((name, id?.0))).collect();
        Self { types, structs, found }
    }

    pub(super) fn types(&self) -> &PortableRegistry {
        self.types
    }

    /// The type of that text; None if it names a type that neither registry nor table knows.
    pub(super) fn find_or_add(&mut self, text: &'static str) -> Option<u32> {
        if let Some(id) = self.found.get(text) {
            return Some(*id);
        }
        let id = self.resolve(text)?;
        self.found.insert(text, id);
        Some(id)
    }

    fn resolve(&mut self, text: &'static str) -> Option<u32> {
        if let Some(primitive) = primitive(text) {
            return Some(self.plain(TypeDef::Primitive(primitive)));
        }
        if let Some((generic, parameter)) = text.strip_suffix('>').and_then(|text| text.split_once('<')) {
            let parameter = self.find_or_add(parameter)?;
            return match generic {
                "Vec" => Some(self.plain(TypeDefSequence::new(parameter.into()).into())),
                "Compact" => Some(self.plain(TypeDefCompact::new(parameter.into()).into())),
                "Option" => Some(self.option(parameter)),
                _ => None,
            };
        }
        if let Some(fields) = enclosed(text, '(', ')') {
            let fields =
                split(fields, ',').map(|field| self.find_or_add(field)).collect::<Option<Vec<_>>>()?;
            return Some(self.plain(TypeDefTuple::new_portable(fields.into_iter().map(Into::into)).into()));
        }
        if let Some((element, length)) = enclosed(text, '[', ']').and_then(|text| text.split_once("; ")) {
            let element = self.find_or_add(element)?;
            return Some(self.plain(TypeDefArray::new(length.parse().ok()?, element.into()).into()));
        }
        self.named(text)
    }

    /// A type without a path: the registry's own, where it has it.
    fn plain(&mut self, definition: Definition) -> u32 {
        let same = |ty: &PortableType| ty.ty.path.segments.is_empty() && ty.ty.type_def == definition;
        match self.types.types.iter().position(same) {
            Some(position) => position as u32,
            None => self.push(Path::default(), Vec::new(), definition),
        }
    }

    fn option(&mut self, content: u32) -> u32 {
        let definition =
            TypeDefVariant::new([variant("None", 0, []), variant("Some", 1, [field(None, content)])]);
        let definition = Definition::from(definition);
        let path = Path::from_segments_unchecked(["Option".to_owned()]);
        let same = |ty: &PortableType| ty.ty.path == path && option_content(&ty.ty.type_def) == Some(content);
        match self.types.types.iter().position(same) {
            Some(position) => position as u32,
            None => {
                let parameter = TypeParameter::new_portable("T".to_owned(), Some(content.into()));
                self.push(path, vec![parameter], definition)
            }
        }
    }

    /// A composite or enum by the last segment of its path: the registry's own, or a struct of the tables.
    fn named(&mut self, name: &str) -> Option<u32> {
        let same = |ty: &PortableType| ty.ty.path.segments.last().is_some_and(|segment| segment == name);
        if let Some(position) = self.types.types.iter().position(same) {
            return Some(position as u32);
        }
        let item = *self.structs.get(name)?;
        let mut fields = Vec::new();
        for &text in &item.fields {
            let (name, ty) = match text.split_once(": ") {
                Some((name, ty)) => (Some(name), ty),
                None => (None, text),
            };
            fields.push(field(name, self.find_or_add(ty)?));
        }
        let path = Path::from_segments_unchecked(item.path.split("::").map(str::to_owned));
        Some(self.push(path, Vec::new(), TypeDefComposite::new(fields).into()))
    }

    fn push(
        &mut self,
        path: Path<PortableForm>,
        parameters: Vec<TypeParameter<PortableForm>>,
        definition: Definition,
    ) -> u32 {
        let id = self.types.types.len() as u32;
        self.types.types.push(PortableType::new(id, Type::new(path, parameters, definition, Vec::new())));
        id
    }
}

fn last_segment(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

fn enclosed(text: &'static str, open: char, close: char) -> Option<&'static str> {
    text.strip_prefix(open)?.strip_suffix(close)
}

fn field(name: Option<&str>, ty: u32) -> Field<PortableForm> {
    Field::new(name.map(str::to_owned), ty.into(), None, Vec::new())
}

fn variant(
    name: &str,
    index: u8,
    fields: impl IntoIterator<Item = Field<PortableForm>>,
) -> Variant<PortableForm> {
    Variant { name: name.to_owned(), fields: fields.into_iter().collect(), index, docs: Vec::new() }
}

fn option_content(definition: &Definition) -> Option<u32> {
    let TypeDef::Variant(variants) = definition else { return None };
    let some = variants.variants.iter().find(|variant| variant.name == "Some")?;
    some.fields.first().map(|field| field.ty.id)
}

fn primitive(name: &str) -> Option<TypeDefPrimitive> {
    Some(match name {
        "bool" => TypeDefPrimitive::Bool,
        "u8" => TypeDefPrimitive::U8,
        "u16" => TypeDefPrimitive::U16,
        "u32" => TypeDefPrimitive::U32,
        "u64" => TypeDefPrimitive::U64,
        "u128" => TypeDefPrimitive::U128,
        _ => return None,
    })
}
