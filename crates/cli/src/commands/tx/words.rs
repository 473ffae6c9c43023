use anyhow::{Result, bail};
use clap::Args;
use tensorwire::{Runtime, Value};

use crate::{argument, input, json};

/// The call that a transaction makes, as it is typed.
#[derive(Args)]
pub(super) struct Words {
    /// The pallet, as in Balances
    pub(super) pallet: String,
    /// The call, as in transfer_keep_alive
    pub(super) call: String,
    /// The call's arguments: a JSON object by names, or an array by position; - reads it from stdin
    #[arg(long, value_name = "JSON", default_value = "[]", hide_default_value = true)]
    args: String,
}

impl Words {
    /// The arguments as the call takes them.
    pub(super) fn arguments(&self) -> Result<Value> {
        let text = input::argument_or_stdin(&self.args)?;
        if !argument::is_meant_as_json(&text) {
            bail!("--args takes a JSON object by names or a JSON array by position, not `{}`", text.trim());
        }
        json::parse(&text).map_err(|error| argument::not_json(&text, &error))
    }

    /// The call's bytes in that runtime.
    pub(super) fn encode(&self, runtime: &Runtime) -> Result<Vec<u8>> {
        let encoded = runtime.encode_call(&self.pallet, &self.call, self.arguments()?);
        Ok(encoded.map_err(tensorwire::Error::from)?)
    }
}
