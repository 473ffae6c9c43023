//! Fixed point numbers of 64 fractional bits, described in the metadata as the real chain's are:
//! the number of fractional bits is a binary type-level number.

use std::marker::PhantomData;

use parity_scale_codec::{Decode, Encode, MaxEncodedLen};
use scale_info::{Path, Type, TypeInfo, TypeParameter, build::Fields};

/// An unsigned number: its value times 2^64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
pub struct FixedU128 {
    bits: u128,
}

impl FixedU128 {
    /// A whole number.
    pub(crate) fn whole(value: u64) -> Self {
        Self { bits: u128::from(value) << 64 }
    }

    /// The whole part.
    pub(crate) fn floor(self) -> u64 {
        (self.bits >> 64) as u64
    }
}

/// A signed number: its value times 2^64 (2^32 in the items that count prices).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
pub struct FixedI128 {
    bits: i128,
}

impl TypeInfo for FixedU128 {
    type Identity = Self;

    fn type_info() -> Type {
        fixed("FixedU128", Fields::named().field(|f| f.ty::<u128>().name("bits").type_name("u128")))
    }
}

impl TypeInfo for FixedI128 {
    type Identity = Self;

    fn type_info() -> Type {
        fixed("FixedI128", Fields::named().field(|f| f.ty::<i128>().name("bits").type_name("i128")))
    }
}

fn fixed(
    name: &'static str,
    fields: scale_info::build::FieldsBuilder<scale_info::form::MetaForm, scale_info::build::NamedFields>,
) -> Type {
    Type::builder()
        .path(Path::new(name, "substrate_fixed"))
        .type_params([TypeParameter::new("Frac", Some(scale_info::meta_type::<SixtyFour>()))])
        .composite(fields)
}

type SixtyFour =
    Digit<Digit<Digit<Digit<Digit<Digit<Digit<Nothing, One>, Zero>, Zero>, Zero>, Zero>, Zero>, Zero>;

/// The digits before, and the last one.
struct Digit<Before, Last>(PhantomData<(Before, Last)>);
struct Nothing;
struct One;
struct Zero;

impl<Before: TypeInfo + 'static, Last: TypeInfo + 'static> TypeInfo for Digit<Before, Last> {
    type Identity = Self;

    fn type_info() -> Type {
        let parameters = [
            TypeParameter::new("U", Some(scale_info::meta_type::<Before>())),
            TypeParameter::new("B", Some(scale_info::meta_type::<Last>())),
        ];
        Type::builder().path(Path::new("UInt", "substrate_typenum::uint")).type_params(parameters).composite(
            Fields::named()
                .field(|f| f.ty::<Before>().name("msb").type_name("U"))
                .field(|f| f.ty::<Last>().name("lsb").type_name("B")),
        )
    }
}

impl TypeInfo for Nothing {
    type Identity = Self;

    fn type_info() -> Type {
        Type::builder().path(Path::new("UTerm", "substrate_typenum::uint")).composite(Fields::unit())
    }
}

impl TypeInfo for One {
    type Identity = Self;

    fn type_info() -> Type {
        Type::builder().path(Path::new("B1", "substrate_typenum::bit")).composite(Fields::unit())
    }
}

impl TypeInfo for Zero {
    type Identity = Self;

    fn type_info() -> Type {
        Type::builder().path(Path::new("B0", "substrate_typenum::bit")).composite(Fields::unit())
    }
}
