use crate::types::{
    definition::{Definition, Definitions, Field, Method, Output, Place, Shape},
    name::TypeName,
};

/// Reads blocks of a header and indented lines, leaving out the lines whose condition on `has_item` fails.
///
/// What cannot be read is left out too: a test reads every line of every table.
pub(super) fn parse(text: &str, has_item: impl Fn(&str) -> bool) -> Definitions {
    let mut definitions = Definitions::default();
    for block in text.split("\n\n") {
        let Some((header, body)) = block.trim_start().split_once('\n') else { continue };
        let lines = body.lines().filter_map(|line| match line.trim().split_once(" if ") {
            Some((line, item)) => has_item(item).then_some(line),
            None => Some(line.trim()),
        });
        match header.split_once(' ') {
            Some(("api", api)) => definitions.methods.extend(lines.filter_map(|line| method(api, line))),
            Some(("struct", path)) => {
                let fields = lines.flat_map(|line| split(line, ',')).filter_map(field);
                let definition = Definition {
                    name: path.rsplit("::").next().unwrap_or(path).to_owned(),
                    parameters: Vec::new(),
                    path: path.to_owned(),
                    pallet: None,
                    shape: Shape::Struct(fields.collect()),
                    place: built_in(),
                };
                definitions.insert(None, definition);
            }
            _ => {}
        }
    }
    definitions
}

fn built_in() -> Place {
    Place { file: "built-in".into(), line: 0 }
}

fn method(api: &str, line: &str) -> Option<Method> {
    let (call, output) = line.split_once(" -> ")?;
    let (name, inputs) = call.strip_suffix(')')?.split_once('(')?;
    let input = |input: &str| {
        let (name, ty) = input.split_once(": ")?;
        Some((name.to_owned(), TypeName::parse(ty).ok()?))
    };
    Some(Method {
        api: api.to_owned(),
        name: name.to_owned(),
        inputs: split(inputs, ',').map(input).collect::<Option<_>>()?,
        output: Output::parse(output).ok()?,
        place: built_in(),
    })
}

/// `name: type` or, unnamed, `type`.
fn field(text: &str) -> Option<Field> {
    let (name, ty) = text.split_once(": ").map_or((None, text), |(name, ty)| (Some(name), ty));
    Some(Field { name: name.map(str::to_owned), ty: TypeName::parse(ty).ok()? })
}

/// The trimmed parts between separators that stand outside all brackets; none of an empty text.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    let parts = text.split(move |character| {
        match character {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth -= 1,
            _ => {}
        }
        depth == 0 && character == separator
    });
    parts.map(str::trim).filter(|part| !part.is_empty())
}
