use super::name::TypeName;
use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::Arc,
};

/// Named types and runtime API methods from one source.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    types: HashMap<Key, Definition>,
    pallets: HashSet<String>,
    pub(crate) methods: Vec<Method>,
}

/// What a type is looked up by.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    pallet: Option<String>,
    name: String,
    parameters: usize,
}

/// What a name stands for.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) name: String,
    /// The names that stand for its parameters.
    pub(crate) parameters: Vec<String>,
    /// The path that the type is shown under, if it is no alias.
    pub(crate) path: String,
    /// The pallet in which the types inside have their meaning.
    pub(crate) pallet: Option<String>,
    pub(crate) shape: Shape,
    pub(crate) place: Place,
}

#[derive(Debug)]
pub(crate) enum Shape {
    Alias(TypeName),
    Struct(Vec<Field>),
    Enum(Vec<Variant>),
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: Option<String>,
    pub(crate) ty: TypeName,
}

#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) index: u8,
    pub(crate) fields: Vec<Field>,
    pub(crate) docs: Vec<String>,
}

/// A method of a runtime API.
#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) api: String,
    pub(crate) name: String,
    /// Names, which may be empty, and types.
    pub(crate) inputs: Vec<(String, TypeName)>,
    pub(crate) output: Output,
    pub(crate) place: Place,
}

/// What a method answers.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) ty: TypeName,
    /// The answer is declared as bytes that hold a value of the type.
    pub(crate) opaque: bool,
    /// The `Option` in those bytes is encoded bare.
    pub(crate) bare: bool,
}

/// A line of a file, both as people count and name them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: Arc<str>,
    pub(crate) line: usize,
}

const ACCOUNT: &str = "sp_core::crypto::AccountId32";
const ADDRESS: &str = "sp_runtime::multiaddress::MultiAddress";

impl Definitions {
    /// Adds a type; a later one takes the place of an earlier one of that name and number of parameters.
    ///
    /// Accounts and addresses get the paths by which they are known, so that they are shown as what they are.
    pub(crate) fn insert(&mut self, pallet: Option<&str>, mut definition: Definition) {
        match (definition.name.as_str(), &definition.shape) {
            ("AccountId" | "AccountId32", Shape::Alias(ty @ TypeName::Array(_, 32))) => {
                definition.shape = Shape::Struct(vec![Field { name: None, ty: ty.clone() }]);
                definition.path = ACCOUNT.to_owned();
            }
            ("AccountId" | "AccountId32", Shape::Struct(_)) => definition.path = ACCOUNT.to_owned(),
            ("MultiAddress", Shape::Enum(_)) => definition.path = ADDRESS.to_owned(),
            _ => {}
        }
        self.pallets.extend(pallet.map(str::to_owned));
        let key = Key {
            pallet: pallet.map(str::to_owned),
            name: definition.name.clone(),
            parameters: definition.parameters.len(),
        };
        self.types.insert(key, definition);
    }

    /// The type of that name, in that pallet or in all.
    pub(crate) fn get(&self, pallet: Option<&str>, name: &str, parameters: usize) -> Option<&Definition> {
        if pallet.is_some_and(|pallet| !self.has_types_of(pallet)) {
            return None;
        }
        let key = Key { pallet: pallet.map(str::to_owned), name: name.to_owned(), parameters };
        self.types.get(&key)
    }

    /// Whether any type means something of its own in that pallet.
    pub(crate) fn has_types_of(&self, pallet: &str) -> bool {
        self.pallets.contains(pallet)
    }

    /// The names of all types that have no parameters, and belong to no pallet.
    pub(crate) fn plain_names(&self) -> impl Iterator<Item = &str> {
        let plain = self.types.keys().filter(|key| key.pallet.is_none() && key.parameters == 0);
        plain.map(|key| key.name.as_str())
    }
}

impl Output {
    /// Reads a type, with `opaque` before it where the answer is bytes that hold it, and `bare` behind that where an
    /// `Option` in them has no marker.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let after = |word, text: &'_ str| text.strip_prefix(word).map(str::to_owned);
        let opaque = after("opaque ", text);
        let bare = opaque.as_deref().and_then(|text| after("bare ", text));
        let (is_opaque, is_bare) = (opaque.is_some(), bare.is_some());
        let ty = TypeName::parse(bare.or(opaque).as_deref().unwrap_or(text))?;
        Ok(Self { ty, opaque: is_opaque, bare: is_bare })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}
