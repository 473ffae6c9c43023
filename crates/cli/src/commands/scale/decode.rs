use anyhow::{Context as _, Result};
use clap::Args;
use tensorwire_scale::{Runtime, TypeId, Value};

use super::{
    Codec,
    lines::{self, Output},
};
use crate::{context::Context, input::argument_or_stdin};

/// Decode SCALE bytes to JSON
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Decode {
    #[command(flatten)]
    codec: Codec,
    /// The bytes, with or without 0x; - reads them from stdin
    #[arg(required_unless_present = "lines", conflicts_with = "lines")]
    hex: Option<String>,
}

const NOTES: &str = "\
With --lines, each line of stdin is {\"type\": .., \"hex\": ..} and becomes {\"value\": ..} or \
{\"error\": ..}. A line's \"id\", if it has one, is repeated; --type is for lines without \"type\".

Examples:
  tw scale decode --metadata metadata.hex --type u32 0x2a000000
  tw scale decode --metadata metadata.hex --type 'Vec<NeuronInfoLite>' - \\
    < answer.hex
  echo '{\"type\": \"u16\", \"hex\": \"0x0100\"}' | \\
    tw scale decode --metadata metadata.hex --lines";

impl Decode {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let Self { codec, hex } = self;
        let runtime = codec.runtime(context)?;
        let ty = codec.type_in(&runtime)?;
        if codec.lines {
            return lines::convert(&runtime, ty, "hex", |ty, line| {
                let hex = line.hex.as_deref().context("the line has no \"hex\"")?;
                Ok(Output::decoded(decode(&runtime, ty, hex)?))
            });
        }
        let hex = argument_or_stdin(hex.as_deref().unwrap_or_default())?;
        let value = decode(&runtime, ty.context("--type is missing")?, &hex)?;
        Ok(context.output.json(&value)?)
    }
}

fn decode(runtime: &Runtime, ty: TypeId, hex: &str) -> Result<Value> {
    let bytes = const_hex::decode(hex.trim()).context("the bytes are not hex")?;
    Ok(runtime.plan().decode(ty, &bytes)?)
}
