use crate::{Reference, Refusal, agree};
use scale_info::PortableRegistry;
use tensorwire_scale::{ErrorKind, Plan, TypeId, Value};

/// Puts the bytes of a value through all that tensorwire can do with them, beside the reference: decoding agrees,
/// encoding gives the bytes again, from the value and from its JSON; not a byte more or fewer is taken for it.
///
/// # Errors
/// The first promise that was not kept.
pub fn check(plan: &Plan, registry: &PortableRegistry, id: u32, bytes: &[u8]) -> Result<(), String> {
    let ty = TypeId(id);
    let value = plan.decode(ty, bytes).map_err(|error| format!("decoding: {error}"))?;

    let mut rest = bytes;
    match Reference(registry).decode(id, &mut rest) {
        Ok(theirs) => {
            same("what they left over", rest, &[])?;
            agree(registry, id, &value, &theirs)?;
        }
        Err(Refusal::Unsupported) => {}
        Err(Refusal::Invalid(error)) => return Err(format!("their decoding: {error}")),
    }

    let encoded = plan.encode(ty, &value).map_err(|error| format!("encoding {value:?}: {error}"))?;
    same("encoded", &encoded, bytes).map_err(|error| format!("{error}: {value:?}"))?;

    let json = value.to_json();
    let encoded =
        plan.encode(ty, &Value::from(&json)).map_err(|error| format!("encoding JSON {json}: {error}"))?;
    same("encoded from JSON", &encoded, bytes).map_err(|error| format!("{error}: {json}"))?;

    let mut rest = bytes;
    plan.skip(ty, &mut rest).map_err(|error| format!("skipping: {error}"))?;
    same("not skipped", rest, &[])?;

    match plan.decode(ty, &[bytes, &[0]].concat()) {
        Err(error) if error.kind() == ErrorKind::TrailingBytes => {}
        other => return Err(format!("with a byte behind it: {other:?}")),
    }
    let Some((_, shorter)) = bytes.split_last() else { return Ok(()) };
    match plan.decode(ty, shorter) {
        Err(error) if error.kind() == ErrorKind::Decode => Ok(()),
        other => Err(format!("without its last byte: {other:?}")),
    }
}

fn same(what: &str, found: &[u8], expected: &[u8]) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: 0x{}", const_hex::encode(found))) }
}
