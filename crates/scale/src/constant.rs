use crate::{FromScale, Plan, Result, TypeId, Value, runtime::Named};
use std::{fmt, sync::Arc};

/// A constant of a pallet: its value is part of the metadata.
pub struct Constant {
    pub(crate) pallet: Arc<str>,
    pub(crate) name: Box<str>,
    pub(crate) docs: Box<str>,
    pub(crate) type_id: TypeId,
    pub(crate) bytes: Box<[u8]>,
    pub(crate) plan: Arc<Plan>,
}

impl Constant {
    /// The pallet that it belongs to.
    pub fn pallet(&self) -> &str {
        &self.pallet
    }

    /// Its name, as in `ExistentialDeposit`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its documentation.
    pub fn docs(&self) -> &str {
        &self.docs
    }

    /// Its type.
    pub fn type_id(&self) -> TypeId {
        self.type_id
    }

    /// It with its type, as in `ExistentialDeposit: u64`.
    pub fn signature(&self) -> String {
        format!("{}: {}", self.name, self.plan.type_name(self.type_id))
    }

    /// Its value, SCALE-encoded.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its value. Fails with [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the metadata is wrong.
    pub fn value(&self) -> Result<Value> {
        self.plan.decode(self.type_id, &self.bytes).map_err(|error| error.inside(self.to_string()))
    }

    /// Its value as a Rust type.
    ///
    /// Fails with [`ErrorKind::Layout`](crate::ErrorKind::Layout) if the type does not fit.
    pub fn value_as<T: FromScale>(&self) -> Result<T> {
        self.plan.decode_as(self.type_id, &self.bytes).map_err(|error| error.inside(self.to_string()))
    }

    pub(crate) fn memory(&self) -> usize {
        size_of::<Self>() + 2 * self.name.len() + self.docs.len() + self.bytes.len()
    }
}

impl Named for Constant {
    fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.pallet, self.name)
    }
}

impl fmt::Debug for Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Constant({self})")
    }
}
