use anyhow::{Context as _, Result};
use clap::Args;

use super::{
    Codec,
    lines::{self, Output},
};
use crate::{argument, context::Context, input::argument_or_stdin, json};

/// Encode JSON to SCALE bytes
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Encode {
    #[command(flatten)]
    codec: Codec,
    /// The value; - reads it from stdin
    #[arg(value_name = "JSON", allow_negative_numbers = true)]
    #[arg(required_unless_present = "lines", conflicts_with = "lines")]
    value: Option<String>,
}

const NOTES: &str = "\
Takes everything that decode prints, and what people write: numbers as text, fields in any order, an \
address where a MultiAddress is asked. Text that is no JSON, such as an address, needs no quotes.

With --lines, each line of stdin is {\"type\": .., \"value\": ..} and becomes {\"hex\": ..} or \
{\"error\": ..}. A line's \"id\", if it has one, is repeated; --type is for lines without \"type\".

Examples:
  tw scale encode --metadata metadata.hex --type u32 42
  tw scale encode --metadata metadata.hex --type MultiAddress \\
    5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
  tw scale encode --metadata metadata.hex --type RuntimeCall \\
    '{\"System\": {\"remark\": {\"remark\": \"0x01\"}}}'
  echo '{\"type\": \"u16\", \"value\": 1}' | \\
    tw scale encode --metadata metadata.hex --lines";

impl Encode {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let Self { codec, value } = self;
        let runtime = codec.runtime(context)?;
        let ty = codec.type_in(&runtime)?;
        let plan = runtime.plan();
        if codec.lines {
            return lines::convert(&runtime, ty, "value", |ty, line| {
                let value = json::value(line.value.context("the line has no \"value\"")?)?;
                Ok(Output::encoded(&plan.encode(ty, &value)?))
            });
        }
        let text = argument_or_stdin(value.as_deref().unwrap_or_default())?;
        let bytes = plan.encode(ty.context("--type is missing")?, &argument::value(text.trim())?)?;
        let hex = const_hex::encode_prefixed(bytes);
        Ok(context.output.show(&hex, || &hex)?)
    }
}
