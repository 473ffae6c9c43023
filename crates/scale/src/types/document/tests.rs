use super::{Content, Node, read};

fn shown(node: &Node) -> String {
    let line = node.place.line;
    match &node.content {
        Content::Null => format!("{line}~"),
        Content::Text(text) => format!("{line}{text}"),
        Content::List(list) => format!("{line}[{}]", list.iter().map(shown).collect::<Vec<_>>().join(" ")),
        Content::Map(entries) => {
            let entry = |entry: &super::Entry| format!("{}={}", entry.key, shown(&entry.value));
            format!("{line}{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(" "))
        }
    }
}

#[test]
fn every_node_knows_its_line() {
    let yaml = "a: # first\n  b: 'x'\n  c: [1, null,\n   true]\nd:\n- e: ~\n  f: {}\n";
    assert_eq!(shown(&read("f", yaml).unwrap()), "1{a=2{b=2x c=3[31 3~ 4true]} d=6[6{e=6~ f=7{}}]}");
    // Tabs, escapes and colons without space, as JSON has them.
    let json = "{\n\t\"a\":{\"b\":\"\\u0041\\n\"},\n\t\"c\":[\n\t\t1,[\"x\"]\n\t]\n}\n";
    assert_eq!(shown(&read("f", json).unwrap()), "1{a=2{b=2A\n} c=3[41 4[4x]]}");
    assert_eq!(shown(&read("f", "").unwrap()), "1{}");
}

#[test]
fn mistakes_have_a_line() {
    for (text, message) in [
        ("a: 1\nb: ]", "types.yaml:2: "),
        ("a: &x 1\nb: *x", "types.yaml:2: references (*name) are not read"),
        ("---\na: 1\n---\nb: 1", "types.yaml:3: a second document begins here"),
        ("? [a]\n: 1", "types.yaml:1: a name is expected before the colon"),
    ] {
        let error = read("types.yaml", text).unwrap_err().to_string();
        assert!(error.starts_with(message), "{text:?}: {error}");
    }
    let deep = read("types.yaml", &"[".repeat(100)).unwrap_err().to_string();
    assert!(deep.contains("nested deeper than 32 levels"), "{deep}");
}
