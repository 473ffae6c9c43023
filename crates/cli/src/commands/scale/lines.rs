use std::io::{self, BufRead, BufReader, BufWriter, Write};

use anyhow::{Context, Result, anyhow, bail};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use tensorwire_scale::{Runtime, TypeId, Value};

use super::type_names::TypeNames;

/// A line of input.
#[derive(Deserialize)]
pub(super) struct Input<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow, rename = "type")]
    type_name: Option<&'a RawValue>,
    /// What to decode.
    pub(super) hex: Option<String>,
    /// What to encode: null is a value too.
    #[serde(borrow, default, deserialize_with = "present")]
    pub(super) value: Option<&'a RawValue>,
}

/// A line of output: one of the three, and the input line's id if that has one.
#[derive(Default, Serialize)]
pub(super) struct Output<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Output<'_> {
    pub(super) fn decoded(value: Value) -> Self {
        Self { value: Some(value), ..Self::default() }
    }

    pub(super) fn encoded(bytes: &[u8]) -> Self {
        Self { hex: Some(const_hex::encode_prefixed(bytes)), ..Self::default() }
    }

    fn failed(error: &anyhow::Error) -> Self {
        Self { error: Some(format!("{error:#}")), ..Self::default() }
    }
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// Converts stdin, whose lines hold a `what`, line by line. An answer is written as soon as its line is read, and a bad line costs only itself;
/// that there were any is the error at the end.
pub(super) fn convert(
    runtime: &Runtime,
    default: Option<TypeId>,
    what: &str,
    convert: impl Fn(TypeId, &Input) -> Result<Output<'static>>,
) -> Result<()> {
    let mut types = TypeNames::new(runtime.plan());
    let mut answer = |line: &Input| {
        let ty = line.type_name.map(|name| types.find(name)).transpose()?;
        let ty = ty.or(default).context("the line has no \"type\", and there is no --type")?;
        convert(ty, line)
    };
    let mut input = BufReader::with_capacity(1 << 16, io::stdin().lock());
    let mut output = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let (mut line, mut total, mut failed) = (Vec::new(), 0_u64, 0_u64);
    loop {
        // While more lines are at hand, their answers are written together.
        if !input.buffer().contains(&b'\n') {
            output.flush()?;
        }
        line.clear();
        if input.read_until(b'\n', &mut line).context("cannot read stdin")? == 0 {
            break;
        }
        let line = parse(line.trim_ascii(), what);
        let id = line.as_ref().ok().and_then(|line| line.id);
        let result = match line.and_then(|line| answer(&line)) {
            Ok(result) => result,
            Err(error) => {
                failed += 1;
                Output::failed(&error)
            }
        };
        total += 1;
        serde_json::to_writer(&mut output, &Output { id, ..result }).map_err(io::Error::from)?;
        output.write_all(b"\n")?;
    }
    output.flush()?;
    match failed {
        0 => Ok(()),
        _ => bail!("{failed} of {total} lines failed"),
    }
}

/// A blank line is answered too: line N of the output is about line N of the input.
fn parse<'a>(line: &'a [u8], what: &str) -> Result<Input<'a>> {
    match line.first() {
        Some(b'{') => serde_json::from_slice(line).map_err(malformed),
        Some(_) => bail!("expected an object like {{\"type\": .., \"{what}\": ..}}"),
        None => bail!("empty line"),
    }
}

/// Every line is the first to its parser: only the column says something.
fn malformed(error: serde_json::Error) -> anyhow::Error {
    let message = error.to_string();
    let reason = message.split(" at line ").next().unwrap_or_default();
    anyhow!("the line is not as expected: {reason} at column {}", error.column())
}
