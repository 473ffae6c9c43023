use std::collections::HashMap;

use serde_json::value::RawValue;
use tensorwire_scale::{Plan, Result, TypeId};

/// Types by the names that lines give them: a name is looked up once.
pub(super) struct TypeNames<'a> {
    plan: &'a Plan,
    known: HashMap<String, TypeId>,
}

impl<'a> TypeNames<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        Self { plan, known: HashMap::new() }
    }

    /// A type by the JSON that names it: a number is a registry id, a string is what `--type` takes.
    pub(super) fn find(&mut self, json: &RawValue) -> Result<TypeId> {
        if let Some(ty) = self.known.get(json.get()) {
            return Ok(*ty);
        }
        let name = serde_json::from_str::<String>(json.get());
        let ty = self.plan.find_type(name.as_deref().unwrap_or(json.get()))?;
        self.known.insert(json.get().to_owned(), ty);
        Ok(ty)
    }
}
