use super::{Pallet, Runtime};
use crate::{Error, ErrorKind, Result, TypeDescription, TypeId, VariantDescription, nearest::did_you_mean};

impl Runtime {
    /// The call of that name. Fails with [`ErrorKind::NotFound`], naming the nearest names.
    pub fn call(&self, pallet: &str, name: &str) -> Result<VariantDescription> {
        self.variant("call", pallet, name, Pallet::calls_type)
    }

    /// The event of that name. Fails with [`ErrorKind::NotFound`], naming the nearest names.
    pub fn event(&self, pallet: &str, name: &str) -> Result<VariantDescription> {
        self.variant("event", pallet, name, Pallet::event_type)
    }

    /// The error of that name. Fails with [`ErrorKind::NotFound`], naming the nearest names.
    pub fn error(&self, pallet: &str, name: &str) -> Result<VariantDescription> {
        self.variant("error", pallet, name, Pallet::error_type)
    }

    /// All types of the registry, by id, each one level deep. [`Plan::find_type`](crate::Plan::find_type) finds one
    /// by name.
    pub fn types(&self) -> impl Iterator<Item = TypeDescription> {
        (0..self.plan.len()).filter_map(|id| self.plan.describe(TypeId(u32::try_from(id).ok()?)).ok())
    }

    fn variant(
        &self,
        kind: &str,
        pallet: &str,
        name: &str,
        ty: fn(&Pallet) -> Option<TypeId>,
    ) -> Result<VariantDescription> {
        let found = self.pallet(pallet)?;
        let variants = found.variants(ty(found));
        let variant = variants.and_then(|op| op.by_name(name));
        variant.map(|variant| self.plan.describe_variant(variant)).ok_or_else(|| {
            let hint = did_you_mean(name, variants.into_iter().flat_map(|op| op.names()));
            let message = format!("no {kind} of {pallet} is named {name:?} in {self}{hint}");
            Error::new(ErrorKind::NotFound, message)
        })
    }
}
