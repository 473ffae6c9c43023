use crate::{Value, decode::PalletVariant};
use serde::{Serialize, Serializer, ser::SerializeStruct};
use std::fmt;

/// A call of a pallet with its arguments: what an extrinsic asks for. Calls within it are values of its arguments.
///
/// Serialized it is `{"pallet", "call", "arguments"}`; displayed, `Pallet.call {argument: ..}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Call(pub(super) PalletVariant);

impl Call {
    /// The call that another one carries among its arguments; `None` if the value, as it was decoded, is none.
    pub fn from_value(value: &Value) -> Option<Self> {
        let Value::Variant(pallet, content) = value else { return None };
        let [Value::Variant(variant, fields)] = &**content else { return None };
        let (pallet, fields) = (pallet.clone(), variant.record(fields.clone()));
        Some(Self(PalletVariant { pallet, variant: variant.clone(), fields }))
    }

    /// The pallet that is called, as in `SubtensorModule`.
    pub fn pallet(&self) -> &str {
        self.0.pallet.name()
    }

    /// Its name, as in `add_stake`.
    pub fn name(&self) -> &str {
        self.0.variant.name()
    }

    /// Whether it is that call of that pallet.
    pub fn is(&self, pallet: &str, name: &str) -> bool {
        (self.pallet(), self.name()) == (pallet, name)
    }

    /// The indices of the pallet and of the call on the wire.
    pub fn index(&self) -> (u8, u8) {
        self.0.index()
    }

    /// Its arguments: a struct, or a tuple where the runtime gives them no names.
    pub fn arguments(&self) -> &Value {
        &self.0.fields
    }

    /// Its documentation.
    pub fn docs(&self) -> &str {
        self.0.variant.docs()
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Call {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut call = serializer.serialize_struct("Call", 3)?;
        call.serialize_field("pallet", self.pallet())?;
        call.serialize_field("call", self.name())?;
        call.serialize_field("arguments", self.arguments())?;
        call.end()
    }
}
