//! The counters of a client, for the recorder of the `metrics` crate.

use metrics::{counter, gauge};

use crate::{Client, Stats};

impl Client {
    /// Hands [`Client::stats`] to the recorder of the `metrics` crate, if there is one: counters `tensorwire_*_total` and
    /// gauges `tensorwire_*`, labelled with the endpoint. To be called as often as they are wanted. Costs no request.
    ///
    /// Counters are set, not added to: of two clients of one endpoint the busier one is seen.
    pub fn record(&self) {
        let stats = self.stats();
        for (name, value) in counters(&stats) {
            counter!(name, "endpoint" => self.endpoint().to_owned()).absolute(value);
        }
        for (name, value) in gauges(&stats) {
            gauge!(name, "endpoint" => self.endpoint().to_owned()).set(value as f64);
        }
    }
}

fn counters(stats: &Stats) -> impl IntoIterator<Item = (&'static str, u64)> {
    [
        ("tensorwire_websockets_opened_total", stats.websockets_opened),
        ("tensorwire_reconnects_total", stats.reconnects),
        ("tensorwire_connect_failures_total", stats.connect_failures),
        ("tensorwire_idle_closes_total", stats.idle_closes),
        ("tensorwire_pings_total", stats.pings),
        ("tensorwire_replayed_total", stats.replayed),
        ("tensorwire_gaps_total", stats.gaps),
        ("tensorwire_rate_limited_total", stats.rate_limited),
        ("tensorwire_requests_total", stats.requests),
        ("tensorwire_answers_total", stats.answers),
        ("tensorwire_notifications_total", stats.notifications),
        ("tensorwire_stray_notifications_total", stats.stray_notifications),
        ("tensorwire_late_answers_total", stats.late_answers),
        ("tensorwire_unknown_ids_total", stats.unknown_ids),
        ("tensorwire_malformed_total", stats.malformed),
        ("tensorwire_errors_total", stats.errors),
        ("tensorwire_cancelled_total", stats.cancelled),
        ("tensorwire_lagged_total", stats.lagged),
        ("tensorwire_sent_bytes_total", stats.bytes_sent),
        ("tensorwire_received_bytes_total", stats.bytes_received),
    ]
}

fn gauges(stats: &Stats) -> impl IntoIterator<Item = (&'static str, usize)> {
    [
        ("tensorwire_in_flight", stats.in_flight),
        ("tensorwire_queued", stats.queued),
        ("tensorwire_buffered_bytes", stats.buffered_bytes),
        ("tensorwire_subscriptions", stats.subscriptions),
    ]
}
