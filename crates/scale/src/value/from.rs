use super::{Integer, Integers, Value};
use crate::AccountId;

macro_rules! from_integers {
    ($($integer:ty)*) => {$(
        impl From<$integer> for Value {
            #[inline]
            fn from(number: $integer) -> Self {
                Self::Integer(number.into())
            }
        }
    )*};
}

from_integers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

impl From<Integer> for Value {
    fn from(integer: Integer) -> Self {
        Self::Integer(integer)
    }
}

impl From<bool> for Value {
    fn from(bool: bool) -> Self {
        Self::Bool(bool)
    }
}

impl From<char> for Value {
    fn from(char: char) -> Self {
        Self::Char(char)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Str(text.into())
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        <[u8; 32]>::try_from(bytes).map_or_else(|_| Self::Bytes(bytes.into()), Self::Bytes32)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        <[u8; 32]>::try_from(bytes.as_slice()).map_or_else(|_| Self::Bytes(bytes.into()), Self::Bytes32)
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(bytes: [u8; N]) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(bytes: &[u8; N]) -> Self {
        Self::from(bytes.as_slice())
    }
}

/// Printed with prefix 42 until a chain decodes it.
impl From<AccountId> for Value {
    fn from(id: AccountId) -> Self {
        Self::Account { id, prefix: crate::account::DEFAULT_PREFIX }
    }
}

impl From<&AccountId> for Value {
    fn from(id: &AccountId) -> Self {
        Self::from(*id)
    }
}

impl From<Integers> for Value {
    fn from(integers: Integers) -> Self {
        Self::Integers(Box::new(integers))
    }
}

impl From<()> for Value {
    fn from((): ()) -> Self {
        Self::Tuple(Box::default())
    }
}

impl From<Vec<Self>> for Value {
    fn from(values: Vec<Self>) -> Self {
        Self::Sequence(values.into())
    }
}

impl From<&Self> for Value {
    fn from(value: &Self) -> Self {
        value.clone()
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(option: Option<T>) -> Self {
        match option.map(Into::into) {
            None => Self::None,
            // A present option that holds an absent one stays told apart from an absent one.
            Some(value @ (Self::None | Self::Some(_))) => Self::Some(Box::new(value)),
            Some(value) => value,
        }
    }
}

impl<T: Into<Self>> FromIterator<T> for Value {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self::Sequence(values.into_iter().map(Into::into).collect())
    }
}

macro_rules! from_tuples {
    ($(($($name:ident)+))*) => {$(
        impl<$($name: Into<Value>),+> From<($($name,)+)> for Value {
            #[allow(non_snake_case)]
            fn from(($($name,)+): ($($name,)+)) -> Self {
                Self::Tuple(Box::new([$($name.into()),+]))
            }
        }
    )*};
}

from_tuples!((A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F));
