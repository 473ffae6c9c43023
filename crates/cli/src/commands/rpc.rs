use anyhow::Result;
use clap::Args;
use serde_json::value::RawValue;
use tensorwire_rpc::Request;

use crate::{context::Context, json, pretty::pretty};

/// Call a method of the node, and show its result as it is
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Rpc {
    /// The JSON-RPC method, as in system_health
    method: String,
    /// Its parameters: JSON, or plain text such as a 0x-hash
    #[arg(value_name = "JSON", allow_negative_numbers = true)]
    params: Vec<String>,
}

const NOTES: &str = "\
--at has no effect here: methods that read a block take its hash as a parameter.

Examples:
  tw rpc rpc_methods                          lists the methods that there are
  tw rpc chain_getBlockHash 0
  tw rpc state_getStorage 0x26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983ac
  tw --json rpc chain_getHeader | jq -r .number";

impl Rpc {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let Self { method, params } = self;
        let params: Vec<_> = params.iter().map(|text| param(text)).collect();
        let request = params.into_iter().fold(Request::new(method), Request::param);
        let answer = context.connected(async |subtensor| Ok(subtensor.request(request).await?))?;
        let result: &RawValue = serde_json::from_str(answer.raw())?;
        let text = || json::value(result).map_or_else(|_| answer.raw().to_owned(), |value| pretty(&value));
        Ok(context.output.show(&result, text)?)
    }
}

/// The JSON as it was typed, or a JSON string of the plain text.
fn param(text: &str) -> Box<RawValue> {
    let raw = RawValue::from_string(text.trim().to_owned());
    raw.or_else(|_| serde_json::value::to_raw_value(text)).unwrap_or_default()
}
