//! Generated values of every type of every registry, real or invented.

use scale_info::PortableRegistry;
use tensorwire_oracle::{Generator, Reference, agree, chains, check, invent, seed};
use tensorwire_scale::{ErrorKind, Plan, TypeId};

/// For each type at least; an enum gets one for each of its variants.
const CASES: usize = 16;
const INVENTED_REGISTRIES: u64 = 400;

#[test]
fn every_type_of_every_chain_agrees_with_scale_value_and_round_trips() {
    for chain in chains() {
        let checked = check_all(&chain.name, chain.runtime.plan(), chain.registry());
        eprintln!("{}: {checked} values of {} types", chain.name, chain.registry().types.len());
    }
}

#[test]
fn every_type_of_invented_registries_agrees_with_scale_value_and_round_trips() {
    let (mut compiled, mut checked) = (0, 0);
    for seed in seed()..seed() + INVENTED_REGISTRIES {
        let registry = invent(seed);
        match Plan::compile(&registry, 42) {
            Ok(plan) => {
                compiled += 1;
                checked += check_all(&format!("registry {seed}"), &plan, &registry);
            }
            // A newtype around itself.
            Err(error) => assert_eq!(error.kind(), ErrorKind::Metadata, "{error}"),
        }
    }
    eprintln!("{compiled} registries of {INVENTED_REGISTRIES}: {checked} values");
    assert!(compiled > INVENTED_REGISTRIES / 2);
}

#[test]
fn the_comparison_tells_values_apart() {
    for chain in chains() {
        let (registry, mut generator) = (chain.registry(), Generator::new(chain.registry()));
        for id in (0..registry.types.len() as u32).step_by(3) {
            if !generator.is_inhabited(id) {
                continue;
            }
            let (a, b) = (generator.value(id, 0), generator.value(id, 1));
            let ours = chain.runtime.plan().decode(TypeId(id), &a).expect("a generated value decodes");
            if let Ok(theirs) = Reference(registry).decode(id, &mut &*b) {
                assert_eq!(agree(registry, id, &ours, &theirs).is_ok(), a == b, "{}, type {id}", chain.name);
            }
        }
    }
}

fn check_all(name: &str, plan: &Plan, registry: &PortableRegistry) -> usize {
    let mut generator = Generator::new(registry);
    let mut checked = 0;
    for id in 0..registry.types.len() as u32 {
        if !generator.is_inhabited(id) {
            continue;
        }
        for case in 0..CASES.max(generator.variants(id)) {
            let bytes = generator.value(id, case);
            if let Err(error) = check(plan, registry, id, &bytes) {
                let (ty, bytes) = (plan.type_name(TypeId(id)), const_hex::encode(&bytes));
                panic!("{name}, type {id} ({ty}), case {case}, 0x{bytes}: {error}");
            }
            checked += 1;
        }
    }
    checked
}
