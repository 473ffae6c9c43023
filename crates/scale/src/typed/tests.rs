use super::Bindings;
use crate::{FromScale, Plan, TypeId};
use scale_info::{MetaType, Registry, TypeInfo};

#[derive(TypeInfo)]
#[allow(dead_code)]
struct Chain {
    a: u16,
    b: Vec<(u32, bool)>,
    children: Vec<Self>,
}

#[derive(FromScale)]
#[scale(crate = "crate")]
#[allow(dead_code)]
struct Same {
    a: u16,
    b: Vec<(u32, bool)>,
    children: Vec<Self>,
}

#[derive(FromScale)]
#[scale(crate = "crate")]
#[allow(dead_code)]
struct Wider {
    a: u16,
    b: Vec<(u64, bool)>,
    children: Vec<Self>,
}

#[derive(FromScale)]
#[scale(crate = "crate")]
#[allow(dead_code)]
struct Moved {
    b: Vec<(u32, bool)>,
    a: u16,
    children: Vec<Same>,
}

fn is_exact<T: FromScale>() -> bool {
    let mut registry = Registry::new();
    let ty = TypeId(registry.register_type(&MetaType::new::<Chain>()).id);
    let plan = Plan::compile(&registry.into(), 42).unwrap();
    let bindings = Bindings::default();
    let bound = bindings.get::<T>(&plan, ty).unwrap();
    assert!(std::sync::Arc::ptr_eq(&bound, &bindings.get::<T>(&plan, ty).unwrap()), "compared once only");
    bound.nodes[bound.root.0].exact
}

#[test]
fn only_equal_layouts_are_read_directly() {
    assert!(is_exact::<Same>());
    assert!(!is_exact::<Wider>());
    assert!(!is_exact::<Moved>());
}
