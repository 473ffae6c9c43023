//! Types that take the place of the runtime's own: the `type_registry` of async-substrate-interface and its kin.

use super::{
    chain_file::{distinct, header, index, number, read_output, type_name},
    definition::{Definition, Definitions, Field, Method, Shape, Variant},
    document::{Content, Entry, Node, mistake, read},
};
use crate::Result;

/// Reads a JSON object of `types` and `runtime_api`.
pub(super) fn definitions(file: &str, text: &str) -> Result<Definitions> {
    const KEYS: [&str; 2] = ["types", "runtime_api"];
    // What says which chain and blocks the types are of: the caller has decided that.
    const ASIDE: [&str; 5] = ["chain_id", "runtime_id", "spec_version", "ss58_format", "versioning"];
    let document = read(file, text)?;
    let mut definitions = Definitions::default();
    for entry in document.map("an object of types and runtime_api")? {
        match entry.key.as_str() {
            "types" => {
                for entry in entry.value.map("an object of names and types")? {
                    add_type(entry, &mut definitions)?;
                }
            }
            "runtime_api" => {
                for api in entry.value.map("an object of runtime APIs")? {
                    add_api(api, &mut definitions)?;
                }
            }
            key if ASIDE.contains(&key) => {}
            _ => return Err(entry.unknown(&KEYS)),
        }
    }
    Ok(definitions)
}

fn add_type(entry: &Entry, definitions: &mut Definitions) -> Result<()> {
    let (name, parameters) = header(&entry.key).map_err(|why| mistake(&entry.place, why))?;
    let definition = Definition {
        parameters,
        path: name.clone(),
        name,
        pallet: None,
        shape: shape(&entry.value)?,
        place: entry.place.clone(),
    };
    definitions.insert(None, definition);
    Ok(())
}

fn shape(node: &Node) -> Result<Shape> {
    let Content::Map(entries) = &node.content else { return Ok(Shape::Alias(type_name(node)?)) };
    let kind = member(entries, "type").ok_or_else(|| mistake(&node.place, "\"type\" is missing"))?;
    let missing = |key: &str| mistake(&node.place, format!("{key:?} is missing"));
    match kind.text("struct or enum")? {
        "struct" => {
            let mapping = member(entries, "type_mapping").ok_or_else(|| missing("type_mapping"))?;
            let field = |(name, ty): (String, &Node)| Ok(Field { name: Some(name), ty: type_name(ty)? });
            Ok(Shape::Struct(pairs(mapping)?.into_iter().map(field).collect::<Result<_>>()?))
        }
        "enum" => {
            let variants = match (member(entries, "value_list"), member(entries, "type_mapping")) {
                (Some(list), _) => value_list(list)?,
                (None, Some(mapping)) => type_mapping(mapping)?,
                (None, None) => return Err(missing("value_list")),
            };
            Ok(Shape::Enum(distinct(variants, &node.place)?))
        }
        _ => Err(kind.not("struct or enum")),
    }
}

/// Names in order, or names with their indices.
fn value_list(node: &Node) -> Result<Vec<Variant>> {
    let variant =
        |name: &str, index| Variant { name: name.to_owned(), index, fields: Vec::new(), docs: Vec::new() };
    match &node.content {
        Content::List(list) => {
            let named = |(position, node): (usize, &Node)| {
                Ok(variant(node.text("the name of a variant")?, index(position, &node.place)?))
            };
            list.iter().enumerate().map(named).collect()
        }
        Content::Map(entries) => {
            entries.iter().map(|entry| Ok(variant(&entry.key, number(&entry.value)?))).collect()
        }
        _ => Err(node.not("a list of names, or an object of names and indices")),
    }
}

/// Names with the one type that each holds; `Null` for none.
fn type_mapping(node: &Node) -> Result<Vec<Variant>> {
    let variant = |(position, (name, ty)): (usize, (String, &Node))| {
        let is_empty = matches!(ty.text("a type")?, "Null" | "null");
        let field = |ty| Field { name: None, ty };
        let fields = if is_empty { Vec::new() } else { vec![field(type_name(ty)?)] };
        Ok(Variant { name, index: index(position, &ty.place)?, fields, docs: Vec::new() })
    };
    pairs(node)?.into_iter().enumerate().map(variant).collect()
}

/// `[["name", "type"], ..]`
fn pairs(node: &Node) -> Result<Vec<(String, &Node)>> {
    const EXPECTED: &str = "a pair of a name and a type";
    let mut pairs = Vec::new();
    for node in node.list("a list of pairs")? {
        let [name, ty] = node.list(EXPECTED)? else { return Err(node.not(EXPECTED)) };
        pairs.push((name.text("a name")?.to_owned(), ty));
    }
    Ok(pairs)
}

fn member<'n>(entries: &'n [Entry], key: &str) -> Option<&'n Node> {
    entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
}

fn add_api(api: &Entry, definitions: &mut Definitions) -> Result<()> {
    for entry in api.value.map("an object of methods")? {
        match entry.key.as_str() {
            "methods" => {
                for method in entry.value.map("an object of methods")? {
                    definitions.methods.push(read_method(&api.key, method)?);
                }
            }
            "types" => {
                for entry in entry.value.map("an object of names and types")? {
                    add_type(entry, definitions)?;
                }
            }
            _ => return Err(entry.unknown(&["methods", "types"])),
        }
    }
    Ok(())
}

fn read_method(api: &str, method: &Entry) -> Result<Method> {
    let parts = method.value.map("an object of params and type")?;
    let missing = |place, key: &str| mistake(place, format!("{key:?} is missing"));
    let output = member(parts, "type").ok_or_else(|| missing(&method.place, "type"))?;
    let mut inputs = Vec::new();
    if let Some(parameters) = member(parts, "params") {
        for parameter in parameters.list("a list of parameters")? {
            let entries = parameter.map("an object of name and type")?;
            let part = |key| member(entries, key).ok_or_else(|| missing(&parameter.place, key));
            inputs.push((part("name")?.text("a name")?.to_owned(), type_name(part("type")?)?));
        }
    }
    Ok(Method {
        api: api.to_owned(),
        name: method.key.clone(),
        inputs,
        output: read_output(output)?,
        place: method.place.clone(),
    })
}
