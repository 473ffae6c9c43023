//! Definitions by ranges of spec versions: the format of the crate `scale-info-legacy`.

use super::{
    definition::{Definition, Definitions, Field, Method, Output, Place, Shape, Variant},
    document::{Content, Entry, Node, mistake, read},
    name::TypeName,
};
use crate::Result;
use std::ops::RangeInclusive;

/// What a file defines, each with the spec versions that it holds for. Of two, the later counts.
pub(super) fn layers(file: &str, text: &str) -> Result<Vec<(RangeInclusive<u32>, Definitions)>> {
    const KEYS: [&str; 2] = ["global", "forSpec"];
    let document = read(file, text)?;
    let (mut global, mut for_spec) = (Definitions::default(), Vec::new());
    for entry in document.map("a map of global and forSpec")? {
        match entry.key.as_str() {
            "global" => {
                for entry in entry.value.map("a map of types, palletTypes and runtimeApis")? {
                    add(entry, &mut global)?;
                }
            }
            "forSpec" => {
                for part in entry.value.list("a list of ranges and their types")? {
                    for_spec.push(of_range(part)?);
                }
            }
            _ => return Err(entry.unknown(&KEYS)),
        }
    }
    Ok(std::iter::once((0..=u32::MAX, global)).chain(for_spec).collect())
}

fn of_range(part: &Node) -> Result<(RangeInclusive<u32>, Definitions)> {
    let (mut range, mut definitions) = (None, Definitions::default());
    for entry in part.map("a map of range, types, palletTypes and runtimeApis")? {
        match entry.key.as_str() {
            "range" => range = Some(spec_range(&entry.value)?),
            _ => add(entry, &mut definitions)?,
        }
    }
    let range = range.ok_or_else(|| mistake(&part.place, "the range of spec versions is missing"))?;
    Ok((range, definitions))
}

/// `[first, last]`, both included, null for no limit.
fn spec_range(node: &Node) -> Result<RangeInclusive<u32>> {
    const EXPECTED: &str = "a range as in [1000, 1050] or [1051, null]";
    let [first, last] = node.list(EXPECTED)? else { return Err(node.not(EXPECTED)) };
    let limit = |node: &Node, unlimited| match &node.content {
        Content::Null => Ok(unlimited),
        Content::Text(text) => text.parse().map_err(|_| node.not("a spec version or null")),
        _ => Err(node.not("a spec version or null")),
    };
    Ok(limit(first, 0)?..=limit(last, u32::MAX)?)
}

fn add(entry: &Entry, definitions: &mut Definitions) -> Result<()> {
    const KEYS: [&str; 4] = ["types", "palletTypes", "runtimeApis", "range"];
    match entry.key.as_str() {
        "types" => add_types(&entry.value, None, definitions),
        "palletTypes" => {
            let pallets = entry.value.map("a map of pallets and their types")?;
            pallets.iter().try_for_each(|pallet| add_types(&pallet.value, Some(&pallet.key), definitions))
        }
        "runtimeApis" => {
            for api in entry.value.map("a map of runtime APIs and their methods")? {
                for method in api.value.map("a map of methods")? {
                    definitions.methods.push(read_method(&api.key, method)?);
                }
            }
            Ok(())
        }
        _ => Err(entry.unknown(&KEYS)),
    }
}

fn add_types(types: &Node, pallet: Option<&str>, definitions: &mut Definitions) -> Result<()> {
    if matches!(types.content, Content::Null) {
        return Ok(());
    }
    for entry in types.map("a map of names and what they stand for")? {
        let (name, parameters) = header(&entry.key).map_err(|why| mistake(&entry.place, why))?;
        let definition = Definition {
            parameters,
            path: name.clone(),
            name,
            pallet: pallet.map(str::to_owned),
            shape: shape(&entry.value)?,
            place: entry.place.clone(),
        };
        definitions.insert(pallet, definition);
    }
    Ok(())
}

/// `Name` or `Name<A, B>`.
pub(super) fn header(text: &str) -> Result<(String, Vec<String>), String> {
    let TypeName::Named { name, parameters } = TypeName::parse(text)? else {
        return Err(format!("{text:?} is not the name of a type"));
    };
    // What a parameter is given is left out: `Foo<Bar<T>>` has one that is called Bar.
    let parameter = |parameter| match parameter {
        TypeName::Named { name, .. } if !name.starts_with(char::is_lowercase) => Ok(name),
        _ => Err(format!("{parameter} in {text:?} is not the name of a parameter, as T in Foo<T>")),
    };
    Ok((name, parameters.into_iter().map(parameter).collect::<Result<_, _>>()?))
}

pub(super) fn type_name(node: &Node) -> Result<TypeName> {
    TypeName::parse(node.text("a type")?).map_err(|why| mistake(&node.place, why))
}

fn shape(node: &Node) -> Result<Shape> {
    Ok(match &node.content {
        Content::Text(_) => Shape::Alias(type_name(node)?),
        Content::Map(entries) => match entries.as_slice() {
            [only] if only.key == "_enum" => Shape::Enum(variants(&only.value)?),
            _ => Shape::Struct(fields(node)?),
        },
        _ => Shape::Struct(fields(node)?),
    })
}

/// A type, a list of types, or a map of names and types.
fn fields(node: &Node) -> Result<Vec<Field>> {
    let unnamed = |node: &Node| Ok(Field { name: None, ty: type_name(node)? });
    match &node.content {
        Content::Null => Ok(Vec::new()),
        Content::Text(_) => Ok(vec![unnamed(node)?]),
        Content::List(list) => list.iter().map(unnamed).collect(),
        Content::Map(entries) => {
            let named = |(place, entry): (usize, &Entry)| {
                if entries.iter().take(place).any(|before| before.key == entry.key) {
                    return Err(mistake(&entry.place, format!("the field {} is there twice", entry.key)));
                }
                Ok(Field { name: Some(entry.key.clone()), ty: type_name(&entry.value)? })
            };
            entries.iter().enumerate().map(named).collect()
        }
    }
}

fn variants(node: &Node) -> Result<Vec<Variant>> {
    let variants = match &node.content {
        Content::List(list) => {
            let variant = |(place, node)| variant(place, node);
            list.iter().enumerate().map(variant).collect::<Result<_>>()?
        }
        Content::Map(entries) => {
            let variant = |(place, entry): (usize, &Entry)| {
                Ok(Variant {
                    name: entry.key.clone(),
                    index: index(place, &entry.place)?,
                    fields: fields(&entry.value)?,
                    docs: Vec::new(),
                })
            };
            entries.iter().enumerate().map(variant).collect::<Result<_>>()?
        }
        _ => return Err(node.not("a list or a map of variants")),
    };
    distinct(variants, &node.place)
}

/// A variant that has only a name, or one with a name, an index and fields.
fn variant(place: usize, node: &Node) -> Result<Variant> {
    const KEYS: [&str; 3] = ["name", "index", "fields"];
    let mut variant = Variant { name: String::new(), index: 0, fields: Vec::new(), docs: Vec::new() };
    let Content::Map(entries) = &node.content else {
        variant.name = node.text("the name of a variant")?.to_owned();
        variant.index = index(place, &node.place)?;
        return Ok(variant);
    };
    let missing = |key: &str| mistake(&node.place, format!("the {key} of the variant is missing"));
    if !entries.iter().any(|entry| entry.key == "name") {
        return Err(missing("name"));
    }
    if !entries.iter().any(|entry| entry.key == "index") {
        return Err(missing("index"));
    }
    for entry in entries {
        match entry.key.as_str() {
            "name" => variant.name = entry.value.text("the name of a variant")?.to_owned(),
            "index" => variant.index = number(&entry.value)?,
            "fields" => variant.fields = fields(&entry.value)?,
            _ => return Err(entry.unknown(&KEYS)),
        }
    }
    Ok(variant)
}

pub(super) fn index(position: usize, place: &Place) -> Result<u8> {
    u8::try_from(position).map_err(|_| mistake(place, "an enum has at most 256 variants"))
}

pub(super) fn number(node: &Node) -> Result<u8> {
    let text = node.text("the index of a variant, 0 to 255")?;
    text.parse().map_err(|_| node.not("the index of a variant, 0 to 255"))
}

/// The same variants, if no two have one index.
pub(super) fn distinct(variants: Vec<Variant>, place: &Place) -> Result<Vec<Variant>> {
    let mut names = [const { None }; 256];
    for variant in &variants {
        if let Some(other) = names[usize::from(variant.index)].replace(&variant.name) {
            let (name, index) = (&variant.name, variant.index);
            return Err(mistake(
                place,
                format!("the variants {other} and {name} both have the index {index}"),
            ));
        }
    }
    Ok(variants)
}

fn read_method(api: &str, entry: &Entry) -> Result<Method> {
    const KEYS: [&str; 2] = ["inputs", "output"];
    let (mut inputs, mut output) = (Vec::new(), None);
    for part in entry.value.map("a map of inputs and output")? {
        match part.key.as_str() {
            "inputs" => inputs = fields(&part.value)?,
            "output" => output = Some(read_output(&part.value)?),
            _ => return Err(part.unknown(&KEYS)),
        }
    }
    let missing = || mistake(&entry.place, format!("the output of {api}.{} is missing", entry.key));
    Ok(Method {
        api: api.to_owned(),
        name: entry.key.clone(),
        inputs: inputs.into_iter().map(|field| (field.name.unwrap_or_default(), field.ty)).collect(),
        output: output.ok_or_else(missing)?,
        place: entry.place.clone(),
    })
}

pub(super) fn read_output(node: &Node) -> Result<Output> {
    Output::parse(node.text("a type")?).map_err(|why| mistake(&node.place, why))
}
