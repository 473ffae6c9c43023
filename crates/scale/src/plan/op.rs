use crate::value::{Shape, VariantShape};
use std::{fmt, sync::Arc};

/// How one type is read and written. Ids point to other ops.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Integer(IntegerType),
    Compact(IntegerType),
    Bool,
    Char,
    Str,
    Account,
    /// `Vec<u8>`.
    Bytes {
        element: u32,
    },
    /// `[u8; N]`.
    ByteArray {
        element: u32,
        len: u32,
    },
    /// A sequence of unsigned integers of up to 64 bits.
    Integers {
        element: u32,
        number: IntegerType,
        compact: bool,
    },
    Sequence(u32),
    Array {
        element: u32,
        len: u32,
    },
    Tuple(Arc<[u32]>),
    Struct(Arc<StructOp>),
    Enum(Arc<EnumOp>),
    Option {
        inner: u32,
        /// The content may itself be absent.
        nested: bool,
    },
    Bits {
        /// Bytes per stored word.
        word: usize,
        most_significant_first: bool,
    },
}

#[derive(Debug)]
pub(crate) struct StructOp {
    pub(crate) shape: Arc<Shape>,
    pub(crate) fields: Box<[u32]>,
}

#[derive(Debug)]
pub(crate) struct EnumOp {
    pub(crate) variants: Box<[VariantOp]>,
    /// Place in `variants` by index on the wire.
    pub(crate) slots: Box<[Option<u8>]>,
    /// `MultiAddress`, for which a bare address will do.
    pub(crate) is_address: bool,
}

#[derive(Debug)]
pub(crate) struct VariantOp {
    pub(crate) index: u8,
    pub(crate) shape: Arc<VariantShape>,
    pub(crate) fields: Box<[u32]>,
}

impl EnumOp {
    pub(crate) fn by_index(&self, index: u8) -> Option<&VariantOp> {
        let slot = (*self.slots.get(usize::from(index))?)?;
        self.variants.get(usize::from(slot))
    }

    pub(crate) fn by_name(&self, name: &str) -> Option<&VariantOp> {
        self.variants.iter().find(|variant| variant.shape.name() == name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.variants.iter().map(|variant| variant.shape.name())
    }
}

impl Op {
    pub(crate) fn memory(&self) -> usize {
        let names = |shape: &Shape| shape.names().map(|name| name.len() + 16).sum::<usize>();
        let content = match self {
            Self::Tuple(fields) => fields.len() * 4,
            Self::Struct(op) => 64 + op.fields.len() * 4 + names(&op.shape),
            Self::Enum(op) => op
                .variants
                .iter()
                .map(|variant| {
                    144 + variant.shape.name().len()
                        + names(variant.shape.fields())
                        + variant.shape.docs().len()
                })
                .sum(),
            _ => 0,
        };
        size_of::<Self>() + content
    }
}

/// An integer type of SCALE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IntegerType {
    /// In bytes.
    pub(crate) width: usize,
    pub(crate) signed: bool,
}

impl IntegerType {
    pub(crate) const U8: Self = Self::unsigned(1);

    pub(crate) const fn unsigned(width: usize) -> Self {
        Self { width, signed: false }
    }

    pub(crate) const fn signed(width: usize) -> Self {
        Self { width, signed: true }
    }

    /// As in `-128 to 127`.
    pub(crate) fn range(self) -> String {
        let bits = self.width * 8 - usize::from(self.signed);
        match (bits, self.signed) {
            (..=64, false) => format!("0 to {}", u64::MAX >> (64 - bits)),
            (..=64, true) => format!("-{} to {}", 1u64 << bits, (1u64 << bits) - 1),
            (_, false) => format!("0 to 2^{bits} - 1"),
            (_, true) => format!("-2^{bits} to 2^{bits} - 1"),
        }
    }
}

impl fmt::Display for IntegerType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.signed { 'i' } else { 'u' }, self.width * 8)
    }
}
