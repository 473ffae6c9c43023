use super::Decoder;
use crate::{Error, ErrorKind, Result, TypeId, Value, plan::op::Op, value::VariantShape};
use std::{fmt, sync::Arc};

/// What calls and events are on the wire: a variant of a pallet's enum, inside the runtime's enum of pallets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PalletVariant {
    pub(crate) pallet: Arc<VariantShape>,
    pub(crate) variant: Arc<VariantShape>,
    /// A struct, or a tuple where the fields have no names.
    pub(crate) fields: Value,
}

impl PalletVariant {
    /// The indices of pallet and variant on the wire.
    pub(crate) fn index(&self) -> (u8, u8) {
        let index = |shape: &VariantShape| shape.index().unwrap_or_default();
        (index(&self.pallet), index(&self.variant))
    }
}

/// As in `Balances.Transfer {from: .., to: .., amount: 5}`.
impl fmt::Display for PalletVariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.pallet.name(), self.variant.name())?;
        match &self.fields {
            fields if fields.is_empty() => Ok(()),
            Value::Tuple(_) => self.fields.fmt(f),
            fields => write!(f, " {fields}"),
        }
    }
}

impl Decoder<'_, '_> {
    /// The pallet's variant that comes next, of that type of the runtime's.
    pub(crate) fn pallet_variant(&mut self, outer: u32) -> Result<PalletVariant> {
        let plan = self.plan;
        let Op::Enum(pallets) = plan.op(outer) else { return Err(self.no_pallets(outer)) };
        let pallet = self.variant(outer, pallets)?;
        let [inner] = *pallet.fields else { return Err(self.no_pallets(outer)) };
        let Op::Enum(variants) = plan.op(inner) else { return Err(self.no_pallets(outer)) };
        let read = |decoder: &mut Self| {
            let variant = decoder.variant(inner, variants)?;
            Ok((&variant.shape, decoder.variant_fields(variant)?))
        };
        let (variant, fields) = read(self).map_err(|error: Error| error.inside(pallet.shape.name()))?;
        Ok(PalletVariant {
            pallet: pallet.shape.clone(),
            variant: variant.clone(),
            fields: variant.record(fields),
        })
    }

    #[cold]
    fn no_pallets(&self, outer: u32) -> Error {
        let name = self.plan.type_name(TypeId(outer));
        Error::new(ErrorKind::Metadata, format!("{name} is no enum of the enums of pallets"))
    }
}
