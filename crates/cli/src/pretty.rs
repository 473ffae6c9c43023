//! Values for people's eyes: one line where it fits, else a field or element a line, indented.

use tensorwire_scale::Value;

/// What is longer is spread over several lines.
const LINE: usize = 90;

/// The value as text. A top-level text stands without quotes.
pub(crate) fn pretty(value: &Value) -> String {
    value.as_str().map_or_else(|| lines(value).join("\n"), str::to_owned)
}

fn lines(value: &Value) -> Vec<String> {
    let line = value.to_string();
    if line.chars().count() <= LINE {
        return vec![line];
    }
    match value {
        Value::Struct(shape, fields) => named(shape.names(), fields),
        Value::Variant(shape, fields) if shape.fields().is_named() => {
            under(shape.name(), named(shape.fields().names(), fields))
        }
        Value::Variant(shape, fields) if !fields.is_empty() => under(shape.name(), bullets(fields)),
        Value::Tuple(elements) | Value::Sequence(elements) => bullets(elements),
        _ => vec![line],
    }
}

fn named<'a>(names: impl Iterator<Item = &'a str>, fields: &[Value]) -> Vec<String> {
    let field = |(name, value): (&str, &Value)| match lines(value) {
        lines if lines.len() == 1 => vec![format!("{name}: {}", lines.concat())],
        lines => under(name, lines),
    };
    names.zip(fields).flat_map(field).collect()
}

fn under(name: &str, lines: Vec<String>) -> Vec<String> {
    let indented = lines.into_iter().map(|line| format!("  {line}"));
    [format!("{name}:")].into_iter().chain(indented).collect()
}

fn bullets(elements: &[Value]) -> Vec<String> {
    let element = |value| {
        let lines = lines(value).into_iter().enumerate();
        lines.map(|(place, line)| format!("{} {line}", if place == 0 { '-' } else { ' ' }))
    };
    elements.iter().flat_map(element).collect()
}

#[cfg(test)]
mod tests;
