use super::{
    Binding, FromScale, Layout,
    binder::{Mapping, Node, Step},
};
use crate::{
    Error, ErrorKind, Plan, Result, TypeId, Value,
    decode::{Decoder, at_place},
};

/// Reads Rust values from one input.
pub struct Reader<'r> {
    pub(super) decoder: Decoder<'r, 'r>,
    nodes: &'r [Node],
}

impl<'r> Reader<'r> {
    pub(super) fn new(plan: &'r Plan, nodes: &'r [Node], input: &'r [u8]) -> Self {
        Self { decoder: Decoder::new(plan, input), nodes }
    }

    pub(super) fn rest(&self) -> &'r [u8] {
        self.decoder.rest()
    }

    /// Reads a value as its comparison said.
    pub fn read<T: FromScale>(&mut self, binding: Binding) -> Result<T> {
        let node = &self.nodes[binding.0];
        if node.exact { T::read_exact(self) } else { T::read_mapped(self, &node.layout) }
    }

    /// Reads the fields of a struct in the chain's order, handing each to the one that knows its place.
    pub fn fields(
        &mut self,
        layout: &Layout,
        take: impl FnMut(&mut Self, usize, Binding) -> Result<()>,
    ) -> Result<()> {
        match &layout.mapping {
            Mapping::Fields(steps) => self.steps(steps, take),
            _ => Err(unexpected()),
        }
    }

    /// Reads which variant follows: its place in the Rust enum, and its fields.
    pub fn variant<'l>(&mut self, layout: &'l Layout) -> Result<(usize, &'l [Step])> {
        let index = self.byte()?;
        let Mapping::Variants(variants) = &layout.mapping else { return Err(unexpected()) };
        match variants.get(usize::from(index)) {
            Some(Some((place, steps))) => Ok((*place, steps)),
            _ => Err(self.unknown_variant(index)),
        }
    }

    /// Reads the fields of a variant.
    pub fn steps(
        &mut self,
        steps: &[Step],
        mut take: impl FnMut(&mut Self, usize, Binding) -> Result<()>,
    ) -> Result<()> {
        for step in steps {
            match step.target {
                Some((place, binding)) => take(self, place, binding)?,
                None => self.decoder.skip(step.ty.0)?,
            }
        }
        Ok(())
    }

    /// The index of a variant.
    #[inline]
    pub fn byte(&mut self) -> Result<u8> {
        self.decoder.cursor.byte()
    }

    /// The error that a variant is none of the Rust enum's.
    #[cold]
    pub fn unknown_variant(&self, index: u8) -> Error {
        Error::new(ErrorKind::Decode, format!("the Rust enum has no variant for index {index}"))
    }

    /// The error that a field was not read after all.
    #[cold]
    pub fn missing_field(&self) -> Error {
        unexpected()
    }

    /// A value that the plan reads, to be converted.
    pub(super) fn value(&mut self, layout: &Layout) -> Result<(TypeId, Value)> {
        match layout.mapping {
            Mapping::Converted(ty) => Ok((ty, self.decoder.value(ty.0)?)),
            _ => Err(unexpected()),
        }
    }

    /// A value of a type that may contain itself: the depth is counted.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.decoder.enter()?;
        let value = read(self)?;
        self.decoder.leave();
        Ok(value)
    }

    /// So many values, each of which takes bytes or is counted.
    #[inline]
    pub(super) fn elements<T>(
        &mut self,
        len: usize,
        mut read: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<Vec<T>> {
        // Never more memory than twice the input: a length alone is no reason to allocate.
        let bytes = self.rest().len() * 2 + 64;
        let mut values = Vec::with_capacity(len.min(bytes / size_of::<T>().max(1)));
        self.deeper(|reader| {
            for place in 0..len {
                let before = reader.rest().len();
                match read(reader) {
                    Ok(value) => values.push(value),
                    Err(error) => return Err(at_place(error, place)),
                }
                reader.decoder.charge_if(reader.rest().len() == before)?;
            }
            Ok(values)
        })
    }
}

impl std::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("bytes_left", &self.rest().len()).finish_non_exhaustive()
    }
}

pub(super) fn into_array<T, const N: usize>(values: Vec<T>) -> Result<[T; N]> {
    values.try_into().map_err(|_| unexpected())
}

/// Comparing rules this out.
#[cold]
pub(super) fn unexpected() -> Error {
    Error::new(ErrorKind::Layout, "a value is not laid out as it was when the types were compared")
}
