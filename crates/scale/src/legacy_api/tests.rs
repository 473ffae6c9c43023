use super::{SUBSTRATE, SUBTENSOR, registry::Registry, table::Table};
use scale_info::PortableRegistry;
use std::collections::HashSet;

#[test]
fn every_line_of_the_tables_is_read() {
    for text in [SUBSTRATE, SUBTENSOR] {
        let table = Table::parse(text, |_| true);
        let blocks: Vec<_> = text.split("\n\n").skip(1).collect();
        let of_kind = |kind| blocks.iter().filter(move |block| block.starts_with(kind));
        assert_eq!(
            of_kind("api ").map(|block| block.trim().lines().count() - 1).sum::<usize>(),
            table.methods.len()
        );
        assert_eq!(of_kind("struct ").count(), table.structs.len());
        assert_eq!(
            table.methods.iter().map(|method| method.api).collect::<HashSet<_>>().len(),
            of_kind("api ").count()
        );
        assert_eq!(of_kind("api ").count() + of_kind("struct ").count(), blocks.len());
        assert!(table.structs.iter().all(|item| !item.fields.is_empty()));
    }
}

#[test]
fn conditions_pick_the_lines_of_a_runtime() {
    let counts = |items: &[&str]| {
        let table = Table::parse(SUBTENSOR, |item| items.contains(&item));
        let fields = |name: &str| {
            let found = table.structs.iter().find(|item| item.path.ends_with(name));
            found.map(|item| item.fields.len()).unwrap()
        };
        (table.methods.len(), fields("::StakeInfo"), fields("::SubnetHyperparams"))
    };
    assert_eq!(counts(&[]), (13, 3, 22));
    assert_eq!(counts(&["CommitRevealWeightsEnabled"]), (13, 3, 24));
    assert_eq!(counts(&["CommitRevealWeightsEnabled", "LiquidAlphaOn", "SubnetIdentities"]), (15, 3, 27));
    assert_eq!(
        counts(&["CommitRevealWeightsEnabled", "LiquidAlphaOn", "SubnetIdentities", "SubnetTAO"]),
        (18, 8, 27)
    );
}

#[test]
fn types_are_added_once() {
    let mut types = PortableRegistry { types: Vec::new() };
    let table = Table::parse(SUBSTRATE, |_| false);
    let mut registry = Registry::new(&mut types, table.structs.iter(), []);
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
