use super::by_name::{ByName, Named};
use crate::{
    Constant, Plan, StorageEntry, TypeId, VariantDescription,
    plan::op::{EnumOp, Op},
};
use std::{fmt, sync::Arc};

/// A pallet of a runtime.
pub struct Pallet {
    pub(super) name: Arc<str>,
    pub(super) index: u8,
    pub(super) docs: Box<str>,
    pub(super) storage: ByName<StorageEntry>,
    pub(super) constants: ByName<Constant>,
    pub(super) calls: Option<TypeId>,
    pub(super) events: Option<TypeId>,
    pub(super) errors: Option<TypeId>,
    pub(super) plan: Arc<Plan>,
}

impl Pallet {
    /// Its name, as in `SubtensorModule`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The index that its calls, events and errors carry on the wire; its errors alone in metadata before V12, which
    /// counts the others apart.
    pub fn index(&self) -> u8 {
        self.index
    }

    /// Its documentation; empty before V15.
    pub fn docs(&self) -> &str {
        &self.docs
    }

    /// Its storage items.
    pub fn storage(&self) -> &[StorageEntry] {
        &self.storage
    }

    /// Its constants.
    pub fn constants(&self) -> &[Constant] {
        &self.constants
    }

    /// Its calls: names, indices, fields and documentation.
    pub fn calls(&self) -> Vec<VariantDescription> {
        self.describe(self.calls)
    }

    /// Its events, likewise.
    pub fn events(&self) -> Vec<VariantDescription> {
        self.describe(self.events)
    }

    /// Its errors, likewise.
    pub fn errors(&self) -> Vec<VariantDescription> {
        self.describe(self.errors)
    }

    fn describe(&self, ty: Option<TypeId>) -> Vec<VariantDescription> {
        let variants = self.variants(ty).map_or(&[][..], |op| &op.variants);
        variants.iter().map(|variant| self.plan.describe_variant(variant)).collect()
    }

    /// The variants of one of its enums.
    pub(crate) fn variants(&self, ty: Option<TypeId>) -> Option<&EnumOp> {
        match self.plan.op(ty?.0) {
            Op::Enum(op) => Some(op),
            _ => None,
        }
    }

    /// The enum of its calls.
    pub fn calls_type(&self) -> Option<TypeId> {
        self.calls
    }

    /// The enum of its events.
    pub fn event_type(&self) -> Option<TypeId> {
        self.events
    }

    /// The enum of its errors.
    pub fn error_type(&self) -> Option<TypeId> {
        self.errors
    }

    pub(super) fn memory(&self) -> usize {
        size_of::<Self>()
            + self.name.len()
            + self.docs.len()
            + self.storage.iter().map(StorageEntry::memory).sum::<usize>()
            + self.constants.iter().map(Constant::memory).sum::<usize>()
    }
}

impl Named for Pallet {
    fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for Pallet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pallet({} at index {})", self.name, self.index)
    }
}
