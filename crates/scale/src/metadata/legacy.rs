//! Metadata V8 to V13, which names types and does not describe them.
//!
//! The layouts are those of the modules `v8` to `v13` of the crate `frame-metadata`. They differ in few places, so that
//! one reader serves all.

use frame_metadata::v14::StorageHasher;
use parity_scale_codec::{Decode, Error as CodecError, Input};

mod convert;

pub(super) use convert::convert;

/// What all versions have in common.
pub(super) struct LegacyMetadata {
    pub(super) version: u8,
    modules: Vec<Module>,
    /// Not said before V11.
    extrinsic: Option<Extrinsic>,
}

struct Module {
    name: String,
    storage: Option<Storage>,
    calls: Option<Vec<Call>>,
    events: Option<Vec<Event>>,
    constants: Vec<Constant>,
    errors: Vec<Documented>,
    /// Not said before V12.
    index: Option<u8>,
}

struct Storage {
    prefix: String,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    is_optional: bool,
    keys: Vec<Key>,
    value: String,
    /// The value is followed by links to its neighbours.
    is_linked: bool,
    default: Vec<u8>,
    docs: Vec<String>,
}

struct Key {
    ty: String,
    hasher: StorageHasher,
}

struct Call {
    name: String,
    /// Names and types.
    arguments: Vec<(String, String)>,
    docs: Vec<String>,
}

struct Event {
    name: String,
    arguments: Vec<String>,
    docs: Vec<String>,
}

struct Constant {
    name: String,
    ty: String,
    value: Vec<u8>,
    docs: Vec<String>,
}

struct Documented {
    name: String,
    docs: Vec<String>,
}

struct Extrinsic {
    version: u8,
    extensions: Vec<String>,
}

/// The hashers in the order of their indices. Each version has the ones before, and those of V8 stand elsewhere.
const HASHERS: [StorageHasher; 7] = {
    use StorageHasher::*;
    [Blake2_128, Blake2_256, Blake2_128Concat, Twox128, Twox256, Twox64Concat, Identity]
};
const HASHERS_OF_V8: [StorageHasher; 5] = {
    use StorageHasher::*;
    [Blake2_128, Blake2_256, Twox128, Twox256, Twox64Concat]
};

impl LegacyMetadata {
    /// Reads what follows the version.
    ///
    /// The first runtimes with V9 have the hashers of V8. Which ones a V9 means is seen from the indices that it uses:
    /// every runtime hashes with `Twox64Concat`, which is 4 in the old order and 5 in the new, and none with `Twox256`,
    /// which is 4 in the new.
    pub(super) fn decode(version: u8, input: &mut &[u8]) -> Result<Self, CodecError> {
        let bytes = *input;
        let mut reader = Reader { input, version, hashers: &HASHERS, seen: [false; HASHERS.len()] };
        if version == 8 {
            reader.hashers = &HASHERS_OF_V8;
        }
        let metadata = reader.metadata()?;
        if version == 9 && reader.seen[4] && !reader.seen[5] {
            *reader.input = bytes;
            reader.hashers = &HASHERS_OF_V8;
            return reader.metadata();
        }
        Ok(metadata)
    }
}

struct Reader<'i, 'b> {
    input: &'i mut &'b [u8],
    version: u8,
    hashers: &'static [StorageHasher],
    /// The indices of hashers that were met.
    seen: [bool; HASHERS.len()],
}

impl Reader<'_, '_> {
    fn metadata(&mut self) -> Result<LegacyMetadata, CodecError> {
        let modules = self.list(Self::module)?;
        let extrinsic = match self.version {
            ..11 => None,
            _ => Some(Extrinsic { version: self.read()?, extensions: self.read()? }),
        };
        Ok(LegacyMetadata { version: self.version, modules, extrinsic })
    }

    fn module(&mut self) -> Result<Module, CodecError> {
        Ok(Module {
            name: self.read()?,
            storage: self.option(Self::storage)?,
            calls: self.option(|reader| reader.list(Self::call))?,
            events: self.option(|reader| reader.list(Self::event))?,
            constants: self.list(Self::constant)?,
            errors: self.list(|reader| Ok(Documented { name: reader.read()?, docs: reader.read()? }))?,
            index: if self.version < 12 { None } else { Some(self.read()?) },
        })
    }

    fn storage(&mut self) -> Result<Storage, CodecError> {
        Ok(Storage { prefix: self.read()?, entries: self.list(Self::entry)? })
    }

    fn entry(&mut self) -> Result<Entry, CodecError> {
        let name = self.read()?;
        let is_optional = match self.read::<u8>()? {
            0 => true,
            1 => false,
            _ => return Err("a storage item is neither optional nor has a default".into()),
        };
        let (mut keys, mut is_linked) = (Vec::new(), false);
        let value = match (self.read::<u8>()?, self.version) {
            (0, _) => self.read()?,
            (1, version) => {
                let hasher = self.hasher()?;
                keys.push(Key { ty: self.read()?, hasher });
                let value = self.read()?;
                is_linked = self.read::<bool>()? && version < 11;
                value
            }
            (2, _) => {
                let hasher = self.hasher()?;
                keys.push(Key { ty: self.read()?, hasher });
                let second = self.read()?;
                let value = self.read()?;
                keys.push(Key { ty: second, hasher: self.hasher()? });
                value
            }
            (3, 13) => {
                let types: Vec<String> = self.read()?;
                let hashers = self.list(Self::hasher)?;
                if types.len() != hashers.len() {
                    return Err("a storage item has a hasher too many or too few".into());
                }
                keys = types.into_iter().zip(hashers).map(|(ty, hasher)| Key { ty, hasher }).collect();
                self.read()?
            }
            _ => return Err("a storage item is of no known kind".into()),
        };
        Ok(Entry { name, is_optional, keys, value, is_linked, default: self.read()?, docs: self.read()? })
    }

    fn hasher(&mut self) -> Result<StorageHasher, CodecError> {
        let index = usize::from(self.read::<u8>()?);
        if let Some(seen) = self.seen.get_mut(index) {
            *seen = true;
        }
        self.hashers.get(index).cloned().ok_or_else(|| "a storage item has an unknown hasher".into())
    }

    fn call(&mut self) -> Result<Call, CodecError> {
        Ok(Call { name: self.read()?, arguments: self.read()?, docs: self.read()? })
    }

    fn event(&mut self) -> Result<Event, CodecError> {
        Ok(Event { name: self.read()?, arguments: self.read()?, docs: self.read()? })
    }

    fn constant(&mut self) -> Result<Constant, CodecError> {
        Ok(Constant { name: self.read()?, ty: self.read()?, value: self.read()?, docs: self.read()? })
    }

    fn read<T: Decode>(&mut self) -> Result<T, CodecError> {
        T::decode(self.input)
    }

    fn list<T>(&mut self, item: impl Fn(&mut Self) -> Result<T, CodecError>) -> Result<Vec<T>, CodecError> {
        let length = self.read::<parity_scale_codec::Compact<u32>>()?.0;
        (0..length).map(|_| item(self)).collect()
    }

    fn option<T>(
        &mut self,
        content: impl Fn(&mut Self) -> Result<T, CodecError>,
    ) -> Result<Option<T>, CodecError> {
        match self.input.read_byte()? {
            0 => Ok(None),
            1 => content(self).map(Some),
            _ => Err("an Option is neither None nor Some".into()),
        }
    }
}
