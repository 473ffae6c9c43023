use super::{Registry, UNDEFINED, Unknown};
use crate::{
    Plan, TypeId,
    types::{base, chain_file, definition::Definitions, name::TypeName},
};
use scale_info::PortableRegistry;

fn definitions(yaml: &str) -> Definitions {
    chain_file::layers("test.yaml", yaml).unwrap().remove(0).1
}

fn name(text: &str) -> TypeName {
    TypeName::parse(text).unwrap()
}

#[test]
fn types_are_added_once() {
    let mut types = PortableRegistry { types: Vec::new() };
    for text in
        ["Vec<u8>", "Option<(u8, [u16; 2])>", "Compact<u64>", "()", "AccountId32", "BTreeMap<u8, str>"]
    {
        let mut registry = Registry::new(&mut types, [base()], Unknown::Fails);
        let id = registry.find(&name(text), None).unwrap();
        assert_eq!(registry.find(&name(text), None).unwrap(), id);
        let count = types.types.len();
        let mut again = Registry::new(&mut types, [base()], Unknown::Fails);
        assert_eq!(again.find(&name(text), None).unwrap(), id, "{text}");
        assert_eq!(types.types.len(), count, "{text}");
    }
    let mut registry = Registry::new(&mut types, [base()], Unknown::Fails);
    for unknown in ["Nothing", "Vec<Nothing>", "Set<u8>", "Balance", "Compact<bool>", "BitVec<bool, Lsb0>"] {
        assert!(registry.find(&name(unknown), None).is_err(), "{unknown}");
    }
}

#[test]
fn a_name_means_in_a_pallet_what_the_pallet_says() {
    let defined = definitions(
        "global:\n  types:\n    Balance: u128\n    Pair<T>: {first: T, second: Balance}\n    \
         Pair<A, B>: (A, B)\n  palletTypes:\n    Assets:\n      Balance: u64\n      Held: [Balance]\n",
    );
    let mut types = PortableRegistry { types: Vec::new() };
    let mut registry = Registry::new(&mut types, [&defined, base()], Unknown::Fails);
    let mut width = |text: &str, pallet| {
        let id = registry.find(&name(text), pallet).unwrap();
        let plan = Plan::compile(registry.types(), 42).unwrap();
        (0..64).find(|width| plan.decode(TypeId(id), &vec![0; *width]).is_ok()).unwrap()
    };
    assert_eq!(width("Balance", None), 16);
    assert_eq!(width("Balance", Some("Assets")), 8);
    assert_eq!(width("Balance", Some("Other")), 16);
    assert_eq!(width("Held", Some("Assets")), 8);
    // A parameter means what it means where it is written, the rest what it means where it is defined.
    assert_eq!(width("Pair<Balance>", Some("Assets")), 8 + 16);
    assert_eq!(width("Pair<Balance, Vec<Balance>>", Some("Assets")), 8 + 1);
    assert_eq!(width("Pair<Balance, (Balance, [Balance; 2])>", Some("Assets")), 8 * 4);
}

#[test]
fn a_type_may_contain_itself() {
    let defined = definitions("global:\n  types:\n    Tree<T>: {value: T, branches: Vec<Tree<T>>}\n");
    let mut types = PortableRegistry { types: Vec::new() };
    let mut registry = Registry::new(&mut types, [&defined], Unknown::Fails);
    let tree = registry.find(&name("Tree<u8>"), None).unwrap();
    let plan = Plan::compile(&types, 42).unwrap();
    let value = plan.decode(TypeId(tree), &[1, 8, 2, 0, 3, 0]).unwrap();
    assert_eq!(value.get("branches").unwrap()[1].get("value").unwrap().as_u64(), Some(3));
}

#[test]
fn types_without_end_are_told_with_their_line() {
    let defined = definitions(
        "global:\n  types:\n    A: B\n    B: (A, u8)\n    C<T>: {a: \"C<Vec<T>>\", b: \"C<Option<T>>\"}\n    \
         D: D\n    E: [E]\n",
    );
    for (text, place) in [("A", "test.yaml:"), ("C<u8>", "test.yaml:5: "), ("D", "test.yaml:6: ")] {
        let mut types = PortableRegistry { types: Vec::new() };
        let mut registry = Registry::new(&mut types, [&defined], Unknown::StandsIn);
        let error = registry.find(&name(text), None).unwrap_err().to_string();
        assert!(error.starts_with(place) && error.ends_with("has no end"), "{error}");
    }
}

#[test]
fn types_that_double_without_end_are_told_before_they_fill_the_memory() {
    let defined = definitions(
        "global:\n  types:\n    A<T>: {a: \"A<(T, T)>\"}\n    B<T>: C<(T, T)>\n    C<T>: B<(T, T)>\n",
    );
    for (text, place) in [("A<u8>", "test.yaml:3: "), ("B<u8>", "test.yaml:")] {
        let mut types = PortableRegistry { types: Vec::new() };
        let mut registry = Registry::new(&mut types, [&defined], Unknown::StandsIn);
        let error = registry.find(&name(text), None).unwrap_err().to_string();
        assert!(error.starts_with(place) && error.ends_with("has no end"), "{error}");
    }
}

#[test]
fn what_nobody_defines_stands_in_or_fails_with_the_line_that_needs_it() {
    let defined =
        definitions("global:\n  types:\n    Known: u8\n    Foo:\n      a: u8\n      b: Vec<Knwon>\n");
    let mut types = PortableRegistry { types: Vec::new() };
    let mut registry = Registry::new(&mut types, [&defined], Unknown::Fails);
    let error = registry.find(&name("Foo"), None).unwrap_err().to_string();
    assert_eq!(error, "test.yaml:4: no type is called Knwon, did you mean Known?");

    let mut types = PortableRegistry { types: Vec::new() };
    let mut registry = Registry::new(&mut types, [&defined], Unknown::StandsIn);
    let foo = registry.find(&name("Foo"), None).unwrap();
    let plan = Plan::compile(&types, 42).unwrap();
    assert!(types.types.iter().any(|ty| ty.ty.path.segments == [UNDEFINED, "Knwon of test.yaml:4"]));
    assert!(plan.decode(TypeId(foo), &[1, 0]).is_ok());
    let error = plan.decode(TypeId(foo), &[1, 4, 0]).unwrap_err().to_string();
    assert!(error.contains("the type Knwon of test.yaml:4 is not defined"), "{error}");
}
