use anyhow::{Result, bail};
use clap::Args;
use tensorwire::{EndpointState, EndpointStatus};

use crate::context::Context;

mod json;
mod table;

/// Ask every endpoint how it is
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Status {}

const NOTES: &str = "\
All endpoints of the pool are asked at once: the network's, its fallbacks and archives, and those that \
--fallback and --archive add. Exit code 0 if at least one is ready, 1 if none is. --at and --no-cache \
have no effect here.

JSON: an array of {\"endpoint\", \"role\", \"state\", \"detail\", \"latency_ms\", \"head\", \"lag\", \
\"head_age_ms\", \"finalized\", \"oldest_state\", \"pruned_below\", \"in_flight\", \"bans\", \
\"retry_in_ms\"}; what is not known is null.

Examples:
  tw status
  tw --timeout 3 status
  tw --network ws://127.0.0.1:9944 --fallback ws://127.0.0.1:9945 status
  tw --json status | jq -r '.[] | select(.state == \"ready\") | .endpoint'";

impl Status {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let endpoints = context.unconnected(async |subtensor| Ok(subtensor.probe().await))?;
        let json: Vec<_> = endpoints.iter().map(json::Endpoint::from).collect();
        context.output.show(&json, || table::text(&endpoints))?;
        if !endpoints.iter().any(is_ready) {
            bail!("no endpoint is ready");
        }
        Ok(())
    }
}

/// A websocket that stands is not enough: the endpoint has answered.
fn is_ready(endpoint: &EndpointStatus) -> bool {
    endpoint.state == EndpointState::Ready && endpoint.head.is_some()
}
