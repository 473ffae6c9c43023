use anyhow::{Result, bail};
use clap::Args;
use serde::Deserialize;
use serde_json::value::RawValue;
use tensorwire::Subtensor;
use tensorwire_rpc::Request;
use tensorwire_scale::did_you_mean;

use crate::{argument, context::Context, failure::NotFound, json, pretty::pretty};

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
  tw rpc rpc_methods  # lists the methods that there are
  tw rpc chain_getBlockHash 0
  tw rpc state_getStorage \\
    0x26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983ac
  tw --json rpc chain_getHeader | jq -r .number";

/// JSON-RPC 2.0's code for it.
const METHOD_NOT_FOUND: i64 = -32601;

impl Rpc {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let Self { method, params } = self;
        if let Some(instead) = subscription(&method) {
            bail!("{method} starts a subscription, and this command ends with the first answer: {instead}");
        }
        let params = params.iter().map(|text| param(text)).collect::<Result<Vec<_>>>()?;
        let request = params.into_iter().fold(Request::new(method.clone()), Request::param);
        let answer = context.connected(async |subtensor| match subtensor.request(request).await {
            Err(error) if is_unknown_method(&error) => Err(not_found(subtensor, &method, &error).await),
            answer => Ok(answer?),
        })?;
        let result: &RawValue = serde_json::from_str(answer.raw())?;
        let text = || json::value(result).map_or_else(|_| answer.raw().to_owned(), |value| pretty(&value));
        Ok(context.output.show(&result, text)?)
    }
}

/// The JSON as it was typed, or a JSON string of the plain text.
fn param(text: &str) -> Result<Box<RawValue>> {
    match RawValue::from_string(text.trim().to_owned()) {
        Err(error) if argument::is_meant_as_json(text) => Err(argument::not_json(text, &error)),
        Err(_) => Ok(serde_json::value::to_raw_value(text)?),
        Ok(raw) => Ok(raw),
    }
}

/// What to ask in place of a method whose answer is only the first of many.
fn subscription(method: &str) -> Option<&'static str> {
    if method.contains("AndWatch") {
        Some("author_submitExtrinsic submits without watching")
    } else if method.contains("_subscribe") || method.ends_with("_follow") {
        Some("ask for the value itself, as chain_getHeader does")
    } else {
        None
    }
}

fn is_unknown_method(error: &tensorwire::Error) -> bool {
    let server = error.rpc().and_then(|error| error.server_error());
    server.is_some_and(|server| server.code == METHOD_NOT_FOUND)
}

/// The node's error with the nearest of the methods that the node has, if it tells them.
async fn not_found(subtensor: &Subtensor, method: &str, error: &tensorwire::Error) -> anyhow::Error {
    #[derive(Deserialize)]
    struct Answer {
        methods: Vec<String>,
    }

    let answer = subtensor.request(Request::new("rpc_methods")).await.ok();
    let answer = answer.and_then(|answer| serde_json::from_str::<Answer>(answer.raw()).ok());
    let methods = answer.map_or_else(Vec::new, |answer| answer.methods);
    let near = did_you_mean(method, methods.iter().map(String::as_str));
    NotFound::new(format!("{error}{near}"), "`tw rpc rpc_methods` lists what the node has").into()
}
