//! What stands in the log.
#![allow(clippy::unwrap_used)]

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tensorwire_rpc::mock::{MockNode, Reply};
use tensorwire_rpc::{Client, Request};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Keeps every event of this crate as a line: target, then fields.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0 += &format!(" {}={value:?}", field.name());
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("tensorwire::")
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().target().to_owned());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test(start_paused = true)]
async fn g23_frames_are_logged_and_secrets_are_not() {
    let log = Log::default();
    let _kept = tracing::subscriber::set_default(log.clone());
    let refused = Mutex::new(true);
    let node = MockNode::builder()
        .result("author_insertKey", json!({ "seed": "SECRET", "ok": "shown" }))
        .result("odd", json!("see wss://user:SECRET@host/SECRET"))
        .handle("limited", move |_| match std::mem::take(&mut *refused.lock().unwrap()) {
            true => Reply::error(-32029, "try again in 1s"),
            false => json!(1).into(),
        })
        .start()
        .await
        .unwrap();
    let url = "ws://user:SECRET@mock/SECRETSECRETSECRET?key=SECRET";
    let client = Client::builder(url).dial_with(move || node.pipe()).build().unwrap();
    let insert = Request::new("author_insertKey").param("aura").param("SECRET SECRET").param("0x01");
    client.request(insert).await.unwrap();
    client.request(Request::new("odd").param(json!({ "password": "SECRET" }))).await.unwrap();
    client.request(Request::new("limited")).await.unwrap();
    client.close().await;

    let lines = log.0.lock().unwrap();
    let has = |parts: &[&str]| lines.iter().any(|line| parts.iter().all(|part| line.contains(part)));
    assert!(
        has(&["tensorwire::frames", "sent", r#""method":"author_insertKey","params":"…""#]),
        "{lines:#?}"
    );
    assert!(has(&["tensorwire::frames", "received", r#"{"ok":"shown","seed":"…"}"#]), "{lines:#?}");
    assert!(has(&["tensorwire::frames", "wss://…"]), "{lines:#?}");
    assert!(has(&["tensorwire::rpc", "connected", "endpoint=ws://mock/…?…"]), "{lines:#?}");
    assert!(has(&["tensorwire::rpc", "rate limited", "-32029"]), "{lines:#?}");
    assert!(!has(&["SECRET"]), "{lines:#?}");
}
