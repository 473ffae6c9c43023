use scale_info::{
    Field, Path, PortableRegistry, PortableType, Type, TypeDef, TypeDefArray, TypeDefBitSequence,
    TypeDefCompact, TypeDefComposite, TypeDefPrimitive, TypeDefSequence, TypeDefTuple, TypeDefVariant,
    Variant, form::PortableForm, interner::UntrackedSymbol,
};
use std::any::TypeId as Any;

type Id = UntrackedSymbol<Any>;

/// Names that mean something in JSON or elsewhere, so that types which look alike from outside are likely.
const NAMES: [&str; 9] = ["Some", "None", "Id", "0", "1", "value", "r#type", "Ok", "Index"];

/// A registry of random types, the same one for the same seed: nested options, newtypes of newtypes, types that
/// contain themselves, and what else no chain has yet thought of.
pub fn invent(seed: u64) -> PortableRegistry {
    let mut inventor = Inventor { random: fastrand::Rng::with_seed(seed), types: Vec::new(), count: 0 };
    inventor.count = 40 + inventor.random.u32(..30);
    inventor.known();
    while inventor.types.len() < inventor.count as usize {
        inventor.any();
    }
    PortableRegistry { types: inventor.types }
}

struct Inventor {
    random: fastrand::Rng,
    types: Vec<PortableType>,
    /// How many types there will be: the ids that may be referred to.
    count: u32,
}

impl Inventor {
    /// The types that every chain has.
    fn known(&mut self) {
        use TypeDefPrimitive::*;
        for primitive in [U8, U16, U32, U64, U128, Bool, Char, Str, I8, I16, I32, I64, I128] {
            self.add(&[], primitive);
        }
        let unit = self.add(&[], TypeDefTuple::new_portable([]));
        for number in 0..5 {
            self.add(&[], TypeDefCompact::new(number.into()));
        }
        self.add(&[], TypeDefCompact::new(unit.into()));
        for order in ["Lsb0", "Msb0"] {
            let order = self.add(&["bitvec", "order", order], TypeDefComposite::new([]));
            for word in 0..4 {
                self.add(&[], TypeDefBitSequence::new_portable(word.into(), order.into()));
            }
        }
        let bytes = self.add(&[], TypeDefArray::new(32, 0.into()));
        let account =
            self.add(&["sp_core", "crypto", "AccountId32"], TypeDefComposite::new([unnamed(bytes)]));
        let words = self.add(&[], TypeDefArray::new(4, 3.into()));
        self.add(&["primitive_types", "U256"], TypeDefComposite::new([unnamed(words)]));
        let raw = self.add(&[], TypeDefSequence::new(0.into()));
        let address = [("Id", account), ("Index", 16), ("Raw", raw), ("Address32", bytes)];
        let variants = (0..).zip(address).map(|(index, (name, ty))| variant(name, vec![unnamed(ty)], index));
        self.add(&["sp_runtime", "multiaddress", "MultiAddress"], TypeDefVariant::new(variants));
        self.add(&[], U256);
        self.add(&[], I256);
    }

    fn any(&mut self) {
        match self.random.u8(..12) {
            0 | 1 => {
                let content = self.id();
                let variants = [variant("None", vec![], 0), variant("Some", vec![unnamed(content)], 1)];
                self.add(&["Option"], TypeDefVariant::new(variants));
            }
            2..5 => {
                let fields = self.fields();
                self.add(&["invented", "Struct"], TypeDefComposite::new(fields));
            }
            5..8 => {
                let mut names = NAMES;
                self.random.shuffle(&mut names);
                let count = self.random.usize(1..5);
                let index = self.random.u8(..250);
                let variants: Vec<_> = (index..)
                    .zip(&names[..count])
                    .map(|(index, name)| variant(name, self.fields(), index))
                    .collect();
                self.add(&["invented", "Enum"], TypeDefVariant::new(variants));
            }
            8 | 9 => {
                let element = self.id();
                self.add(&[], TypeDefSequence::new(element.into()));
            }
            10 => {
                let (len, element) = (self.random.u32(..4), self.id());
                self.add(&[], TypeDefArray::new(len, element.into()));
            }
            _ => {
                let count = self.random.usize(..4);
                let fields: Vec<Id> = (0..count).map(|_| self.id().into()).collect();
                self.add(&[], TypeDefTuple::new_portable(fields));
            }
        }
    }

    fn fields(&mut self) -> Vec<Field<PortableForm>> {
        let (named, count) = (self.random.bool(), [0, 1, 1, 1, 2, 2, 3][self.random.usize(..7)]);
        let mut names = NAMES;
        self.random.shuffle(&mut names);
        let field =
            |name: &&str| Field::new(named.then(|| (*name).to_owned()), self.id().into(), None, vec![]);
        names[..count].iter().map(field).collect()
    }

    fn id(&mut self) -> u32 {
        self.random.u32(..self.count)
    }

    fn add(&mut self, path: &[&str], def: impl Into<TypeDef<PortableForm>>) -> u32 {
        let id = self.types.len() as u32;
        let path = Path::from_segments_unchecked(path.iter().map(|segment| (*segment).to_owned()));
        self.types.push(PortableType::new(id, Type::new(path, [], def, vec![])));
        id
    }
}

fn unnamed(id: u32) -> Field<PortableForm> {
    Field::new(None, id.into(), None, vec![])
}

fn variant(name: &str, fields: Vec<Field<PortableForm>>, index: u8) -> Variant<PortableForm> {
    Variant::new(name.to_owned(), fields, index, vec![])
}
