use anyhow::Result;
use clap::Args;

use crate::{argument, context::Context, pretty::pretty};

/// Call a runtime API
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Call {
    /// The runtime API, as in NeuronInfoRuntimeApi
    api: String,
    /// The method, as in get_neuron_lite
    method: String,
    /// The method's arguments: JSON, or plain text such as an address
    #[arg(value_name = "ARG", allow_negative_numbers = true)]
    arguments: Vec<String>,
}

const NOTES: &str = "\
Reads only: nothing on the chain changes.

Examples:
  tw call Core version
  tw call NeuronInfoRuntimeApi get_neuron_lite 1 0
  tw call AccountNonceApi account_nonce \\
    5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
  tw metadata NeuronInfoRuntimeApi  # lists the methods that there are";

impl Call {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let Self { api, method, arguments } = self;
        let arguments = argument::values(&arguments)?;
        let value = context.at_block(async |at| Ok(at.call(&api, &method, arguments).await?))?;
        Ok(context.output.show(&value, || pretty(&value))?)
    }
}
