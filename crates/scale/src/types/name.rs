//! Types as text: `Vec<(AccountId, Balance)>`, `[u8; 32]`, `<T as Trait>::Call`.

use std::fmt;

#[cfg(test)]
mod tests;

/// A type as metadata before V14, definitions and overrides write it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum TypeName {
    Named {
        name: String,
        parameters: Vec<Self>,
    },
    Tuple(Vec<Self>),
    Array(Box<Self>, u32),
    /// A type that means what it means in that pallet, wherever it is written.
    In(String, Box<Self>),
}

/// No type that anybody writes comes near these.
const MAX_DEPTH: usize = 32;
const MAX_LENGTH: usize = 4096;

impl TypeName {
    /// Reads a type; the error says what is wrong with the text.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let parsed = match text.len() <= MAX_LENGTH {
            true => Parser { rest: text, depth: 0 }.whole(),
            false => Err("it is too long".to_owned()),
        };
        parsed.map_err(|why| {
            let shown: String = text.chars().take(80).collect();
            format!("{shown:?} is no type: {why}")
        })
    }

    /// A type without parameters.
    pub(crate) fn plain(name: impl Into<String>) -> Self {
        Self::Named { name: name.into(), parameters: Vec::new() }
    }

    /// How many types it is written of: itself, and those inside.
    pub(crate) fn parts(&self) -> usize {
        let all = |names: &[Self]| names.iter().map(Self::parts).sum::<usize>();
        match self {
            Self::Named { parameters, .. } => 1 + all(parameters),
            Self::Tuple(fields) => 1 + all(fields),
            Self::Array(inner, _) | Self::In(_, inner) => 1 + inner.parts(),
        }
    }

    /// The same with types in the place of parameters, found by their names.
    pub(crate) fn substitute(&self, replacement: &impl Fn(&str) -> Option<Self>) -> Self {
        let all = |names: &[Self]| names.iter().map(|name| name.substitute(replacement)).collect();
        match self {
            Self::Named { name, parameters } if parameters.is_empty() => {
                replacement(name).unwrap_or_else(|| self.clone())
            }
            Self::Named { name, parameters } => {
                Self::Named { name: name.clone(), parameters: all(parameters) }
            }
            Self::Tuple(fields) => Self::Tuple(all(fields)),
            Self::Array(element, length) => Self::Array(element.substitute(replacement).into(), *length),
            Self::In(pallet, name) => Self::In(pallet.clone(), name.substitute(replacement).into()),
        }
    }
}

struct Parser<'t> {
    rest: &'t str,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn whole(mut self) -> Result<TypeName, String> {
        let name = self.name()?;
        self.skip_space();
        // As in a list of fields that became a map: published files have it.
        self.take(",");
        match self.rest.trim_start().is_empty() {
            true => Ok(name),
            false => Err(format!("{:?} follows it", self.rest)),
        }
    }

    fn name(&mut self) -> Result<TypeName, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("it is nested deeper than {MAX_DEPTH} levels"));
        }
        self.skip_space();
        let name = if self.take("(") {
            TypeName::Tuple(self.list(")")?)
        } else if self.take("[") {
            self.array()?
        } else if self.take("&") {
            self.reference()?
        } else {
            self.named()?
        };
        self.depth -= 1;
        Ok(name)
    }

    fn named(&mut self) -> Result<TypeName, String> {
        let name = self.path()?;
        self.skip_space();
        let parameters = if self.take("<") { self.list(">")? } else { Vec::new() };
        Ok(TypeName::Named { name, parameters })
    }

    /// Names, or whatever stands in angle brackets, with `::` between them.
    fn path(&mut self) -> Result<String, String> {
        let mut path = String::new();
        loop {
            self.skip_space();
            match self.rest.starts_with('<') {
                true => path.push_str(&self.bracketed()?),
                false => path.push_str(self.identifier()?),
            }
            let before = self.rest;
            self.skip_space();
            if !self.take("::") {
                self.rest = before;
                return Ok(path);
            }
            path.push_str("::");
        }
    }

    /// As in `<T as Trait>`, the white space in it made single.
    fn bracketed(&mut self) -> Result<String, String> {
        let mut depth = 0_usize;
        for (place, character) in self.rest.char_indices() {
            match character {
                '<' => depth += 1,
                '>' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                let (text, rest) = self.rest.split_at(place + 1);
                self.rest = rest;
                return Ok(text.split_whitespace().collect::<Vec<_>>().join(" "));
            }
        }
        Err("a `>` is missing".to_owned())
    }

    fn identifier(&mut self) -> Result<&'t str, String> {
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return Err(match self.rest.is_empty() {
                true => "it ends where a name is expected".to_owned(),
                false => format!("a name is expected at {:?}", self.rest),
            });
        }
        self.rest = rest;
        Ok(name)
    }

    /// Types between commas, up to that bracket. A comma may stand behind the last.
    fn list(&mut self, end: &str) -> Result<Vec<TypeName>, String> {
        let mut list = Vec::new();
        loop {
            self.skip_space();
            if self.take(end) {
                return Ok(list);
            }
            list.push(self.name()?);
            self.skip_space();
            if !self.take(",") && !self.rest.starts_with(end) {
                return Err(format!("a `{end}` is missing"));
            }
        }
    }

    fn array(&mut self) -> Result<TypeName, String> {
        let element = self.name()?;
        self.skip_space();
        if !self.take(";") {
            return Err("the length of the array is missing, as in `[u8; 32]`".to_owned());
        }
        self.skip_space();
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (length, rest) = self.rest.split_at(end);
        self.rest = rest;
        let length = length.parse().map_err(|_| "the length of the array is no number".to_owned())?;
        self.skip_space();
        match self.take("]") {
            true => Ok(TypeName::Array(element.into(), length)),
            false => Err("a `]` is missing".to_owned()),
        }
    }

    /// `&str` and `&[T]`, which constants of old metadata have, are what they are encoded like.
    fn reference(&mut self) -> Result<TypeName, String> {
        self.skip_space();
        self.take("'static");
        self.skip_space();
        if !self.take("[") {
            return self.name();
        }
        let element = self.name()?;
        self.skip_space();
        match self.take("]") {
            true => Ok(TypeName::Named { name: "Vec".to_owned(), parameters: vec![element] }),
            false => Err("a `]` is missing".to_owned()),
        }
    }

    fn take(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }
}

impl fmt::Display for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |names: &[Self]| names.iter().map(Self::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Self::Named { name, parameters } if parameters.is_empty() => f.write_str(name),
            Self::Named { name, parameters } => write!(f, "{name}<{}>", list(parameters)),
            Self::Tuple(fields) => write!(f, "({})", list(fields)),
            Self::Array(element, length) => write!(f, "[{element}; {length}]"),
            Self::In(_, name) => name.fmt(f),
        }
    }
}
