use parity_scale_codec::{Compact, Encode};
use scale_info::{
    Field, PortableRegistry, TypeDef, TypeDefBitSequence, TypeDefPrimitive, TypeDefVariant, Variant,
    form::PortableForm,
};

/// Where a value has grown this large, what is left of it is made as small as its type allows.
const ENOUGH_BYTES: usize = 1_500;
/// The same for nesting. Types nest deeper than this only where they have to.
const ENOUGH_LEVELS: usize = 24;

/// What all randomness of a run begins with: the variable `ORACLE_SEED`, or 0. Another seed makes other tests.
pub fn seed() -> u64 {
    std::env::var("ORACLE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_default()
}

/// Writes random SCALE-encoded values of any type of a registry, the same ones for the same seed.
#[derive(Debug)]
pub struct Generator<'r> {
    registry: &'r PortableRegistry,
    /// By type id: over how many levels its shallowest value nests; `None` for types without any value.
    least_levels: Vec<Option<usize>>,
    seed: u64,
    random: fastrand::Rng,
    out: Vec<u8>,
}

impl<'r> Generator<'r> {
    /// A generator over that registry, with the seed of this run.
    pub fn new(registry: &'r PortableRegistry) -> Self {
        Self {
            registry,
            least_levels: least_levels(registry),
            seed: seed(),
            random: fastrand::Rng::new(),
            out: Vec::new(),
        }
    }

    /// Whether the type has any value: an enum without variants has none.
    pub fn is_inhabited(&self, id: u32) -> bool {
        self.least_levels[id as usize].is_some()
    }

    /// How many cases it takes to see each variant of the type once.
    pub fn variants(&self, id: u32) -> usize {
        match &self.ty(id) {
            TypeDef::Variant(def) => self.inhabited(def).len(),
            _ => 1,
        }
    }

    /// The bytes of a value of that type. Consecutive cases take an enum's variants in turn.
    pub fn value(&mut self, id: u32, case: usize) -> Vec<u8> {
        self.random = self.random_of(id, case);
        self.out.clear();
        match self.ty(id) {
            TypeDef::Variant(def) => {
                let variants = self.inhabited(def);
                self.variant(variants[case % variants.len()], ENOUGH_LEVELS);
            }
            _ => self.write(id, ENOUGH_LEVELS),
        }
        self.out.clone()
    }

    /// Bytes that have nothing to do with any type.
    pub fn noise(&mut self, id: u32, case: usize) -> Vec<u8> {
        self.random = self.random_of(!id, case);
        let (len, small) = (self.random.usize(..96), self.random.bool());
        // Small numbers get further than large ones: they are lengths, indices and flags.
        (0..len)
            .map(|_| if small && self.random.u8(..4) > 0 { self.random.u8(..9) } else { self.random.u8(..) })
            .collect()
    }

    /// A value of that type with a few bytes changed, cut out or put in.
    pub fn damaged(&mut self, id: u32, case: usize) -> Vec<u8> {
        let mut bytes = self.value(id, case);
        for _ in 0..=self.random.usize(..3) {
            let place = self.random.usize(..=bytes.len());
            match self.random.u8(..4) {
                0 => bytes.truncate(place),
                1 => bytes.insert(place, self.random.u8(..)),
                _ if place == bytes.len() => {}
                2 => drop(bytes.remove(place)),
                _ => bytes[place] = self.random.u8(..),
            }
        }
        bytes
    }

    fn random_of(&self, id: u32, case: usize) -> fastrand::Rng {
        fastrand::Rng::with_seed(self.seed.rotate_left(48) ^ u64::from(id) << 32 ^ case as u64)
    }

    fn ty(&self, id: u32) -> &'r TypeDef<PortableForm> {
        &self.registry.types[id as usize].ty.type_def
    }

    fn inhabited(&self, def: &'r TypeDefVariant<PortableForm>) -> Vec<&'r Variant<PortableForm>> {
        let inhabited = |variant: &&Variant<_>| levels_of(&self.least_levels, &variant.fields).is_some();
        def.variants.iter().filter(inhabited).collect()
    }

    fn write(&mut self, id: u32, levels: usize) {
        let levels = levels.saturating_sub(1);
        match self.ty(id) {
            TypeDef::Composite(composite) => self.fields(&composite.fields, levels),
            TypeDef::Variant(def) => {
                let variants = self.inhabited(def);
                let least = |variant: &&Variant<_>| {
                    levels_of(&self.least_levels, &variant.fields).unwrap_or(usize::MAX)
                };
                let small: Vec<_> =
                    variants.iter().copied().filter(|variant| least(variant) < levels).collect();
                let chosen = if small.is_empty() || self.out.len() > ENOUGH_BYTES {
                    variants.into_iter().min_by_key(least)
                } else {
                    self.random.choice(small)
                };
                self.variant(chosen.expect("the type is inhabited"), levels);
            }
            TypeDef::Sequence(sequence) => {
                let element = sequence.type_param.id;
                let is_small = matches!(self.ty(element), TypeDef::Primitive(_) | TypeDef::Compact(_));
                let len = self.len(element, levels, is_small);
                Compact(len as u32).encode_to(&mut self.out);
                (0..len).for_each(|_| self.write(element, levels));
            }
            TypeDef::Array(array) => (0..array.len).for_each(|_| self.write(array.type_param.id, levels)),
            TypeDef::Tuple(tuple) => tuple.fields.iter().for_each(|field| self.write(field.id, levels)),
            TypeDef::Primitive(primitive) => self.primitive(primitive),
            TypeDef::Compact(compact) => self.compact(compact.type_param.id),
            TypeDef::BitSequence(bits) => self.bits(bits),
        }
    }

    fn fields(&mut self, fields: &'r [Field<PortableForm>], levels: usize) {
        fields.iter().for_each(|field| self.write(field.ty.id, levels));
    }

    fn variant(&mut self, variant: &'r Variant<PortableForm>, levels: usize) {
        self.out.push(variant.index);
        self.fields(&variant.fields, levels);
    }

    /// Often nothing or little; sometimes more than a length of one byte tells.
    fn len(&mut self, element: u32, levels: usize, is_small: bool) -> usize {
        let fits = self.least_levels[element as usize].is_some_and(|least| least < levels);
        match self.random.u8(..16) {
            _ if !fits || self.out.len() > ENOUGH_BYTES => 0,
            0..4 => 0,
            15 if is_small => self.random.usize(60..200),
            12.. => self.random.usize(2..24),
            _ => self.random.usize(1..4),
        }
    }

    fn primitive(&mut self, primitive: &TypeDefPrimitive) {
        use TypeDefPrimitive::*;
        let width = match primitive {
            Bool => return self.out.push(self.random.bool().into()),
            Char => return u32::from(self.random.char(..)).encode_to(&mut self.out),
            Str => return self.text().encode_to(&mut self.out),
            U8 | I8 => 1,
            U16 | I16 => 2,
            U32 | I32 => 4,
            U64 | I64 => 8,
            U128 | I128 => 16,
            U256 | I256 => 32,
        };
        let start = self.out.len();
        self.out.resize(start + width, 0);
        match self.random.u8(..8) {
            0 => {}
            1 => self.out[start..].fill(0xff),
            // The least and the greatest signed number.
            2 => self.out[start + width - 1] = 0x80,
            3 => {
                self.out[start..].fill(0xff);
                self.out[start + width - 1] = 0x7f;
            }
            // A number of any length is as likely as any other.
            4 | 5 => {
                let len = self.random.usize(..=width);
                self.random.fill(&mut self.out[start..start + len]);
            }
            _ => self.random.fill(&mut self.out[start..]),
        }
    }

    /// Texts that mean something else elsewhere are likely.
    fn text(&mut self) -> String {
        const TELLING: [&str; 9] =
            ["", "None", "Some", "0x", "0x12", "-1", "0b1", "null", "\u{0}\"\\\u{1F9E0}"];
        match self.random.usize(..TELLING.len() * 2) {
            telling @ 0..9 => TELLING[telling].to_owned(),
            _ => (0..self.random.usize(..70)).map(|_| self.random.char(..)).collect(),
        }
    }

    fn compact(&mut self, id: u32) {
        use TypeDefPrimitive::*;
        let bits = match self.ty(id) {
            TypeDef::Composite(composite) if composite.fields.len() == 1 => {
                return self.compact(composite.fields[0].ty.id);
            }
            TypeDef::Tuple(tuple) if tuple.fields.is_empty() => return,
            TypeDef::Primitive(U8) => 8,
            TypeDef::Primitive(U16) => 16,
            TypeDef::Primitive(U32) => 32,
            TypeDef::Primitive(U64) => 64,
            TypeDef::Primitive(U128) => 128,
            other => panic!("no compact form is known of {other:?}"),
        };
        let number = match self.random.u32(..=bits) {
            0 => 0,
            len if self.random.u8(..8) == 0 => u128::MAX >> (128 - len),
            len => self.random.u128(..) >> (128 - len),
        };
        Compact(number).encode_to(&mut self.out);
    }

    fn bits(&mut self, def: &TypeDefBitSequence<PortableForm>) {
        let word = match self.ty(def.bit_store_type.id) {
            TypeDef::Primitive(TypeDefPrimitive::U8) => 8,
            TypeDef::Primitive(TypeDefPrimitive::U16) => 16,
            TypeDef::Primitive(TypeDefPrimitive::U32) => 32,
            TypeDef::Primitive(TypeDefPrimitive::U64) => 64,
            other => panic!("bits are not stored as {other:?}"),
        };
        let order = &self.registry.types[def.bit_order_type.id as usize].ty.path;
        let most_significant_first = order.segments.last().is_some_and(|name| name == "Msb0");
        let len = self.random.usize(..150);
        Compact(len as u32).encode_to(&mut self.out);
        for start in (0..len).step_by(word) {
            let stored = (len - start).min(word);
            let bits = self.random.u64(..) & (u64::MAX >> (64 - stored));
            let bits = if most_significant_first { bits << (word - stored) } else { bits };
            self.out.extend(&bits.to_le_bytes()[..word / 8]);
        }
    }
}

/// Relaxed until nothing changes: recursive types know the levels of their ways out only.
fn least_levels(registry: &PortableRegistry) -> Vec<Option<usize>> {
    let mut known = vec![None; registry.types.len()];
    loop {
        let next: Vec<_> = registry.types.iter().map(|ty| least(&known, &ty.ty.type_def)).collect();
        if next == known {
            return known;
        }
        known = next;
    }
}

fn least(known: &[Option<usize>], def: &TypeDef<PortableForm>) -> Option<usize> {
    let inside = match def {
        TypeDef::Composite(composite) => levels_of(known, &composite.fields),
        TypeDef::Variant(def) => {
            def.variants.iter().filter_map(|variant| levels_of(known, &variant.fields)).min()
        }
        TypeDef::Array(array) if array.len > 0 => known[array.type_param.id as usize],
        TypeDef::Tuple(tuple) => {
            tuple.fields.iter().try_fold(0, |most, field| Some(known[field.id as usize]?.max(most)))
        }
        _ => Some(0),
    };
    Some(inside? + 1)
}

fn levels_of(known: &[Option<usize>], fields: &[Field<PortableForm>]) -> Option<usize> {
    fields.iter().try_fold(0, |most, field| Some(known[field.ty.id as usize]?.max(most)))
}
