//! Bytes that may or may not be a value: never a panic, and taken or refused as the reference does.

use scale_info::{PortableRegistry, TypeDef};
use tensorwire_oracle::{Generator, Reference, Refusal, agree, chains, contains, invent, seed};
use tensorwire_scale::{Plan, TypeId};

const NOISE: usize = 12;
const DAMAGED: usize = 24;
const INVENTED_REGISTRIES: u64 = 60;

#[derive(Debug, Default)]
struct Tally {
    taken: usize,
    refused: usize,
    /// Refused for what tensorwire guards against and the reference does not.
    guarded: usize,
    /// Taken, where the reference knows no such type.
    unsupported: usize,
}

#[test]
fn arbitrary_bytes_are_taken_or_refused_as_by_scale_value_on_every_chain() {
    for chain in chains() {
        let tally = compare_all(&chain.name, chain.runtime.plan(), chain.registry());
        eprintln!("{}: {tally:?}", chain.name);
        assert!(tally.taken > 1_000 && tally.refused > 1_000, "{tally:?}");
    }
}

#[test]
fn arbitrary_bytes_are_taken_or_refused_as_by_scale_value_in_invented_registries() {
    for seed in seed()..seed() + INVENTED_REGISTRIES {
        let registry = invent(seed);
        if let Ok(plan) = Plan::compile(&registry, 42) {
            compare_all(&format!("registry {seed}"), &plan, &registry);
        }
    }
}

fn compare_all(name: &str, plan: &Plan, registry: &PortableRegistry) -> Tally {
    let mut generator = Generator::new(registry);
    let mut tally = Tally::default();
    for id in 0..registry.types.len() as u32 {
        let subject = Subject {
            plan,
            registry,
            id,
            has_bits: contains(registry, id, |_, def| matches!(def, TypeDef::BitSequence(_))),
            is_endless: contains(registry, id, |id, def| match def {
                TypeDef::Sequence(sequence) => takes_no_bytes(registry, &generator, sequence.type_param.id),
                TypeDef::Variant(_) => false,
                _ => !generator.is_inhabited(id),
            }),
        };
        let mut compare = |bytes: Vec<u8>| {
            if let Err(error) = compare(&subject, &bytes, &mut tally) {
                panic!(
                    "{name}, type {id} ({}), 0x{}: {error}",
                    plan.type_name(TypeId(id)),
                    const_hex::encode(&bytes)
                );
            }
        };
        (0..NOISE).for_each(|case| compare(generator.noise(id, case)));
        if generator.is_inhabited(id) {
            (0..DAMAGED).for_each(|case| compare(generator.damaged(id, case)));
        }
    }
    tally
}

struct Subject<'a> {
    plan: &'a Plan,
    registry: &'a PortableRegistry,
    id: u32,
    /// The bits that fill up the last word of a bit sequence are not kept.
    has_bits: bool,
    /// A list of billions that takes no bytes, or a type that contains itself without end: tensorwire refuses them in
    /// time, the reference loops for minutes or exhausts the stack.
    is_endless: bool,
}

fn compare(subject: &Subject<'_>, bytes: &[u8], tally: &mut Tally) -> Result<(), String> {
    let Subject { plan, registry, id, .. } = *subject;
    let (mut rest, mut their_rest, mut skipped) = (bytes, bytes, bytes);
    match plan.decode_prefix(TypeId(id), &mut rest) {
        Err(error) if subject.is_endless || is_guard(&error.to_string()) => tally.guarded += 1,
        Err(error) => {
            tally.refused += 1;
            if let Ok(theirs) = Reference(registry).decode(id, &mut their_rest) {
                return Err(format!("refused: {error}; theirs is {theirs:?}"));
            }
            if error.offset().is_none_or(|offset| offset > bytes.len()) || rest != bytes {
                return Err(format!("refused at {:?}", error.offset()));
            }
        }
        Ok(value) => {
            match Reference(registry).decode(id, &mut their_rest) {
                Err(Refusal::Unsupported) => tally.unsupported += 1,
                Err(Refusal::Invalid(error)) => return Err(format!("taken as {value:?}, theirs: {error}")),
                Ok(theirs) => {
                    tally.taken += 1;
                    agree(registry, id, &value, &theirs)?;
                    if rest != their_rest {
                        return Err(format!("left over: {} bytes, theirs {}", rest.len(), their_rest.len()));
                    }
                }
            }
            plan.skip(TypeId(id), &mut skipped).map_err(|error| format!("taken but not skipped: {error}"))?;
            if skipped != rest {
                return Err(format!("left over: {} bytes, skipped: {}", rest.len(), skipped.len()));
            }
            let encoded = plan.encode(TypeId(id), &value).map_err(|error| format!("encoding: {error}"))?;
            let is_same = encoded == bytes[..bytes.len() - rest.len()];
            if !is_same && !subject.has_bits {
                return Err(format!("taken as {value:?}, encoded as 0x{}", const_hex::encode(&encoded)));
            }
        }
    }
    Ok(())
}

fn is_guard(error: &str) -> bool {
    error.contains("nested more than") || error.contains("values that take no bytes")
}

fn takes_no_bytes(registry: &PortableRegistry, generator: &Generator<'_>, id: u32) -> bool {
    let takes_no_bytes = |id| takes_no_bytes(registry, generator, id);
    generator.is_inhabited(id)
        && match &registry.types[id as usize].ty.type_def {
            TypeDef::Composite(composite) => composite.fields.iter().all(|field| takes_no_bytes(field.ty.id)),
            TypeDef::Tuple(tuple) => tuple.fields.iter().all(|field| takes_no_bytes(field.id)),
            TypeDef::Array(array) => array.len == 0 || takes_no_bytes(array.type_param.id),
            TypeDef::Compact(compact) => takes_no_bytes(compact.type_param.id),
            _ => false,
        }
}
