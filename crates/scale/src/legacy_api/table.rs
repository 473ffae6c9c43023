/// The methods and structs of a table, as they are for one runtime.
#[derive(Default)]
pub(super) struct Table {
    pub(super) methods: Vec<Method>,
    pub(super) structs: Vec<Struct>,
}

/// A method of a runtime API, its types as text.
pub(super) struct Method {
    pub(super) api: &'static str,
    pub(super) name: &'static str,
    pub(super) inputs: Vec<(&'static str, &'static str)>,
    pub(super) output: &'static str,
    /// The answer is declared as bytes that hold `output`.
    pub(super) opaque: bool,
    /// The `Option` in those bytes is encoded bare.
    pub(super) bare: bool,
}

/// A struct by its full path, and its fields as `name: type` or, unnamed, `type`.
pub(super) struct Struct {
    pub(super) path: &'static str,
    pub(super) fields: Vec<&'static str>,
}

impl Table {
    /// Reads blocks of a header and indented lines, leaving out the lines whose condition on `has_item` fails.
    ///
    /// What cannot be read is left out too: a test reads every line of every table.
    pub(super) fn parse(text: &'static str, has_item: impl Fn(&str) -> bool) -> Self {
        let mut table = Self::default();
        for block in text.split("\n\n") {
            let Some((header, body)) = block.trim_start().split_once('\n') else { continue };
            let lines = body.lines().filter_map(|line| match line.trim().split_once(" if ") {
                Some((line, item)) => has_item(item).then_some(line),
                None => Some(line.trim()),
            });
            match header.split_once(' ') {
                Some(("api", api)) => table.methods.extend(lines.filter_map(|line| method(api, line))),
                Some(("struct", path)) => {
                    table
                        .structs
                        .push(Struct { path, fields: lines.flat_map(|line| split(line, ',')).collect() });
                }
                _ => {}
            }
        }
        table
    }
}

fn method(api: &'static str, line: &'static str) -> Option<Method> {
    let (call, output) = line.split_once(" -> ")?;
    let (name, inputs) = call.strip_suffix(')')?.split_once('(')?;
    let inputs = split(inputs, ',').map(|input| input.split_once(": ")).collect::<Option<_>>()?;
    let (opaque, output) = after("opaque ", output);
    let (bare, output) = after("bare ", output);
    Some(Method { api, name, inputs, output, opaque, bare })
}

fn after(word: &str, text: &'static str) -> (bool, &'static str) {
    text.strip_prefix(word).map_or((false, text), |rest| (true, rest))
}

/// The trimmed parts between separators that stand outside all brackets; none of an empty text.
pub(super) fn split(text: &'static str, separator: char) -> impl Iterator<Item = &'static str> {
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
