use crate::AccountId;
use std::sync::{Arc, OnceLock};

pub(crate) mod display;
mod from;
mod index;
mod integer;
mod shape;

pub use index::ValueIndex;
pub use integer::Integer;
pub(crate) use integer::NoInteger;
pub use shape::{Shape, VariantShape};

/// A decoded value, or one to encode: any type that a chain's registry can hold.
///
/// Names of fields and variants are shared with the plan that decoded it and never copied.
///
/// Fields and elements are reached by indexing: `value["data"]["free"]`, `value[0]`. What is not there
/// reads as [`Value::None`]; [`Value::get`] tells the two apart.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Value {
    /// An absent `Option`.
    None,
    /// A present `Option` whose content may itself be absent. Every other present `Option` is its bare content.
    Some(Box<Self>),
    /// A boolean.
    Bool(bool),
    /// A character.
    Char(char),
    /// An integer of any width, compact or not.
    Integer(Integer),
    /// A number with a fraction, as JSON may bring it. No SCALE type holds one, so encoding refuses it.
    Float(f64),
    /// Text.
    Str(Box<str>),
    /// Bytes: `Vec<u8>`, `[u8; N]`.
    Bytes(Box<[u8]>),
    /// Thirty-two bytes, a hash or a key, kept without an allocation.
    Bytes32([u8; 32]),
    /// An account, and the ss58 prefix of the chain it was read from.
    Account {
        /// The account.
        id: AccountId,
        /// The prefix its address is printed with.
        prefix: u16,
    },
    /// A sequence of unsigned integers of up to 64 bits, as one vector.
    Integers(Box<Integers>),
    /// A bit sequence, first bit first.
    Bits(Box<[bool]>),
    /// A tuple, or a struct of several unnamed fields. The unit type is the empty tuple.
    Tuple(Box<[Self]>),
    /// A sequence, an array, a set, or a map as a sequence of pairs.
    Sequence(Box<[Self]>),
    /// A struct's fields, in the order of its shape.
    Struct(Arc<Shape>, Box<[Self]>),
    /// A variant of an enum and its fields.
    Variant(Arc<VariantShape>, Box<[Self]>),
}

/// Unsigned integers of one sequence. Dereferences to `[u64]`.
#[derive(Clone)]
pub struct Integers {
    numbers: Box<[u64]>,
    /// Made at the first access by index, which hands out references.
    values: OnceLock<Box<[Value]>>,
}

impl Integers {
    /// Those integers.
    pub fn new(numbers: impl Into<Box<[u64]>>) -> Self {
        Self { numbers: numbers.into(), values: OnceLock::new() }
    }

    fn values(&self) -> &[Value] {
        self.values.get_or_init(|| self.numbers.iter().map(|&number| number.into()).collect())
    }
}

impl std::ops::Deref for Integers {
    type Target = [u64];

    fn deref(&self) -> &[u64] {
        &self.numbers
    }
}

impl std::fmt::Debug for Integers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.numbers.fmt(f)
    }
}

impl Value {
    /// A variant made by hand, with unnamed fields.
    pub fn variant(name: &str, fields: impl Into<Vec<Self>>) -> Self {
        let fields = fields.into();
        Self::Variant(
            Arc::new(VariantShape::new(name, None, Shape::unnamed(fields.len()), Box::default())),
            fields.into(),
        )
    }

    /// A struct made by hand.
    pub fn record<N: AsRef<str>>(fields: impl IntoIterator<Item = (N, Self)>) -> Self {
        let (names, values): (Vec<Box<str>>, Vec<Self>) =
            fields.into_iter().map(|(name, value)| (name.as_ref().into(), value)).unzip();
        Self::Struct(Arc::new(Shape::named(names)), values.into())
    }

    /// Whether this is an absent `Option`.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// The integer, when it lies in the range of `u64`.
    pub fn as_u64(&self) -> Option<u64> {
        self.as_integer()?.to_u64()
    }

    /// The integer, when it lies in the range of `u128`.
    pub fn as_u128(&self) -> Option<u128> {
        self.as_integer()?.to_u128()
    }

    /// The integer, when it lies in the range of `i128`.
    pub fn as_i128(&self) -> Option<i128> {
        self.as_integer()?.to_i128()
    }

    /// The integer, of any width.
    pub fn as_integer(&self) -> Option<&Integer> {
        match self.content() {
            Self::Integer(integer) => Some(integer),
            _ => None,
        }
    }

    /// The boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self.content() {
            Self::Bool(bool) => Some(*bool),
            _ => None,
        }
    }

    /// The text. Byte strings are not text: see [`Value::as_bytes`].
    pub fn as_str(&self) -> Option<&str> {
        match self.content() {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The bytes of a byte string, hash or account.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self.content() {
            Self::Bytes(bytes) => Some(bytes),
            Self::Bytes32(bytes) => Some(bytes),
            Self::Account { id, .. } => Some(&id.0),
            _ => None,
        }
    }

    /// The account.
    pub fn as_account(&self) -> Option<AccountId> {
        match self.content() {
            Self::Account { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// The integers of a sequence of unsigned integers of up to 64 bits, without making a [`Value`] of each.
    pub fn as_integers(&self) -> Option<&[u64]> {
        match self.content() {
            Self::Integers(integers) => Some(integers),
            _ => None,
        }
    }

    /// The name of the variant and its fields.
    pub fn as_variant(&self) -> Option<(&str, &[Self])> {
        match self.content() {
            Self::Variant(shape, fields) => Some((shape.name(), fields)),
            _ => None,
        }
    }

    /// Elements of a sequence or tuple, fields of a struct or variant. A scalar has none.
    pub fn iter(&self) -> std::slice::Iter<'_, Self> {
        self.children().iter()
    }

    /// How many elements, fields, bytes or bits there are. A scalar has none.
    pub fn len(&self) -> usize {
        match self.content() {
            Self::Str(text) => text.len(),
            Self::Bits(bits) => bits.len(),
            Self::Integers(integers) => integers.numbers.len(),
            value => value.as_bytes().map_or_else(|| value.children().len(), <[u8]>::len),
        }
    }

    /// Whether [`Value::len`] is zero.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value inside a nested present `Option`, or the value itself.
    fn content(&self) -> &Self {
        let mut value = self;
        while let Self::Some(inner) = value {
            value = inner;
        }
        value
    }

    fn children(&self) -> &[Self] {
        match self.content() {
            Self::Tuple(values)
            | Self::Sequence(values)
            | Self::Struct(_, values)
            | Self::Variant(_, values) => values,
            Self::Integers(integers) => integers.values(),
            _ => &[],
        }
    }
}

/// Equal content is equal, however it is kept: a list of integers equals the same integers as one vector.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) => true,
            (Self::Some(a), Self::Some(b)) => a == b,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Char(a), Self::Char(b)) => a == b,
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a == b,
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::Account { id: a, .. }, Self::Account { id: b, .. }) => a == b,
            (Self::Bytes(_) | Self::Bytes32(_), Self::Bytes(_) | Self::Bytes32(_)) => {
                self.as_bytes() == other.as_bytes()
            }
            (Self::Integers(a), Self::Integers(b)) => a.numbers == b.numbers,
            (Self::Integers(a), Self::Sequence(b)) | (Self::Sequence(b), Self::Integers(a)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| b.as_u64() == Some(*a))
            }
            (Self::Bits(a), Self::Bits(b)) => a == b,
            (Self::Tuple(a), Self::Tuple(b)) | (Self::Sequence(a), Self::Sequence(b)) => a == b,
            (Self::Struct(a, x), Self::Struct(b, y)) => (Arc::ptr_eq(a, b) || a == b) && x == y,
            (Self::Variant(a, x), Self::Variant(b, y)) => {
                (Arc::ptr_eq(a, b) || a.name() == b.name() && a.fields() == b.fields()) && x == y
            }
            _ => false,
        }
    }
}
