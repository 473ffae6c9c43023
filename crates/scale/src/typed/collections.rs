use super::{
    Binder, Binding, Field, Fields, FromScale, Layout, Reader,
    binder::Mapping,
    reader::{into_array, unexpected},
};
use crate::{Result, TypeId, plan::op::Op};
use std::{any, collections::BTreeMap};

impl<T: FromScale> FromScale for Option<T> {
    fn layout(binder: &mut Binder<'_>, ty: TypeId) -> Result<Layout> {
        match *binder.op(ty) {
            Op::Option { inner, .. } => {
                Ok(Layout::new(Mapping::Option(binder.bind::<T>(TypeId(inner))?), true))
            }
            _ => Err(binder.cannot(any::type_name::<Self>(), ty)),
        }
    }

    #[inline]
    fn read_exact(reader: &mut Reader<'_>) -> Result<Self> {
        Ok(if reader.decoder.option_tag()? { Some(T::read_exact(reader)?) } else { None })
    }

    fn read_mapped(reader: &mut Reader<'_>, layout: &Layout) -> Result<Self> {
        let Mapping::Option(content) = layout.mapping else { return Err(unexpected()) };
        Ok(if reader.decoder.option_tag()? { Some(reader.read(content)?) } else { None })
    }
}

impl<T: FromScale> FromScale for Vec<T> {
    fn layout(binder: &mut Binder<'_>, ty: TypeId) -> Result<Layout> {
        match *binder.op(ty) {
            Op::Sequence(element) | Op::Bytes { element } | Op::Integers { element, .. } => {
                Ok(Layout::new(Mapping::Sequence(binder.bind::<T>(TypeId(element))?), true))
            }
            Op::Array { element, len } | Op::ByteArray { element, len } => {
                let element = binder.bind::<T>(TypeId(element))?;
                Ok(Layout::new(Mapping::Array(element, len as usize), false))
            }
            _ => Err(binder.cannot(any::type_name::<Self>(), ty)),
        }
    }

    fn read_exact(reader: &mut Reader<'_>) -> Result<Self> {
        let len = reader.decoder.cursor.length()?;
        T::read_elements(reader, len)
    }

    fn read_mapped(reader: &mut Reader<'_>, layout: &Layout) -> Result<Self> {
        let (element, len) = match layout.mapping {
            Mapping::Sequence(element) => (element, reader.decoder.cursor.length()?),
            Mapping::Array(element, len) => (element, len),
            _ => return Err(unexpected()),
        };
        reader.elements(len, |reader| reader.read(element))
    }
}

impl<T: FromScale, const N: usize> FromScale for [T; N] {
    fn layout(binder: &mut Binder<'_>, ty: TypeId) -> Result<Layout> {
        match *binder.op(ty) {
            Op::Array { element, len } | Op::ByteArray { element, len } if len as usize == N => {
                Ok(Layout::new(Mapping::Array(binder.bind::<T>(TypeId(element))?, N), true))
            }
            // An account is its public key.
            Op::Account if any::TypeId::of::<Self>() == any::TypeId::of::<[u8; 32]>() => {
                Ok(Layout::new(Mapping::Converted(ty), true))
            }
            _ => Err(binder.cannot(any::type_name::<Self>(), ty)),
        }
    }

    #[inline]
    fn read_exact(reader: &mut Reader<'_>) -> Result<Self> {
        T::read_array(reader)
    }

    fn read_mapped(reader: &mut Reader<'_>, layout: &Layout) -> Result<Self> {
        let Mapping::Array(element, _) = layout.mapping else { return Err(unexpected()) };
        into_array(reader.elements(N, |reader| reader.read(element))?)
    }
}

/// Counts as what it holds, and lets a type contain itself.
impl<T: FromScale> FromScale for Box<T> {
    fn layout(binder: &mut Binder<'_>, ty: TypeId) -> Result<Layout> {
        let content = binder.bind::<T>(ty)?;
        Ok(Layout::new(Mapping::Boxed(content), true))
    }

    fn read_exact(reader: &mut Reader<'_>) -> Result<Self> {
        reader.deeper(T::read_exact).map(Self::new)
    }

    fn read_mapped(reader: &mut Reader<'_>, layout: &Layout) -> Result<Self> {
        let Mapping::Boxed(content) = layout.mapping else { return Err(unexpected()) };
        reader.deeper(|reader| reader.read(content)).map(Self::new)
    }
}

impl<K: FromScale + Ord, V: FromScale> FromScale for BTreeMap<K, V> {
    fn layout(binder: &mut Binder<'_>, ty: TypeId) -> Result<Layout> {
        Vec::<(K, V)>::layout(binder, ty)
    }

    fn read_exact(reader: &mut Reader<'_>) -> Result<Self> {
        Vec::<(K, V)>::read_exact(reader).map(Self::from_iter)
    }

    fn read_mapped(reader: &mut Reader<'_>, layout: &Layout) -> Result<Self> {
        Vec::<(K, V)>::read_mapped(reader, layout).map(Self::from_iter)
    }
}

macro_rules! tuples {
    ($(($($name:ident $place:literal)*))*) => {$(
        impl<$($name: FromScale),*> FromScale for ($($name,)*) {
            fn layout(binder: &mut Binder<'_>, ty: TypeId) -> Result<Layout> {
                let fields = vec![$(Field::new::<$name>(stringify!($place))),*];
                binder.structure(ty, any::type_name::<Self>(), Fields::Unnamed(fields))
            }

            #[inline]
            fn read_exact(_reader: &mut Reader<'_>) -> Result<Self> {
                Ok(($($name::read_exact(_reader)?,)*))
            }

            #[allow(non_snake_case)]
            fn read_mapped(reader: &mut Reader<'_>, layout: &Layout) -> Result<Self> {
                $(let mut $name = None;)*
                reader.fields(layout, |_reader, place, _binding: Binding| {
                    match place {
                        $($place => $name = Some(_reader.read(_binding)?),)*
                        _ => {}
                    }
                    Ok(())
                })?;
                Ok(($($name.ok_or_else(unexpected)?,)*))
            }
        }
    )*};
}

tuples!(() (A 0 B 1) (A 0 B 1 C 2) (A 0 B 1 C 2 D 3) (A 0 B 1 C 2 D 3 E 4) (A 0 B 1 C 2 D 3 E 4 F 5));
