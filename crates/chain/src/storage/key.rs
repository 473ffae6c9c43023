use tensorwire_scale::{Runtime, StorageEntry, Value, hash::twox_128};

use crate::{Error, ErrorKind, Result};

/// The storage key of a value of the pallet `System`: the same on every FRAME chain.
pub(crate) fn of_system(item: &str) -> Vec<u8> {
    [twox_128(b"System"), twox_128(item.as_bytes())].concat()
}

/// The storage key of one value.
pub(super) fn key(runtime: &Runtime, entry: &StorageEntry, keys: &[Value]) -> Result<Vec<u8>> {
    if keys.len() < entry.key_types().len() {
        let kind = kind(runtime, entry);
        let message = format!(
            "{entry} is {kind}, {} given: list it with query_map (`tw map`), or give all its keys",
            keys.len()
        );
        return Err(Error::new(ErrorKind::Invalid, message));
    }
    prefix(runtime, entry, keys)
}

/// What the storage keys of all values below those keys begin with.
pub(crate) fn prefix(runtime: &Runtime, entry: &StorageEntry, keys: &[Value]) -> Result<Vec<u8>> {
    if keys.len() > entry.key_types().len() {
        let message = format!("{entry} is {}, {} given", kind(runtime, entry), keys.len());
        return Err(Error::new(ErrorKind::Invalid, message));
    }
    Ok(entry.key_prefix(keys)?)
}

fn kind(runtime: &Runtime, entry: &StorageEntry) -> String {
    let types: Vec<_> = entry.key_types().iter().map(|ty| runtime.plan().type_name(*ty)).collect();
    match types.as_slice() {
        [] => "one value without keys".to_owned(),
        [one] => format!("a map with 1 key ({one})"),
        many => format!("a map with {} keys ({})", many.len(), many.join(", ")),
    }
}
