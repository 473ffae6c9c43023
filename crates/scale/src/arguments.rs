use crate::{AccountId, Value};

/// What a caller passes as the keys of a storage item or the arguments of a call: `()`, a tuple of up to six,
/// an array, a slice or a vector of anything that is [`Into<Value>`], or a lone number, text, account, value or JSON.
pub trait Arguments {
    /// The arguments in order.
    fn into_values(self) -> Vec<Value>;
}

impl Arguments for () {
    fn into_values(self) -> Vec<Value> {
        Vec::new()
    }
}

impl<T: Into<Value>, const N: usize> Arguments for [T; N] {
    fn into_values(self) -> Vec<Value> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<T: Into<Value>> Arguments for Vec<T> {
    fn into_values(self) -> Vec<Value> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<T: Into<Value> + Clone> Arguments for &[T] {
    fn into_values(self) -> Vec<Value> {
        self.iter().cloned().map(Into::into).collect()
    }
}

impl<T: Into<Value> + Clone> Arguments for &Vec<T> {
    fn into_values(self) -> Vec<Value> {
        self.as_slice().into_values()
    }
}

impl<T: Into<Value> + Clone, const N: usize> Arguments for &[T; N] {
    fn into_values(self) -> Vec<Value> {
        self.as_slice().into_values()
    }
}

macro_rules! lone {
    ($($type:ty)*) => {$(
        impl Arguments for $type {
            fn into_values(self) -> Vec<Value> {
                vec![self.into()]
            }
        }
    )*};
}

lone!(bool u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 &str String AccountId &AccountId Value &Value serde_json::Value);

macro_rules! tuples {
    ($(($($name:ident)+))*) => {$(
        impl<$($name: Into<Value>),+> Arguments for ($($name,)+) {
            #[allow(non_snake_case)]
            fn into_values(self) -> Vec<Value> {
                let ($($name,)+) = self;
                vec![$($name.into()),+]
            }
        }
    )*};
}

tuples!((A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F));
