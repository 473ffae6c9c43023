//! What reaches the recorder of the `metrics` crate.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use serde_json::json;
use tensorwire_rpc::mock::MockNode;
use tensorwire_rpc::{Client, Request};

/// Keeps the last value of everything, by name and labels.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<BTreeMap<String, f64>>>);

struct Cell(Kept, String);

impl Cell {
    fn keep(&self, value: f64) {
        self.0.0.lock().unwrap().insert(self.1.clone(), value);
    }
}

impl CounterFn for Cell {
    fn increment(&self, _: u64) {
        panic!("counters are set");
    }
    fn absolute(&self, value: u64) {
        self.keep(value as f64);
    }
}

impl GaugeFn for Cell {
    fn increment(&self, _: f64) {}
    fn decrement(&self, _: f64) {}
    fn set(&self, value: f64) {
        self.keep(value);
    }
}

impl Kept {
    fn cell(&self, key: &Key) -> Arc<Cell> {
        let labels: Vec<_> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        Arc::new(Cell(self.clone(), format!("{}{{{}}}", key.name(), labels.join(","))))
    }
}

impl Recorder for Kept {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.cell(key))
    }
    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.cell(key))
    }
    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[tokio::test]
async fn g23_counters_and_gauges_reach_the_recorder() {
    let node = MockNode::builder().result("ok", json!(1)).start().await.unwrap();
    let url = "ws://user:hidden@mock/?key=hidden";
    let client = Client::builder(url).over(node.pipe()).await.unwrap();
    for _ in 0..3 {
        client.request(Request::new("ok")).await.unwrap();
    }
    let kept = Kept::default();
    metrics::with_local_recorder(&kept, || client.record());
    let values = kept.0.lock().unwrap();
    let value = |name: &str| values[&format!("{name}{{endpoint={}}}", client.endpoint())];
    assert_eq!(value("tensorwire_requests_total"), 3.0);
    assert_eq!(value("tensorwire_answers_total"), 3.0);
    assert_eq!(value("tensorwire_websockets_opened_total"), 1.0);
    assert_eq!(value("tensorwire_in_flight"), 0.0);
    assert_eq!(values.len(), 24);
    assert!(values.keys().all(|key| !key.contains("hidden")));
}
