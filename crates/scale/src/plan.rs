use crate::{Error, ErrorKind, Result, Value, decode::Decoder, encode::Encoder, typed};
use scale_info::PortableRegistry;
use std::fmt;

mod compile;
mod describe;
mod name;
pub(crate) mod op;
mod same;
mod width;

pub(crate) use same::same_in;

pub use describe::{FieldDescription, TypeDescription, TypeKind, VariantDescription};

use name::TypeNames;
use op::Op;
use width::Width;

/// The id of a type in a chain's registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

impl fmt::Display for TypeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A type registry compiled into operations that decode and encode its types. Immutable.
///
/// Newtypes are gone, byte strings and integer sequences are read in bulk, and the width of a type is known
/// ahead where it is fixed.
pub struct Plan {
    /// By type id. Ids inside are checked to exist.
    ops: Box<[Op]>,
    widths: Box<[Width]>,
    newtypes: Box<[u8]>,
    names: TypeNames,
    ss58_prefix: u16,
    bindings: typed::Bindings,
}

impl Plan {
    /// Compiles a registry. Accounts are printed with that prefix, and expected to have it.
    ///
    /// Fails with [`ErrorKind::Metadata`] on a registry that contradicts itself.
    pub fn compile(types: &PortableRegistry, ss58_prefix: u16) -> Result<Self> {
        let ops = compile::ops(types)?;
        let widths = width::widths(&ops);
        let newtypes = compile::newtypes(types)?;
        let names = TypeNames::new(types);
        Ok(Self { ops, widths, newtypes, names, ss58_prefix, bindings: Default::default() })
    }

    /// How many types there are.
    pub fn len(&self) -> usize {
        self.ops.len()
    }

    /// Whether there are no types.
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// The prefix of this chain's addresses.
    pub fn ss58_prefix(&self) -> u16 {
        self.ss58_prefix
    }

    /// Decodes a value that takes up the whole input.
    ///
    /// Fails with [`ErrorKind::Decode`], and with [`ErrorKind::TrailingBytes`] when bytes are left over.
    pub fn decode(&self, ty: TypeId, bytes: &[u8]) -> Result<Value> {
        let mut rest = bytes;
        let value = self.decode_prefix(ty, &mut rest)?;
        self.expect_end(ty, bytes, rest)?;
        Ok(value)
    }

    /// Decodes a value from the start of the input and moves the input behind it.
    ///
    /// Fails with [`ErrorKind::Decode`]; the input then stays as it was.
    pub fn decode_prefix(&self, ty: TypeId, input: &mut &[u8]) -> Result<Value> {
        let id = self.check(ty)?;
        let mut decoder = Decoder::new(self, input);
        let value = decoder.value(id)?;
        *input = decoder.rest();
        Ok(value)
    }

    /// Moves the input behind a value without making it; a type of fixed width is not looked at.
    ///
    /// Fails with [`ErrorKind::Decode`]; the input then stays as it was.
    pub fn skip(&self, ty: TypeId, input: &mut &[u8]) -> Result<()> {
        let id = self.check(ty)?;
        let mut decoder = Decoder::new(self, input);
        decoder.skip(id)?;
        *input = decoder.rest();
        Ok(())
    }

    /// Encodes a value. Besides what decoding gives it takes what people and JSON write: numbers as text,
    /// hexadecimal bytes, addresses, fields in any order.
    ///
    /// A list given for a struct or variant is the list of its fields in order. Where there is one field that is
    /// itself written as a list, the list is that field: `[call]` and `[]` mean for `batch` what they mean for
    /// its `calls`. Only a newtype's content may be given as a list of one, or under the name `0`.
    ///
    /// Fails with [`ErrorKind::Encode`], naming the field, what its type expects and what was given.
    pub fn encode(&self, ty: TypeId, value: &Value) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        self.encode_to(ty, value, &mut out)?;
        Ok(out)
    }

    /// [`Plan::encode`] to the end of a buffer, which stays as it was when this fails.
    pub fn encode_to(&self, ty: TypeId, value: &Value, out: &mut Vec<u8>) -> Result<()> {
        let id = self.check(ty)?;
        let start = out.len();
        Encoder::new(self, out).value(id, value).inspect_err(|_| out.truncate(start))
    }

    /// Decodes a whole input into a Rust type. The Rust type is compared to the chain's type at the first
    /// use, and the outcome is kept.
    ///
    /// Fails with [`ErrorKind::Layout`] when the types do not match, and as [`Plan::decode`] does.
    pub fn decode_as<T: typed::FromScale>(&self, ty: TypeId, bytes: &[u8]) -> Result<T> {
        self.check(ty)?;
        let binding = self.bindings.get::<T>(self, ty)?;
        let (value, rest) = binding.read(self, bytes)?;
        self.expect_end(ty, bytes, rest)?;
        Ok(value)
    }

    /// Roughly how many bytes of memory the plan takes.
    pub fn memory(&self) -> usize {
        let ops: usize = self.ops.iter().map(Op::memory).sum();
        ops + self.widths.len() * size_of::<Width>() + self.newtypes.len() + self.names.memory()
    }

    pub(crate) fn op(&self, id: u32) -> &Op {
        &self.ops[id as usize]
    }

    pub(crate) fn width(&self, id: u32) -> Width {
        self.widths[id as usize]
    }

    /// How many newtypes, which the op does not know of, are around the type.
    pub(crate) fn newtypes(&self, id: u32) -> u8 {
        self.newtypes[id as usize]
    }

    fn check(&self, ty: TypeId) -> Result<u32> {
        if (ty.0 as usize) < self.ops.len() {
            return Ok(ty.0);
        }
        let message = format!("no type {ty}: the registry's ids end at {}", self.ops.len().saturating_sub(1));
        Err(Error::new(ErrorKind::NotFound, message))
    }

    pub(crate) fn expect_end(&self, ty: TypeId, bytes: &[u8], rest: &[u8]) -> Result<()> {
        if rest.is_empty() {
            return Ok(());
        }
        let name = self.type_name(ty);
        let left = match rest.len() {
            1 => "1 byte is".to_owned(),
            count => format!("{count} bytes are"),
        };
        let message = format!("{left} left over after a value of type {name}");
        Err(Error::new(ErrorKind::TrailingBytes, message).at_offset(bytes.len() - rest.len()))
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan").field("types", &self.ops.len()).finish_non_exhaustive()
    }
}
