//! No registry and no bytes make the plan panic, hang, or take memory beyond what the input justifies.

use crate::support::{plan_of, registry_of};
use parity_scale_codec::{Compact, Encode};
use proptest::{collection, prelude::*};
use scale_info::{
    Field, Path, PortableRegistry, PortableType, Type, TypeDef, TypeDefArray, TypeDefCompact,
    TypeDefComposite, TypeDefPrimitive, TypeDefSequence, TypeDefTuple, TypeDefVariant, Variant,
    form::PortableForm, interner::UntrackedSymbol,
};
use tensorwire_scale::{ErrorKind, FromScale, Plan, TypeId, Value};

type Def = TypeDef<PortableForm>;

fn registry(defs: impl IntoIterator<Item = Def>) -> PortableRegistry {
    let types = defs.into_iter().enumerate().map(|(id, def)| PortableType {
        id: id as u32,
        ty: Type::new(Path::from_segments_unchecked([]), vec![], def, vec![]),
    });
    PortableRegistry { types: types.collect() }
}

fn id(id: u32) -> UntrackedSymbol<std::any::TypeId> {
    id.into()
}

fn field(ty: u32) -> Field<PortableForm> {
    Field { name: None, ty: id(ty), type_name: None, docs: vec![] }
}

fn newtype(ty: u32) -> Def {
    TypeDefComposite { fields: vec![field(ty)] }.into()
}

fn tuple(fields: &[u32]) -> Def {
    TypeDef::Tuple(TypeDefTuple { fields: fields.iter().map(|ty| id(*ty)).collect() })
}

fn sequence(element: u32) -> Def {
    TypeDef::Sequence(TypeDefSequence { type_param: id(element) })
}

fn array(element: u32, len: u32) -> Def {
    TypeDef::Array(TypeDefArray { type_param: id(element), len })
}

fn compact(content: u32) -> Def {
    TypeDef::Compact(TypeDefCompact { type_param: id(content) })
}

fn variant(index: u8, fields: &[u32]) -> Variant<PortableForm> {
    let fields = fields.iter().map(|ty| field(*ty)).collect();
    Variant { name: format!("V{index}"), fields, index, docs: vec![] }
}

fn variants(variants: Vec<Variant<PortableForm>>) -> Def {
    TypeDef::Variant(TypeDefVariant { variants })
}

#[track_caller]
fn corrupt(defs: impl IntoIterator<Item = Def>) {
    let error = Plan::compile(&registry(defs), 42).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Metadata, "{error}");
}

#[test]
fn a_registry_that_contradicts_itself_is_refused() {
    corrupt([sequence(1)]);
    corrupt([tuple(&[0, 7])]);
    corrupt([newtype(0)]);
    corrupt([newtype(1), newtype(0)]);
    corrupt([compact(1), TypeDefPrimitive::Str.into()]);
    corrupt([compact(0)]);
    corrupt([sequence(1), newtype(1)]);
    corrupt([variants(vec![variant(3, &[]), variant(3, &[])])]);
    let mut shifted = registry([tuple(&[])]);
    shifted.types[0].id = 5;
    Plan::compile(&shifted, 42).unwrap_err();
}

#[test]
fn types_that_contain_themselves_without_end_are_refused_when_read() {
    let plan = Plan::compile(&registry([tuple(&[0, 0]), array(1, 3), sequence(2)]), 42).unwrap();
    for ty in 0..3 {
        plan.decode(TypeId(ty), &[0xff; 600]).unwrap_err();
        plan.skip(TypeId(ty), &mut [0xff; 600].as_slice()).unwrap_err();
        plan.type_name(TypeId(ty));
    }
}

#[test]
fn types_that_double_without_taking_bytes_do_not_hang() {
    let doubling = (0..300u32).map(|ty| if ty == 0 { tuple(&[]) } else { tuple(&[ty - 1, ty - 1]) });
    let plan = Plan::compile(&registry(doubling), 42).unwrap();
    for ty in [40, 100, 299] {
        plan.decode(TypeId(ty), &[]).unwrap_err();
        let _ = plan.skip(TypeId(ty), &mut [].as_slice());
    }
    let arrays = (0..8).map(|ty| if ty == 0 { tuple(&[]) } else { array(ty - 1, u32::MAX) });
    let plan = Plan::compile(&registry(arrays), 42).unwrap();
    plan.decode(TypeId(7), &[]).unwrap_err();
    plan.decode_as::<Vec<Vec<Value>>>(TypeId(7), &[]).unwrap_err();
}

#[test]
fn a_length_alone_allocates_nothing() {
    let four_billion = Compact(u32::MAX).encode();
    for (plan, ty) in
        [plan_of::<Vec<()>>(), plan_of::<Vec<u64>>(), plan_of::<Vec<(u64, bool)>>(), plan_of::<String>()]
    {
        let error = plan.decode(ty, &four_billion).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    }
    let (plan, ty) = plan_of::<Vec<()>>();
    plan.decode_as::<Vec<()>>(ty, &four_billion).unwrap_err();
    plan.skip(ty, &mut four_billion.as_slice()).unwrap();
    let (plan, ty) = plan_of::<Vec<[u64; 4]>>();
    plan.decode_as::<Vec<[u64; 4]>>(ty, &four_billion).unwrap_err();
}

#[derive(Debug, Encode, scale_info::TypeInfo, FromScale)]
#[allow(dead_code)]
enum List {
    End,
    More(Box<Self>),
}

#[test]
fn nesting_is_bounded() {
    let (plan, ty) = plan_of::<List>();
    let fine = [[1; 60].as_slice(), &[0]].concat();
    plan.decode(ty, &fine).unwrap();
    plan.decode_as::<List>(ty, &fine).unwrap();
    let deep = vec![1; 1_000_000];
    assert!(plan.decode(ty, &deep).unwrap_err().to_string().contains("nested"));
    plan.decode_as::<List>(ty, &deep).unwrap_err();
    plan.skip(ty, &mut deep.as_slice()).unwrap_err();
}

#[test]
fn errors_say_where_and_what() {
    #[derive(Encode, scale_info::TypeInfo)]
    struct Outer {
        first: u32,
        list: Vec<Inner>,
    }
    #[derive(Encode, scale_info::TypeInfo)]
    struct Inner {
        flag: bool,
        choice: Option<List>,
    }
    let (plan, ty) = plan_of::<Outer>();
    let inner = |choice| Inner { flag: true, choice };
    let mut bytes = Outer { first: 1, list: vec![inner(None), inner(Some(List::End))] }.encode();
    bytes[7] = 9;
    let error = plan.decode(ty, &bytes).unwrap_err();
    assert_eq!((error.offset(), error.path().as_str()), (Some(7), "list[1].flag"), "{error}");
    (bytes[7], bytes[9]) = (1, 5);
    let error = plan.decode(ty, &bytes).unwrap_err();
    assert_eq!((error.offset(), error.path().as_str()), (Some(9), "list[1].choice"), "{error}");
    assert!(error.to_string().contains("List has no variant of index 5"), "{error}");
    bytes[9] = 0;
    bytes.extend([1, 2, 3]);
    let error = plan.decode(ty, &bytes).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::TrailingBytes, Some(10)));
    assert!(error.to_string().starts_with("3 bytes are left over"), "{error}");
    let (plan, ty) = plan_of::<String>();
    let error = plan.decode(ty, &[12, b'a', 0xff, b'b']).unwrap_err();
    assert_eq!(error.offset(), Some(2), "{error}");
}

/// Definitions of anything, referring to any of ten types or one that is not there.
fn definition() -> impl Strategy<Value = Def> {
    let ty = || 0u32..11;
    let types = || collection::vec(0u32..11, 0..4);
    prop_oneof![
        ty().prop_map(newtype),
        types().prop_map(|types| tuple(&types)),
        types().prop_map(|types| TypeDefComposite { fields: types.into_iter().map(field).collect() }.into()),
        ty().prop_map(sequence),
        (ty(), prop_oneof![0u32..5, Just(u32::MAX)]).prop_map(|(ty, len)| array(ty, len)),
        ty().prop_map(compact),
        collection::vec((any::<u8>(), types()), 0..4).prop_map(|list| {
            variants(list.into_iter().map(|(index, types)| variant(index % 6, &types)).collect())
        }),
        Just(TypeDefPrimitive::U8.into()),
        Just(TypeDefPrimitive::U64.into()),
        Just(TypeDefPrimitive::Str.into()),
        Just(TypeDefPrimitive::Char.into()),
        Just(TypeDefPrimitive::I256.into()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_registry_and_any_bytes_give_a_value_or_an_error(
        defs in collection::vec(definition(), 10),
        bytes in collection::vec(prop_oneof![0u8..6, any::<u8>()], 0..64),
    ) {
        if let Ok(plan) = Plan::compile(&registry(defs), 42) {
            for ty in (0..10).map(TypeId) {
                plan.type_name(ty);
                plan.describe(ty).unwrap();
                let mut rest = bytes.as_slice();
                if let Ok(value) = plan.decode_prefix(ty, &mut rest) {
                    let taken = &bytes[..bytes.len() - rest.len()];
                    prop_assert_eq!(plan.encode(ty, &value).unwrap(), taken);
                    let mut skipped = bytes.as_slice();
                    plan.skip(ty, &mut skipped).unwrap();
                    prop_assert_eq!(skipped, rest);
                } else {
                    prop_assert_eq!(rest, bytes.as_slice());
                }
            }
        }
    }

    #[test]
    fn any_json_gives_bytes_or_an_error(defs in collection::vec(definition(), 10), json in any_json()) {
        if let Ok(plan) = Plan::compile(&registry(defs), 42) {
            for ty in (0..10).map(TypeId) {
                if let Ok(bytes) = plan.encode(ty, &Value::from(json.clone())) {
                    prop_assert!(plan.decode(ty, &bytes).is_ok());
                }
            }
        }
    }
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value as Json;
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        (0u8..4).prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "V[0-5]|0x[0-9a-f]{0,8}|[0-9]{1,5}|.{0,4}".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            collection::hash_map("V[0-5]|[0-3]|Some", inner, 0..3)
                .prop_map(|map| map.into_iter().collect::<Json>()),
        ]
    })
}

#[test]
fn a_registry_is_a_registry() {
    let (registry, ty) = registry_of::<u8>();
    assert_eq!(Plan::compile(&registry, 0).unwrap().decode(ty, &[7]).unwrap(), Value::from(7u8));
    assert!(Plan::compile(&PortableRegistry { types: vec![] }, 0).unwrap().is_empty());
}
