use std::time::Duration;

use serde::Serialize;
use tensorwire::{EndpointState, EndpointStatus, Role};

/// An endpoint for programs: times in milliseconds.
#[derive(Serialize)]
pub(super) struct Endpoint<'a> {
    endpoint: &'a str,
    role: Role,
    state: EndpointState,
    detail: Option<&'a str>,
    latency_ms: Option<f64>,
    head: Option<u64>,
    lag: Option<u64>,
    head_age_ms: Option<f64>,
    finalized: Option<u64>,
    oldest_state: Option<u64>,
    pruned_below: Option<u64>,
    in_flight: usize,
    bans: u64,
    retry_in_ms: Option<f64>,
}

impl<'a> From<&'a EndpointStatus> for Endpoint<'a> {
    fn from(status: &'a EndpointStatus) -> Self {
        Self {
            endpoint: &status.endpoint,
            role: status.role,
            state: status.state,
            detail: status.detail.as_deref(),
            latency_ms: status.latency.map(milliseconds),
            head: status.head,
            lag: status.lag,
            head_age_ms: status.head_age.map(milliseconds),
            finalized: status.finalized,
            oldest_state: status.oldest_state,
            pruned_below: status.pruned_below,
            in_flight: status.in_flight,
            bans: status.bans,
            retry_in_ms: status.retry_in.map(milliseconds),
        }
    }
}

/// To the microsecond.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}
