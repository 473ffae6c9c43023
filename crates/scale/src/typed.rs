use crate::{Error, ErrorKind, Plan, Result, TypeId};
use std::{
    any,
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

mod binder;
mod collections;
mod reader;
mod scalars;

pub use binder::{Binder, Binding, Field, Fields, Layout, Variant};
pub use reader::Reader;

use binder::Node;

/// A Rust type that is read from SCALE bytes by [`Plan::decode_as`]. Derive it.
///
/// At its first use with a type of a runtime, the Rust type is compared to the chain's:
///
/// - Where the layouts are equal, the bytes are read directly, without a [`Value`](crate::Value) between.
/// - Where fields were moved or added, or integers have another width, they are read through a map: fields
///   are found by name, unknown ones skipped, integers converted and checked.
/// - A field that the chain lacks is an error of the kind [`ErrorKind::Layout`] that names it.
///
/// Struct fields and enum variants match by name, tuples by place. Newtypes count as what they hold, in Rust
/// and on the chain.
///
/// ```
/// use tensorwire_scale::{AccountId, FromScale};
///
/// #[derive(FromScale)]
/// struct Stake {
///     hotkey: AccountId,
///     #[scale(compact)]
///     amount: u64,
///     #[scale(rename = "registered_at", default)]
///     since: u32,
/// }
/// ```
///
/// `compact` says that the chain writes the integer in compact form, and costs nothing when it is not so but
/// a conversion; `rename` gives the chain's name of a field or variant; a `default` field may be missing.
pub trait FromScale: Sized + 'static {
    /// Compares this type to the chain's.
    #[doc(hidden)]
    fn layout(binder: &mut Binder<'_>, ty: TypeId) -> Result<Layout>;

    /// Reads a value whose layout equals this type's.
    #[doc(hidden)]
    fn read_exact(reader: &mut Reader<'_>) -> Result<Self>;

    /// Reads a value of another layout.
    #[doc(hidden)]
    fn read_mapped(reader: &mut Reader<'_>, layout: &Layout) -> Result<Self>;

    /// Reads elements one after the other; bytes are faster.
    #[doc(hidden)]
    fn read_elements(reader: &mut Reader<'_>, len: usize) -> Result<Vec<Self>> {
        reader.elements(len, Self::read_exact)
    }

    /// Reads an array; bytes are faster.
    #[doc(hidden)]
    fn read_array<const N: usize>(reader: &mut Reader<'_>) -> Result<[Self; N]> {
        reader::into_array(reader.elements(N, Self::read_exact)?)
    }
}

/// How Rust types read a plan's types, as far as they were used.
#[derive(Default)]
pub(crate) struct Bindings {
    known: RwLock<HashMap<(any::TypeId, TypeId), Arc<Bound>>>,
}

impl Bindings {
    pub(crate) fn get<T: FromScale>(&self, plan: &Plan, ty: TypeId) -> Result<Arc<Bound>> {
        let key = (any::TypeId::of::<T>(), ty);
        if let Some(bound) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(bound.clone());
        }
        let bound = Arc::new(binder::bind::<T>(plan, ty)?);
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(key, bound.clone());
        Ok(bound)
    }
}

/// How one Rust type and the types inside it read one type of the chain.
pub(crate) struct Bound {
    ty: TypeId,
    root: Binding,
    nodes: Box<[Node]>,
}

impl Bound {
    /// The value, and the input behind it.
    pub(crate) fn read<'r, T: FromScale>(&'r self, plan: &'r Plan, input: &'r [u8]) -> Result<(T, &'r [u8])> {
        let mut reader = Reader::new(plan, &self.nodes, input);
        match reader.read(self.root) {
            Ok(value) => Ok((value, reader.rest())),
            // Direct reads keep no account of where they are; the plan does.
            Err(error) => Err(plan.decode_prefix(self.ty, &mut { input }).err().unwrap_or(error)),
        }
    }
}

fn mismatch(message: String) -> Error {
    Error::new(ErrorKind::Layout, message)
}

#[cfg(test)]
mod tests;
