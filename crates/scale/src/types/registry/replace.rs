use super::{Problem, Registry};
use crate::types::{definition::Definitions, name::TypeName};
use scale_info::PortableType;
use std::collections::{BTreeSet, HashMap, HashSet};

impl<'a> Registry<'a> {
    /// Gives the runtime's own types of those names the layouts that are defined.
    pub(crate) fn replace(&mut self, overrides: &'a Definitions) -> Result<(), Problem> {
        let mut replaced = HashMap::new();
        let count = self.types.types.len();
        for name in BTreeSet::from_iter(overrides.plain_names()) {
            let Some(definition) = overrides.get(None, name, 0) else { continue };
            let is_named = |ty: &&PortableType| {
                let segments = &ty.ty.path.segments;
                segments.last().is_some_and(|last| last == name) || segments.join("::") == name
            };
            let ids: Vec<_> = self.types.types[..count].iter().filter(is_named).map(|ty| ty.id).collect();
            if !ids.is_empty() {
                let new = self.defined(definition, &[], None)?;
                // The type that is defined by name is the runtime's own, not the one just made.
                self.found.remove(&(None, TypeName::plain(name)));
                replaced.extend(ids.into_iter().map(|id| (id, new)));
            }
        }
        let mut layouts = Vec::new();
        for (id, new) in &replaced {
            // An override may name a type that is overridden itself.
            let (mut new, mut seen) = (*new, HashSet::from([*id]));
            while let Some(next) = replaced.get(&new).filter(|_| seen.insert(new)) {
                new = *next;
            }
            layouts.extend(self.types.resolve(new).map(|ty| (*id, ty.type_def.clone())));
        }
        layouts.into_iter().for_each(|(id, layout)| self.set(id, layout));
        Ok(())
    }
}
