use super::Types;
use crate::{Plan, TypeId};
use scale_info::{
    Path, PortableRegistry, PortableType, Type, TypeDef, TypeDefPrimitive, TypeDefSequence,
    form::PortableForm,
};

/// Sequences of sequences of that primitive, the outermost first.
fn nested(levels: u32, innermost: TypeDefPrimitive) -> Plan {
    let ty = |id, def: TypeDef<PortableForm>| {
        PortableType::new(id, Type::new(Path::default(), Vec::new(), def, Vec::new()))
    };
    let mut types: Vec<_> =
        (0..levels).map(|id| ty(id, TypeDefSequence::new((id + 1).into()).into())).collect();
    types.push(ty(levels, innermost.into()));
    Plan::compile(&PortableRegistry { types }, 42).unwrap()
}

#[test]
fn types_nested_without_measure_are_compared() {
    const LEVELS: u32 = 200_000;
    let (before, after) = (nested(LEVELS, TypeDefPrimitive::Bool), nested(LEVELS, TypeDefPrimitive::Char));
    let types = Types { before: &before, after: &after, assumed: Vec::new() };
    let difference = types.difference("value", TypeId(0), TypeId(0)).unwrap();
    assert!(difference.inside.is_empty());
    assert_eq!(types.difference("value", TypeId(LEVELS), TypeId(LEVELS)).unwrap().before.unwrap(), "bool");
}
