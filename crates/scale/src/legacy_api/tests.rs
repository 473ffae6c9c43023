use super::{SUBSTRATE, SUBTENSOR, registry::Registry, table::Table};
use scale_info::PortableRegistry;

/// Lines that a block has besides its header.
fn lines(text: &str, kind: &str) -> usize {
    let blocks = text.split("\n\n").filter(|block| block.trim_start().starts_with(kind));
    blocks.map(|block| block.trim().lines().count() - 1).sum()
}

#[test]
fn every_line_of_the_tables_is_read() {
    for text in [SUBSTRATE, SUBTENSOR] {
        let unconditional = text.replace(" if SubnetTAO", "").replace(" unless SubnetTAO", "");
        let table = Table::parse(Box::leak(unconditional.into_boxed_str()), |_| false);
        assert_eq!(table.methods.len(), lines(text, "api "));
        assert_eq!(table.structs.len(), text.matches("struct ").count());
        for block in text.split("\n\n") {
            assert!(["#", "api ", "struct "].iter().any(|kind| block.starts_with(kind)), "{block}");
        }
    }
}

#[test]
fn conditions_pick_one_of_two_layouts() {
    let fields = |with_item: bool| {
        let table = Table::parse(SUBTENSOR, |item| with_item && item == "SubnetTAO");
        let found: Vec<_> = table.structs.iter().filter(|item| item.path.ends_with("::StakeInfo")).collect();
        assert_eq!(found.len(), 1);
        found[0].fields.contains("netuid")
    };
    assert!(fields(true));
    assert!(!fields(false));
}

#[test]
fn types_are_added_once() {
    let mut types = PortableRegistry { types: Vec::new() };
    let table = Table::parse(SUBSTRATE, |_| false);
    let mut registry = Registry::new(&mut types, table.structs.iter().copied(), []);
    let metadata = registry.find_or_add("OpaqueMetadata").unwrap();
    assert_eq!(registry.find_or_add("OpaqueMetadata"), Some(metadata));
    let mut again = Registry::new(&mut types, [].into_iter(), []);
    assert_eq!(again.find_or_add("OpaqueMetadata"), Some(metadata));
    for text in ["Vec<u8>", "Option<(u8, [u16; 2])>", "Compact<u64>", "()"] {
        let id = again.find_or_add(text).unwrap();
        let count = again.types().types.len();
        let mut fresh = Registry::new(&mut types, [].into_iter(), []);
        assert_eq!(fresh.find_or_add(text), Some(id), "{text}");
        assert_eq!(fresh.types().types.len(), count, "{text}");
        again = fresh;
    }
    for unknown in ["Nothing", "Vec<Nothing>", "Set<u8>", "Balance"] {
        assert_eq!(again.find_or_add(unknown), None, "{unknown}");
    }
}
