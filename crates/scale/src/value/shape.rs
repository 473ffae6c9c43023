use super::Value;
use std::sync::Arc;

/// The names of a struct's fields, shared by all its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    names: Box<[Box<str>]>,
    len: usize,
}

impl Shape {
    pub(crate) fn named(names: impl Into<Box<[Box<str>]>>) -> Self {
        let names = names.into();
        Self { len: names.len(), names }
    }

    pub(crate) fn unnamed(len: usize) -> Self {
        Self { names: Box::default(), len }
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no fields.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether the fields have names. A shape without fields counts as named.
    pub fn is_named(&self) -> bool {
        self.names.len() == self.len
    }

    /// The names in order; none where fields are unnamed.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.names.iter().map(AsRef::as_ref)
    }

    /// The place of the field of that name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|field| **field == *name)
    }

    /// A field as errors show it: its name, or its place.
    pub(crate) fn label(&self, field: usize) -> String {
        self.names.get(field).map_or_else(|| format!("[{field}]"), |name| name.to_string())
    }
}

/// The name of an enum's variant and of its fields, shared by all its values. Equal whatever the documentation.
#[derive(Clone, Debug)]
pub struct VariantShape {
    name: Box<str>,
    index: Option<u8>,
    fields: Arc<Shape>,
    docs: Box<str>,
}

impl VariantShape {
    pub(crate) fn new(name: &str, index: Option<u8>, fields: Shape, docs: Box<str>) -> Self {
        Self { name: name.into(), index, fields: Arc::new(fields), docs }
    }

    /// The variant's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The variant's index on the wire; `None` in a value made by hand.
    pub fn index(&self) -> Option<u8> {
        self.index
    }

    /// Its documentation, as far as the metadata has any.
    pub fn docs(&self) -> &str {
        &self.docs
    }

    /// The names of its fields.
    pub fn fields(&self) -> &Shape {
        &self.fields
    }

    /// The fields of a value of this variant, as a struct, or as a tuple where they have no names.
    pub(crate) fn record(&self, fields: Box<[Value]>) -> Value {
        if self.fields.is_named() { Value::Struct(self.fields.clone(), fields) } else { Value::Tuple(fields) }
    }
}

impl PartialEq for VariantShape {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, self.index, &self.fields) == (&other.name, other.index, &other.fields)
    }
}

impl Eq for VariantShape {}
