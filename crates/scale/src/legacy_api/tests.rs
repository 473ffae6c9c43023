use super::{SUBSTRATE, SUBTENSOR, table};
use crate::types::definition::Shape;
use std::collections::HashSet;

#[test]
fn every_line_of_the_tables_is_read() {
    for text in [SUBSTRATE, SUBTENSOR] {
        let table = table::parse(text, |_| true);
        let blocks: Vec<_> = text.split("\n\n").skip(1).collect();
        let of_kind = |kind| blocks.iter().filter(move |block| block.starts_with(kind));
        assert_eq!(
            of_kind("api ").map(|block| block.trim().lines().count() - 1).sum::<usize>(),
            table.methods.len()
        );
        assert_eq!(of_kind("struct ").count(), table.plain_names().count());
        assert_eq!(
            table.methods.iter().map(|method| &method.api).collect::<HashSet<_>>().len(),
            of_kind("api ").count()
        );
        assert_eq!(of_kind("api ").count() + of_kind("struct ").count(), blocks.len());
        for name in table.plain_names() {
            assert_ne!(fields(table.get(None, name, 0).unwrap()), 0, "{name}");
        }
    }
}

#[test]
fn conditions_pick_the_lines_of_a_runtime() {
    let counts = |items: &[&str]| {
        let table = table::parse(SUBTENSOR, |item| items.contains(&item));
        let fields = |name: &str| fields(table.get(None, name, 0).unwrap());
        (table.methods.len(), fields("StakeInfo"), fields("SubnetHyperparams"))
    };
    assert_eq!(counts(&[]), (13, 3, 22));
    assert_eq!(counts(&["CommitRevealWeightsEnabled"]), (13, 3, 24));
    assert_eq!(counts(&["CommitRevealWeightsEnabled", "LiquidAlphaOn", "SubnetIdentities"]), (15, 3, 27));
    assert_eq!(
        counts(&["CommitRevealWeightsEnabled", "LiquidAlphaOn", "SubnetIdentities", "SubnetTAO"]),
        (18, 8, 27)
    );
}

fn fields(definition: &crate::types::definition::Definition) -> usize {
    match &definition.shape {
        Shape::Struct(fields) => fields.len(),
        _ => 0,
    }
}
