//! What is known of the endpoints, for the recorder of the `metrics` crate.

use metrics::{counter, gauge};

use crate::{Chain, EndpointState, EndpointStatus};

impl Chain {
    /// Hands what is known of every endpoint to the recorder of the `metrics` crate, if there is one: the counters and
    /// gauges of its client, and `tensorwire_endpoint_*`, labelled with the endpoint; `tensorwire_value_cache_*` and `tensorwire_runtimes_*`,
    /// labelled with the first one. To be called as often as they are
    /// wanted. Costs no request.
    pub fn record(&self) {
        for client in self.clients() {
            client.record();
        }
        let stats = self.cache_stats();
        let label = || [("endpoint", self.endpoint().to_owned())];
        counter!("tensorwire_value_cache_hits_total", &label()).absolute(stats.value_hits);
        counter!("tensorwire_value_cache_misses_total", &label()).absolute(stats.value_misses);
        gauge!("tensorwire_value_cache_bytes", &label()).set(stats.value_bytes as f64);
        counter!("tensorwire_runtimes_downloaded_total", &label()).absolute(stats.runtimes_downloaded);
        gauge!("tensorwire_runtimes_bytes", &label()).set(stats.runtime_bytes as f64);
        for status in self.status() {
            let label = || [("endpoint", status.endpoint.clone())];
            counter!("tensorwire_endpoint_bans_total", &label()).absolute(status.bans);
            for (name, value) in gauges(&status) {
                if let Some(value) = value {
                    gauge!(name, &label()).set(value);
                }
            }
        }
    }
}

/// What is not known yet is not told.
fn gauges(status: &EndpointStatus) -> [(&'static str, Option<f64>); 8] {
    let number = |number: Option<u64>| number.map(|number| number as f64);
    let finality = status.head.zip(status.finalized).map(|(head, finalized)| head.saturating_sub(finalized));
    let ready =
        matches!(status.state, EndpointState::Ready | EndpointState::Idle | EndpointState::Connecting);
    [
        ("tensorwire_endpoint_usable", Some(f64::from(u8::from(ready)))),
        ("tensorwire_endpoint_latency_seconds", status.latency.map(|latency| latency.as_secs_f64())),
        ("tensorwire_endpoint_head", number(status.head)),
        ("tensorwire_endpoint_head_age_seconds", status.head_age.map(|age| age.as_secs_f64())),
        ("tensorwire_endpoint_lag_blocks", number(status.lag)),
        ("tensorwire_endpoint_finalized", number(status.finalized)),
        ("tensorwire_endpoint_finality_lag_blocks", number(finality)),
        ("tensorwire_endpoint_banned_seconds", status.retry_in.map(|wait| wait.as_secs_f64())),
    ]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Role;

    #[test]
    fn g23_what_is_known_of_an_endpoint_is_told_and_nothing_else() {
        let status = EndpointStatus {
            endpoint: "ws://node".into(),
            role: Role::Primary,
            state: EndpointState::Stale,
            detail: None,
            latency: Some(Duration::from_millis(20)),
            head: Some(100),
            lag: Some(7),
            head_age: Some(Duration::from_secs(90)),
            finalized: Some(97),
            oldest_state: None,
            pruned_below: None,
            in_flight: 0,
            bans: 0,
            retry_in: None,
        };
        let told: Vec<_> =
            gauges(&status).into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        assert_eq!(
            told,
            [
                ("tensorwire_endpoint_usable", 0.0),
                ("tensorwire_endpoint_latency_seconds", 0.02),
                ("tensorwire_endpoint_head", 100.0),
                ("tensorwire_endpoint_head_age_seconds", 90.0),
                ("tensorwire_endpoint_lag_blocks", 7.0),
                ("tensorwire_endpoint_finalized", 97.0),
                ("tensorwire_endpoint_finality_lag_blocks", 3.0),
            ]
        );
    }
}
