use super::Value;
use std::ops::Index;

/// What a [`Value`] is looked up by: the name of a field, or a place.
pub trait ValueIndex {
    #[doc(hidden)]
    fn find(self, value: &Value) -> Option<&Value>;
}

impl ValueIndex for &str {
    fn find(self, value: &Value) -> Option<&Value> {
        match value.content() {
            Value::Struct(shape, fields) => fields.get(shape.position(self)?),
            Value::Variant(shape, fields) => fields.get(shape.fields().position(self)?),
            _ => None,
        }
    }
}

impl ValueIndex for usize {
    fn find(self, value: &Value) -> Option<&Value> {
        value.children().get(self)
    }
}

impl Value {
    /// The field of that name, or the element or field at that place.
    pub fn get(&self, index: impl ValueIndex) -> Option<&Self> {
        index.find(self)
    }
}

/// The field or element, or [`Value::None`] when there is none.
impl<I: ValueIndex> Index<I> for Value {
    type Output = Self;

    fn index(&self, index: I) -> &Self {
        static MISSING: Value = Value::None;
        self.get(index).unwrap_or(&MISSING)
    }
}

impl<'a> IntoIterator for &'a Value {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
