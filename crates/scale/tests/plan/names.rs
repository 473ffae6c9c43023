use crate::support::{plan_of, shared, sp_core::AccountId32, sp_runtime::MultiAddress};
use parity_scale_codec::{Compact, Encode};
use scale_info::TypeInfo;
use tensorwire_scale::{ErrorKind, Runtime, TypeId, TypeKind};

#[derive(Encode, TypeInfo)]
struct Outer {
    stake: Vec<(AccountId32, Compact<u64>)>,
    hash: [u8; 32],
    option: Option<u16>,
    address: MultiAddress,
    a: a::Error,
    b: b::Error,
}

mod a {
    #[derive(parity_scale_codec::Encode, scale_info::TypeInfo)]
    pub(crate) struct Error(u8);
}

mod b {
    #[derive(parity_scale_codec::Encode, scale_info::TypeInfo)]
    pub(crate) struct Error(u16);
}

#[test]
fn types_have_short_names() {
    let (plan, ty) = plan_of::<Outer>();
    let TypeKind::Fields(fields) = plan.describe(ty).unwrap().kind else { panic!("a struct") };
    let shown: Vec<String> = fields
        .iter()
        .map(|field| format!("{}: {}", field.name.as_deref().unwrap_or(""), field.type_name))
        .collect();
    assert_eq!(
        shown,
        [
            "stake: Vec<(AccountId32, Compact<u64>)>",
            "hash: [u8; 32]",
            "option: Option<u16>",
            "address: MultiAddress",
            "a: Error",
            "b: Error",
        ]
    );
}

#[test]
fn types_are_found_by_id_path_last_part_and_rendered_name() {
    let (plan, ty) = plan_of::<Outer>();
    assert_eq!(plan.find_type(&ty.to_string()).unwrap(), ty);
    assert_eq!(plan.find_type("Outer").unwrap(), ty);
    let account = plan.find_type("sp_core::crypto::AccountId32").unwrap();
    assert_eq!(plan.find_type("AccountId32").unwrap(), account);
    assert_eq!(plan.type_path(account), "sp_core::crypto::AccountId32");
    for name in ["u8", "u64", "Vec<(AccountId32,Compact<u64>)>", "[u8;32]", "Option<u16>"] {
        let found = plan.find_type(name).unwrap();
        assert_eq!(plan.type_name(found).replace(' ', ""), name);
    }
}

#[test]
fn ambiguous_and_unknown_names_say_what_there_is() {
    let (plan, _) = plan_of::<Outer>();
    let error = plan.find_type("Error").unwrap_err();
    assert!(error.to_string().contains("a::Error") && error.to_string().contains("b::Error"), "{error}");
    let error = plan.find_type("AcountId32").unwrap_err();
    assert!(error.is_not_found() && error.to_string().contains("AccountId32"), "{error}");
    let error = plan.find_type("99999").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    plan.decode(TypeId(99_999), &[]).unwrap_err();
    plan.decode_as::<u8>(TypeId(99_999), &[]).unwrap_err();
    plan.describe(TypeId(99_999)).unwrap_err();
}

#[test]
fn of_types_that_are_alike_the_first_is_found() {
    let Some(metadata) = shared("metadata/finney-393-v16.scale") else { return };
    let runtime = Runtime::from_metadata(&metadata).unwrap();
    let plan = runtime.plan();
    for name in ["(u16, AccountId32)", "Vec<u16>", "(u16, u16)"] {
        let first = (0..plan.len() as u32).map(TypeId).find(|ty| plan.type_name(*ty) == name).unwrap();
        assert_eq!(plan.find_type(name).unwrap(), first, "{name}");
    }
}

#[derive(Encode, TypeInfo)]
struct Wrapper<T> {
    content: T,
}

#[derive(Encode, TypeInfo)]
struct Tree<T> {
    label: T,
    children: Vec<Self>,
}

#[test]
fn types_of_one_name_that_differ_are_told_apart_by_their_parameters() {
    let (plan, _) = plan_of::<(Wrapper<u8>, Wrapper<Vec<u16>>)>();
    let error = plan.find_type("Wrapper").unwrap_err().to_string();
    assert!(error.contains("Wrapper<u8>") && error.contains("Wrapper<Vec<u16>>"), "{error}");
    let (plan, _) = plan_of::<(Tree<Vec<u8>>, Tree<Vec<u16>>)>();
    plan.find_type("Tree").unwrap_err();
    let (plan, _) = plan_of::<(Tree<Vec<u8>>, Tree<std::collections::BTreeSet<u8>>)>();
    plan.find_type("Tree").unwrap();
}
