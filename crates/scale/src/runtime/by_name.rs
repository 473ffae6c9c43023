use std::{collections::HashMap, ops::Deref};

/// Things in the metadata's order, found by name without a scan.
pub(crate) struct ByName<T> {
    items: Box<[T]>,
    positions: HashMap<Box<str>, usize>,
}

/// What has a name of its own among its siblings.
pub(crate) trait Named {
    fn name(&self) -> &str;
}

impl<T: Named> ByName<T> {
    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        self.items.get(*self.positions.get(name)?)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(Named::name)
    }
}

impl<T: Named> FromIterator<T> for ByName<T> {
    /// Of several things with one name, the first is found.
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let items: Box<[T]> = items.into_iter().collect();
        let positions = items.iter().enumerate().rev().map(|(position, item)| (item.name().into(), position));
        Self { positions: positions.collect(), items }
    }
}

impl<T> Deref for ByName<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}
