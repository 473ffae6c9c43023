use crate::{Error, ErrorKind, FromScale, Hasher, Plan, Result, TypeId, Value, runtime::Named};
use std::{borrow::Cow, fmt, sync::Arc};

/// A storage item of a pallet: builds its keys, reads them back, and decodes its values.
pub struct StorageEntry {
    pub(crate) pallet: Arc<str>,
    pub(crate) name: Box<str>,
    pub(crate) docs: Box<str>,
    pub(crate) prefix: [u8; 32],
    pub(crate) hashers: Box<[Hasher]>,
    pub(crate) key_types: Box<[TypeId]>,
    pub(crate) value_type: TypeId,
    pub(crate) optional: bool,
    pub(crate) default: Box<[u8]>,
    pub(crate) plan: Arc<Plan>,
}

impl StorageEntry {
    /// The pallet that it belongs to.
    pub fn pallet(&self) -> &str {
        &self.pallet
    }

    /// Its name, as in `Account`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its documentation.
    pub fn docs(&self) -> &str {
        &self.docs
    }

    /// It with its types, as in `Uids(u16, AccountId32): Option<u16>`.
    pub fn signature(&self) -> String {
        let keys: Vec<_> = self.key_types.iter().map(|ty| self.plan.type_name(*ty)).collect();
        let keys = if keys.is_empty() { String::new() } else { format!("({})", keys.join(", ")) };
        let value = self.plan.type_name(self.value_type);
        let value = if self.optional { format!("Option<{value}>") } else { value };
        format!("{}{keys}: {value}", self.name)
    }

    /// What all its storage keys begin with.
    pub fn prefix(&self) -> &[u8; 32] {
        &self.prefix
    }

    /// One hasher for each key; none for a plain value.
    pub fn hashers(&self) -> &[Hasher] {
        &self.hashers
    }

    /// The type of each key.
    pub fn key_types(&self) -> &[TypeId] {
        &self.key_types
    }

    /// The type of the values.
    pub fn value_type(&self) -> TypeId {
        self.value_type
    }

    /// Whether an absent value is `None`; otherwise it stands for the default.
    pub fn is_optional(&self) -> bool {
        self.optional
    }

    /// What an absent value stands for, SCALE-encoded; without meaning for an optional item.
    pub fn default_bytes(&self) -> &[u8] {
        &self.default
    }

    /// The storage key of the value at those keys: exactly as many as the item has.
    ///
    /// Fails with [`ErrorKind::Encode`] on a wrong number or kind of keys, naming the types expected.
    pub fn key(&self, keys: &[Value]) -> Result<Vec<u8>> {
        if keys.len() != self.key_types.len() {
            return Err(self.wrong_count("takes", keys.len()));
        }
        self.key_prefix(keys)
    }

    /// What the storage keys of all values below those keys begin with: the item's first keys, or none.
    ///
    /// Fails like [`key`](Self::key).
    pub fn key_prefix(&self, keys: &[Value]) -> Result<Vec<u8>> {
        if keys.len() > self.key_types.len() {
            return Err(self.wrong_count("takes at most", keys.len()));
        }
        let mut out = Vec::with_capacity(self.prefix.len() + 48 * keys.len());
        out.extend_from_slice(&self.prefix);
        let mut encoded = Vec::new();
        for (position, ((key, ty), hasher)) in keys.iter().zip(&self.key_types).zip(&self.hashers).enumerate()
        {
            encoded.clear();
            self.plan
                .encode_to(*ty, key, &mut encoded)
                .map_err(|error| error.inside(format!("key {} of {self}", position + 1)))?;
            hasher.apply(&encoded, &mut out);
        }
        Ok(out)
    }

    /// The keys within a storage key of this item; `None` where only a hash is left of one.
    ///
    /// Fails with [`ErrorKind::Decode`] on a key of another item, or one that is cut short.
    pub fn keys_of(&self, key: &[u8]) -> Result<Vec<Option<Value>>> {
        let Some(mut input) = key.strip_prefix(&self.prefix) else {
            return Err(Error::new(
                ErrorKind::Decode,
                format!("this is no storage key of {self}: it begins otherwise"),
            ));
        };
        let mut keys = Vec::with_capacity(self.key_types.len());
        for (position, (ty, hasher)) in self.key_types.iter().zip(&self.hashers).enumerate() {
            let Some((_, rest)) = input.split_at_checked(hasher.hash_length()) else {
                let message = format!("the storage key of {self} ends within key {}", position + 1);
                return Err(Error::new(ErrorKind::Decode, message).at_offset(key.len()));
            };
            input = rest;
            let value = hasher.keeps_key().then(|| self.plan.decode_prefix(*ty, &mut input)).transpose();
            keys.push(value.map_err(|error| error.inside(format!("key {} of {self}", position + 1)))?);
        }
        if input.is_empty() {
            return Ok(keys);
        }
        let message = format!("the storage key of {self} is followed by {} more bytes", input.len());
        Err(Error::new(ErrorKind::TrailingBytes, message).at_offset(key.len() - input.len()))
    }

    /// The value that a node answered for a storage key; an absent one is the default, or `None` for an optional item.
    pub fn decode(&self, bytes: Option<&[u8]>) -> Result<Value> {
        match self.present(bytes) {
            Some(bytes) => {
                self.plan.decode(self.value_type, bytes).map_err(|error| error.inside(self.to_string()))
            }
            None => Ok(Value::None),
        }
    }

    /// The same as a Rust type; `None` only for an absent value of an optional item.
    ///
    /// Fails with [`ErrorKind::Layout`] if the type does not fit.
    pub fn decode_as<T: FromScale>(&self, bytes: Option<&[u8]>) -> Result<Option<T>> {
        let value = self.present(bytes).map(|bytes| self.plan.decode_as(self.value_type, bytes)).transpose();
        value.map_err(|error| error.inside(self.to_string()))
    }

    fn present<'a>(&'a self, bytes: Option<&'a [u8]>) -> Option<&'a [u8]> {
        bytes.or_else(|| (!self.optional).then_some(&self.default))
    }

    fn wrong_count(&self, takes: &str, given: usize) -> Error {
        let count = self.key_types.len();
        let types: Vec<_> = self.key_types.iter().map(|ty| self.plan.type_name(*ty)).collect();
        let expected = match count {
            0 => Cow::Borrowed("no key"),
            1 => Cow::Owned(format!("1 key ({})", types.join(", "))),
            _ => Cow::Owned(format!("{count} keys ({})", types.join(", "))),
        };
        Error::new(ErrorKind::Encode, format!("storage item {self} {takes} {expected}, {given} given"))
    }

    pub(crate) fn memory(&self) -> usize {
        size_of::<Self>()
            + 2 * self.name.len()
            + self.docs.len()
            + self.default.len()
            + self.hashers.len() * (size_of::<Hasher>() + size_of::<TypeId>())
    }
}

impl Named for StorageEntry {
    fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for StorageEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.pallet, self.name)
    }
}

impl fmt::Debug for StorageEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StorageEntry({self})")
    }
}
