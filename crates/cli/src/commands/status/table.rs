use tensorwire::EndpointStatus;

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
        let again = status.retry_in.map(|time| format!("tried again in {:.0} s", time.as_secs_f64().ceil()));
        let said: Vec<_> = [status.detail.clone(), again].into_iter().flatten().collect();
        let said = said.join("; ");
        let names_itself = said.starts_with(&status.endpoint);
        match said.as_str() {
            "" => None,
            said if names_itself => Some(format!("\n{said}")),
            said => Some(format!("\n{}: {said}", status.endpoint)),
        }
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
