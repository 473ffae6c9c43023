use serde::Serializer;

/// The largest integer that every JSON reader keeps exactly.
const MAX_SAFE: u64 = (1 << 53) - 1;

/// An integer as a JSON number, above 2^53-1 as a decimal string.
pub(crate) fn integer<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    if *value <= MAX_SAFE { serializer.serialize_u64(*value) } else { serializer.collect_str(value) }
}

/// The same for an integer of 128 bits.
pub(crate) fn wide_integer<S: Serializer>(value: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    match u64::try_from(*value) {
        Ok(small) => integer(&small, serializer),
        Err(_) => serializer.collect_str(value),
    }
}
