use parity_scale_codec::Encode;
use scale_info::{MetaType, PortableRegistry, Registry, TypeInfo};
use tensorwire_scale::{Plan, TypeId, Value};

/// The registry of one Rust type, and that type's id in it.
pub(crate) fn registry_of<T: TypeInfo + 'static>() -> (PortableRegistry, TypeId) {
    let mut registry = Registry::new();
    let id = registry.register_type(&MetaType::new::<T>()).id;
    (registry.into(), TypeId(id))
}

/// A plan of one Rust type, for a chain of prefix 42.
pub(crate) fn plan_of<T: TypeInfo + 'static>() -> (Plan, TypeId) {
    let (registry, ty) = registry_of::<T>();
    (Plan::compile(&registry, 42).unwrap(), ty)
}

/// What the plan makes of a Rust value; checked on the way: it encodes to the same bytes again, directly and
/// by way of its JSON.
pub(crate) fn decoded<T: TypeInfo + Encode + 'static>(rust: &T) -> Value {
    let (plan, ty) = plan_of::<T>();
    let bytes = rust.encode();
    let value = plan.decode(ty, &bytes).unwrap();
    assert_eq!(plan.encode(ty, &value).unwrap(), bytes, "{value}");

    let json = value.to_json();
    let again = plan.encode(ty, &Value::from(json.clone()));
    assert_eq!(again.unwrap_or_else(|error| panic!("{error}: {json}")), bytes, "{json}");

    let mut rest = bytes.as_slice();
    plan.skip(ty, &mut rest).unwrap();
    assert!(rest.is_empty(), "{} bytes are not skipped", rest.len());

    let longer = [bytes.as_slice(), &[7]].concat();
    let error = plan.decode(ty, &longer).unwrap_err();
    assert_eq!(error.kind(), tensorwire_scale::ErrorKind::TrailingBytes);
    for len in 0..bytes.len() {
        plan.decode(ty, &bytes[..len]).unwrap_err();
    }
    value
}

/// The JSON of a Rust value, as the serializer writes it.
pub(crate) fn json<T: TypeInfo + Encode + 'static>(rust: &T) -> String {
    serde_json::to_string(&decoded(rust)).unwrap()
}

/// A file of the shared reference data, where there is such.
pub(crate) fn shared(path: &str) -> Option<Vec<u8>> {
    let path = format!("{}/../../../shared/{path}", env!("CARGO_MANIFEST_DIR"));
    let read = std::fs::read(&path).ok();
    if read.is_none() {
        eprintln!("skipped: {path} is not there");
    }
    read
}

/// The account type of Substrate, by its path.
pub(crate) mod sp_core {
    use parity_scale_codec::{Decode, Encode};
    use scale_info::{Path, Type, TypeInfo, build::Fields};

    #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
    pub(crate) struct AccountId32(pub [u8; 32]);

    impl TypeInfo for AccountId32 {
        type Identity = Self;

        fn type_info() -> Type {
            let path = Path::from_segments(["sp_core", "crypto", "AccountId32"]).unwrap();
            Type::builder().path(path).composite(Fields::unnamed().field(|field| field.ty::<[u8; 32]>()))
        }
    }
}

/// The address type of Substrate, by its path.
pub(crate) mod sp_runtime {
    use super::sp_core::AccountId32;
    use parity_scale_codec::{Decode, Encode};
    use scale_info::{Path, Type, TypeInfo, build::Fields, build::Variants};

    #[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
    pub(crate) enum MultiAddress {
        Id(AccountId32),
        Index(#[codec(compact)] u32),
        Raw(Vec<u8>),
    }

    impl TypeInfo for MultiAddress {
        type Identity = Self;

        fn type_info() -> Type {
            let path = Path::from_segments(["sp_runtime", "multiaddress", "MultiAddress"]).unwrap();
            let variants = Variants::new()
                .variant("Id", |v| v.index(0).fields(Fields::unnamed().field(|f| f.ty::<AccountId32>())))
                .variant("Index", |v| v.index(1).fields(Fields::unnamed().field(|f| f.compact::<u32>())))
                .variant("Raw", |v| v.index(2).fields(Fields::unnamed().field(|f| f.ty::<Vec<u8>>())));
            Type::builder().path(path).variant(variants)
        }
    }
}

/// Ethereum's integer, by its path.
pub(crate) mod primitive_types {
    use parity_scale_codec::{Decode, Encode};
    use scale_info::TypeInfo;

    #[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
    pub(crate) struct U256(pub [u64; 4]);

    impl TypeInfo for U256 {
        type Identity = Self;

        fn type_info() -> scale_info::Type {
            let path = scale_info::Path::from_segments(["primitive_types", "U256"]).unwrap();
            let fields = scale_info::build::Fields::unnamed().field(|field| field.ty::<[u64; 4]>());
            scale_info::Type::builder().path(path).composite(fields)
        }
    }
}

/// Alice's public key and address.
pub(crate) const ALICE: [u8; 32] = [
    0xd4, 0x35, 0x93, 0xc7, 0x15, 0xfd, 0xd3, 0x1c, 0x61, 0x14, 0x1a, 0xbd, 0x04, 0xa9, 0x9f, 0xd6, 0x82,
    0x2c, 0x85, 0x58, 0x85, 0x4c, 0xcd, 0xe3, 0x9a, 0x56, 0x84, 0xe7, 0xa5, 0x6d, 0xa2, 0x7d,
];
pub(crate) const ALICE_ADDRESS: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
