use super::Difference;
use crate::{FieldDescription, Plan, TypeId, TypeKind, VariantDescription, plan::same_in};
use std::collections::BTreeSet;

#[cfg(test)]
mod tests;

/// The types of two runtimes beside each other.
pub(super) struct Types<'r> {
    pub(super) before: &'r Plan,
    pub(super) after: &'r Plan,
    /// Pairs that count as the same. The enum of all calls changes with every call, and is inside many others.
    pub(super) assumed: Vec<(TypeId, TypeId)>,
}

impl Types<'_> {
    /// How a type differs from the one that stood in its place, and what inside it, if they are not read alike.
    pub(super) fn difference(&self, what: &str, before: TypeId, after: TypeId) -> Option<Difference> {
        let mut difference = self.outside(what, before, after)?;
        difference.inside = self.inside(before, after);
        Some(difference)
    }

    /// The fields that were added, removed, or are of another type, and whether the others are in another order.
    pub(super) fn fields(&self, before: &[FieldDescription], after: &[FieldDescription]) -> Vec<Difference> {
        self.compare_fields(before, after, Self::difference)
    }

    fn outside(&self, what: &str, before: TypeId, after: TypeId) -> Option<Difference> {
        let same = same_in(self.before, before, self.after, after, &self.assumed);
        (!same).then(|| Difference::between(what, self.before.type_name(before), self.after.type_name(after)))
    }

    /// One level deep, below all that merely holds another type.
    fn inside(&self, mut before: TypeId, mut after: TypeId) -> Vec<Difference> {
        loop {
            let described = (self.before.describe(before), self.after.describe(after));
            let (Ok(one), Ok(other)) = described else { return Vec::new() };
            (before, after) = match (one.kind, other.kind) {
                (TypeKind::Optional(before), TypeKind::Optional(after)) => (before, after),
                (
                    TypeKind::Elements { element: before, len: length },
                    TypeKind::Elements { element: after, len },
                ) if length == len => (before, after),
                (TypeKind::Fields(before), TypeKind::Fields(after)) => {
                    return self.compare_fields(&before, &after, Self::outside);
                }
                (TypeKind::Variants(before), TypeKind::Variants(after)) => {
                    return self.variants(&before, &after);
                }
                _ => return Vec::new(),
            };
        }
    }

    fn compare_fields(
        &self,
        before: &[FieldDescription],
        after: &[FieldDescription],
        difference: impl Fn(&Self, &str, TypeId, TypeId) -> Option<Difference>,
    ) -> Vec<Difference> {
        let (names_before, names_after) = (names(before), names(after));
        let mut differences = Vec::new();
        for (name, pair) in pairs(before, &names_before, after, &names_after) {
            let what = format!("field {name}");
            differences.extend(match pair {
                Pair::Removed(field) => Some(Difference::removed(&what, &field.type_name)),
                Pair::Added(field) => Some(Difference::added(&what, &field.type_name)),
                Pair::Both(before, after) => difference(self, &what, before.type_id, after.type_id),
            });
        }
        let common = |names: &[String], others: &[String]| {
            let others: BTreeSet<_> = others.iter().collect();
            names.iter().filter(|name| others.contains(name)).cloned().collect::<Vec<_>>().join(", ")
        };
        let order = (common(&names_before, &names_after), common(&names_after, &names_before));
        if order.0 != order.1 {
            differences.push(Difference::between("order", order.0, order.1));
        }
        differences
    }

    fn variants(&self, before: &[VariantDescription], after: &[VariantDescription]) -> Vec<Difference> {
        let names = |variants: &[VariantDescription]| -> Vec<String> {
            variants.iter().map(|variant| variant.name.clone()).collect()
        };
        let mut differences = Vec::new();
        for (name, pair) in pairs(before, &names(before), after, &names(after)) {
            let what = format!("variant {name}");
            let shown =
                |variant: &VariantDescription| format!("{}, index {}", variant.signature(), variant.index);
            match pair {
                Pair::Removed(variant) => differences.push(Difference::removed(&what, &shown(variant))),
                Pair::Added(variant) => differences.push(Difference::added(&what, &shown(variant))),
                Pair::Both(before, after) => {
                    if before.index != after.index
                        || !self.compare_fields(&before.fields, &after.fields, Self::outside).is_empty()
                    {
                        differences.push(Difference::between(&what, shown(before), shown(after)));
                    }
                }
            }
        }
        differences
    }
}

impl Difference {
    pub(super) fn between(what: &str, before: impl ToString, after: impl ToString) -> Self {
        let (before, after) = (Some(before.to_string()), Some(after.to_string()));
        Self { what: what.to_owned(), before, after, inside: Vec::new() }
    }

    fn added(what: &str, after: &str) -> Self {
        Self { what: what.to_owned(), before: None, after: Some(after.to_owned()), inside: Vec::new() }
    }

    fn removed(what: &str, before: &str) -> Self {
        Self { what: what.to_owned(), before: Some(before.to_owned()), after: None, inside: Vec::new() }
    }
}

/// Something of the older runtime beside what has its name in the newer one.
pub(super) enum Pair<'a, T> {
    Added(&'a T),
    Removed(&'a T),
    Both(&'a T, &'a T),
}

/// Both lists by name: what the older one has first, in its order, then what was added.
pub(super) fn pairs<'a, 'n, T, N: AsRef<str>>(
    before: &'a [T],
    names_before: &'n [N],
    after: &'a [T],
    names_after: &'n [N],
) -> Vec<(&'n str, Pair<'a, T>)> {
    let place = |names: &[N], wanted: &str| names.iter().position(|name| name.as_ref() == wanted);
    let mut pairs = Vec::with_capacity(before.len().max(after.len()));
    for (item, name) in before.iter().zip(names_before) {
        let name = name.as_ref();
        let other = place(names_after, name).and_then(|place| after.get(place));
        pairs.push((name, other.map_or(Pair::Removed(item), |other| Pair::Both(item, other))));
    }
    let added =
        after.iter().zip(names_after).filter(|(_, name)| place(names_before, name.as_ref()).is_none());
    pairs.extend(added.map(|(item, name)| (name.as_ref(), Pair::Added(item))));
    pairs
}

/// Fields without names are called by their place.
fn names(fields: &[FieldDescription]) -> Vec<String> {
    let name =
        |(place, field): (usize, &FieldDescription)| field.name.clone().unwrap_or_else(|| place.to_string());
    fields.iter().enumerate().map(name).collect()
}
