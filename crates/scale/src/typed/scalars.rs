use super::{Binder, FromScale, Layout, Reader, binder::Mapping, reader::unexpected};
use crate::{
    AccountId, Error, ErrorKind, Result, TypeId, Value,
    plan::op::{IntegerType, Op},
};
use parity_scale_codec::Compact;

macro_rules! integers {
    ($($integer:ident $signed:ident $read:expr),*) => {$(
        impl FromScale for $integer {
            fn layout(binder: &mut Binder<'_>, ty: TypeId) -> Result<Layout> {
                integer_layout(binder, ty, stringify!($integer), &Op::Integer(IntegerType::$signed(size_of::<Self>())))
            }

            #[inline]
            fn read_exact(reader: &mut Reader<'_>) -> Result<Self> {
                reader.decoder.cursor.array().map(Self::from_le_bytes)
            }

            fn read_mapped(reader: &mut Reader<'_>, layout: &Layout) -> Result<Self> {
                $read(reader, layout)
            }
        }
    )*};
}

integers!(
    u16 unsigned unsigned, u32 unsigned unsigned, u64 unsigned unsigned, u128 unsigned unsigned,
    i8 signed signed, i16 signed signed, i32 signed signed, i64 signed signed, i128 signed signed
);

/// Bytes are read in bulk.
impl FromScale for u8 {
    fn layout(binder: &mut Binder<'_>, ty: TypeId) -> Result<Layout> {
        integer_layout(binder, ty, "u8", &Op::Integer(IntegerType::U8))
    }

    #[inline]
    fn read_exact(reader: &mut Reader<'_>) -> Result<Self> {
        reader.byte()
    }

    fn read_mapped(reader: &mut Reader<'_>, layout: &Layout) -> Result<Self> {
        unsigned(reader, layout)
    }

    fn read_elements(reader: &mut Reader<'_>, len: usize) -> Result<Vec<Self>> {
        reader.decoder.cursor.take(len).map(Into::into)
    }

    #[inline]
    fn read_array<const N: usize>(reader: &mut Reader<'_>) -> Result<[Self; N]> {
        reader.decoder.cursor.array()
    }
}

macro_rules! compacts {
    ($($integer:ident $read:expr),*) => {$(
        impl FromScale for Compact<$integer> {
            fn layout(binder: &mut Binder<'_>, ty: TypeId) -> Result<Layout> {
                let rust = concat!("Compact<", stringify!($integer), ">");
                integer_layout(binder, ty, rust, &Op::Compact(IntegerType::unsigned(size_of::<$integer>())))
            }

            #[inline]
            fn read_exact(reader: &mut Reader<'_>) -> Result<Self> {
                $read(reader).map(Self)
            }

            fn read_mapped(reader: &mut Reader<'_>, layout: &Layout) -> Result<Self> {
                unsigned(reader, layout).map(Self)
            }
        }
    )*};
}

compacts!(u8 compact, u16 compact, u32 compact, u64 compact, u128 wide_compact);

#[inline]
fn compact<T: TryFrom<u64>>(reader: &mut Reader<'_>) -> Result<T> {
    let number = reader.decoder.cursor.compact(IntegerType::unsigned(size_of::<T>()))?;
    T::try_from(number).map_err(|_| unexpected())
}

fn wide_compact(reader: &mut Reader<'_>) -> Result<u128> {
    let bytes = reader.decoder.cursor.wide_compact(IntegerType::unsigned(16))?;
    bytes.first_chunk().map(|low| u128::from_le_bytes(*low)).ok_or_else(unexpected)
}

/// Any integer of the chain can be read as any of Rust: what does not fit shows at the value.
fn integer_layout(binder: &Binder<'_>, ty: TypeId, rust: &str, exact: &Op) -> Result<Layout> {
    let equal = match (binder.op(ty), exact) {
        (Op::Integer(chain), Op::Integer(rust)) | (Op::Compact(chain), Op::Compact(rust)) => chain == rust,
        (Op::Integer(_) | Op::Compact(_), _) => false,
        _ => return Err(binder.cannot(rust, ty)),
    };
    Ok(Layout::new(Mapping::Converted(ty), equal))
}

fn unsigned<T: TryFrom<u128>>(reader: &mut Reader<'_>, layout: &Layout) -> Result<T> {
    let (_, value) = reader.value(layout)?;
    value.as_u128().and_then(|number| T::try_from(number).ok()).ok_or_else(|| out_of_range::<T>(&value))
}

fn signed<T: TryFrom<i128>>(reader: &mut Reader<'_>, layout: &Layout) -> Result<T> {
    let (_, value) = reader.value(layout)?;
    value.as_i128().and_then(|number| T::try_from(number).ok()).ok_or_else(|| out_of_range::<T>(&value))
}

fn out_of_range<T>(value: &Value) -> Error {
    let rust = std::any::type_name::<T>();
    Error::new(ErrorKind::Decode, format!("the chain's {value} is out of the range of {rust}"))
}

impl FromScale for bool {
    fn layout(binder: &mut Binder<'_>, ty: TypeId) -> Result<Layout> {
        match binder.op(ty) {
            Op::Bool => Ok(Layout::new(Mapping::Converted(ty), true)),
            _ => Err(binder.cannot("bool", ty)),
        }
    }

    #[inline]
    fn read_exact(reader: &mut Reader<'_>) -> Result<Self> {
        reader.decoder.bool()
    }

    fn read_mapped(reader: &mut Reader<'_>, _: &Layout) -> Result<Self> {
        Self::read_exact(reader)
    }
}

impl FromScale for String {
    fn layout(binder: &mut Binder<'_>, ty: TypeId) -> Result<Layout> {
        match binder.op(ty) {
            Op::Str => Ok(Layout::new(Mapping::Converted(ty), true)),
            _ => Err(binder.cannot("String", ty)),
        }
    }

    fn read_exact(reader: &mut Reader<'_>) -> Result<Self> {
        reader.decoder.text().map(Into::into)
    }

    fn read_mapped(reader: &mut Reader<'_>, _: &Layout) -> Result<Self> {
        Self::read_exact(reader)
    }
}

/// From an account or any other thirty-two bytes.
impl FromScale for AccountId {
    fn layout(binder: &mut Binder<'_>, ty: TypeId) -> Result<Layout> {
        match binder.op(ty) {
            Op::Account | Op::ByteArray { len: 32, .. } => Ok(Layout::new(Mapping::Converted(ty), true)),
            _ => Err(binder.cannot("AccountId", ty)),
        }
    }

    #[inline]
    fn read_exact(reader: &mut Reader<'_>) -> Result<Self> {
        reader.decoder.cursor.array().map(Self)
    }

    fn read_mapped(reader: &mut Reader<'_>, _: &Layout) -> Result<Self> {
        Self::read_exact(reader)
    }
}

/// From any type.
impl FromScale for Value {
    fn layout(_: &mut Binder<'_>, ty: TypeId) -> Result<Layout> {
        Ok(Layout::new(Mapping::Converted(ty), false))
    }

    fn read_exact(_: &mut Reader<'_>) -> Result<Self> {
        Err(unexpected())
    }

    fn read_mapped(reader: &mut Reader<'_>, layout: &Layout) -> Result<Self> {
        reader.value(layout).map(|(_, value)| value)
    }
}
