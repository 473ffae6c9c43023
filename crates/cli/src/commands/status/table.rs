use tensorwire::{EndpointState, EndpointStatus};

use crate::{amount::grouped, table::Table};

/// A row for each endpoint, and below them what is to be said of some.
pub(super) fn text(endpoints: &[EndpointStatus]) -> String {
    let mut table = Table::new([
        "ENDPOINT",
        "ROLE",
        "STATE",
        ">LATENCY",
        ">HEAD",
        ">LAG",
        ">FINALIZED",
        ">STATES FROM",
        ">IN FLIGHT",
        ">BANS",
    ]);
    for status in endpoints {
        let latency = status.latency.map(|latency| format!("{:.1} ms", latency.as_secs_f64() * 1e3));
        table.row([
            status.endpoint.clone(),
            status.role.to_string(),
            status.state.to_string(),
            latency.unwrap_or_else(unknown),
            number(status.head),
            number(status.lag),
            number(status.finalized),
            states_from(status),
            grouped(status.in_flight as u64),
            grouped(status.bans),
        ]);
    }
    let notes = endpoints.iter().filter_map(|status| {
        let detail = status.detail.as_deref()?;
        let again = status.retry_in.filter(|_| status.state == EndpointState::Banned);
        let again = again.map(|time| format!("; left alone for {:.0} s", time.as_secs_f64().ceil()));
        let name = if detail.contains(&status.endpoint) { "" } else { &format!("{}: ", status.endpoint) };
        Some(format!("\n{name}{detail}{}", again.unwrap_or_default()))
    });
    let notes: String = notes.collect();
    if notes.is_empty() { table.to_string() } else { format!("{table}\n{notes}") }
}

/// The lowest block whose state is known to be there, or else what it is known to be above.
fn states_from(status: &EndpointStatus) -> String {
    match (status.oldest_state, status.pruned_below) {
        (Some(oldest), _) => grouped(oldest),
        (None, Some(pruned)) => format!("> {}", grouped(pruned)),
        (None, None) => unknown(),
    }
}

fn number(number: Option<u64>) -> String {
    number.map_or_else(unknown, grouped)
}

fn unknown() -> String {
    "-".to_owned()
}
