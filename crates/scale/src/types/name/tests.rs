use super::TypeName;

#[test]
fn what_metadata_writes_is_read() {
    for (text, shown) in [
        ("u8", "u8"),
        ("Vec<u8>", "Vec<u8>"),
        (" Vec < ( T::AccountId ,BalanceOf<T, I>, ) > ", "Vec<(T::AccountId, BalanceOf<T, I>)>"),
        ("[u8; 32]", "[u8; 32]"),
        ("Hash,", "Hash"),
        ("[ [u8;4] ;2 ]", "[[u8; 4]; 2]"),
        ("()", "()"),
        ("<T::Lookup as StaticLookup>::Source", "<T::Lookup as StaticLookup>::Source"),
        ("Box<<T as Trait<I>>::Proposal>", "Box<<T as Trait<I>>::Proposal>"),
        (
            "<<T as Config>::Currency\n   as  Currency<AccountId>>::Balance",
            "<<T as Config>::Currency as Currency<AccountId>>::Balance",
        ),
        ("schnorrkel :: Randomness", "schnorrkel::Randomness"),
        ("&'static str", "str"),
        ("&[u8]", "Vec<u8>"),
        ("&'static [Foo]", "Vec<Foo>"),
    ] {
        assert_eq!(TypeName::parse(text).unwrap().to_string(), shown, "{text}");
    }
}

#[test]
fn what_is_no_type_is_told() {
    for (text, why) in [
        ("", "it ends where a name is expected"),
        ("Vec<u8", "a `>` is missing"),
        ("(u8", "a `)` is missing"),
        ("[u8]", "the length of the array is missing, as in `[u8; 32]`"),
        ("[u8; x]", "the length of the array is no number"),
        ("[u8; 99999999999]", "the length of the array is no number"),
        ("[u8; 2", "a `]` is missing"),
        ("u8 u8", "\"u8\" follows it"),
        ("<T as", "a `>` is missing"),
        ("8u", "a name is expected at \"8u\""),
    ] {
        let error = TypeName::parse(text).unwrap_err();
        assert_eq!(error, format!("{text:?} is no type: {why}"));
    }
    let deep = TypeName::parse(&"(".repeat(4000)).unwrap_err();
    assert!(deep.ends_with("it is nested deeper than 32 levels"), "{deep}");
    let wide = TypeName::parse(&format!("A<{}>", "u8,".repeat(2000))).unwrap_err();
    assert!(wide.ends_with("it is too long"), "{wide}");
}

#[test]
fn parameters_are_substituted() {
    let replacement = |name: &str| (name == "T").then(|| TypeName::plain("u8"));
    let name = TypeName::parse("Foo<T, (T, [T; 2]), Vec<T>>").unwrap().substitute(&replacement);
    assert_eq!(name.to_string(), "Foo<u8, (u8, [u8; 2]), Vec<u8>>");
}
