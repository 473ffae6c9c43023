use super::{Types, base, chain_file};
use crate::ErrorKind;

#[test]
fn the_base_is_read() {
    assert_eq!(chain_file::layers("base.yaml", include_str!("base.yaml")).unwrap().len(), 1);
    assert!(base().get(None, "AccountId32", 0).is_some() && base().get(None, "BTreeMap", 2).is_some());
}

#[test]
fn the_fingerprint_tells_types_apart() {
    let yaml = |text: &str| Types::new().definitions("a", text).unwrap();
    let one = yaml("global: {types: {A: u8}}");
    assert_eq!(one.fingerprint(), yaml("global: {types: {A: u8}}").fingerprint());
    assert_ne!(one.fingerprint(), yaml("global: {types: {A: u16}}").fingerprint());
    assert_ne!(one.fingerprint(), Types::new().fingerprint());
    assert_ne!(one.clone().overrides_json("b", "{}").unwrap().fingerprint(), one.fingerprint());
    assert_eq!(Types::new().fingerprint(), [0; 16]);
    assert!(Types::new().is_empty() && !one.is_empty());
}

#[test]
fn ranges_pick_definitions() {
    let types = Types::new()
        .definitions(
            "a.yaml",
            "global: {types: {A: u8, B: u8}}\nforSpec:\n- range: [10, 19]\n  types: {A: u16}\n\
             - range: [15, null]\n  types: {A: u32}\n",
        )
        .unwrap();
    let shown = |spec| {
        let found = types.of_spec(spec).find_map(|source| source.get(None, "A", 0));
        format!("{:?}", found.unwrap().shape)
    };
    for (spec, ty) in [(0, "u8"), (9, "u8"), (10, "u16"), (14, "u16"), (15, "u32"), (19, "u32"), (20, "u32")]
    {
        assert!(shown(spec).contains(&format!("{ty:?}")), "{spec}: {}", shown(spec));
    }
}

#[test]
fn g15_a_mistake_in_definitions_names_file_and_line() {
    for (text, message) in [
        ("global:\n  types:\n    A: Vec<u8", "a.yaml:3: \"Vec<u8\" is no type: a `>` is missing"),
        ("global:\n  tpyes: {}", "a.yaml:2: \"tpyes\" has no meaning here, did you mean types?"),
        ("global: {}\nforSpec:\n- types: {}\n", "a.yaml:3: the range of spec versions is missing"),
        (
            "global: {}\nforSpec:\n- range: [1]\n",
            "a.yaml:3: a range as in [1000, 1050] or [1051, null] is expected, and here is a list",
        ),
        (
            "global: {}\nforSpec:\n- range: [one, 2]\n",
            "a.yaml:3: a spec version or null is expected, and here is \"one\"",
        ),
        (
            "global:\n types:\n  \"A<(B)>\": u8",
            "a.yaml:3: (B) in \"A<(B)>\" is not the name of a parameter, as T in Foo<T>",
        ),
        (
            "global:\n types:\n  A:\n   _enum:\n   - {name: B}",
            "a.yaml:5: the index of the variant is missing",
        ),
        (
            "global:\n types:\n  A:\n   _enum:\n   - {name: B, index: 1}\n   - C",
            "a.yaml:5: the variants B and C both have the index 1",
        ),
        (
            "global:\n types:\n  A:\n   _enum: [{name: B, index: 256}]",
            "a.yaml:4: the index of a variant, 0 to 255 is expected, and here is \"256\"",
        ),
        (
            "global:\n runtimeApis:\n  Core:\n   version:\n    inputs: []",
            "a.yaml:4: the output of Core.version is missing",
        ),
        ("global:\n types:\n  A:\n   b: u8\n   b: u16", "a.yaml:5: the field b is there twice"),
        ("- a", "a.yaml:1: a map of global and forSpec is expected, and here is a list"),
    ] {
        let error = Types::new().definitions("a.yaml", text).unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Definitions, message), "{text}");
    }
}

#[test]
fn g15_a_mistake_in_overrides_names_file_and_line() {
    for (text, message) in [
        (
            "{\n\"types\": {\n\"A\": \"Vec<\"\n}}",
            "o.json:3: \"Vec<\" is no type: it ends where a name is expected",
        ),
        ("{\n\"tipes\": {}}", "o.json:2: \"tipes\" has no meaning here, did you mean types?"),
        (
            "{\"types\": {\n\"A\": {\"type\": \"set\"}}}",
            "o.json:2: struct or enum is expected, and here is \"set\"",
        ),
        ("{\"types\": {\n\"A\": {\"type\": \"struct\"}}}", "o.json:2: \"type_mapping\" is missing"),
        (
            "{\"types\": {\"A\": {\"type\": \"struct\", \"type_mapping\": [\n[\"a\"]]}}}",
            "o.json:2: a pair of a name and a type is expected, and here is a list",
        ),
        ("{\"runtime_api\": {\"A\": {\"methods\": {\n\"m\": {}}}}}", "o.json:2: \"type\" is missing"),
    ] {
        let error = Types::new().overrides_json("o.json", text).unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Definitions, message), "{text}");
    }
    let error = Types::new().overrides_json("o.json", "{\n\"types\": {\n").unwrap_err().to_string();
    assert!(error.starts_with("o.json:"), "{error}");
}

#[test]
fn files_are_told_by_their_names() {
    let error = |path: &str| Types::new().file(path).unwrap_err().to_string();
    assert_eq!(error("types.toml"), "types.toml: types are read from .yaml, .yml or .json");
    assert!(error("no/such.yaml").starts_with("no/such.yaml: cannot be read: "));
}
